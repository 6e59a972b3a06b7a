"""Whole copies of the database: out of a running store, and back into one."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from rag.errors import StoreError
from rag.index.sqlite.reading import Base
from rag.index.sqlite.schema import FILE_NAME, STEPS, connect, translated
from rag.index.sqlite.upgrade import keep_copy, newer
from rag.lang import say


class Copying(Base):
    """The copying part of :class:`rag.index.store.Store`."""

    def copy_to(self, target: Path) -> None:
        """Copy the database as it is at this moment into one file; readers and a writer go on meanwhile."""
        with translated():
            keep_copy(self._connections.get(), target)

    def take_over(self, source: Path) -> None:
        """Replace everything by what a copy holds, in one commit that readers see whole.

        The store gets a new identity, so that no index made before is taken for its own, and its passages get numbers
        that were never used here, so that none is mistaken for another by who still searches the index before.
        """
        last = self.value("SELECT seq FROM sqlite_sequence WHERE name = 'passages'") or 0
        with translated(), closing(connect(source)) as copy:
            with copy:
                copy.execute("UPDATE meta SET value = ? WHERE name = 'store_id'", (uuid.uuid4().hex[:8],))
                copy.execute("UPDATE passages SET id = -id")
                copy.execute("UPDATE passages SET id = ? - id", (last,))
                copy.execute("UPDATE changes SET passage_id = passage_id + ?", (last,))
                copy.execute("UPDATE sqlite_sequence SET seq = seq + ? WHERE name = 'passages'", (last,))
            with self._connections.get().backup("main", copy, "main") as backup:
                while not backup.done:
                    backup.step()

    def integrity(self) -> str:
        """``ok``, or what SQLite finds wrong with the file or with the references between its tables."""
        found = [str(row[0]) for row in self.rows("PRAGMA integrity_check(20)")]
        found += [f"foreign key: {row[:3]}" for row in self.rows("PRAGMA foreign_key_check")]
        return "; ".join(line for line in found if line != "ok") or "ok"

    def all_vectors(self) -> Iterator[tuple[int, bytes, bytes | None]]:
        """Number, hash and vector of every passage of the current versions; ``None`` where there is no vector."""
        encoder = self.meta("encoder")
        sql = (
            "SELECT p.id, p.text_hash, x.vector FROM passages p LEFT JOIN vectors x "
            "ON x.text_hash = p.text_hash AND x.encoder = ? WHERE p.retired IS NULL ORDER BY p.id"
        )
        with translated():
            yield from self._connections.get().execute(sql, (encoder,))

    def counts(self, table: str) -> Iterator[tuple[Any, ...]]:
        """All rows of ``spellings`` or ``pairs``."""
        with translated():
            yield from self._connections.get().execute({"spellings": _SPELLINGS, "pairs": _PAIRS}[table])


def copy_database(source: Path, target: Path) -> None:
    """Copy another database of the store's folder, as it is at this moment."""
    with translated(), closing(connect(source)) as connection:
        keep_copy(connection, target)


_SPELLINGS = "SELECT syllable, count FROM spellings"
_PAIRS = "SELECT first, second, count FROM pairs"


def steps_of(path: Path) -> int:
    """How many steps a copy has taken.

    :raises StoreError: If it is damaged, or of a newer version.
    """
    with translated(), closing(connect(path)) as copy:
        found = str(copy.execute("PRAGMA quick_check(1)").fetchall()[0][0])
        if found != "ok":
            raise StoreError(
                say(f"Bản sao {FILE_NAME} bị hỏng: {found}.", f"The copy {FILE_NAME} is damaged: {found}.")
            )
        taken: int = copy.execute("PRAGMA user_version").fetchall()[0][0]  # type: ignore[assignment]
    if taken > len(STEPS):
        raise StoreError(newer(taken, len(STEPS)))
    return taken
