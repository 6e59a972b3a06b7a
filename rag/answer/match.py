"""How much of a question a piece of text shares, and how near to a place in it: the measures under every decision.

All of them look at one question and one text only, so they do not change with the number of indexed documents.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import pairwise

from rag.answer.question import Term, key
from rag.text.abbreviations import expansion
from rag.text.syllables import canonical_word, token_spans, tokens
from rag.text.unicode import fold, lower
from rag.types import Span

_STOPS = re.compile(r"[,;:.!?…()\n]")
_STOP_COST = {",": 2, ";": 10, ":": 3, "(": 2, ")": 2, "\n": 30}
_HARD_STOP_COST = 8


class Words:
    """The words of a text in compared form, with their places.

    They are looked up in one string, by the runtime's own search: a dictionary of all words of a passage would take
    longer to make than everything that is asked of it.

    :ivar keys: Word number i in compared form.
    :ivar starts: Character where word i starts.
    """

    __slots__ = ("_exact", "_joined", "_loose", "_loosely", "keys", "starts")

    def __init__(self, text: str) -> None:
        places = token_spans(text)
        plain = lower(text)  # keeps the length: one pass for all words
        self.keys = tuple([canonical_word(plain[start:end]) for start, end in places])
        self.starts = array("I", [start for start, _end in places])  # a tenth of the memory of a tuple; many are kept
        self._joined = _BETWEEN + _BETWEEN.join(self.keys) + _BETWEEN
        self._loosely = fold(self._joined)
        self._exact: dict[str, list[int]] = {}
        self._loose: dict[str, list[int]] = {}
        for number, part in _further(text, places, self.keys):
            self._exact.setdefault(part, []).append(number)
            self._loose.setdefault(fold(part), []).append(number)

    def find(self, term: Term) -> Sequence[int]:
        """Numbers of the words that agree with a term of the question."""
        return self.as_it_is(term) or self.spelt_out(term.spelt_out)

    def as_it_is(self, term: Term) -> Sequence[int]:
        """The same, without those that a term stands for."""
        return self._places(fold(term.text), loosely=True) if term.loose else self._places(term.text)

    def has(self, word: str) -> bool:
        """Whether a word in compared form is among them."""
        return f"{_BETWEEN}{word}{_BETWEEN}" in self._joined or word in self._exact

    def has_loosely(self, folded: str) -> bool:
        """Whether a folded word is among them, whatever its marks."""
        return f"{_BETWEEN}{folded}{_BETWEEN}" in self._loosely or folded in self._loose

    def end(self, number: int) -> int:
        """Where a word ends: its compared form is as long as it stands."""
        return self.starts[number] + len(self.keys[number])

    def spelt_out(self, phrase: tuple[str, ...]) -> tuple[int, ...]:
        """Where a phrase stands word after word."""
        first = self._places(phrase[0]) if phrase else ()
        return tuple([n for n in first if self.keys[n : n + len(phrase)] == phrase])

    def _places(self, word: str, *, loosely: bool = False) -> Sequence[int]:
        """Numbers of the words that are this one, in order."""
        joined, further = (self._loosely, self._loose) if loosely else (self._joined, self._exact)
        found, wanted = [], f"{_BETWEEN}{word}{_BETWEEN}"
        at = joined.find(wanted)
        while at >= 0:
            found.append(joined.count(_BETWEEN, 0, at))
            at = joined.find(wanted, at + len(wanted) - 1)
        return sorted({*found, *further[word]}) if word in further else found


_BETWEEN = "\n"
"""Stands in no word."""


@lru_cache(maxsize=1024)
def words_of(text: str) -> Words:
    """Take a text apart once; sentences are looked at many times."""
    return Words(text)


def _further(text: str, places: Sequence[tuple[int, int]], keys: Sequence[str]) -> Iterator[tuple[int, str]]:
    """What some words agree with beside themselves: parts of numbers, and what abbreviations in capitals stand for."""
    for number, word in enumerate(keys):
        if "/" in word or "-" in word:
            yield from ((number, part) for part in _parts(word))
    for number, (start, end) in enumerate(places):
        if end - start > 1 and text[start].isupper() and text[start:end].isupper():
            yield from ((number, part) for part in _spelt(text[start:end]))


def _parts(word: str) -> Iterable[str]:
    """A document number or date also agrees by its parts: "88/2019/qh14" with "88"."""
    return (p for p in re.split(r"[/-]", word) if p) if any(c.isdigit() for c in word) else ()


@lru_cache(maxsize=4096)
def _spelt(word: str) -> tuple[str, ...]:
    """The words that an abbreviation in capitals stands for: "NTM" also answers for nông thôn mới."""
    long = expansion(word)
    return tuple(key(t.text) for t in tokens(long)) if long else ()


def coverage(terms: Sequence[Term], *texts: Words) -> float:
    """Weighted share of the terms that stand in any of the texts, 0 to 1; 0 when there are no terms.

    A syllable found outside the compound that it forms in the question counts half: "hội" of "hội nghị" also stands in
    "Quốc hội".
    """
    total = sum(t.weight for t in terms)
    if not total:
        return 0.0
    found = sum(t.weight * max(_agreement(t, terms, w) for w in texts) for t in terms)
    return found / total


def _agreement(term: Term, terms: Sequence[Term], words: Words) -> float:
    """1.0 where the term stands beside one of its neighbours in the question, or has none; else 0.5; 0.0 if nowhere."""
    places = words.find(term)
    if not places:
        return 0.0
    beside = _beside(term, terms, words)
    return 1.0 if beside is None or any(place in beside for place in places) else 0.5


def _beside(term: Term, terms: Sequence[Term], words: Words) -> frozenset[int] | None:
    """The places beside a neighbour of the term; ``None`` where it has none, or tells enough by itself."""
    if term.weight > 1.0:
        return None
    neighbours = [(t, t.position - term.position) for t in terms if abs(t.position - term.position) == 1]
    if not neighbours:
        return None
    # At the same place stands an abbreviation of both.
    return frozenset(at for t, step in neighbours for place in words.find(t) for at in (place - step, place))


def pair_coverage(terms: Sequence[Term], words: Words) -> float:
    """Share of the question's compounds (neighbouring terms) that also stand together in the text."""
    pairs = [(a, b) for a, b in pairwise(terms) if b.position - a.position == 1]
    if not pairs:
        return 0.0
    return sum(_stand_together(words.find(a), words.find(b)) for a, b in pairs) / len(pairs)


