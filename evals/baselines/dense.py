"""Embeddings alone: candidates in the order of their cosine."""

from __future__ import annotations

from evals.baselines.base import Reordered
from rag.types import Hit


class Baseline(Reordered):
    """Dense only."""

    def order(self, hits: tuple[Hit, ...]) -> tuple[Hit, ...]:
        """By cosine with the question."""
        return tuple(sorted(hits, key=lambda hit: -hit.dense))
