"""What the rest of the product asks of a store, whatever keeps the data.

The store is the truth: documents with all their versions, passages, vectors, the vocabulary, feedback, and a log of
changes with numbers (``seq``) that derived indexes follow. Nothing outside ``rag/index/sqlite`` knows SQLite.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

import numpy as np
import numpy.typing as npt

from rag.index.chunk import PassageDraft
from rag.types import Access, Document, DocumentInfo, EmbeddingMatrix, Filters, Passage

ChangeKind = Literal["add", "remove"]


@dataclass(frozen=True, slots=True)
class Change:
    """One line of the log that derived indexes follow."""

    seq: int
    kind: ChangeKind
    passage_id: int


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a document was loaded from on this machine; for comparing runs, never shown.

    :param path: Absolute path of the file.
    :param loader_version: Version of the loaders that read it.
    """

    path: str
    loader_version: str


@dataclass(frozen=True, slots=True)
class FileRecord:
    """A file that was read completely, so that it can be passed over while its bytes stay the same."""

    collection: str
    path: str
    hash: str
    loader_version: str


@dataclass(frozen=True, slots=True)
class DraftDocument:
    """A document version ready to be stored.

    :param hashes: One per passage: the hash of the exact string that the encoder sees.
    """

    document: Document
    passages: tuple[PassageDraft, ...]
    hashes: tuple[bytes, ...]
    origin: Origin


@dataclass(frozen=True, slots=True)
class KnownDocument:
    """What ingest compares a loaded document with."""

    id: str
    version: str
    source: str
    source_hash: str
    origin: Origin


@dataclass(frozen=True, slots=True)
class Feedback:
    """A person's verdict on an answer.

    :param verdict: ``up`` or ``down``.
    :param answer_json: The answer as it was shown.
    """

    id: int
    created: datetime
    question: str
    answer_json: str
    verdict: str
    reason: str
    comment: str
    index_version: str


@dataclass(frozen=True, slots=True)
class Browse:
    """What part of the list of documents is wanted.

    :param words: Each must stand in title, source or publisher; marks and case do not count.
    :param order: Column to sort by; documents without a value come last.
    """

    words: str = ""
    filters: Filters | None = None
    order: Literal["title", "published", "added", "publisher", "collection", "length"] = "published"
    descending: bool = True
    offset: int = 0
    limit: int = 50


@dataclass(frozen=True, slots=True)
class Listed:
    """A line of the list of documents.

    :param added: When the current version was stored.
    :param n_chars: Length of its text in characters.
    :param n_versions: Versions kept, the current one included.
    """

    info: DocumentInfo
    added: datetime
    n_chars: int
    n_versions: int


