"""Reciprocal rank fusion of the two legs (Cormack, Clarke and Büttcher, 2009), with their k = 60."""

from __future__ import annotations

from evals.baselines.base import Reordered
from rag.types import Hit

K = 60  # the value of the paper, which found the choice of little weight


class Baseline(Reordered):
    """RRF of BM25 and cosine ranks."""

    def order(self, hits: tuple[Hit, ...]) -> tuple[Hit, ...]:
        """By the sum of 1 / (k + rank) over both legs."""
        lexical = sorted((hit for hit in hits if hit.lexical > 0), key=lambda hit: -hit.lexical)
        scores: dict[int, float] = {}
        for leg in (sorted(hits, key=lambda hit: -hit.dense), lexical):
            for rank, hit in enumerate(leg, start=1):
                scores[hit.passage.id] = scores.get(hit.passage.id, 0.0) + 1 / (K + rank)
        return tuple(sorted(hits, key=lambda hit: -scores[hit.passage.id]))
