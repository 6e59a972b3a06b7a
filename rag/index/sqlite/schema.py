"""The tables as numbered steps, and connections to them.

**A new table or column is a new step at the end of** :data:`STEPS`: SQL that brings a store from the steps before to
this one. Never change a step that others may have. A new store takes all steps; an older one takes those that it lacks
when it is next opened, in one transaction and after a copy of it was kept (:mod:`rag.index.sqlite.upgrade`).

The log is kept in WAL mode with every commit on the disk (``synchronous=FULL``), and what is deleted is overwritten
(``secure_delete``). ``apsw`` brings its own SQLite: the one that Debian's Python links can corrupt a WAL database with
two connections.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import apsw

from rag.errors import StoreBusyError, StoreError
from rag.lang import say

FILE_NAME = "rag.db"

_BUSY_MS = 5000

_FIRST = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE documents (
    id TEXT PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    collection TEXT NOT NULL,
    current INTEGER REFERENCES versions (number) DEFERRABLE INITIALLY DEFERRED,
    origin TEXT NOT NULL,
    loader TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX documents_by_origin ON documents (collection, origin);

CREATE TABLE versions (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    document_id TEXT NOT NULL REFERENCES documents (id),
    version TEXT NOT NULL,
    source TEXT NOT NULL,
    source_hash TEXT NOT NULL,
    title TEXT NOT NULL,
    publisher TEXT NOT NULL,
    author TEXT NOT NULL,
    url TEXT NOT NULL,
    published TEXT,
    format TEXT NOT NULL,
    pages TEXT NOT NULL,
    notes TEXT NOT NULL,
    created TEXT NOT NULL,
    text TEXT NOT NULL,
    UNIQUE (document_id, version)
);

CREATE TABLE passages (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    number INTEGER NOT NULL REFERENCES versions (number),
    ordinal INTEGER NOT NULL,
    start INTEGER NOT NULL,
    "end" INTEGER NOT NULL,
    sentences TEXT NOT NULL,
    text_hash BLOB NOT NULL,
    retired INTEGER,
    text TEXT NOT NULL
);
CREATE INDEX passages_by_version ON passages (number, ordinal);
CREATE INDEX passages_by_hash ON passages (text_hash);
CREATE INDEX passages_retired ON passages (retired) WHERE retired IS NOT NULL;

CREATE TABLE vectors (
    encoder TEXT NOT NULL,
    text_hash BLOB NOT NULL,
    vector BLOB NOT NULL
);
CREATE UNIQUE INDEX vectors_by_key ON vectors (text_hash, encoder);

CREATE TABLE changes (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL CHECK (kind IN ('add', 'remove')),
    passage_id INTEGER NOT NULL
);

CREATE TABLE files (
    collection TEXT NOT NULL,
    path TEXT NOT NULL,
    hash TEXT NOT NULL,
    loader TEXT NOT NULL,
    PRIMARY KEY (collection, path)
) WITHOUT ROWID;

CREATE TABLE spellings (
    folded TEXT NOT NULL,
    syllable TEXT NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (folded, syllable)
) WITHOUT ROWID;

CREATE TABLE pairs (
    first TEXT NOT NULL,
    second TEXT NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (first, second)
) WITHOUT ROWID;

CREATE TABLE feedback (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    created TEXT NOT NULL,
    question TEXT NOT NULL,
    answer TEXT NOT NULL,
    verdict TEXT NOT NULL,
    reason TEXT NOT NULL,
    comment TEXT NOT NULL,
    index_version TEXT NOT NULL
);
"""


TRACES: tuple[str, ...] = (
    # The verdict and the question are the person's own and stay; the quotes are the document's.
    "UPDATE feedback SET answer = json_set(answer, '$.text', '', '$.short_answer', '', '$.citations', json('[]'), "
    "'$.nearest', json('[]')) WHERE json_valid(answer) AND instr(answer, ?1)",
)
"""Statements that take a removed document's traces out of other tables; ``?1`` is its id. Append what you need."""

STEPS: tuple[str, ...] = (
    _FIRST,
)  # fmt: skip
"""All steps, oldest first; a store's ``user_version`` says how many of them it has taken. Append only."""


class Connections:
    """One connection a thread to the same database file.

    :param path: The database; made when missing if ``create``, brought up to date when an older version made it.
    """

    def __init__(self, path: Path, *, create: bool = False) -> None:
        from rag.index.sqlite.upgrade import prepare

        self._path = path
        self._local = threading.local()
        with translated():
            prepare(path, STEPS, create=create)

    def get(self) -> apsw.Connection:
        """The connection of the calling thread."""
        found: apsw.Connection | None = getattr(self._local, "connection", None)
        if found is None:
            with translated():
                found = self._local.connection = connect(self._path)
        return found

    def close(self) -> None:
        """Close this thread's connection; those of other threads close with their threads."""
        found: apsw.Connection | None = getattr(self._local, "connection", None)
        if found is not None:
            found.close()
            self._local.connection = None


@contextmanager
def translated() -> Iterator[None]:
    """Raise what SQLite reports as a :class:`StoreError` in the user's language."""
    try:
        yield
    except apsw.FullError as error:
        raise StoreError(say("Hết chỗ trên đĩa; kho giữ nguyên như trước.",
                             "The disk is full; the store is as it was.")) from error  # fmt: skip
    except apsw.BusyError as error:
        raise StoreBusyError(say("Kho đang bận; hãy thử lại.", "The store is busy; try again.")) from error
    except (apsw.ReadOnlyError, apsw.CantOpenError, apsw.PermissionsError) as error:
        raise StoreError(
            say("Không ghi được vào thư mục của kho; hãy kiểm tra quyền ghi và ổ đĩa.",
                "The store's folder cannot be written to; check its permissions and the disk.")
        ) from error  # fmt: skip
    except (apsw.CorruptError, apsw.NotADBError) as error:
        raise StoreError(
            say(f"Tệp {FILE_NAME} của kho bị hỏng ({error}); hãy khôi phục từ bản sao lưu bằng `rag restore`.",
                f"The store's file {FILE_NAME} is damaged ({error}); restore a backup with `rag restore`.")
        ) from error  # fmt: skip
    except apsw.IOError as error:
        raise StoreError(
            say(f"Ổ đĩa không nhận ghi hoặc đọc lỗi ({error}); hãy kiểm tra chỗ trống và ổ đĩa; kho giữ nguyên.",
                f"The disk refused ({error}); check its free space and health. The store is as it was.")
        ) from error  # fmt: skip
    except apsw.Error as error:
        raise StoreError(say(f"Lỗi kho dữ liệu: {error}.", f"The store failed: {error}.")) from error


_READING_KB = 200
"""Pages that a connection keeps. A server has a connection for each of its forty threads; 2 MB each, as SQLite has it
by itself, is memory that grows for hours and saves no time: the system keeps the file's pages for all of them."""

WRITING_KB = 8000
"""Pages kept by the connection that writes: those that a batch of documents changes."""


def connect(path: Path, flags: int = apsw.SQLITE_OPEN_READWRITE) -> apsw.Connection:
    """Open a database file with the settings that this product relies on."""
    connection = apsw.Connection(str(path), flags=flags)
    connection.set_busy_timeout(_BUSY_MS)
    connection.transaction_mode = "IMMEDIATE"  # a transaction that reads before it writes would fail when overtaken
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA foreign_keys=ON")
    connection.execute("PRAGMA secure_delete=ON")
    connection.execute(f"PRAGMA cache_size=-{_READING_KB}")
    return connection
