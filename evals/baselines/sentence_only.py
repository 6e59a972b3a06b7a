"""Answers with one whole sentence of the first five passages: that with the largest share of the question's terms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from evals.baselines.base import Base, quote_best_sentence
from rag.types import Access, Answer, Filters, Turn


class Baseline(Base):
    """Sentence only; never declines while something is found."""

    def ask(
        self,
        question: str,
        history: Sequence[Turn] = (),
        filters: Filters | None = None,
        access: Access | None = None,
    ) -> Answer:
        """Assert the best sentence."""
        hits = self.search(question, filters, 10, access)
        return replace(quote_best_sentence(question, hits[:5]), hits=hits, index_version=self.index_version)
