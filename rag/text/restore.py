"""Tone marks given back to a question typed without them, from the spellings of the indexed corpus.

A noisy-channel model: each syllable was meant with some spelling, and a marked one was typed bare with probability d.
The meant spellings are the best path (Viterbi) through a bigram model of the corpus. d is chosen, among a few values,
by the whole question, so that one typed with all its marks keeps its bare syllables ("ban", "nam") as they are.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import exp, log
from typing import Final, Protocol

from rag.text.syllable import is_bare_syllable
from rag.text.syllables import Token, tokens
from rag.text.unicode import canonical_tones, fold, has_marks, lower, nfc

_DROP_RATES: Final = ((0.002, 0.70), (0.25, 0.08), (0.5, 0.12), (0.8, 0.10))
"""Probability that a mark was left out, and how common such typing is among questions that have some mark."""
_BIGRAM_TRUST: Final = 100.0
"""How many times a syllable must be seen before its neighbours count as much as overall frequency."""
_MAX_SPELLINGS: Final = 14
_MIN_SHARE: Final = 0.0005
"""Spellings rarer than this share of a folded syllable are typing errors of the corpus."""
_TOTAL: Final = 3_000_000.0
"""Scale of unigram probabilities; only ratios between spellings of one syllable matter."""


class Vocabulary(Protocol):
    """What is known of the corpus: how its syllables are spelt. Spellings are lower-case, one tone placement."""

    def spellings(self, folded: Sequence[str]) -> Mapping[str, Mapping[str, int]]:
        """For each folded syllable the exact spellings met, with their counts."""
        ...

    def pairs(self, pairs: Sequence[tuple[str, str]]) -> Mapping[tuple[str, str], int]:
        """Counts of neighbouring exact syllables; pairs never met may be left out."""
        ...


@dataclass(frozen=True, slots=True)
class Restored:
    """A question with its marks given back.

    :param confidence: 0 to 1, how clearly the spellings win over the next best; 1 where nothing was changed.
    """

    text: str
    changed: bool
    confidence: float


@dataclass(frozen=True, slots=True)
class _Slot:
    """One syllable of the question and the spellings that may have been meant, with their counts in the corpus."""

    token: Token
    spellings: tuple[str, ...]
    counts: tuple[float, ...]


def restore(question: str, vocabulary: Vocabulary) -> Restored:
    """Give a question its tone marks back where they are missing.

    Syllables that carry a mark are anchors and never change; figures, capitals and punctuation are kept.

    :param question: As typed, wholly or partly without marks; with all its marks it comes back unchanged.
    :param vocabulary: Spellings of the indexed corpus.

    ``restore("ho ngheo nam 2020", vocabulary).text`` is ``"hộ nghèo năm 2020"``.
    """
    question = nfc(question)
    words = [t for t in tokens(question) if not t.text[0].isdigit()]
    bare = [t for t in words if not has_marks(t.text)]
    if not bare or not _looks_vietnamese(words):
        return Restored(question, False, 1.0)
    slots = _slots(question, words, vocabulary)
    model = _Bigrams(question, slots, vocabulary)
    path, sureness = _best(slots, model, len(words) - len(bare))
    changes = [
        (slot.token, slot.spellings[i], sure)
        for slot, i, sure in zip(slots, path, sureness, strict=True)
        if not has_marks(slot.token.text) and slot.spellings[i] != lower(slot.token.text)
    ]
    if not changes:
        return Restored(question, False, 1.0)
    return Restored(_apply(question, changes), True, sum(sure for _, _, sure in changes) / len(changes))


def _looks_vietnamese(words: Sequence[Token]) -> bool:
    """Whether most words have the shape of a Vietnamese syllable; English questions stay as they are."""
    shouted = all(w.text.isupper() for w in words)
    named = {t for t in words if t.text.isupper() and len(words) >= 3 and not shouted}
    counted = [t for t in words if t not in named and not any(c.isdigit() for c in t.text)]
    shaped = sum(1 for t in counted if is_bare_syllable(fold(t.text)))
    return 2 * shaped > len(counted) or any(has_marks(t.text) for t in words)


def _slots(question: str, words: Sequence[Token], vocabulary: Vocabulary) -> list[_Slot]:
    typed = [canonical_tones(lower(t.text)) for t in words]
    known = vocabulary.spellings(sorted({fold(w) for w in typed}))
    slots = []
    asking = _asking(typed) | _years(words, question)
    for number, (token, word) in enumerate(zip(words, typed, strict=True)):
        counts = known.get(fold(word), {})
        if number in asking:
            candidates = {asking[number]: counts.get(asking[number], 0) + 0.5}
        elif has_marks(word):
            candidates = {word: counts.get(word, 0) + 0.5}
        else:
            candidates = _candidates(word, counts)
        slots.append(_Slot(token, tuple(candidates), tuple(candidates.values())))
    return slots


_ASKING: Final = {
    ("bao", "nhieu"): ("bao", "nhiêu"), ("bao", "gio"): ("bao", "giờ"), ("bao", "lau"): ("bao", "lâu"),
    ("khi", "nao"): ("khi", "nào"), ("the", "nao"): ("thế", "nào"), ("vi", "sao"): ("vì", "sao"),
    ("tai", "sao"): ("tại", "sao"), ("o", "dau"): ("ở", "đâu"), ("la", "gi"): ("là", "gì"), ("la", "ai"): ("là", "ai"),
}  # fmt: skip
"""Pairs that ask: in a question they are meant, however often a large corpus has "báo" and "nhiều"."""
_COUNTED: Final = {
    fold(word): word for word in "mét ha hộ người tỷ tỉ triệu đồng tấn xã phần lần ngày năm tháng giờ trường".split()
}
"""What is counted right behind "bao nhiêu", where a name ("họ", "Hà") or a mood ("mệt") hardly stands."""
_WHICH: Final = {fold(word): word for word in "tỉnh huyện xã nước ngày tháng năm nơi người quyết".split()}
"""What is asked for right before "nào"."""


def _asking(typed: Sequence[str]) -> dict[int, str]:
    """The spellings of syllables of asking pairs that were typed without marks: number of the word -> spelling."""
    found: dict[int, str] = {}
    for number, pair in enumerate(pairwise(typed)):
        meant = _ASKING.get(pair)
        if meant and number not in found:
            found |= {number: meant[0], number + 1: meant[1]}
        if pair == ("bao", "nhieu"):
            found |= _beside_how_many(typed, number)
        if pair[1] == "nao" and pair[0] in _WHICH and number not in found:
            found |= {number: _WHICH[pair[0]], number + 1: "nào"}
    return found


def _beside_how_many(typed: Sequence[str], number: int) -> dict[int, str]:
    """What is meant beside "bao nhiêu": "có" before it, and what is counted behind it."""
    found = {number - 1: "có"} if number and typed[number - 1] == "co" else {}
    counted = typed[number + 2] if number + 2 < len(typed) else ""
    return found | ({number + 2: _COUNTED[counted]} if counted in _COUNTED else {})


_YEAR: Final = re.compile(r"\s+(?:19|20)\d\d(?!\d)")


def _years(words: Sequence[Token], question: str) -> dict[int, str]:
    """Where "nam" stands before the figure of a year, unless it ends a name ("mien nam 2020")."""
    return {
        number: "năm"
        for number, token in enumerate(words)
        if token.text == "nam"
        and _YEAR.match(question, token.end)
        and (not number or fold(words[number - 1].text) not in ("viet", "mien", "phia", "ha", "quang"))
    }


def _candidates(typed: str, counts: Mapping[str, int]) -> dict[str, float]:
    """The spellings worth trying, the typed one always among them."""
    floor = _MIN_SHARE * sum(counts.values())
    common = sorted(((n, s) for s, n in counts.items() if n >= floor and s != typed), reverse=True)
    best: dict[str, float] = {spelling: float(count) for count, spelling in common[: _MAX_SPELLINGS - 1]}
    best[typed] = counts.get(typed, 0) + 0.5
    return best


class _Bigrams:
    """Log-probabilities of neighbouring spellings, blended with those of single ones."""

    def __init__(self, question: str, slots: Sequence[_Slot], vocabulary: Vocabulary) -> None:
        joined = [_adjoin(question, a, b) for a, b in pairwise(slots)]
        wanted = {
            (x, y)
            for a, b, near in zip(slots, slots[1:], joined, strict=False)
            if near and len(a.spellings) + len(b.spellings) > 2
            for x in a.spellings
            for y in b.spellings
        }
        self._joined = joined
        self._pairs = vocabulary.pairs(sorted(wanted)) if wanted else {}

    def scores(self, slots: Sequence[_Slot], position: int) -> list[list[float]]:
        """For slot ``position`` > 0: log P(spelling | previous spelling), one row for each previous spelling."""
        before, here = slots[position - 1], slots[position]
        if not self._joined[position - 1]:
            return [_unigrams(here) for _ in before.spellings]
        return [
            [
                log((self._pairs.get((x, y), 0) + _BIGRAM_TRUST * count / _TOTAL) / (seen + _BIGRAM_TRUST))
                for y, count in zip(here.spellings, here.counts, strict=True)
            ]
            for x, seen in zip(before.spellings, before.counts, strict=True)
        ]


def _unigrams(slot: _Slot) -> list[float]:
    return [log(count / _TOTAL) for count in slot.counts]


def _adjoin(question: str, a: _Slot, b: _Slot) -> bool:
    return question[a.token.end : b.token.start].strip() == ""


def _best(slots: Sequence[_Slot], model: _Bigrams, anchors: int) -> tuple[list[int], list[float]]:
    """The best path over all drop rates, and for each slot how sure it is."""
    transitions = [model.scores(slots, p) for p in range(1, len(slots))]
    rates = _DROP_RATES if anchors else ((0.97, 1.0),)
    results = []
    for rate, prior in rates:
        emissions = [_typing(slot, rate) for slot in slots]
        forward = _maxima(slots, emissions, transitions)
        results.append((max(forward[-1]) + anchors * log(1 - rate) + log(prior), rate, emissions, forward))
    _, _, emissions, forward = max(results, key=lambda r: r[0])
    return _read_back(slots, emissions, forward, transitions)


def _typing(slot: _Slot, rate: float) -> list[float]:
    """Log-probability of typing what was typed, for each spelling that may have been meant."""
    if has_marks(slot.token.text):
        return [0.0]
    return [log(rate) if has_marks(s) else 0.0 for s in slot.spellings]


def _maxima(
    slots: Sequence[_Slot], emissions: list[list[float]], transitions: list[list[list[float]]]
) -> list[list[float]]:
    forward = [[u + e for u, e in zip(_unigrams(slots[0]), emissions[0], strict=True)]]
    for rows, emission in zip(transitions, emissions[1:], strict=True):
        previous = forward[-1]
        forward.append(
            [max(p + row[j] for p, row in zip(previous, rows, strict=True)) + e for j, e in enumerate(emission)]
        )
    return forward


def _read_back(
    slots: Sequence[_Slot],
    emissions: list[list[float]],
    forward: list[list[float]],
    transitions: list[list[list[float]]],
) -> tuple[list[int], list[float]]:
    """The best spelling of each slot, with the probability ratio to its best rival."""
    backward = [[0.0] * len(slots[-1].spellings)]
    for rows, emission in zip(reversed(transitions), reversed(emissions[1:]), strict=True):
        following = backward[0]
        backward.insert(0, [max(r + e + f for r, e, f in zip(row, emission, following, strict=True)) for row in rows])
    path, sureness = [], []
    for ahead, behind in zip(forward, backward, strict=True):
        totals = [a + b for a, b in zip(ahead, behind, strict=True)]
        winner = max(range(len(totals)), key=totals.__getitem__)
        rival = max((t for i, t in enumerate(totals) if i != winner), default=totals[winner] - 50)
        path.append(winner)
        sureness.append(1 / (1 + exp(max(-50.0, rival - totals[winner]))))
    return path, sureness


def _apply(question: str, changes: Sequence[tuple[Token, str, float]]) -> str:
    pieces, position = [], 0
    for token, spelling, _ in changes:
        pieces += [question[position : token.start], _with_case(spelling, token.text)]
        position = token.end
    return "".join([*pieces, question[position:]])


def _with_case(spelling: str, typed: str) -> str:
    return "".join(s.upper() if t.isupper() else s for s, t in zip(spelling, typed, strict=True))
