"""Typing errors: a letter swapped, dropped, doubled or mistyped in a word that the indexed corpus does not know.

A word is doubtful only where the corpus never spells it so, and only one that the corpus does spell may replace it;
which one is decided by its neighbours, then by how common it is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log
from typing import Final

from rag.text.abbreviations import expansion
from rag.text.restore import Vocabulary
from rag.text.syllable import is_bare_syllable, is_syllable
from rag.text.syllables import tokens
from rag.text.unicode import canonical_tones, fold, has_marks, lower

_LETTERS: Final = "abcdeghiklmnopqrstuvxy"
_LONGEST: Final = 9
"""Longer words are foreign; their corrections would be many and seldom right."""
_WELL_KNOWN: Final = 100
"""A possible syllable counts as mistyped where the corpus has its letters so often but never with these marks."""
_MISSPELT: Final = re.compile(r"ng[ei]|ge|c[eiy]|n?gh[aou]")
"""Beginnings that no Vietnamese spelling has, whatever the sound: "ngèo", "nghành"."""
_SELDOM: Final = 3
"""A spelling rarer than this may itself be an error of the corpus."""
_NEIGHBOURS: Final = 2.0
"""How much more a neighbour met beside the candidate says than the candidate's own frequency."""


@dataclass(frozen=True, slots=True)
class Correction:
    """A word of the question and what was probably meant: ``question[start:end] == typed``.

    :param sure: The corpus has what was meant beside one of its neighbours; else the word may be a name after all.
    """

    start: int
    end: int
    typed: str
    meant: str
    sure: bool


def find_errors(question: str, vocabulary: Vocabulary) -> tuple[Correction, ...]:
    """Words that are probably mistyped, with what was meant; empty for a question that the corpus can spell.

    :param question: NFC text.
    """
    words = [t for t in tokens(question) if t.text[0].isalpha()]
    typed = [lower(t.text) for t in words]
    plain = [canonical_tones(word) for word in typed]
    known = vocabulary.spellings(sorted({fold(w) for w in plain}))
    found = []
    for place, (token, word) in enumerate(zip(words, plain, strict=True)):
        if not _is_doubtful(word, known.get(fold(word), {})):
            continue
        meant, sure = _meant(typed[place], plain[max(0, place - 1) : place], plain[place + 1 : place + 2], vocabulary)
        if meant:
            found.append(Correction(token.start, token.end, token.text, meant, sure))
    return tuple(found)


def corrected(question: str, corrections: Sequence[Correction]) -> str:
    """The question with its corrections applied."""
    pieces, position = [], 0
    for correction in corrections:
        pieces += [question[position : correction.start], correction.meant]
        position = correction.end
    return "".join([*pieces, question[position:]])


def _is_doubtful(word: str, counts: Mapping[str, int]) -> bool:
    if not 2 < len(word) <= _LONGEST or counts.get(word) or expansion(word):
        return False
    if _MISSPELT.match(fold(word)):
        return has_marks(word) or not counts
    if has_marks(word):
        return not is_syllable(word) or sum(counts.values()) >= _WELL_KNOWN
    return not is_bare_syllable(word) and not counts


def _meant(word: str, before: Sequence[str], after: Sequence[str], vocabulary: Vocabulary) -> tuple[str, bool]:
    """The likeliest spelling of the corpus at one slip of the fingers from a word, and whether a neighbour agrees."""
    table = vocabulary.spellings(sorted(_slips(fold(word))))
    bare = not has_marks(word)
    counts = {
        spelling: count
        for folded, spellings in table.items()
        for spelling, count in spellings.items()
        if count >= _SELDOM and (bare or _is_slip(word, spelling) or _is_slip(canonical_tones(word), spelling))
    }
    if not counts:
        return "", False
    pairs = vocabulary.pairs([*((b, c) for b in before for c in counts), *((c, a) for a in after for c in counts)])

    def beside(candidate: str) -> list[int]:
        return [pairs.get((b, candidate), 0) for b in before] + [pairs.get((candidate, a), 0) for a in after]

    def likelihood(candidate: str) -> float:
        return log(counts[candidate]) + _NEIGHBOURS * sum(log(1 + n) for n in beside(candidate))

    best = max(sorted(counts), key=likelihood)
    return best, any(beside(best))


def _slips(word: str) -> set[str]:
    """All strings at one swap, dropped, added or changed letter; the word itself too, for its marks."""
    cuts = [(word[:i], word[i:]) for i in range(len(word) + 1)]
    found = {word}
    found |= {a + b[1:] for a, b in cuts if b}
    found |= {a + b[1] + b[0] + b[2:] for a, b in cuts if len(b) > 1}
    found |= {a + letter + b for a, b in cuts for letter in _LETTERS}
    found |= {a + letter + b[1:] for a, b in cuts if b for letter in _LETTERS}
    return found


def _is_slip(typed: str, meant: str) -> bool:
    """Whether one letter swapped, dropped, added or changed makes the one spelling the other."""
    if abs(len(typed) - len(meant)) > 1 or typed == meant:
        return False
    start = next((i for i, (a, b) in enumerate(zip(typed, meant, strict=False)) if a != b), min(len(typed), len(meant)))
    a, b = typed[start:], meant[start:]
    if len(a) == len(b):
        return a[1:] == b[1:] or (a[1:2] + a[:1] + a[2:]) == b
    return a[1:] == b if len(a) > len(b) else a == b[1:]
