"""Encoding beside reading and writing keeps order, commits and what was already encoded."""

from __future__ import annotations

import threading

import pytest

from rag.errors import StoreError
from rag.index.embed import Embedder, silent
from rag.index.pipeline import Pipeline
from rag.index.sqlite import SqliteStore
from rag.index.store import FileRecord, Origin
from rag.types import Document, DocumentInfo

ORIGIN = Origin("/tin.jsonl", "1")


def document(number: int) -> Document:
    text = f"Tin số {number}. Nội dung của tin số {number}."
    info = DocumentInfo(f"d{number}", f"k{number}", f"v{number}", "default", "tin.jsonl", f"Tin {number}")
    return Document(info, text)


@pytest.fixture
def store(settings):
    return SqliteStore.open(settings.store, create=True)


class Gated:
    """The letters encoder, each call of which waits to be let through."""

    def __init__(self, letters):
        self._letters, self.gate, self.begun = letters, threading.Semaphore(0), threading.Event()
        self.name, self.dim = letters.name, letters.dim

    def encode_passages(self, texts):
        self.begun.set()
        assert self.gate.acquire(timeout=10)
        return self._letters.encode_passages(texts)


def put(pipeline, embedder, *numbers, files=()):
    pipeline.put([embedder.draft(document(n), ORIGIN) for n in numbers], files)


def test_a_batch_is_encoded_while_the_next_is_made(settings, store, letters):
    encoder = Gated(letters)
    embedder = Embedder(settings, silent, encoder)
    with store.writer() as writer, Pipeline(writer, embedder) as pipeline:
        put(pipeline, embedder, 1)
        assert encoder.begun.wait(10)
        put(pipeline, embedder, 2)  # does not wait for the first
        assert store.count_documents() == 0
        encoder.gate.release(9)
    assert store.count_documents() == 2
    assert embedder.encoded == 2


def test_only_so_many_batches_wait(settings, store, letters):
    embedder = Embedder(settings, silent, letters)
    with store.writer() as writer, Pipeline(writer, embedder) as pipeline:
        for number in range(5):
            put(pipeline, embedder, number)
        assert store.count_documents() == 3
    assert store.count_documents() == 5


def test_a_string_that_is_being_encoded_is_not_encoded_again(settings, store, letters):
    encoder = Gated(letters)
    embedder = Embedder(settings, silent, encoder)
    with store.writer() as writer, Pipeline(writer, embedder) as pipeline:
        pipeline.put([embedder.draft(document(1), ORIGIN)], [])
        twin = Document(DocumentInfo("twin", "kt", "v1", "default", "b", "Tin 1"), document(1).text)
        pipeline.put([embedder.draft(twin, ORIGIN)], [])
        encoder.gate.release(9)
    assert store.count_documents() == 2
    assert len(letters.passages) == 1


def test_a_file_is_noted_after_its_documents(settings, store, letters):
    record = FileRecord("default", "/tin.jsonl", "hash", "1")
    embedder = Embedder(settings, silent, letters)
    with store.writer() as writer:
        with Pipeline(writer, embedder) as pipeline:
            put(pipeline, embedder, 1)
            pipeline.put([], [record])
            assert writer.file("default", "/tin.jsonl") is None
        assert writer.file("default", "/tin.jsonl") == record


def test_an_interrupted_run_keeps_what_was_encoded(settings, store, letters):
    encoder = Gated(letters)
    embedder = Embedder(settings, silent, encoder)
    with store.writer() as writer, pytest.raises(KeyboardInterrupt), Pipeline(writer, embedder) as pipeline:  # noqa: PT012
        put(pipeline, embedder, 1)
        assert encoder.begun.wait(10)
        put(pipeline, embedder, 2)
        encoder.gate.release(9)
        raise KeyboardInterrupt
    assert store.count_documents() == len(letters.passages) >= 1  # the second may have been begun or not


def test_a_failing_encoder_ends_the_run_with_what_was_stored_before(settings, store, letters):
    embedder = Embedder(settings, silent, letters)

    def fail(texts):
        raise MemoryError

    with store.writer() as writer, pytest.raises(MemoryError), Pipeline(writer, embedder) as pipeline:  # noqa: PT012
        put(pipeline, embedder, 1)
        pipeline._store_all_but(0)
        letters.encode_passages = fail
        put(pipeline, embedder, 2)
    assert store.count_documents() == 1


def test_a_store_that_failed_is_not_written_again(settings, store, letters):
    embedder = Embedder(settings, silent, letters)
    with store.writer() as writer, pytest.raises(StoreError), Pipeline(writer, embedder) as pipeline:  # noqa: PT012
        put(pipeline, embedder, 1)
        raise StoreError("full")
    assert store.count_documents() == 0
