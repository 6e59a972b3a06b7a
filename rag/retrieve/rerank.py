"""The second look at the best candidates: does one sentence hold most of what the question is about?

BM25 adds up words from anywhere in a passage and the encoder averages over all of it; an answer stands in one
sentence. Words weigh by how rare the corpus finds them. The measure is standardised over a list of fixed length, so
that its weight holds for an index of any size.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log

import numpy as np
import numpy.typing as npt

from rag.retrieve.understand import Term
from rag.text.restore import Vocabulary
from rag.text.syllables import search_terms
from rag.text.unicode import fold
from rag.types import Passage, Span

_FIGURE_SHARE = 0.002
"""Share of the passages that a figure is taken to occur in: the vocabulary does not count figures."""


def rarities(terms: Sequence[Term], vocabulary: Vocabulary, n_passages: int) -> tuple[float, ...]:
    """How much each term tells: the logarithm of how many passages there are for each time it occurs."""
    known = vocabulary.spellings(sorted({fold(t.text) for t in terms}))
    return tuple(log(1.0 + n_passages / (0.5 + _count(t, known.get(fold(t.text), {}), n_passages))) for t in terms)


def _count(term: Term, counts: Mapping[str, int], n_passages: int) -> float:
    if term.text[0].isdigit():
        return _FIGURE_SHARE * n_passages
    return float(sum(counts.values()) if term.loose else counts.get(term.text, 0))


def sentence_coverage(
    terms: Sequence[Term],
    weights: Sequence[float],
    passages: Sequence[Passage],
    abbreviations: Mapping[str, frozenset[str]] | None = None,
) -> npt.NDArray[np.float64]:
    """For each passage the largest share of the terms' weight that one of its sentences holds, 0 to 1.

    :param abbreviations: Abbreviation -> words that a sentence holds with it.
    """
    total = sum(weights) or 1.0
    exact = {t.text: w for t, w in zip(terms, weights, strict=True) if not t.loose}
    loose = {t.text: w for t, w in zip(terms, weights, strict=True) if t.loose}
    held = _Held(exact, loose, tuple((frozenset(short.split()), long) for short, long in (abbreviations or {}).items()))
    return np.array([_best(passage, held) / total for passage in passages])


@dataclass(frozen=True, slots=True)
class _Held:
    """Counts what a sentence holds of a question.

    :param short: The words of each abbreviation, and those that it stands for.
    """

    exact: Mapping[str, float]
    loose: Mapping[str, float]
    short: tuple[tuple[frozenset[str], frozenset[str]], ...]

    def weight(self, sentence: str) -> float:
        """Weight of the terms in a sentence."""
        words = set(search_terms(sentence))
        for short, long in self.short:
            if short <= words:
                words |= long
        held = sum(weight for word, weight in self.exact.items() if word in words)
        if self.loose:
            folded = {fold(word) for word in words}
            held += sum(weight for word, weight in self.loose.items() if word in folded)
        return held


def _best(passage: Passage, held: _Held) -> float:
    spans = passage.sentences or (Span(passage.start, passage.end),)
    return max(held.weight(passage.text[s.start - passage.start : s.end - passage.start]) for s in spans)
