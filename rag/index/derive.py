"""Derives both indexes from the store: follows its log of changes where it can, builds them anew where it must."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from rag.index.dense import DenseIndex
from rag.index.generation import LEXICAL, Generation, Manifest, copy_lexical, current_name, open_generation, publish
from rag.index.lexical import LexicalIndex
from rag.index.store import Change, Store
from rag.types import DocumentInfo

_AT_ONCE = 4096
"""Passages read from the store at a time."""
_QUICKLY_BUILT = 20_000
"""Passages whose word index is built in about three seconds."""
_GHOST_SHARE = 0.1
"""Share of removed passages that may still be counted in a larger one."""


def derive(store: Store, index: Path, encoder: str, dim: int, chunk_size: int, *, clean: bool = False) -> str:
    """Bring the published indexes in step with the store; call it as the one writer.

    :param index: Folder of the generations.
    :param clean: Make the word index anew if it still counts anything that was removed.
    :return: Name of the generation in use afterwards.
    """
    index.mkdir(parents=True, exist_ok=True)
    current = _usable(index, encoder, store.index_version)
    manifest = Manifest(
        encoder=encoder,
        dim=dim,
        chunk_size=chunk_size,
        seq=store.seq,
        index_version=store.index_version,
        n_passages=store.count_passages(),
        n_documents=store.count_documents(),
    )
    is_same = current and current.manifest == replace(manifest, n_ghosts=current.manifest.n_ghosts)
    if current and is_same and not (clean and current.manifest.n_ghosts):
        return current.name
    added, removed = _difference(store, current)
    dense = _dense(store, current, manifest, added, removed)
    words = index / f"{LEXICAL}.tmp"
    n_ghosts = current.manifest.n_ghosts + len(removed) if current else 0
    if current and not (clean and n_ghosts) and not _too_many(n_ghosts, manifest.n_passages):
        copy_lexical(index / current.name / LEXICAL, words)
    else:
        shutil.rmtree(words, ignore_errors=True)
        added, removed, n_ghosts = store.passage_ids().tolist(), [], 0
    LexicalIndex(words).update(removed, entries(store, added))
    return publish(index, replace(manifest, n_ghosts=n_ghosts), dense, words)


def _dense(
    store: Store, current: Generation | None, manifest: Manifest, added: Sequence[int], removed: Sequence[int]
) -> DenseIndex:
    """The vectors' index, continued; made anew from the store when it changes its kind with its size."""
    encoder, n = manifest.encoder, manifest.n_passages
    if current and current.dense.suits(n):
        dense = current.dense
        dense.remove(removed)
    else:
        added = store.passage_ids().tolist()
        dense = DenseIndex(manifest.dim)
        if not dense.suits(n):
            dense = DenseIndex.quantised(manifest.dim)
    for ids in _batches(added):
        dense.add(ids, store.vectors(ids, encoder))
    return dense


def _too_many(n_ghosts: int, n_passages: int) -> bool:
    """Whether to build the word index anew, so that what was removed no longer weighs in the scores of the rest."""
    return n_ghosts > 0 and (n_passages < _QUICKLY_BUILT or n_ghosts > _GHOST_SHARE * n_passages)


def _usable(index: Path, encoder: str, index_version: str) -> Generation | None:
    """The generation in use, if it can be continued: whole, of this encoder and of this store's own history."""
    name = current_name(index)
    current = open_generation(index, name, thorough=True) if name else None
    if current is None or not current.manifest.is_of(index_version):
        return None
    return current if current.manifest.encoder == encoder else None


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


def entries(store: Store, ids: Sequence[int]) -> Iterator[tuple[int, str, DocumentInfo]]:
    """What the word index holds of passages: number, text and document of each."""
    for part in _batches(ids):
        passages = store.passages(part)
        infos = {info.id: info for info in store.documents({p.document_id for p in passages})}
        for passage in passages:
            yield passage.id, passage.text, infos[passage.document_id]


def _batches(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for at in range(0, len(ids), _AT_ONCE):
        yield ids[at : at + _AT_ONCE]
