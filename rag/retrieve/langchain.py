"""The retriever as a LangChain object, for chains of one's own and for ours."""

from __future__ import annotations

from typing import Any

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document as LangChainDocument
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict

from rag.retrieve.hybrid import HybridRetriever
from rag.retrieve.understand import understand_for
from rag.types import Access, Filters, Hit


class NewsRetriever(BaseRetriever):
    """Finds passages for a question; each result carries its place and scores as metadata.

    :param top_k: How many passages to return.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    retriever: HybridRetriever
    top_k: int = 10
    filters: Filters | None = None
    access: Access | None = None

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun, **_: Any
    ) -> list[LangChainDocument]:
        understood = understand_for(self.retriever.index, query, self.access)
        hits = self.retriever.retrieve(understood, self.top_k, self.filters, self.access)
        return [to_langchain(hit) for hit in hits]


def to_langchain(hit: Hit) -> LangChainDocument:
    """A hit as a LangChain document: the passage's text, its place and scores as metadata."""
    passage, info = hit.passage, hit.document
    return LangChainDocument(
        id=str(passage.id),
        page_content=passage.text,
        metadata={
            "document_id": passage.document_id,
            "version": passage.version,
            "start": passage.start,
            "end": passage.end,
            "title": info.title,
            "published": info.published.isoformat() if info.published else None,
            "source": info.source,
            "score": hit.score,
            "dense": hit.dense,
            "lexical": hit.lexical,
        },
    )
