"""LlamaIndex: a vector index and its BM25 retriever, joined by ``QueryFusionRetriever`` with reciprocal ranks.

Nodes of 512 of its tokens, as in the BM25 retriever's guide; no further questions are generated, since that takes a
language model. Its stemmer knows no Vietnamese and is switched off.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from llama_index.core import Document, StorageContext, VectorStoreIndex, load_index_from_storage
from llama_index.core.llms import MockLLM
from llama_index.core.node_parser import SentenceSplitter
from llama_index.core.retrievers import QueryFusionRetriever
from llama_index.embeddings.huggingface import HuggingFaceEmbedding
from llama_index.retrievers.bm25 import BM25Retriever

from evals.bench.peers.base import PASSAGE, QUERY, TOP_K, Row, Search


def ingest(rows: Sequence[Row], model: str, folder: Path) -> int:
    """See :class:`evals.bench.peers.base.Peer`."""
    documents = [Document(text=row.content, id_=row.id) for row in rows]
    nodes = SentenceSplitter(chunk_size=512).get_nodes_from_documents(documents)
    index = VectorStoreIndex(nodes, embed_model=_embeddings(model))
    index.storage_context.persist(persist_dir=str(folder / "vectors"))
    BM25Retriever.from_defaults(nodes=nodes, similarity_top_k=TOP_K, skip_stemming=True).persist(str(folder / "words"))
    return len(nodes)


def load(model: str, folder: Path) -> Search:
    """See :class:`evals.bench.peers.base.Peer`."""
    context = StorageContext.from_defaults(persist_dir=str(folder / "vectors"))
    index = load_index_from_storage(context, embed_model=_embeddings(model))
    words = BM25Retriever.from_persist_dir(str(folder / "words"))
    words.skip_stemming = True  # is not among what it keeps
    retriever = QueryFusionRetriever(
        [index.as_retriever(similarity_top_k=TOP_K), words],
        llm=MockLLM(),
        similarity_top_k=TOP_K,
        num_queries=1,
        mode="reciprocal_rerank",
        use_async=False,
    )
    return lambda question: [hit.node.ref_doc_id for hit in retriever.retrieve(question)]


def _embeddings(model: str) -> Any:
    return HuggingFaceEmbedding(model, query_instruction=QUERY, text_instruction=PASSAGE, device="cpu")
