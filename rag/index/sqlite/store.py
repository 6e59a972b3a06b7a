"""The store in one SQLite file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from rag.errors import StoreBusyError
from rag.index.files import file_lock, lock_holder
from rag.index.sqlite.browsing import Browsing
from rag.index.sqlite.copying import Copying
from rag.index.sqlite.feedback import FeedbackKeeping
from rag.index.sqlite.schema import FILE_NAME, Connections, translated
from rag.index.sqlite.upgrade import LOCK
from rag.index.sqlite.vocabulary import VocabularyReading
from rag.index.sqlite.writing import SqliteWriter
from rag.lang import say


class SqliteStore(Copying, Browsing, FeedbackKeeping, VocabularyReading):
    """A :class:`rag.index.store.Store`; make one with :meth:`open`."""

    def __init__(self, folder: Path, connections: Connections) -> None:
        super().__init__(connections)
        self.folder = folder

    @classmethod
    def open(cls, folder: Path, *, create: bool = False) -> SqliteStore:
        """Open the store of a folder.

        :param create: Make an empty one when there is none.
        :raises StoreMissingError: If there is none and ``create`` is false.
        """
        return cls(folder, Connections(folder / FILE_NAME, create=create))

    @contextmanager
    def writer(self) -> Iterator[SqliteWriter]:
        """Become the one writer.

        :raises StoreBusyError: At once, when another process is writing.
        """
        with ExitStack() as stack:
            try:
                stack.enter_context(file_lock(self.folder / LOCK, wait=False))
            except BlockingIOError:
                holder = lock_holder(self.folder / LOCK) or "?"
                raise StoreBusyError(
                    say(f"Kho đang được tiến trình khác ghi (số hiệu {holder}); hãy thử lại khi tiến trình đó xong.",
                        f"Another process (number {holder}) is writing to the store; try again when it is done.")
                ) from None  # fmt: skip
            with translated():
                yield SqliteWriter(self._connections)

    def close(self) -> None:
        """Close this thread's connection."""
        self._connections.close()
