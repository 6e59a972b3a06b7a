"""How much of a question each sentence of a passage says, with every term looked up once a passage.

The measures are those of :mod:`rag.answer.match`, to the last digit; a passage has some ten sentences, and looking the
terms up again in each of them was a quarter of the time of reading.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from itertools import pairwise

from rag.answer.match import Words, coverage, pair_coverage, words_of
from rag.answer.question import Term

Places = Sequence[int]


class Shares:
    """Measures the sentences of one text.

    :param terms: Words of the question.
    :param telling: The same with the weights that they have here.
    """

    def __init__(self, terms: Sequence[Term], telling: Sequence[Term], text: str) -> None:
        self._terms, self._telling, self._text = terms, telling, text
        self._words = words_of(text)
        self._places = [_look_up(term, self._words) for term in terms]
        self._total = sum(t.weight for t in telling)
        self._beside = [_neighbours(i, telling) for i in range(len(telling))]
        self._pairs = [(i, i + 1) for i, (a, b) in enumerate(pairwise(terms)) if b.position - a.position == 1]

    def of(self, start: int, end: int) -> tuple[float, float]:
        """Coverage of the telling terms and of the pairs by ``text[start:end]``, both 0 to 1."""
        words = self._words
        first, last = bisect_left(words.starts, start), bisect_left(words.starts, end)
        if (first and words.end(first - 1) > start) or (last and words.end(last - 1) > end):  # it cuts a word
            own = words_of(self._text[start:end])
            return coverage(self._telling, own), pair_coverage(self._terms, own)
        inside = [_inside(places, first, last) for places in self._places]
        return self._coverage(inside), self._pair_coverage(inside)

    def _coverage(self, inside: Sequence[Places]) -> float:
        if not self._total:
            return 0.0
        rows = zip(self._telling, inside, self._beside, strict=True)
        return sum(term.weight * _agreement(places, beside, inside) for term, places, beside in rows) / self._total

    def _pair_coverage(self, inside: Sequence[Places]) -> float:
        if not self._pairs:
            return 0.0
        return sum(_touch(inside[a], inside[b], 1) for a, b in self._pairs) / len(self._pairs)


def _look_up(term: Term, words: Words) -> tuple[Places, Places, int]:
    """Where a term stands as it is, where written out, and how many words that takes."""
    return words.as_it_is(term), words.spelt_out(term.spelt_out), len(term.spelt_out)


def _inside(found: tuple[Places, Places, int], first: int, last: int) -> Places:
    direct, spelt, length = found
    if direct and (inside := tuple([n for n in direct if first <= n < last])):
        return inside
    return tuple([n for n in spelt if first <= n <= last - length]) if spelt else ()


def _neighbours(i: int, terms: Sequence[Term]) -> list[tuple[int, int]]:
    """The terms that make a compound with a term, and on which side; none where it tells enough by itself."""
    if terms[i].weight > 1.0:
        return []
    steps = ((j, term.position - terms[i].position) for j, term in enumerate(terms))
    return [(j, step) for j, step in steps if abs(step) == 1]


def _agreement(places: Places, beside: Sequence[tuple[int, int]], inside: Sequence[Places]) -> float:
    """1.0 where the term stands beside one of its neighbours, or has none; else 0.5; 0.0 if nowhere."""
    if not places:
        return 0.0
    if not beside or any(_touch(places, inside[j], step) for j, step in beside):
        return 1.0
    return 0.5


def _touch(places: Places, others: Places, step: int) -> bool:
    """Whether one of the others stands the step away, or at the same place: one abbreviation stands for both."""
    return any(place + step in others or place in others for place in places) if places and others else False
