"""Plain LangChain: the semantic search of its documentation.

Splitter of 1,000 characters with 200 of overlap, ``HuggingFaceEmbeddings`` with e5's prefixes as prompts, FAISS from
``langchain-community``, ten nearest passages. There is no word search.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from langchain_community.vectorstores import FAISS
from langchain_core.documents import Document
from langchain_huggingface import HuggingFaceEmbeddings
from langchain_text_splitters import RecursiveCharacterTextSplitter

from evals.bench.peers.base import PASSAGE, QUERY, TOP_K, Row, Search


def ingest(rows: Sequence[Row], model: str, folder: Path) -> int:
    """See :class:`evals.bench.peers.base.Peer`."""
    splitter = RecursiveCharacterTextSplitter(chunk_size=1000, chunk_overlap=200, add_start_index=True)
    documents = [Document(page_content=row.content, metadata={"document": row.id}) for row in rows]
    parts = splitter.split_documents(documents)
    FAISS.from_documents(parts, _embeddings(model)).save_local(str(folder))
    return len(parts)


def load(model: str, folder: Path) -> Search:
    """See :class:`evals.bench.peers.base.Peer`."""
    store = FAISS.load_local(str(folder), _embeddings(model), allow_dangerous_deserialization=True)
    retriever = store.as_retriever(search_kwargs={"k": TOP_K})
    return lambda question: [hit.metadata["document"] for hit in retriever.invoke(question)]


def _embeddings(model: str) -> Any:
    return HuggingFaceEmbeddings(
        model_name=model,
        model_kwargs={"device": "cpu"},
        encode_kwargs={"normalize_embeddings": True, "prompt": PASSAGE},
        query_encode_kwargs={"normalize_embeddings": True, "prompt": QUERY},
    )
