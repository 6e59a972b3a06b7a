"""Lexical search alone: candidates in the order of their BM25 score."""

from __future__ import annotations

from evals.baselines.base import Reordered
from rag.types import Hit


class Baseline(Reordered):
    """BM25 only; a passage without any term of the question is not found."""

    def order(self, hits: tuple[Hit, ...]) -> tuple[Hit, ...]:
        """By BM25 score."""
        return tuple(sorted((hit for hit in hits if hit.lexical > 0), key=lambda hit: -hit.lexical))
