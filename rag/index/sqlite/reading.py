"""Reading documents, passages and vectors."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from rag.errors import StoreError
from rag.index.sqlite.filters import condition, is_everything, is_storable
from rag.index.sqlite.rows import INFO_COLUMNS, PASSAGE_COLUMNS, to_info, to_passage
from rag.index.sqlite.schema import Connections, translated
from rag.index.store import Change
from rag.lang import say
from rag.types import Access, Document, DocumentInfo, EmbeddingMatrix, Filters, Passage

_CURRENT = "FROM documents d JOIN versions v ON v.number = d.current"
_AT_ONCE = 500
"""Values of one ``IN`` list."""


class Base:
    """Something that runs statements on this thread's connection."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """All rows of a statement."""
        with translated():
            return self._connections.get().execute(sql, values).fetchall()

    def value(self, sql: str, values: Sequence[Any] = ()) -> Any:
        """First value of the first row; ``None`` when there is none."""
        found = self.rows(sql, values)
        return found[0][0] if found else None

    def meta(self, name: str) -> str | None:
        """A named value."""
        found = self.value("SELECT value FROM meta WHERE name = ?", (name,))
        return None if found is None else str(found)

    def rows_for(self, sql: str, wanted: Sequence[Any], *after: Any) -> Iterator[tuple[Any, ...]]:
        """Rows of a statement whose ``{}`` stands for a list of values, some values at a time.

        :param after: Values of the parameters that follow the list.
        """
        for at in range(0, len(wanted), _AT_ONCE):
            part = wanted[at : at + _AT_ONCE]
            yield from self.rows(sql.format(",".join("?" * len(part))), (*part, *after))


