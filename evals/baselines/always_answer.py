"""The assistant with its abstention switched off: what it would not assert is asserted all the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from evals.baselines.base import Base
from rag.types import Access, Answer, Filters, Turn


class Baseline(Base):
    """Always answer, with the nearest passage where the assistant declines."""

    def ask(
        self,
        question: str,
        history: Sequence[Turn] = (),
        filters: Filters | None = None,
        access: Access | None = None,
    ) -> Answer:
        """The assistant's answer, or its nearest passage asserted."""
        answer = self.asker.ask(question, history, filters, access)
        if answer.status == "answered" or not answer.nearest:
            return answer
        first = replace(answer.nearest[0], n=1)
        return replace(
            answer, status="answered", text=f"{first.quote} [1]", citations=(first,), nearest=(), method="extractive"
        )
