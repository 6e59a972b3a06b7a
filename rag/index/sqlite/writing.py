"""The one writer: each method is one commit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import apsw
import numpy as np
import numpy.typing as npt

from rag.index.sqlite.reading import Base
from rag.index.sqlite.rows import from_document, to_spans
from rag.index.sqlite.schema import TRACES, WRITING_KB
from rag.index.sqlite.vocabulary import add_counts
from rag.index.steps import step
from rag.index.store import DraftDocument, FileRecord, KnownDocument, Origin
from rag.types import Document

Vectors = Mapping[bytes, npt.NDArray[np.float32]]

_KNOWN = (
    "SELECT d.id, v.version, v.source, v.source_hash, d.origin, d.loader "
    "FROM documents d JOIN versions v ON v.number = d.current"
)


class SqliteWriter(Base):
    """Writes; see :class:`rag.index.store.StoreWriter`. Made by :meth:`SqliteStore.writer`, which sees to it that
    there is only one.
    """

    def known(self, ids: Sequence[str]) -> Mapping[str, KnownDocument]:
        """What is stored of these documents."""
        return {row[0]: _to_known(row) for row in self.rows_for(f"{_KNOWN} WHERE d.id IN ({{}})", list(ids))}

    def known_at(self, collection: str, path: str) -> tuple[KnownDocument, ...]:
        """What is stored of the documents loaded from a file."""
        rows = self.rows(f"{_KNOWN} WHERE d.collection = ? AND d.origin = ? ORDER BY d.id", (collection, path))
        return tuple(map(_to_known, rows))

    def origins(self, collection: str) -> Iterator[KnownDocument]:
        """All documents of a collection."""
        yield from map(_to_known, self.rows(f"{_KNOWN} WHERE d.collection = ? ORDER BY d.id", (collection,)))

    def file(self, collection: str, path: str) -> FileRecord | None:
        """The record of a file that was read completely before."""
        found = self.rows("SELECT * FROM files WHERE collection = ? AND path = ?", (collection, path))
        return FileRecord(*found[0]) if found else None

    def put_file(self, record: FileRecord) -> None:
        """Record that a file was read completely."""
        values = (record.collection, record.path, record.hash, record.loader_version)
        self.rows("INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?)", values)

    def missing_vectors(self, hashes: Sequence[bytes], encoder: str) -> list[bytes]:
        """Which encoded strings have no vector yet, each once."""
        wanted = list(dict.fromkeys(hashes))
        sql = "SELECT text_hash FROM vectors WHERE text_hash IN ({}) AND encoder = ?"
        found = {row[0] for row in self.rows_for(sql, wanted, encoder)}
        return [key for key in wanted if key not in found]

    def put(self, drafts: Sequence[DraftDocument], vectors: Vectors, encoder: str) -> None:
        """Store documents, replacing their current versions, with the vectors that were missing."""
        created = datetime.now(UTC).isoformat(timespec="seconds")
        with self._commit() as connection:
            _insert_vectors(connection, vectors, encoder)
            replaced = [text for draft in drafts for text in _retire(connection, draft.document.id)]
            add_counts(connection, replaced, -1)
            for draft in drafts:
                _insert(connection, draft, created)
            add_counts(connection, (draft.document.text for draft in drafts), 1)

    def put_vectors(self, vectors: Vectors, encoder: str) -> None:
        """Store vectors alone."""
        with self._connections.get() as connection:
            _insert_vectors(connection, vectors, encoder)
            step("store: vectors about to be committed")
        step("store: vectors committed")

    def touch(self, document_id: str, source: str, source_hash: str, origin: Origin) -> None:
        """Note where an unchanged document was found this time."""
        with self._connections.get() as connection:
            where = (origin.path, origin.loader_version, document_id)
            _run(connection, "UPDATE documents SET origin = ?, loader = ? WHERE id = ?", where)
            sql = (
                "UPDATE versions SET source = ?, source_hash = ? "
                "WHERE number = (SELECT current FROM documents WHERE id = ?)"
            )
            _run(connection, sql, (source, source_hash, document_id))

    def remove(self, ids: Sequence[str]) -> int:
        """Remove documents with all their versions and return how many there were."""
        if not ids:
            return 0
        with self._commit() as connection:
            return sum(_remove(connection, document_id) for document_id in dict.fromkeys(ids))

    def drop_other_vectors(self, encoder: str) -> None:
        """Drop the vectors of all encoders but this one."""
        self.rows("DELETE FROM vectors WHERE encoder <> ?", (encoder,))

    def forget(self, seq: int) -> None:
        """Drop what was kept for readers of indexes up to ``seq``: replaced passages, vectors that no passage uses."""
        with self._connections.get() as connection:
            rows = _run(connection, "SELECT id, text_hash FROM passages WHERE retired <= ?", (seq,))
            connection.executemany("DELETE FROM passages WHERE id = ?", ((i,) for i, _hash in rows))
            _drop_unused_vectors(connection, (text_hash for _i, text_hash in rows))

    def forget_versions(self, before: datetime) -> int:
        """Drop the old versions that were stored before a moment, with what was kept for readers of older indexes.

        :return: How many versions there were.
        """
        old = (
            "SELECT v.number FROM versions v JOIN documents d ON d.id = v.document_id "
            "WHERE v.number <> d.current AND v.created < ?1"
        )
        moment = (before.astimezone(UTC).isoformat(timespec="seconds"),)
        with self._connections.get() as connection:
            _run(connection, f"DELETE FROM passages WHERE retired IS NOT NULL OR number IN ({old})", moment)  # noqa: S608
            gone = _run(connection, f"DELETE FROM versions WHERE number IN ({old}) RETURNING number", moment)  # noqa: S608
            _run(connection, "DELETE FROM vectors WHERE text_hash NOT IN (SELECT text_hash FROM passages)")
        return len(gone)

    def empty_log(self) -> None:
        """Move what was written into the database file and leave nothing in the write-ahead log."""
        self.rows("PRAGMA wal_checkpoint(TRUNCATE)")

    def compact(self) -> None:
        """Rewrite the database file without free space; nothing that was deleted stays in it."""
        self.rows("VACUUM")
        self.empty_log()

    def set_meta(self, name: str, value: str) -> None:
        """Set a named value."""
        self.rows("INSERT OR REPLACE INTO meta VALUES (?, ?)", (name, value))

    @contextmanager
    def _commit(self) -> Iterator[apsw.Connection]:
        """One transaction that gives the store a new version."""
        with self._connections.get() as connection:
            connection.execute(f"PRAGMA cache_size=-{WRITING_KB}")  # or pages are written before they are complete
            yield connection
            _run(connection, "UPDATE meta SET value = CAST(value AS INTEGER) + 1 WHERE name = 'revision'")
            step("store: about to commit")
        step("store: committed")


def _to_known(row: Sequence[Any]) -> KnownDocument:
    values = (*row[:4], Origin(*row[4:]))
    return KnownDocument(*values)


def _insert_vectors(connection: apsw.Connection, vectors: Vectors, encoder: str) -> None:
    connection.executemany(
        "INSERT OR IGNORE INTO vectors VALUES (?, ?, ?)",
        ((encoder, key, np.asarray(vector, dtype="<f4").tobytes()) for key, vector in vectors.items()),
    )


def _retire(connection: apsw.Connection, document_id: str) -> list[str]:
    """Take the current version out of the search; returns its text. Its passages stay readable until ``forget``."""
    found = _run(
        connection,
        "SELECT v.number, v.text FROM documents d JOIN versions v ON v.number = d.current WHERE d.id = ?",
        (document_id,),
    )
    for number, _text in found:
        ids = _run(connection, "SELECT id FROM passages WHERE number = ? AND retired IS NULL ORDER BY id", (number,))
        for (passage_id,) in ids:
            seq = _log(connection, "remove", passage_id)
            _run(connection, "UPDATE passages SET retired = ? WHERE id = ?", (seq, passage_id))
    return [text for _number, text in found]


def _insert(connection: apsw.Connection, draft: DraftDocument, created: str) -> None:
    document, info, origin = draft.document, draft.document.info, draft.origin
    _run(
        connection,
        "INSERT INTO documents VALUES (?, ?, ?, NULL, ?, ?) "
        "ON CONFLICT (id) DO UPDATE SET origin = excluded.origin, loader = excluded.loader",
        (info.id, info.key, info.collection, origin.path, origin.loader_version),
    )
    number = _put_version(connection, document, created)
    _run(connection, "UPDATE documents SET current = ? WHERE id = ?", (number, info.id))
    for passage, text_hash in zip(draft.passages, draft.hashes, strict=True):
        text = document.text[passage.start : passage.end]
        place = (number, passage.ordinal, passage.start, passage.end, to_spans(passage.sentences))
        _run(connection, "INSERT INTO passages VALUES (NULL, ?, ?, ?, ?, ?, ?, NULL, ?)", (*place, text_hash, text))
        _log(connection, "add", connection.last_insert_rowid())


def _put_version(connection: apsw.Connection, document: Document, created: str) -> int:
    """Insert a version, or take it up again when the document returned to an earlier one."""
    values = from_document(document, created)
    found = _run(
        connection,
        "INSERT INTO versions VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
        "ON CONFLICT (document_id, version) DO UPDATE SET source = excluded.source, "
        "source_hash = excluded.source_hash, pages = excluded.pages, notes = excluded.notes RETURNING number",
        values,
    )
    return int(found[0][0])


def _remove(connection: apsw.Connection, document_id: str) -> bool:
    texts = _retire(connection, document_id)
    if not texts:
        return False
    add_counts(connection, texts, -1)
    sql = "DELETE FROM passages WHERE number IN (SELECT number FROM versions WHERE document_id = ?) RETURNING text_hash"
    hashes = _run(connection, sql, (document_id,))
    _drop_unused_vectors(connection, (row[0] for row in hashes))
    _run(
        connection,
        "DELETE FROM files WHERE (collection, path) IN (SELECT collection, origin FROM documents WHERE id = ?)",
        (document_id,),
    )
    _run(connection, "DELETE FROM meta WHERE name = ?", (f"edit:{document_id}",))
    _run(connection, "UPDATE documents SET current = NULL WHERE id = ?", (document_id,))
    _run(connection, "DELETE FROM versions WHERE document_id = ?", (document_id,))
    _run(connection, "DELETE FROM documents WHERE id = ?", (document_id,))
    for statement in TRACES:
        _run(connection, statement, (document_id,))
    return True


def _drop_unused_vectors(connection: apsw.Connection, hashes: Iterable[bytes]) -> None:
    connection.executemany(
        "DELETE FROM vectors WHERE text_hash = ?1 AND NOT EXISTS (SELECT 1 FROM passages WHERE text_hash = ?1)",
        ((key,) for key in set(hashes)),
    )


def _log(connection: apsw.Connection, kind: str, passage_id: int) -> int:
    _run(connection, "INSERT INTO changes VALUES (NULL, ?, ?)", (kind, passage_id))
    return connection.last_insert_rowid()


def _run(connection: apsw.Connection, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    return connection.execute(sql, values).fetchall()
