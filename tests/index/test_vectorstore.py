"""LangChain's own tests of a vector store, and what they leave out."""

from __future__ import annotations

import pytest
from langchain_core.documents import Document
from langchain_core.vectorstores import VectorStore
from langchain_tests.integration_tests import VectorStoreIntegrationTests

from rag.index.vectorstore import EncoderEmbeddings, NewsVectorStore


class TestStandard(VectorStoreIntegrationTests):
    @pytest.fixture
    def vectorstore(self) -> VectorStore:
        return NewsVectorStore(self.get_embeddings())


@pytest.fixture
def store(letters) -> NewsVectorStore:
    texts = ["hộ nghèo", "đường giao thông", "trường học"]
    metadatas = [{"year": 2020}, {"year": 2021}, {"year": 2021}]
    return NewsVectorStore.from_texts(texts, EncoderEmbeddings(letters), metadatas, ids=["a", "b", "c"])


def test_the_nearest_comes_first_with_its_cosine(store):
    found = store.similarity_search_with_score("hộ nghèo", k=3)
    assert found[0][0].id == "a"
    assert found[0][1] == pytest.approx(1.0, abs=3e-4)
    assert [score for _, score in found] == sorted((score for _, score in found), reverse=True)


def test_filters_apply_before_the_search(store):
    assert [d.id for d in store.similarity_search("hộ nghèo", k=1, filter={"year": 2021})] != ["a"]
    assert len(store.similarity_search("hộ nghèo", k=3, filter={"year": 2021})) == 2
    assert store.similarity_search("hộ nghèo", filter=lambda document: False) == []


def test_adding_a_known_id_replaces_the_document(store):
    store.add_documents([Document(id="a", page_content="mới", metadata={})])
    assert [d.page_content for d in store.get_by_ids(["a"])] == ["mới"]
    assert len(store.similarity_search("mới", k=10)) == 3


def test_changing_a_result_does_not_change_the_store(store):
    store.similarity_search("hộ nghèo", k=1)[0].metadata["year"] = 1
    assert store.get_by_ids(["a"])[0].metadata == {"year": 2020}


def test_relevance_is_between_nought_and_one(store):
    found = store.similarity_search_with_relevance_scores("hộ nghèo", k=3)
    assert all(0.0 <= score <= 1.00001 for _, score in found)