class Store(Protocol):
    """Reading. Safe to use from several threads."""

    @property
    def index_version(self) -> str:
        """Changes with each commit of documents."""

    @property
    def seq(self) -> int:
        """Number of the last change."""

    def count_documents(self, filters: Filters | None = None, access: Access | None = None) -> int:
        """Documents that match and may be read."""

    def count_passages(self) -> int:
        """Passages of the current versions."""

    def meta(self, name: str) -> str | None:
        """A named value."""

    def passages(self, ids: Iterable[int]) -> tuple[Passage, ...]:
        """Passages by number, in the order asked; unknown numbers are left out."""

    def passages_of(self, document_id: str) -> tuple[Passage, ...]:
        """Passages of a document's current version, in order."""

    def documents(self, ids: Iterable[str]) -> tuple[DocumentInfo, ...]:
        """Current versions of documents, in the order asked; unknown ones are left out."""

    def infos_of(self, passages: Iterable[Passage]) -> Mapping[int, DocumentInfo]:
        """For each passage, by its number, the document version that it is part of, which need not be the current one.

        Passages of documents that were removed meanwhile are left out.
        """

    def document(self, document_id: str, version: str | None = None) -> Document | None:
        """A document with its text: the current version, or an old one that is still kept."""

    def list_documents(
        self, filters: Filters | None = None, access: Access | None = None, *, offset: int = 0, limit: int | None = None
    ) -> tuple[DocumentInfo, ...]:
        """Documents that match and may be read, newest first."""

    def close(self) -> None:
        """Release what this thread holds."""

    def collections(self) -> Mapping[str, int]:
        """Documents in each collection."""

    def browse(self, wish: Browse, access: Access | None = None) -> tuple[tuple[Listed, ...], int]:
        """A page of a list of documents, and how many there are on all pages."""

    def counts_of(self, column: str, access: Access | None = None) -> Mapping[str, int]:
        """How many documents each ``collection`` or ``publisher`` has, most first."""

    def origin(self, document_id: str) -> Origin | None:
        """Where a document was last loaded from on this machine."""

    def versions(self, document_id: str) -> tuple[str, ...]:
        """Versions of a document that are kept, oldest first, the current one last."""

    def is_origin(self, path: str) -> bool:
        """Whether some document was last loaded from this file."""

    def source_hashes(self) -> frozenset[str]:
        """Hashes of the files that some kept version was read from."""

    def allowed_ids(self, filters: Filters | None, access: Access | None) -> npt.NDArray[np.int64] | None:
        """Passages that match and may be read, ascending; ``None`` means all."""

    def vectors(self, ids: Sequence[int], encoder: str) -> EmbeddingMatrix:
        """Vectors of passages, in the order asked.

        :raises StoreError: If one is missing.
        """

    def spellings(self, folded: Sequence[str]) -> Mapping[str, Mapping[str, int]]:
        """For each folded syllable the exact spellings met, with their counts."""

    def pairs(self, pairs: Sequence[tuple[str, str]]) -> Mapping[tuple[str, str], int]:
        """Counts of neighbouring exact syllables; pairs never met are left out."""

    def changes(self, after: int) -> tuple[Change, ...]:
        """The log after a number, in order."""

    def passage_ids(self) -> npt.NDArray[np.int64]:
        """All passages of the current versions, ascending."""

    def add_feedback(self, question: str, answer_json: str, verdict: str, reason: str = "", comment: str = "") -> int:
        """Keep a person's verdict and return its number."""

    def feedback(self, limit: int | None = None) -> tuple[Feedback, ...]:
        """Verdicts, newest first."""

    def writer(self) -> AbstractContextManager[StoreWriter]:
        """Become the one writer.

        :raises StoreBusyError: At once, when another process is writing.
        """


class StoreWriter(Protocol):
    """Writing; each method is one commit."""

    def meta(self, name: str) -> str | None:
        """A named value."""

    def known(self, ids: Sequence[str]) -> Mapping[str, KnownDocument]:
        """What is stored of these documents."""

    def known_at(self, collection: str, path: str) -> tuple[KnownDocument, ...]:
        """What is stored of the documents loaded from a file."""

    def origins(self, collection: str) -> Iterator[KnownDocument]:
        """All documents of a collection."""

    def file(self, collection: str, path: str) -> FileRecord | None:
        """The record of a file that was read completely before."""

    def put_file(self, record: FileRecord) -> None:
        """Record that a file was read completely."""

    def missing_vectors(self, hashes: Sequence[bytes], encoder: str) -> list[bytes]:
        """Which encoded strings have no vector yet, each once."""

    def put(
        self, drafts: Sequence[DraftDocument], vectors: Mapping[bytes, npt.NDArray[np.float32]], encoder: str
    ) -> None:
        """Store documents, replacing their current versions, with the vectors that were missing."""

    def put_vectors(self, vectors: Mapping[bytes, npt.NDArray[np.float32]], encoder: str) -> None:
        """Store vectors alone."""

    def touch(self, document_id: str, source: str, source_hash: str, origin: Origin) -> None:
        """Note where an unchanged document was found this time."""

    def remove(self, ids: Sequence[str]) -> int:
        """Remove documents with all their versions and return how many there were."""

    def forget(self, seq: int) -> None:
        """Drop what was kept for readers of indexes up to ``seq``: replaced passages, vectors that no passage uses."""

    def forget_versions(self, before: datetime) -> int:
        """Drop the old versions that were stored before a moment, with what was kept for readers of older indexes.

        :return: How many versions there were.
        """

    def empty_log(self) -> None:
        """Move what was written into the database file and leave nothing in the write-ahead log."""

    def compact(self) -> None:
        """Rewrite the database file without free space; nothing that was deleted stays in it."""

    def drop_other_vectors(self, encoder: str) -> None:
        """Drop the vectors of all encoders but this one."""

    def set_meta(self, name: str, value: str) -> None:
        """Set a named value."""
