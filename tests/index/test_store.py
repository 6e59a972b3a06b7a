"""The contract of a store, whatever keeps the data: every implementation must pass these."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from rag.errors import StoreBusyError, StoreError, StoreMissingError
from rag.index.chunk import chunk_document, encoded_text, text_hash
from rag.index.sqlite import SqliteStore
from rag.index.store import DraftDocument, FileRecord, Origin
from rag.types import Access, Document, DocumentInfo, Filters, Page

ENCODER = "letters"


@pytest.fixture(params=[SqliteStore], ids=["sqlite"])
def store(request, tmp_path):
    return request.param.open(tmp_path / "store", create=True)


def draft(name, text, version="v1", collection="default", **shown):
    info = DocumentInfo(name, f"key {name}", version, collection, f"{name}.txt", name.upper(), **shown)
    document = Document(info, text)
    passages = chunk_document(document, 40)
    hashes = tuple(text_hash(encoded_text(info, text[p.start : p.end])) for p in passages)
    return DraftDocument(document, passages, hashes, Origin(f"/in/{name}.txt", "1"))


def put(store, *drafts):
    vectors = {key: np.full(4, index, np.float32) for draft in drafts for index, key in enumerate(draft.hashes)}
    with store.writer() as writer:
        writer.put(drafts, vectors, ENCODER)


FIRST = draft(
    "a",
    "Hộ nghèo giảm còn 5%.\n\nXây mới 12 công trình nước sạch.\n\nHộ nghèo được vay vốn.",
    published=date(2020, 2, 1),
    publisher="bao.vn",
    author="Lan",
    url="http://x/a",
    format="txt",
    source_hash="00",
    pages=(Page(1, 0, 10),),
    notes=("một ghi chú",),
)
SECOND = draft("b", "Đường giao thông dài 7 km.", collection="huyện", published=date(2021, 2, 1))
THIRD = draft("c", "Không có ngày.", collection="huyện")


def test_a_document_comes_back_as_it_was_put(store):
    put(store, FIRST)
    assert store.document("a") == FIRST.document
    assert store.documents(["zz", "a"]) == (FIRST.document.info,)


def test_passages_are_substrings_of_their_document(store):
    put(store, FIRST)
    passages = store.passages_of("a")
    assert len(passages) == len(FIRST.passages) > 1
    for passage, made in zip(passages, FIRST.passages, strict=True):
        assert passage.text == FIRST.document.text[passage.start : passage.end]
        assert (passage.start, passage.end, passage.sentences) == (made.start, made.end, made.sentences)


def test_passages_come_in_the_order_asked_and_unknown_ones_are_left_out(store):
    put(store, FIRST)
    ids = [p.id for p in store.passages_of("a")]
    assert [p.id for p in store.passages([*ids[::-1], 10**9])] == ids[::-1]


def test_text_outside_the_first_plane_keeps_its_offsets(store):
    text = "😀😀 Hộ nghèo. 𝕏 xong.\n\nĐoạn hai 😀 đủ dài để đứng riêng một mình."
    put(store, draft("e", text))
    assert all(p.text == text[p.start : p.end] for p in store.passages_of("e"))


def test_an_old_version_stays_readable_and_its_passages_leave_the_search(store):
    put(store, FIRST)
    old = [p.id for p in store.passages_of("a")]
    put(store, draft("a", "Bài viết lại hoàn toàn.", version="v2"))
    assert store.document("a").version == "v2"
    assert store.document("a", "v1").text == FIRST.document.text
    new = [p.id for p in store.passages_of("a")]
    assert store.passage_ids().tolist() == new
    assert min(new) > max(old)
    assert store.count_passages() == len(new)


def test_replaced_passages_are_readable_until_forgotten(store):
    put(store, FIRST)
    old = [p.id for p in store.passages_of("a")]
    put(store, draft("a", "Bài viết lại hoàn toàn.", version="v2"))
    assert [p.version for p in store.passages(old)] == ["v1"] * len(old)
    with store.writer() as writer:
        writer.forget(store.seq)
    assert store.passages(old) == ()
    with pytest.raises(StoreError):
        store.vectors(old, ENCODER)


def test_returning_to_an_earlier_version_works(store):
    put(store, FIRST)
    put(store, draft("a", "Bài viết lại hoàn toàn.", version="v2"))
    put(store, FIRST)
    assert store.document("a") == FIRST.document
    assert len(store.passages_of("a")) == len(FIRST.passages)


def test_a_removed_document_leaves_nothing(store):
    put(store, FIRST, SECOND)
    ids = [p.id for p in store.passages_of("a")]
    with store.writer() as writer:
        writer.put_file(FileRecord("default", "/in/a.txt", "hash", "1"))
        assert writer.remove(["a", "a", "zz"]) == 1
        assert writer.file("default", "/in/a.txt") is None
        assert set(writer.missing_vectors(FIRST.hashes, ENCODER)) == set(FIRST.hashes)
    assert store.document("a") is None
    assert store.document("a", "v1") is None
    assert store.passages(ids) == ()
    assert store.spellings(["ngheo"]) == {"ngheo": {}}
    assert store.pairs([("hộ", "nghèo")]) == {}
    assert [info.id for info in store.list_documents()] == ["b"]


def test_a_vector_shared_with_another_document_outlives_removal(store):
    twin = DraftDocument(*(getattr(SECOND, f) for f in ("document", "passages", "hashes", "origin")))
    other = draft("b2", SECOND.document.text)
    shared = DraftDocument(other.document, other.passages, SECOND.hashes, other.origin)
    put(store, twin, shared)
    with store.writer() as writer:
        writer.remove(["b"])
    ids = [p.id for p in store.passages_of("b2")]
    assert len(store.vectors(ids, ENCODER)) == len(ids)


def test_the_log_tells_what_came_and_went_in_order(store):
    put(store, FIRST)
    first = [p.id for p in store.passages_of("a")]
    seq = store.seq
    put(store, draft("a", "Bài viết lại hoàn toàn.", version="v2"))
    new = [p.id for p in store.passages_of("a")]
    changes = store.changes(seq)
    assert [(c.kind, c.passage_id) for c in changes] == [("remove", i) for i in first] + [("add", i) for i in new]
    assert changes[-1].seq == store.seq
    assert [c.seq for c in changes] == sorted(c.seq for c in changes)


def test_each_commit_has_its_own_version_and_reading_has_none(store):
    versions = {store.index_version}
    put(store, FIRST)
    versions.add(store.index_version)
    put(store, SECOND)
    versions.add(store.index_version)
    store.list_documents()
    versions.add(store.index_version)
    assert len(versions) == 3


def test_vectors_come_in_the_order_asked_and_missing_ones_are_an_error(store):
    put(store, FIRST)
    ids = [p.id for p in store.passages_of("a")]
    assert store.vectors(ids[::-1], ENCODER)[:, 0].tolist() == list(range(len(ids)))[::-1]
    with pytest.raises(StoreError, match="khác"):
        store.vectors(ids, "khác")


@pytest.mark.parametrize(
    ("filters", "access", "expected"),
    [
        (None, None, "bac"),
        (Filters(collections=("huyện",)), None, "bc"),
        (Filters(publishers=("bao.vn",)), None, "a"),
        (Filters(documents=("c", "a")), None, "ac"),
        (Filters(date_from=date(2020, 2, 1), date_to=date(2020, 2, 1)), None, "a"),
        (Filters(date_from=date(2020, 2, 2)), None, "b"),
        (None, Access("x", ("huyện",)), "bc"),
        (Filters(collections=("default",)), Access("x", ("huyện",)), ""),
        (None, Access("x", ()), ""),
    ],
)
def test_filters_and_access_choose_documents_and_passages(store, filters, access, expected):
    put(store, FIRST, SECOND, THIRD)
    assert [info.id for info in store.list_documents(filters, access)] == list(expected)
    assert store.count_documents(filters, access) == len(expected)
    wanted = sorted(p.id for name in expected for p in store.passages_of(name))
    allowed = store.allowed_ids(filters, access)
    assert (store.passage_ids() if allowed is None else allowed).tolist() == wanted


def test_documents_are_listed_page_by_page_newest_first(store):
    put(store, FIRST, SECOND, THIRD)
    assert [info.id for info in store.list_documents(offset=1, limit=1)] == ["a"]
    assert store.collections() == {"default": 1, "huyện": 2}


def test_the_vocabulary_counts_spellings_and_neighbours(store):
    put(store, FIRST, draft("d", "Hoà giải; HỘ NGHÈO, hồ nước."))
    assert store.spellings(["ho", "hoa", "zz"]) == {"ho": {"hộ": 3, "hồ": 1}, "hoa": {"hòa": 1}, "zz": {}}
    assert store.pairs([("hộ", "nghèo"), ("nghèo", "hồ"), ("xây", "mới")]) == {("hộ", "nghèo"): 3, ("xây", "mới"): 1}


def test_feedback_is_kept_with_the_state_it_was_given_on(store):
    put(store, FIRST)
    first = store.add_feedback("Hỏi gì?", "{}", "down", "sai số", "phải là 12")
    store.add_feedback("Hỏi nữa?", "{}", "up")
    newest, oldest = store.feedback()
    assert (oldest.id, oldest.question, oldest.reason, oldest.comment) == (first, "Hỏi gì?", "sai số", "phải là 12")
    assert oldest.index_version == store.index_version
    assert store.feedback(limit=1) == (newest,)


def test_a_second_writer_is_told_at_once(store):
    with store.writer(), pytest.raises(StoreBusyError, match="tiến trình khác"), store.writer():
        pass
    with store.writer():
        pass


def test_feedback_can_be_given_while_another_writes(store):
    with store.writer():
        assert store.add_feedback("Hỏi?", "{}", "up") == 1


def test_a_failed_commit_leaves_the_store_as_it_was(store):
    put(store, FIRST)
    broken = DraftDocument(SECOND.document, SECOND.passages, (), SECOND.origin)
    before = store.index_version, store.seq
    with pytest.raises(ValueError, match="zip"), store.writer() as writer:
        writer.put([draft("a", "Mới.", version="v2"), broken], {}, ENCODER)
    assert (store.index_version, store.seq) == before
    assert store.document("a") == FIRST.document
    assert store.document("b") is None


def test_opening_a_store_that_is_not_there_says_what_to_do(tmp_path: Path):
    with pytest.raises(StoreMissingError, match="rag ingest"):
        SqliteStore.open(tmp_path)


def test_a_store_of_a_newer_format_is_refused(tmp_path: Path):
    store = SqliteStore.open(tmp_path, create=True)
    store.rows("PRAGMA user_version=99")
    store.close()
    with pytest.raises(StoreError, match="99"):
        SqliteStore.open(tmp_path)


def test_several_threads_read_the_same_store(store):
    from concurrent.futures import ThreadPoolExecutor

    put(store, FIRST)
    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(lambda _: store.document("a"), range(40))) == {FIRST.document}
