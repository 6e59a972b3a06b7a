"""Never answers: the score that doing nothing earns."""

from __future__ import annotations

from collections.abc import Sequence

from evals.baselines.base import Base
from rag.types import Access, Answer, Filters, Turn


class Baseline(Base):
    """Always abstain."""

    def ask(
        self,
        question: str,
        history: Sequence[Turn] = (),
        filters: Filters | None = None,
        access: Access | None = None,
    ) -> Answer:
        """Decline."""
        return Answer(question, "abstained", "Tài liệu không nêu.", index_version=self.index_version)
