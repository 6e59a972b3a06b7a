"""Looking through what is stored, for the people who look after it and for the filters of a question."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from rag.index.sqlite.filters import condition
from rag.index.sqlite.reading import Reading
from rag.index.sqlite.rows import INFO_COLUMNS, to_info
from rag.index.store import Browse, Listed, Origin
from rag.text.unicode import fold
from rag.types import Access

_CURRENT = "FROM documents d JOIN versions v ON v.number = d.current"
_ORDERS = {
    "title": "v.title COLLATE NOCASE",
    "published": "v.published",
    "added": "v.number",
    "publisher": "v.publisher COLLATE NOCASE",
    "collection": "d.collection",
    "length": "length(v.text)",
}


class Browsing(Reading):
    """The browsing part of :class:`rag.index.store.Store`."""

    def browse(self, wish: Browse, access: Access | None = None) -> tuple[tuple[Listed, ...], int]:
        """A page of a list of documents, and how many there are on all pages."""
        where, values = condition(wish.filters, access)
        words = [word for word in fold(wish.words).split() if "\x00" not in word]
        if words:
            self._connections.get().create_scalar_function("rag_folded", _folded, 1, deterministic=True)
            where += "".join(
                " AND rag_folded(v.title || ' ' || v.source || ' ' || v.publisher) LIKE ? ESCAPE '!'" for _ in words
            )
            values = (*values, *(f"%{_literal(word)}%" for word in words))
        n = int(self.value(f"SELECT count(*) {_CURRENT} WHERE {where}", values))
        direction = "DESC" if wish.descending else "ASC"
        sql = (
            f"SELECT v.created, length(v.text), (SELECT count(*) FROM versions o WHERE o.document_id = d.id), "  # noqa: S608
            f"{INFO_COLUMNS} {_CURRENT} WHERE {where} "
            f"ORDER BY {_ORDERS[wish.order]} {direction} NULLS LAST, d.id LIMIT ? OFFSET ?"
        )
        rows = self.rows(sql, (*values, wish.limit, wish.offset))
        return tuple(Listed(to_info(row[3:]), datetime.fromisoformat(row[0]), row[1], row[2]) for row in rows), n

    def counts_of(self, column: str, access: Access | None = None) -> Mapping[str, int]:
        """How many documents each ``collection`` or ``publisher`` has, most first."""
        name = {"collection": "d.collection", "publisher": "v.publisher"}[column]
        where, values = condition(None, access)
        sql = (
            f"SELECT {name}, count(*) {_CURRENT} WHERE {where} AND {name} <> '' "
            f"GROUP BY {name} ORDER BY count(*) DESC, {name}"
        )
        return dict(self.rows(sql, values))

    def origin(self, document_id: str) -> Origin | None:
        """Where a document was last loaded from on this machine."""
        found = self.rows("SELECT origin, loader FROM documents WHERE id = ?", (document_id,))
        return Origin(*found[0]) if found else None

    def versions(self, document_id: str) -> tuple[str, ...]:
        """Versions of a document that are kept, oldest first, the current one last."""
        sql = (
            "SELECT v.version FROM versions v JOIN documents d ON d.id = v.document_id WHERE d.id = ? "
            "ORDER BY v.number = d.current, v.number"
        )
        return tuple(row[0] for row in self.rows(sql, (document_id,)))

    def is_origin(self, path: str) -> bool:
        """Whether some document was last loaded from this file."""
        return self.value("SELECT 1 FROM documents WHERE origin = ? LIMIT 1", (path,)) is not None

    def source_hashes(self) -> frozenset[str]:
        """Hashes of the files that some kept version was read from."""
        return frozenset(row[0] for row in self.rows("SELECT DISTINCT source_hash FROM versions"))


def _folded(*texts: Any) -> str:
    return fold(str(texts[0]))


def _literal(word: str) -> str:
    return word.replace("!", "!!").replace("%", "!%").replace("_", "!_")
