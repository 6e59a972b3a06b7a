"""The second look at the best candidates: does one sentence hold most of what the question is about?

BM25 adds up words from anywhere in a passage and the encoder averages over all of it; an answer stands in one
sentence. Words weigh by how rare the corpus finds them. The measure is standardised over a list of fixed length, so
that its weight holds for an index of any size.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
    terms: Sequence[Term], weights: Sequence[float], passages: Sequence[Passage]
) -> npt.NDArray[np.float64]:
    """For each passage the largest share of the terms' weight that one of its sentences holds, 0 to 1."""
    total = sum(weights) or 1.0
    exact = {t.text: w for t, w in zip(terms, weights, strict=True) if not t.loose}
    loose = {t.text: w for t, w in zip(terms, weights, strict=True) if t.loose}
    return np.array([_best(passage, exact, loose) / total for passage in passages])


def _best(passage: Passage, exact: dict[str, float], loose: dict[str, float]) -> float:
    spans = passage.sentences or (Span(passage.start, passage.end),)
    return max(_held(passage.text[s.start - passage.start : s.end - passage.start], exact, loose) for s in spans)


def _held(sentence: str, exact: dict[str, float], loose: dict[str, float]) -> float:
    words = set(search_terms(sentence))
    held = sum(weight for word, weight in exact.items() if word in words)
    if loose:
        folded = {fold(word) for word in words}
        held += sum(weight for word, weight in loose.items() if word in folded)
    return held
