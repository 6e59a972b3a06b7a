"""Brings a store that was made with other settings up to the present ones, from the texts that it keeps."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rag.index.chunk import CHUNK_FORMAT
from rag.index.embed import Embedder, store_drafts
from rag.index.store import KnownDocument, Store, StoreWriter
from rag.lang import say

_AT_ONCE = 64


def migrate(store: Store, writer: StoreWriter, embedder: Embedder) -> bool:
    """Cut and encode all documents again if the encoder, the chunk size or the way of cutting changed.

    A kill in between loses nothing: vectors made so far are found by the next run.

    :return: Whether anything had to be done.
    """
    same_cut = writer.meta("chunking") in (None, _chunking(embedder))
    same_encoder = writer.meta("encoder") in (None, embedder.name)
    if same_cut and same_encoder:
        return False
    _again(store, writer, embedder, cut=not same_cut)
    record(writer, embedder)
    if not same_encoder:
        writer.drop_other_vectors(embedder.name)
    return True


def _again(store: Store, writer: StoreWriter, embedder: Embedder, *, cut: bool) -> None:
    stage = say("mã hoá lại tài liệu", "embedding documents again")
    total, done = store.count_documents(), 0
    for part in _batches([known for name in store.collections() for known in writer.origins(name)]):
        documents = ((store.document(known.id), known.origin) for known in part)
        drafts = [embedder.draft(document, origin) for document, origin in documents if document]
        store_drafts(writer, embedder, drafts if cut else ())
        done += len(part)
        embedder.progress(stage, done, total)


def record(writer: StoreWriter, embedder: Embedder) -> None:
    """Note what the store was made with; the dimension needs the encoder only when it is not the one noted."""
    if writer.meta("encoder") != embedder.name:
        writer.set_meta("dim", str(embedder.encoder.dim))
        writer.set_meta("encoder", embedder.name)
    if writer.meta("chunking") != (chunking := _chunking(embedder)):
        writer.set_meta("chunk_size", str(embedder.settings.chunk_size))
        writer.set_meta("chunking", chunking)


def _chunking(embedder: Embedder) -> str:
    return f"{embedder.settings.chunk_size}/{CHUNK_FORMAT}"


def _batches(items: Sequence[KnownDocument]) -> Iterator[Sequence[KnownDocument]]:
    for at in range(0, len(items), _AT_ONCE):
        yield items[at : at + _AT_ONCE]
