"""The small database of people, sessions and rights: ``access.db`` beside the store, for its owner's eyes only.

Apart from ``rag.db``, because a copy of the documents must not carry passwords, and because signing in writes while the
documents are only read.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import apsw

from rag.errors import StoreError
from rag.lang import say
from rag.settings import Settings

FILE_NAME = "access.db"
_VERSION = 2
_BUSY_MS = 5000

_TABLES = """
CREATE TABLE IF NOT EXISTS users (
    name TEXT PRIMARY KEY,
    display TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('reader', 'editor', 'administrator')),
    password TEXT NOT NULL,
    created TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS members (
    user TEXT NOT NULL REFERENCES users (name) ON DELETE CASCADE,
    team TEXT NOT NULL,
    PRIMARY KEY (user, team)
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS sessions (
    id BLOB PRIMARY KEY,
    kind TEXT NOT NULL,
    user TEXT NOT NULL,
    person TEXT NOT NULL,
    created REAL NOT NULL,
    seen REAL NOT NULL,
    expires REAL NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS sessions_by_user ON sessions (user);

CREATE TABLE IF NOT EXISTS failures (
    subject TEXT PRIMARY KEY,
    count INTEGER NOT NULL,
    until REAL NOT NULL,
    seen REAL NOT NULL
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS aside (
    id BLOB PRIMARY KEY,
    value TEXT NOT NULL,
    expires REAL NOT NULL
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS used (
    token TEXT PRIMARY KEY,
    expires REAL NOT NULL
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS readers (
    collection TEXT NOT NULL,
    team TEXT NOT NULL,
    PRIMARY KEY (collection, team)
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS options (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
"""


class Database:
    """One connection a thread to ``access.db``, made when missing.

    :param settings: ``store`` says in which folder.
    """

    def __init__(self, settings: Settings) -> None:
        self.path = settings.store / FILE_NAME
        self._local = threading.local()

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """All rows of a statement, which is a transaction of its own.

        :raises StoreError: If the database cannot be used.
        """
        try:
            return self.connection().execute(sql, values).fetchall()
        except apsw.Error as error:
            raise _failed(error) from error

    def value(self, sql: str, values: Sequence[Any] = ()) -> Any:
        """First value of the first row; ``None`` when there is none."""
        found = self.rows(sql, values)
        return found[0][0] if found else None

    def connection(self) -> apsw.Connection:
        """The connection of this thread, for transactions of several statements.

        :raises StoreError: If the database cannot be opened.
        """
        found: apsw.Connection | None = getattr(self._local, "connection", None)
        if found is None:
            try:
                found = self._local.connection = _open(self.path)
            except apsw.Error as error:
                raise _failed(error) from error
        return found

    def close(self) -> None:
        """Close this thread's connection."""
        found: apsw.Connection | None = getattr(self._local, "connection", None)
        if found is not None:
            found.close()
            self._local.connection = None


def _open(path: Path) -> apsw.Connection:
    path.parent.mkdir(parents=True, exist_ok=True)
    # Made with these rights, not given them afterwards; SQLite makes its side files with the rights of the main one.
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    connection = apsw.Connection(str(path))
    connection.set_busy_timeout(_BUSY_MS)
    connection.transaction_mode = "IMMEDIATE"
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA foreign_keys=ON")
    with connection:
        version = int(str(connection.execute("PRAGMA user_version").fetchall()[0][0]))
        if version < _VERSION:  # what an older version lacks is only added
            connection.execute(_TABLES)
            connection.execute(f"PRAGMA user_version={_VERSION}")
        elif version > _VERSION:
            raise StoreError(
                say(f"{FILE_NAME} có định dạng {version}; hãy cập nhật news-rag.",
                    f"{FILE_NAME} has format {version}; update news-rag.")
            )  # fmt: skip
    return connection


def _failed(error: apsw.Error) -> StoreError:
    return StoreError(say(f"Lỗi {FILE_NAME}: {error}.", f"{FILE_NAME} failed: {error}."))