def _stand_together(left: Sequence[int], right: Sequence[int]) -> bool:
    return any(place + 1 in right or place in right for place in left)  # one abbreviation stands for both


def closeness(terms: Sequence[Term], text: str, start: int, end: int) -> float:
    """How near the terms stand to ``text[start:end]``: 1.0 each beside it, less with distance and stops between.

    A comma counts as two words, a semicolon as ten, the end of a line (of a table) as thirty: what it separates belongs
    to something else.
    """
    score = 0.0
    for term in terms:
        score += term.weight * _nearest(term, terms, text, Span(start, end))
    return score / max(1e-9, sum(t.weight for t in terms))


def _nearest(term: Term, terms: Sequence[Term], text: str, span: Span) -> float:
    words = words_of(text)
    places = words.find(term)
    if not places:
        return 0.0
    beside = _beside(term, terms, words)
    fits = ((place, 1.0 if beside is None or place in beside else 0.5) for place in places)
    return max(fit * _nearness(text, words.starts[place], span.start, span.end) for place, fit in fits)


def _nearness(text: str, at: int, start: int, end: int) -> float:
    if start <= at < end:
        return 1.0
    low, high = (at, start) if at < start else (end, at)
    return 1.0 / (1.0 + _distance(text, low, high) / 6.0)


def _distance(text: str, low: int, high: int) -> float:
    between = text[low:high]
    stops = sum(_STOP_COST.get(s, _HARD_STOP_COST) for s in _STOPS.findall(between))
    return between.count(" ") + stops
