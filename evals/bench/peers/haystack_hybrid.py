"""Haystack: the hybrid retrieval of its tutorial, without the ranker that needs a second model.

Splits of 512 words with 32 of overlap, in-memory store, BM25 and embedding retrievers, joined by reciprocal ranks.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from haystack import Document, Pipeline
from haystack.components.joiners import DocumentJoiner
from haystack.components.preprocessors import DocumentSplitter
from haystack.components.retrievers.in_memory import InMemoryBM25Retriever, InMemoryEmbeddingRetriever
from haystack.components.writers import DocumentWriter
from haystack.document_stores.in_memory import InMemoryDocumentStore
from haystack.document_stores.types import DuplicatePolicy
from haystack.utils import ComponentDevice
from haystack_integrations.components.embedders.sentence_transformers import (
    SentenceTransformersDocumentEmbedder,
    SentenceTransformersTextEmbedder,
)

from evals.bench.peers.base import PASSAGE, QUERY, TOP_K, Row, Search

_FILE = "store.json"


def ingest(rows: Sequence[Row], model: str, folder: Path) -> int:
    """See :class:`evals.bench.peers.base.Peer`."""
    store = InMemoryDocumentStore(embedding_similarity_function="cosine")
    pipeline = Pipeline()
    pipeline.add_component("split", DocumentSplitter(split_by="word", split_length=512, split_overlap=32))
    pipeline.add_component("embed", SentenceTransformersDocumentEmbedder(prefix=PASSAGE, **_options(model)))
    # Passages of the same words are one document to the store.
    pipeline.add_component("write", DocumentWriter(store, policy=DuplicatePolicy.SKIP))
    pipeline.connect("split", "embed")
    pipeline.connect("embed", "write")
    pipeline.run({"split": {"documents": [Document(content=row.content, meta={"document": row.id}) for row in rows]}})
    store.save_to_disk(str(folder / _FILE))
    return int(store.count_documents())


def load(model: str, folder: Path) -> Search:
    """See :class:`evals.bench.peers.base.Peer`."""
    store = InMemoryDocumentStore.load_from_disk(str(folder / _FILE))
    pipeline = Pipeline()
    pipeline.add_component("embed", SentenceTransformersTextEmbedder(prefix=QUERY, **_options(model)))
    pipeline.add_component("dense", InMemoryEmbeddingRetriever(store, top_k=TOP_K))
    pipeline.add_component("words", InMemoryBM25Retriever(store, top_k=TOP_K))
    pipeline.add_component("join", DocumentJoiner(join_mode="reciprocal_rank_fusion", top_k=TOP_K))
    pipeline.connect("embed.embedding", "dense.query_embedding")
    pipeline.connect("dense", "join")
    pipeline.connect("words", "join")

    def search(question: str) -> list[str]:
        found = pipeline.run({"embed": {"text": question}, "words": {"query": question}})
        return [hit.meta["document"] for hit in found["join"]["documents"]]

    return search


def _options(model: str) -> dict[str, Any]:
    device = ComponentDevice.from_str("cpu")
    return {"model": model, "device": device, "normalize_embeddings": True, "progress_bar": False}
