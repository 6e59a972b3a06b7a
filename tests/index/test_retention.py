"""What is removed is gone from answers at once, and from the files of the store as well."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from rag.index.index import Index
from rag.index.ingest import ingest, remove
from rag.index.lexical import LexicalTerm
from rag.index.retention import purge
from rag.index.sqlite import SqliteStore
from rag.settings import Settings

WORD = "Quylzuvơx"
KEPT = "Bài giữ lại\n\nNội dung của bài giữ lại."
GONE = f"Bài mật\n\nÔng {WORD} {WORD}ng nhận 15 triệu đồng."


@pytest.fixture
def folder(tmp_path):
    root = tmp_path / "tin"
    root.mkdir()
    (root / "giu.txt").write_text(KEPT, encoding="utf-8")
    (root / "mat.txt").write_text(GONE, encoding="utf-8")
    return root


@pytest.fixture
def secret(folder, settings, letters):
    """The document to be removed, read and asked for before."""
    ingest([folder], settings, encoder=letters)
    with_more = folder / "them.txt"
    with_more.write_text("Bài thêm\n\nMột lần nạp nữa, để có chỉ mục trước đó.", encoding="utf-8")
    ingest([folder], settings, encoder=letters)
    store = SqliteStore.open(settings.store)
    info = next(info for info in store.list_documents() if info.source == "tin/mat.txt")
    quote = {"document_id": info.id, "quote": GONE}
    answer = {"status": "answered", "text": GONE, "short_answer": "15 triệu", "citations": [quote], "nearest": []}
    store.add_feedback("Ai nhận tiền?", json.dumps(answer, ensure_ascii=False), "up")
    return info


def traces(settings: Settings, *needles: bytes) -> list[str]:
    """Files of the store in which one of the needles stands."""
    files = (path for path in settings.store.rglob("*") if path.is_file())
    return [path.name for path in files for needle in needles if needle in path.read_bytes()]


def test_nothing_of_a_removed_document_is_left(secret, settings, letters):
    store = SqliteStore.open(settings.store)
    (passage,) = store.passages_of(secret.id)
    numbers = store.vectors([passage.id], letters.name)[0]
    vector, half = (np.asarray(numbers, dtype=kind).tobytes()[:32] for kind in ("<f4", "<f2"))
    needles = (WORD.encode(), WORD.lower().encode(), vector, half)
    assert len(set(traces(settings, *needles))) > 1
    index = Index.open(settings, encoder=letters)
    assert remove([secret.id], settings) == 1
    for searched in (index.pinned(), Index.open(settings, encoder=letters)):
        dense = searched.search_dense(searched.encode_query(GONE), 9)
        assert passage.id not in {hit.id for hit in dense}
        assert searched.search_lexical([LexicalTerm("exact", WORD.lower())], 9) == ()
    assert store.document(secret.id) is store.document(secret.id, secret.version) is None
    assert store.spellings(["quylzuvox"]) == {"quylzuvox": {}}
    (feedback,) = store.feedback()
    assert (feedback.question, feedback.verdict) == ("Ai nhận tiền?", "up")
    assert WORD not in feedback.answer_json
    assert traces(settings, *needles) == []
    index.close()
    store.close()


def test_purge_drops_old_versions_and_their_traces(secret, settings, letters, folder):
    (folder / "mat.txt").write_text(GONE.replace(WORD, "Minh").replace("15", "16"), encoding="utf-8")
    ingest([folder], settings, encoder=letters)
    store = SqliteStore.open(settings.store)
    assert WORD in store.document(secret.id, secret.version).text
    yesterday = datetime.now(UTC) - timedelta(days=1)
    assert purge(settings, yesterday) == 0
    assert WORD in store.document(secret.id, secret.version).text
    assert purge(settings) == 1
    assert store.document(secret.id, secret.version) is None
    assert "16 triệu" in store.document(secret.id).text
    store.rows("DELETE FROM feedback")  # an answer that was given is the asker's until the document itself goes
    store.rows("PRAGMA wal_checkpoint(TRUNCATE)")
    assert traces(settings, WORD.encode()) == []
    assert Index.open(settings, encoder=letters).n_documents == 3


def test_purge_drops_vectors_that_a_killed_run_left(secret, settings, letters):
    store = SqliteStore.open(settings.store)
    with store.writer() as writer:
        writer.put_vectors({b"0" * 16: np.ones(letters.dim, np.float32)}, letters.name)
        assert writer.missing_vectors([b"0" * 16], letters.name) == []
    purge(settings)
    with store.writer() as writer:
        assert writer.missing_vectors([b"0" * 16], letters.name) == [b"0" * 16]
