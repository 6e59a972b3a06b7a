"""Makes a database, and brings one of an older version up to date: the copy first, then all steps in one transaction.

Knows no table: the steps stand in :mod:`rag.index.sqlite.schema`.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import apsw

from rag.errors import StoreBusyError, StoreError, StoreMissingError
from rag.index.files import file_lock, fsync_path
from rag.index.sqlite.schema import connect
from rag.lang import say

LOCK = "writer.lock"
"""Held by whoever writes documents or changes the tables."""


def prepare(path: Path, steps: Sequence[str], *, create: bool) -> None:
    """Make the database if asked to, and see to it that it has taken exactly these steps.

    :raises StoreMissingError: If there is none and ``create`` is false.
    :raises StoreError: If a newer version of the product made it.
    :raises StoreBusyError: If it needs an upgrade while another process writes.
    """
    found = _version(path)
    if not found and create:
        _create(path, steps)
        found = _version(path)
    if not found:
        raise StoreMissingError(
            say("Chưa có gì được lập chỉ mục; hãy chạy `rag ingest …`.",
                "Nothing has been indexed yet; run `rag ingest …`.")
        )  # fmt: skip
    if found > len(steps):
        raise StoreError(newer(found, len(steps)))
    if found < len(steps):
        _upgrade(path, steps)


def newer(found: int, known: int) -> str:
    """Why a store or a backup of a later version is not opened."""
    return say(
        f"Kho do một phiên bản news-rag mới hơn tạo ra (định dạng {found}; phiên bản này đọc đến định dạng {known}). "
        "Hãy cập nhật news-rag; kho chưa bị thay đổi.",
        f"A newer version of news-rag made the store (format {found}; this version reads up to format {known}). "
        "Update news-rag; the store was not changed.",
    )


def _version(path: Path) -> int:
    """How many steps the database has taken; 0 where there is none."""
    if not path.is_file() or not path.stat().st_size:
        return 0
    with closing(connect(path)) as connection:
        return _taken(connection)


def _taken(connection: apsw.Connection) -> int:
    found: int = connection.execute("PRAGMA user_version").fetchall()[0][0]  # type: ignore[assignment]
    return found


def _create(path: Path, steps: Sequence[str]) -> None:
    """Make the database with its tables, unless it is there; two processes may try at once."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(connect(path, apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        with connection:
            if not _taken(connection):
                _take(connection, steps, 0)
                sql = "INSERT INTO meta VALUES ('store_id', ?), ('revision', '0')"
                connection.execute(sql, (uuid.uuid4().hex[:8],))
    fsync_path(path.parent)


def _upgrade(path: Path, steps: Sequence[str]) -> None:
    try:
        with file_lock(path.with_name(LOCK), wait=False), closing(connect(path)) as connection:
            taken = _taken(connection)
            if taken >= len(steps):
                return
            keep_copy(connection, path.with_name(f"{path.name}.v{taken}"))
            connection.execute("PRAGMA foreign_keys=OFF")  # a step may make a table anew under its old name
            with connection:
                _take(connection, steps, taken)
                broken = connection.execute("PRAGMA foreign_key_check").fetchall()
                if broken:
                    raise StoreError(say("Không nâng cấp được kho; kho giữ nguyên như trước.",
                                         "The store cannot be upgraded; it is as it was."))  # fmt: skip
    except BlockingIOError:
        raise StoreBusyError(
            say("Kho cần được nâng cấp nhưng một tiến trình khác đang ghi; hãy thử lại khi tiến trình đó xong.",
                "The store needs an upgrade but another process is writing; try again when it is done.")
        ) from None  # fmt: skip


def _take(connection: apsw.Connection, steps: Sequence[str], taken: int) -> None:
    for step in steps[taken:]:
        connection.execute(step)
    connection.execute(f"PRAGMA user_version={len(steps)}")


def keep_copy(connection: apsw.Connection, target: Path) -> None:
    """Copy an open database, as it is at this moment, into a file that appears whole; others may go on writing."""
    aside = target.with_name(target.name + ".tmp")
    aside.unlink(missing_ok=True)
    with closing(apsw.Connection(str(aside))) as copy:
        with copy.backup("main", connection, "main") as backup:
            while not backup.done:
                backup.step()
        copy.execute("PRAGMA journal_mode=DELETE")  # one file, without a log beside it
    fsync_path(aside)
    aside.replace(target)
    fsync_path(target.parent)
