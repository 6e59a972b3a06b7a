"""Our FAISS index as a LangChain vector store, for chains of one's own.

Exact search over unit vectors; filters are applied before the search; scores are cosines, higher is better. Documents
live in memory; what is to last is written with ``rag ingest`` and searched through :class:`rag.retrieve` instead.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import count
from threading import Lock
from typing import Any

import numpy as np
import numpy.typing as npt
from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from langchain_core.vectorstores import VectorStore

from rag.index.dense import DenseIndex
from rag.index.encode import Encoder
from rag.types import EmbeddingMatrix

Filter = Mapping[str, Any] | Callable[[Document], bool]
"""Metadata that must be equal, or a test of the document."""


class EncoderEmbeddings(Embeddings):
    """An encoder of ours as LangChain embeddings."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Embed passages."""
        vectors: list[list[float]] = self._encoder.encode_passages(texts).tolist()
        return vectors

    def embed_query(self, text: str) -> list[float]:
        """Embed a question."""
        vector: list[float] = self._encoder.encode_queries([text])[0].tolist()
        return vector


class NewsVectorStore(VectorStore):
    """Documents under ids of one's choice; adding one whose id is there replaces it.

    :param embedding: Makes the vectors; they are brought to unit length here.

    >>> store = NewsVectorStore(EncoderEmbeddings(load_encoder(settings)))     # doctest: +SKIP
    >>> store.add_texts(["Hội nghị tổ chức ngày 8/1."], [{"title": "Ban Dân tộc"}], ids=["a"])   # doctest: +SKIP
    ['a']
    """

    def __init__(self, embedding: Embeddings) -> None:
        self._embedding = embedding
        self._index: DenseIndex | None = None
        self._documents: dict[str, Document] = {}
        self._numbers: dict[str, int] = {}
        self._names: dict[int, str] = {}
        self._next = count(1)
        self._lock = Lock()

    @property
    def embeddings(self) -> Embeddings:
        """What makes the vectors."""
        return self._embedding

    def add_texts(
        self,
        texts: Iterable[str],
        metadatas: list[dict[str, Any]] | None = None,
        *,
        ids: list[str] | None = None,
        **_: Any,
    ) -> list[str]:
        """Add texts or replace those whose ids are known.

        :return: The ids, in the order of the texts.
        """
        texts = list(texts)
        names = [name or str(uuid.uuid4()) for name in (ids or [""] * len(texts))]
        vectors = _unit(self._embedding.embed_documents(texts))
        with self._lock:
            for name, text, metadata, vector in zip(names, texts, metadatas or [{}] * len(texts), vectors, strict=True):
                self._put(Document(id=name, page_content=text, metadata=dict(metadata)), vector)
        return names

    def delete(self, ids: list[str] | None = None, **_: Any) -> bool:
        """Remove documents; unknown ids are passed over.

        :param ids: ``None`` removes all.
        """
        with self._lock:
            for name in list(self._documents) if ids is None else ids:
                self._drop(name)
        return True

    def get_by_ids(self, ids: Sequence[str], /) -> list[Document]:
        """Documents by id, in the order asked; unknown ids are left out."""
        return [_copy(self._documents[name]) for name in ids if name in self._documents]

    def similarity_search(self, query: str, k: int = 4, filter: Filter | None = None, **_: Any) -> list[Document]:
        """The nearest documents, best first."""
        return [document for document, _score in self.similarity_search_with_score(query, k, filter)]

    def similarity_search_with_score(
        self,
        query: str,
        k: int = 4,
        filter: Filter | None = None,
        **_: Any,
    ) -> list[tuple[Document, float]]:
        """The nearest documents with their cosines, best first.

        :param filter: Only documents that pass it are searched.
        """
        return self._search(_unit([self._embedding.embed_query(query)])[0], k, filter)

    def similarity_search_by_vector(
        self,
        embedding: list[float],
        k: int = 4,
        filter: Filter | None = None,
        **_: Any,
    ) -> list[Document]:
        """The documents nearest to a vector, best first."""
        return [document for document, _score in self._search(_unit([embedding])[0], k, filter)]

    @classmethod
    def from_texts(
        cls,
        texts: list[str],
        embedding: Embeddings,
        metadatas: list[dict[str, Any]] | None = None,
        *,
        ids: list[str] | None = None,
        **_: Any,
    ) -> NewsVectorStore:
        """Make a store of texts."""
        store = cls(embedding)
        store.add_texts(texts, metadatas, ids=ids)
        return store

    def _select_relevance_score_fn(self) -> Callable[[float], float]:
        """Cosine, -1 to 1, as relevance from 0 to 1."""
        return lambda cosine: (1.0 + cosine) / 2.0

    def _search(self, vector: npt.NDArray[np.float32], k: int, wanted: Filter | None) -> list[tuple[Document, float]]:
        with self._lock:
            if self._index is None:
                return []
            found = self._index.search(vector, k, self._allowed(wanted))
            return [(_copy(self._documents[self._names[hit.id]]), hit.score) for hit in found]

    def _allowed(self, wanted: Filter | None) -> npt.NDArray[np.int64] | None:
        if wanted is None:
            return None
        passes = wanted if callable(wanted) else _has(wanted)
        numbers = [self._numbers[name] for name, document in self._documents.items() if passes(document)]
        return np.array(sorted(numbers), dtype=np.int64)

    def _put(self, document: Document, vector: npt.NDArray[np.float32]) -> None:
        name = document.id or ""
        self._drop(name)
        if self._index is None:
            self._index = DenseIndex(len(vector))
        number = self._numbers[name] = next(self._next)
        self._names[number] = name
        self._documents[name] = document
        self._index.add([number], vector[None, :])

    def _drop(self, name: str) -> None:
        if name in self._numbers and self._index is not None:
            number = self._numbers.pop(name)
            del self._names[number], self._documents[name]
            self._index.remove([number])


def _has(metadata: Mapping[str, Any]) -> Callable[[Document], bool]:
    return lambda document: all(document.metadata.get(key) == value for key, value in metadata.items())


def _copy(document: Document) -> Document:
    """What a chain changes in a result must not change the store."""
    return document.model_copy(deep=True)


def _unit(vectors: Sequence[Sequence[float]]) -> EmbeddingMatrix:
    matrix = np.asarray(vectors, dtype=np.float32).reshape(len(vectors), -1)
    lengths = np.linalg.norm(matrix, axis=1, keepdims=True)
    unit: EmbeddingMatrix = (matrix / np.maximum(lengths, 1e-12)).astype(np.float32)
    return unit
