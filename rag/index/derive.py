"""Derives both indexes from the store: follows its log of changes where it can, builds them anew where it must."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

from rag.index.dense import DenseIndex
from rag.index.generation import LEXICAL, Generation, Manifest, copy_lexical, current_name, open_generation, publish
from rag.index.lexical import LexicalIndex
from rag.index.store import Change, Store
from rag.types import DocumentInfo

_AT_ONCE = 4096
"""Passages read from the store at a time."""


def derive(store: Store, index: Path, encoder: str, dim: int, chunk_size: int) -> str:
    """Bring the published indexes in step with the store; call it as the one writer.

    :param index: Folder of the generations.
    :return: Name of the generation in use afterwards.
    """
    index.mkdir(parents=True, exist_ok=True)
    current = _usable(index, encoder)
    manifest = Manifest(
        encoder=encoder,
        dim=dim,
        chunk_size=chunk_size,
        seq=store.seq,
        index_version=store.index_version,
        n_passages=store.count_passages(),
        n_documents=store.count_documents(),
    )
    if current and current.manifest == manifest:
        return current.name
    dense, words = _start(current, index, dim)
    added, removed = _difference(store, current)
    dense.remove(removed)
    for ids in _batches(added):
        dense.add(ids, store.vectors(ids, encoder))
    LexicalIndex(words).update(removed, _entries(store, added))
    return publish(index, manifest, dense, words)


def _usable(index: Path, encoder: str) -> Generation | None:
    """The generation in use, if it can be continued."""
    name = current_name(index)
    current = open_generation(index, name, thorough=True) if name else None
    return current if current and current.manifest.encoder == encoder else None


def _start(current: Generation | None, index: Path, dim: int) -> tuple[DenseIndex, Path]:
    """What to continue from: copies of the current indexes, or empty ones."""
    words = index / f"{LEXICAL}.tmp"
    if current is None:
        shutil.rmtree(words, ignore_errors=True)
        return DenseIndex(dim), words
    copy_lexical(index / current.name / LEXICAL, words)
    return current.dense, words


def _difference(store: Store, current: Generation | None) -> tuple[list[int], list[int]]:
    """Passages to add and to remove."""
    if current is None:
        return store.passage_ids().tolist(), []
    return _net(store.changes(current.manifest.seq))


def _net(changes: Sequence[Change]) -> tuple[list[int], list[int]]:
    """What remains of a log: a passage added and removed again is neither. Numbers are never used twice."""
    last = {change.passage_id: change.kind for change in changes}
    fresh = {change.passage_id for change in changes if change.kind == "add"}
    added = [number for number, kind in last.items() if kind == "add"]
    removed = [number for number, kind in last.items() if kind == "remove" and number not in fresh]
    return added, removed


def _entries(store: Store, ids: Sequence[int]) -> Iterator[tuple[int, str, DocumentInfo]]:
    for part in _batches(ids):
        passages = store.passages(part)
        infos = {info.id: info for info in store.documents({p.document_id for p in passages})}
        for passage in passages:
            yield passage.id, passage.text, infos[passage.document_id]


def _batches(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for at in range(0, len(ids), _AT_ONCE):
        yield ids[at : at + _AT_ONCE]
