"""Encoding beside reading and writing: while a batch is encoded, the next is read and cut and the one before stored.

Batches are stored in the order in which they came, each in the commits that a run without this would make.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

from rag.errors import StoreError
from rag.index.embed import Embedder, Part, Vectors
from rag.index.steps import step
from rag.index.store import DraftDocument, FileRecord, StoreWriter

_AHEAD = 2
"""Batches that wait for their vectors: one being encoded and one ready, so that the encoder never waits."""


@dataclass(frozen=True, slots=True)
class _Batch:
    """Documents whose vectors are being made.

    :param files: Files that are read completely once these documents are stored.
    """

    drafts: Sequence[DraftDocument]
    files: Sequence[FileRecord]
    parts: Sequence[tuple[Part, Future[Vectors]]]


class Pipeline:
    """Stores batches of documents; a context, left only when all are stored or the run has failed.

    Of a run that was interrupted, everything that was encoded is kept, so that the next one need not do it again.
    """

    def __init__(self, writer: StoreWriter, embedder: Embedder) -> None:
        self._writer = writer
        self._embedder = embedder
        self._batches: deque[_Batch] = deque()
        self._encoding: set[bytes] = set()
        self._worker = ThreadPoolExecutor(1, "encode")

    def __enter__(self) -> Pipeline:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: object) -> None:
        try:
            if kind is None:
                self._store_all_but(0)
        finally:
            self._worker.shutdown(wait=True, cancel_futures=True)
        if kind is not None and not issubclass(kind, StoreError):
            self._store_ready()

    def put(self, drafts: Sequence[DraftDocument], files: Sequence[FileRecord]) -> None:
        """Have documents encoded and stored, and files noted after them; stores earlier ones meanwhile."""
        parts = self._embedder.waiting(self._writer, self._encoding)
        for part in parts:
            self._encoding.update(part)
        started = [(part, self._worker.submit(self._embedder.encode, part)) for part in parts]
        self._batches.append(_Batch(tuple(drafts), tuple(files), started))
        self._store_all_but(_AHEAD)

    def _store_all_but(self, n: int) -> None:
        while len(self._batches) > n:
            self._store(self._batches[0])
            self._batches.popleft()

    def _store(self, batch: _Batch) -> None:
        for part, vectors in batch.parts:
            self._embedder.keep(self._writer, part, vectors.result())
            self._encoding.difference_update(part)
        if batch.drafts:
            self._writer.put(batch.drafts, {}, self._embedder.name)
            step("ingest: batch stored")
        for file in batch.files:
            self._writer.put_file(file)
        step("ingest: files noted")

    def _store_ready(self) -> None:
        """Store the batches that need no more encoding, and of the next one the vectors that are there."""
        for batch in self._batches:
            ready = [(part, vectors) for part, vectors in batch.parts if _is_ready(vectors)]
            if len(ready) < len(batch.parts):
                for part, vectors in ready:
                    self._embedder.keep(self._writer, part, vectors.result())
                break
            self._store(batch)


def _is_ready(vectors: Future[Vectors]) -> bool:
    return vectors.done() and not vectors.cancelled() and vectors.exception() is None
