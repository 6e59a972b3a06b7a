"""The store kept in SQLite, through ``apsw``. Only this folder knows SQL."""

from __future__ import annotations

from rag.index.sqlite.store import SqliteStore

__all__ = ["SqliteStore"]
