"""The retriever inside a LangChain chain, on the shipped article."""

from __future__ import annotations

import pytest
from langchain_core.runnables import RunnableLambda

from rag.index.index import Index
from rag.retrieve import HybridRetriever
from rag.retrieve.langchain import NewsRetriever
from rag.settings import Settings
from rag.types import Access

pytestmark = pytest.mark.encoder


@pytest.fixture(scope="module")
def hybrid(seed_store: Settings) -> HybridRetriever:
    return HybridRetriever(Index.open(seed_store))


def test_retriever_gives_documents_with_their_place_in_the_stored_text(hybrid: HybridRetriever) -> None:
    found = NewsRetriever(retriever=hybrid, top_k=2).invoke("hộ nghèo giảm còn bao nhiêu")
    assert len(found) == 2
    first = found[0].metadata
    stored = hybrid.index.store.document(first["document_id"], first["version"])
    assert stored is not None
    assert stored.text[first["start"] : first["end"]] == found[0].page_content
    assert "7,89%" in found[0].page_content


def test_retriever_is_a_step_of_a_chain(hybrid: HybridRetriever) -> None:
    chain = NewsRetriever(retriever=hybrid) | RunnableLambda(lambda documents: documents[0].metadata["title"])
    assert chain.invoke("ho ngheo") == "Ban Dân tộc tỉnh triển khai nhiệm vụ năm 2021"


def test_retriever_finds_nothing_in_collections_that_may_not_be_read(hybrid: HybridRetriever) -> None:
    assert NewsRetriever(retriever=hybrid, access=Access("an", ("khac",))).invoke("hộ nghèo") == []
