"""What is measured: anything that asks and searches like :class:`rag.Assistant`. Baselines have the same shape."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from rag.types import Access, Answer, Document, Filters, Hit, Turn


class Asker(Protocol):
    """The part of the assistant that evals use."""

    @property
    def index_version(self) -> str:
        """Names the state of the index."""
        ...

    def ask(
        self,
        question: str,
        history: Sequence[Turn] = (),
        filters: Filters | None = None,
        access: Access | None = None,
    ) -> Answer:
        """Answer a question."""
        ...

    def search(
        self, query: str, filters: Filters | None = None, top_k: int = 10, access: Access | None = None
    ) -> tuple[Hit, ...]:
        """Find passages."""
        ...

    def document(self, document_id: str, version: str | None = None) -> Document | None:
        """Open a document; ``None`` where there is none."""
        ...
