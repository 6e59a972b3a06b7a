"""From files to a published index, again and again."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from rag.errors import StoreBusyError
from rag.index.index import Index
from rag.index.ingest import ingest, remove
from rag.index.sqlite import SqliteStore

ARTICLES = {
    "nuoc.txt": "Nước sạch nông thôn\n\nTỉnh xây mới 12 công trình nước sạch trong năm 2030.",
    "duong/giao-thong.txt": "Giao thông miền núi\n\nTỉnh mở 7 km đường đến các bản vùng cao trong năm 2031.",
}


@pytest.fixture
def folder(tmp_path):
    root = tmp_path / "tin"
    for name, text in ARTICLES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    return root


@pytest.fixture
def run(settings, letters):
    def call(*paths, **options):
        return ingest(list(paths), options.pop("settings", settings), encoder=letters, **options)

    return call


def counts(report):
    return report.added, report.updated, report.unchanged, report.removed, len(report.failed)


def sources(settings):
    return sorted(info.source for info in SqliteStore.open(settings.store).list_documents())


def test_a_second_run_reads_and_encodes_nothing(run, folder, letters):
    first = run(folder)
    assert counts(first) == (2, 0, 0, 0, 0)
    assert first.encoded == len(letters.passages) > 0
    second = run(folder)
    assert counts(second) == (0, 0, 2, 0, 0)
    assert second.encoded == 0
    assert second.index_version == first.index_version


def test_sources_are_named_as_given_but_never_by_an_absolute_path(run, folder, settings):
    run(folder)
    assert sources(settings) == ["tin/duong/giao-thong.txt", "tin/nuoc.txt"]


def test_a_moved_folder_is_the_same_documents(run, folder, settings, tmp_path):
    run(folder)
    folder.rename(tmp_path / "noi-khac")
    report = run(tmp_path / "noi-khac", sync=True)
    assert counts(report) == (0, 0, 2, 0, 0)
    assert report.encoded == 0
    assert sources(settings) == ["noi-khac/duong/giao-thong.txt", "noi-khac/nuoc.txt"]


def test_an_edited_file_is_updated_and_keeps_its_identity(run, folder, settings):
    run(folder)
    store = SqliteStore.open(settings.store)
    before = {info.source: info for info in store.list_documents()}["tin/nuoc.txt"]
    (folder / "nuoc.txt").write_text(ARTICLES["nuoc.txt"].replace("12", "13"), encoding="utf-8")
    assert counts(run(folder)) == (0, 1, 1, 0, 0)
    after = store.documents([before.id])[0]
    assert after.version != before.version
    assert "13 công trình" in store.document(before.id).text
    assert "12 công trình" in store.document(before.id, before.version).text


def test_sync_removes_only_what_lay_under_the_named_folders(run, folder, settings):
    run(folder)
    (folder / "nuoc.txt").unlink()
    assert counts(run(folder))[3] == 0
    (folder / "duong" / "giao-thong.txt").unlink()
    (folder / "duong" / "moi.txt").write_text("Bài mới\n\nNội dung mới của bài.", encoding="utf-8")
    assert counts(run(folder / "duong", sync=True)) == (1, 0, 0, 1, 0)
    assert sources(settings) == ["duong/moi.txt", "tin/nuoc.txt"]


def test_sync_keeps_documents_of_other_collections(run, folder, settings):
    run(folder, collection="một")
    run(folder, collection="hai")
    (folder / "nuoc.txt").unlink()
    assert counts(run(folder, collection="hai", sync=True))[3] == 1
    assert SqliteStore.open(settings.store).collections() == {"một": 2, "hai": 1}


def test_sync_removes_nothing_when_a_folder_is_missing_or_empty(run, folder, settings, tmp_path):
    run(folder)
    folder.rename(tmp_path / "unmounted")
    assert counts(run(folder, sync=True))[3:] == (0, 1)
    folder.mkdir()
    assert counts(run(folder, sync=True))[3:] == (0, 1)
    assert len(sources(settings)) == 2


def test_sync_keeps_what_is_stored_of_a_file_that_became_unreadable(run, folder, settings):
    run(folder)
    (folder / "nuoc.txt").write_bytes(b"")
    report = run(folder, sync=True)
    assert counts(report) == (0, 0, 1, 0, 1)
    assert len(sources(settings)) == 2


def test_a_bad_file_is_named_with_its_reason_and_the_others_are_indexed(run, folder):
    (folder / "anh.png").write_bytes(b"\x89PNG")
    report = run(folder)
    assert counts(report) == (2, 0, 0, 0, 1)
    assert report.failed[0].source == "tin/anh.png"
    assert "không hỗ trợ" in report.failed[0].reason


def test_two_sources_with_one_identity_are_an_error_that_names_both(run, folder, settings, tmp_path):
    other = tmp_path / "khac" / "nuoc.txt"
    other.parent.mkdir()
    other.write_text("Một bài khác hẳn\n\nNội dung khác hẳn.", encoding="utf-8")
    report = run(folder, other)
    assert counts(report) == (2, 0, 0, 0, 1)
    assert report.failed[0].source == "nuoc.txt"
    assert "tin/nuoc.txt" in report.failed[0].reason
    texts = [
        SqliteStore.open(settings.store).document(i.id).text for i in SqliteStore.open(settings.store).list_documents()
    ]
    assert not any("khác hẳn" in text for text in texts)


def rows(*numbers, **changes):
    made = [
        {"id": f"r{n}", "title": f"Bài {n}", "text": f"Nội dung của bài số {n}. " + changes.get(f"r{n}", "")}
        for n in numbers
    ]
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in made)


def test_rows_of_a_file_are_documents_of_their_own(run, settings, tmp_path, letters):
    path = tmp_path / "tin.jsonl"
    path.write_text(rows(1, 2, 3), encoding="utf-8")
    assert counts(run(path)) == (3, 0, 0, 0, 0)
    letters.passages.clear()
    path.write_text(rows(1, 2, 4, r2="Thêm một câu."), encoding="utf-8")
    report = run(path, sync=True)
    assert counts(report) == (1, 1, 1, 1, 0)
    assert len(letters.passages) == 2


def test_a_bad_row_does_not_stop_the_others_and_is_told_again_next_time(run, tmp_path):
    path = tmp_path / "tin.jsonl"
    path.write_text(rows(1) + "{broken\n" + rows(2), encoding="utf-8")
    assert counts(run(path)) == (2, 0, 0, 0, 1)
    assert counts(run(path)) == (0, 0, 2, 0, 1)


def test_equal_text_is_encoded_once(run, tmp_path, letters):
    for name in ("a", "b"):
        (tmp_path / f"{name}.txt").write_text("Tiêu đề chung\n\nNội dung chung của hai tệp.", encoding="utf-8")
    assert counts(run(tmp_path / "a.txt", tmp_path / "b.txt")) == (2, 0, 0, 0, 0)
    assert len(letters.passages) == len(set(letters.passages))


def test_an_interrupted_run_goes_on_where_it_stopped(run, tmp_path, letters, monkeypatch, settings):
    path = tmp_path / "tin.jsonl"
    path.write_text(rows(*range(150)), encoding="utf-8")

    def stop(stage, done, total):
        if stage.startswith("đọc") and done == 130:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(path, progress=stop)
    stored = len(sources(settings))
    assert stored in (64, 128)  # whole batches; the second may not have been begun
    encoded = list(letters.passages)
    assert Index.open(settings, encoder=letters).n_documents == stored
    assert counts(run(path)) == (150 - stored, 0, stored, 0, 0)
    assert set(encoded).isdisjoint(letters.passages[len(encoded) :])


def test_removing_a_document_takes_it_out_of_both_indexes(run, folder, settings, letters):
    run(folder)
    index = Index.open(settings, encoder=letters)
    gone = next(info.id for info in index.store.list_documents() if info.source == "tin/nuoc.txt")
    ids = [p.id for p in index.store.passages_of(gone)]
    assert remove([gone], settings) == 1
    assert index.refresh()
    assert index.n_documents == 1
    assert not set(ids) & {hit.id for hit in index.search_dense(index.encode_query("nước sạch"), 10)}
    assert counts(run(folder)) == (1, 0, 1, 0, 0)


def test_another_chunk_size_cuts_and_encodes_again_from_the_store(run, folder, settings, letters):
    (folder / "dai.txt").write_text("Bài dài\n\n" + "Tỉnh hỗ trợ các hộ nghèo làm nhà. " * 40, encoding="utf-8")
    run(folder)
    before = Index.open(settings, encoder=letters).n_passages
    smaller = replace(settings, chunk_size=200)
    report = run(folder, settings=smaller)
    assert counts(report) == (0, 0, 3, 0, 0)
    assert Index.open(smaller, encoder=letters).n_passages > before
    assert run(folder, settings=smaller).encoded == 0


def test_another_encoder_encodes_again_from_the_store(run, folder, settings, letters):
    run(folder)
    other = type(letters)()
    other.name = "other letters"
    report = ingest([folder / "nuoc.txt"], settings, encoder=other)
    assert report.encoded == len(letters.passages)
    index = Index.open(settings, encoder=other)
    assert index.n_documents == 2
    assert index.store.rows("SELECT DISTINCT encoder FROM vectors") == [(other.name,)]


def test_a_second_writer_gets_a_clear_message(run, folder, settings):
    store = SqliteStore.open(settings.store, create=True)
    with store.writer(), pytest.raises(StoreBusyError, match="tiến trình khác"):
        run(folder)


def test_nothing_to_index_publishes_nothing(run, tmp_path, settings):
    assert counts(run(tmp_path / "missing.txt")) == (0, 0, 0, 0, 1)
    assert not (settings.store / "index" / "CURRENT").exists()


def test_progress_knows_the_end_of_a_file_of_rows(run, tmp_path):
    path = tmp_path / "tin.jsonl"
    path.write_text(rows(*range(70)), encoding="utf-8")
    told = []
    run(path, progress=lambda stage, done, total: told.append((stage, done, total)))
    assert [(done, total) for stage, done, total in told if stage == "đọc tài liệu"][-1] == (70, 70)
    assert [done for stage, done, _total in told if stage == "mã hoá đoạn"][-1] == 70