class Reading(Base):
    """The reading part of :class:`rag.index.store.Store`, vocabulary and feedback aside."""

    @property
    def index_version(self) -> str:
        """Changes with each commit of documents."""
        found = dict(self.rows("SELECT name, value FROM meta WHERE name IN ('store_id', 'revision')"))
        return f"{found['store_id']}.{found['revision']}"

    @property
    def seq(self) -> int:
        """Number of the last change."""
        return int(self.value("SELECT seq FROM sqlite_sequence WHERE name = 'changes'") or 0)

    def count_documents(self, filters: Filters | None = None, access: Access | None = None) -> int:
        """Documents that match and may be read."""
        where, values = condition(filters, access)
        return int(self.value(f"SELECT count(*) {_CURRENT} WHERE {where}", values))

    def count_passages(self) -> int:
        """Passages of the current versions."""
        return int(self.value("SELECT count(*) FROM passages WHERE retired IS NULL"))

    def passages(self, ids: Iterable[int]) -> tuple[Passage, ...]:
        """Passages by number, in the order asked; unknown numbers are left out.

        A replaced passage is still found until :meth:`forget`, for readers of the index that lists it.
        """
        wanted = [int(i) for i in ids]
        sql = f"SELECT {PASSAGE_COLUMNS} FROM passages p JOIN versions v ON v.number = p.number WHERE p.id IN ({{}})"  # noqa: S608
        found = {row[0]: row for row in self.rows_for(sql, list(dict.fromkeys(wanted)))}
        return tuple(to_passage(found[i]) for i in wanted if i in found)

    def passages_of(self, document_id: str) -> tuple[Passage, ...]:
        """Passages of a document's current version, in order."""
        sql = (
            f"SELECT {PASSAGE_COLUMNS} {_CURRENT} JOIN passages p ON p.number = v.number "
            "WHERE d.id = ? AND p.retired IS NULL ORDER BY p.ordinal"
        )
        return tuple(map(to_passage, self.rows(sql, (document_id,))))

    def passage_ids(self) -> npt.NDArray[np.int64]:
        """All passages of the current versions, ascending."""
        return _ids(self.rows("SELECT id FROM passages WHERE retired IS NULL ORDER BY id"))

    def documents(self, ids: Iterable[str]) -> tuple[DocumentInfo, ...]:
        """Current versions of documents, in the order asked; unknown ones are left out."""
        wanted = list(ids)
        sql = f"SELECT {INFO_COLUMNS} {_CURRENT} WHERE d.id IN ({{}})"
        found = {row[0]: row for row in self.rows_for(sql, list(dict.fromkeys(wanted)))}
        return tuple(to_info(found[i]) for i in wanted if i in found)

    def infos_of(self, passages: Iterable[Passage]) -> Mapping[int, DocumentInfo]:
        """For each passage, by its number, the document version that it is part of, which need not be the current one.

        Passages of documents that were removed meanwhile are left out.
        """
        wanted = list(passages)
        sql = f"SELECT {INFO_COLUMNS} FROM versions v JOIN documents d ON d.id = v.document_id WHERE d.id IN ({{}})"  # noqa: S608
        found = {
            (row[0], row[2]): row for row in self.rows_for(sql, list(dict.fromkeys(p.document_id for p in wanted)))
        }
        known = {key: to_info(found[key]) for key in {(p.document_id, p.version) for p in wanted} if key in found}
        return {p.id: known[p.document_id, p.version] for p in wanted if (p.document_id, p.version) in known}

    def document(self, document_id: str, version: str | None = None) -> Document | None:
        """A document with its text: the current version, or an old one that is still kept."""
        if not (is_storable(document_id) and is_storable(version or "")):
            return None
        which = "v.number = d.current" if version is None else "v.version = ?"
        sql = (
            f"SELECT v.text, {INFO_COLUMNS} FROM documents d JOIN versions v ON v.document_id = d.id "  # noqa: S608
            f"WHERE d.id = ? AND {which}"
        )
        found = self.rows(sql, (document_id,) if version is None else (document_id, version))
        return Document(to_info(found[0][1:]), found[0][0]) if found else None

    def list_documents(
        self, filters: Filters | None = None, access: Access | None = None, *, offset: int = 0, limit: int | None = None
    ) -> tuple[DocumentInfo, ...]:
        """Documents that match and may be read, newest first."""
        where, values = condition(filters, access)
        sql = (
            f"SELECT {INFO_COLUMNS} {_CURRENT} WHERE {where} "
            "ORDER BY v.published DESC NULLS LAST, d.id LIMIT ? OFFSET ?"
        )
        return tuple(map(to_info, self.rows(sql, (*values, -1 if limit is None else limit, offset))))

    def collections(self) -> Mapping[str, int]:
        """Documents in each collection."""
        return dict(self.rows("SELECT collection, count(*) FROM documents GROUP BY collection ORDER BY collection"))

    def allowed_ids(self, filters: Filters | None, access: Access | None) -> npt.NDArray[np.int64] | None:
        """Passages that match and may be read, ascending; ``None`` means all."""
        if is_everything(filters, access):
            return None
        where, values = condition(filters, access)
        sql = (
            "SELECT p.id FROM documents d JOIN versions v ON v.document_id = d.id "  # noqa: S608
            f"JOIN passages p ON p.number = v.number WHERE {where} ORDER BY p.id"
        )
        return _ids(self.rows(sql, values))

    def vectors(self, ids: Sequence[int], encoder: str) -> EmbeddingMatrix:
        """Vectors of passages, in the order asked.

        :raises StoreError: If one is missing.
        """
        sql = (
            "SELECT p.id, x.vector FROM passages p JOIN vectors x ON x.text_hash = p.text_hash "
            "WHERE p.id IN ({}) AND x.encoder = ?"
        )
        found: dict[int, bytes] = dict(self.rows_for(sql, [int(i) for i in ids], encoder))
        missing = sum(int(i) not in found for i in ids)
        if missing:
            raise StoreError(
                say(f"Kho thiếu {missing} véc-tơ của bộ mã hoá {encoder}; hãy chạy lại `rag ingest`.",
                    f"The store lacks {missing} vectors of the encoder {encoder}; run `rag ingest` again.")
            )  # fmt: skip
        rows = [np.frombuffer(found[int(i)], dtype="<f4") for i in ids]
        return np.array(rows, dtype=np.float32).reshape(len(rows), -1)

    def changes(self, after: int) -> tuple[Change, ...]:
        """The log after a number, in order."""
        rows = self.rows("SELECT seq, kind, passage_id FROM changes WHERE seq > ? ORDER BY seq", (after,))
        return tuple(Change(*row) for row in rows)


def _ids(rows: Sequence[tuple[Any, ...]]) -> npt.NDArray[np.int64]:
    return np.fromiter((row[0] for row in rows), dtype=np.int64, count=len(rows))
