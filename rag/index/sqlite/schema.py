"""The tables, and connections to them.

The log is kept in WAL mode with every commit on the disk (``synchronous=FULL``). ``apsw`` brings its own SQLite: the
one that Debian's Python links can corrupt a WAL database with two connections.
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import apsw

from rag.errors import StoreBusyError, StoreError
from rag.lang import say

SCHEMA_VERSION = 1
FILE_NAME = "rag.db"

_BUSY_MS = 5000

_TABLES = """
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


class Connections:
    """One connection a thread to the same database file.

    :param path: The database; made when missing if ``create``.
    """

    def __init__(self, path: Path, *, create: bool = False) -> None:
        self._path = path
        self._local = threading.local()
        with translated():
            if create:
                _create(path)
            _check_version(self.get())

    def get(self) -> apsw.Connection:
        """The connection of the calling thread."""
        found: apsw.Connection | None = getattr(self._local, "connection", None)
        if found is None:
            with translated():
                found = self._local.connection = _connect(self._path)
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
    except apsw.Error as error:
        raise StoreError(say(f"Lỗi kho dữ liệu: {error}.", f"The store failed: {error}.")) from error


def _connect(path: Path, flags: int = apsw.SQLITE_OPEN_READWRITE) -> apsw.Connection:
    connection = apsw.Connection(str(path), flags=flags)
    connection.set_busy_timeout(_BUSY_MS)
    connection.transaction_mode = "IMMEDIATE"  # a transaction that reads before it writes would fail when overtaken
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA foreign_keys=ON")
    return connection


def _create(path: Path) -> None:
    """Make the database with its tables, unless it is there; two processes may try at once."""
    path.parent.mkdir(parents=True, exist_ok=True)
    flags = apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE
    with closing(_connect(path, flags)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        with closing(connection.cursor()) as cursor:
            cursor.execute("BEGIN IMMEDIATE")
            if not cursor.execute("PRAGMA user_version").fetchall()[0][0]:
                cursor.execute(_TABLES)
                cursor.execute("INSERT INTO meta VALUES ('store_id', ?), ('revision', '0')", (uuid.uuid4().hex[:8],))
                cursor.execute(f"PRAGMA user_version={SCHEMA_VERSION}")
            cursor.execute("COMMIT")


def _check_version(connection: apsw.Connection) -> None:
    found = connection.execute("PRAGMA user_version").fetchall()[0][0]
    if found != SCHEMA_VERSION:
        raise StoreError(
            say(f"Kho có định dạng {found}, phiên bản này đọc định dạng {SCHEMA_VERSION}; hãy cập nhật news-rag.",
                f"The store has format {found}, this version reads format {SCHEMA_VERSION}; update news-rag.")
        )  # fmt: skip
