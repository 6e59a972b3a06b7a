"""A store goes into one file while it is used, comes back whole, and agrees with its own texts."""

from __future__ import annotations

import json
import shutil
import threading
import zipfile
from dataclasses import replace

import apsw
import pytest

import rag.index.dense as dense_module
from rag.assistant import Assistant
from rag.errors import StoreBusyError, StoreError
from rag.index import derive
from rag.index.backup import BEFORE, MANIFEST, backup, read_info, restore
from rag.index.export import export_rows
from rag.index.index import FOLDER, Index
from rag.index.ingest import ingest, remove
from rag.index.sqlite import SqliteStore
from rag.index.sqlite.schema import FILE_NAME
from rag.index.verify import verify
from rag.settings import Settings
from tests.conftest import LetterEncoder
from tests.faults import articles

N = 8


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A folder of articles, and a store of them; copied for each test."""
    folder = tmp_path_factory.mktemp("made")
    for n in range(N):
        articles.write(folder / "tin", n)
    ingest([folder / "tin"], Settings.load(folder / "store", env={}), encoder=LetterEncoder())
    return folder


@pytest.fixture
def filled(made, settings, tmp_path):
    shutil.copytree(made, tmp_path, dirs_exist_ok=True)
    return settings


def answers(settings, letters):
    assistant = Assistant(Index.open(settings, encoder=letters), settings)
    found = [assistant.ask(articles.question(n)) for n in range(3)]
    assistant.close()
    return [(a.text, [(c.document_id, c.version, c.start, c.end, c.quote) for c in a.citations]) for a in found]


def disagreements(settings, letters):
    return [finding for finding in verify(settings, encoder=letters) if finding.wrong]


def test_a_restored_store_gives_the_same_answers_and_citations(filled, letters, tmp_path):
    (filled.store / "originals").mkdir()
    (filled.store / "originals" / "ab.txt").write_text("gốc")
    (filled.store / "rag.toml").write_text("top_k = 7\n")
    access = apsw.Connection(str(filled.store / "access.db"))
    access.execute("CREATE TABLE people (name TEXT); INSERT INTO people VALUES ('Lan')")
    info = backup(filled, tmp_path / "sao.zip")
    access.execute("DELETE FROM people")
    assert (info.n_documents, info.index_version) == (N, SqliteStore.open(filled.store).index_version)
    assert (tmp_path / "sao.zip").stat().st_mode & 0o077 == 0
    other = replace(filled, store=tmp_path / "kho-moi")
    restore(tmp_path / "sao.zip", other)
    assert answers(other, letters) == answers(filled, letters)
    assert disagreements(other, letters) == []
    assert (other.store / "originals" / "ab.txt").read_text() == "gốc"
    assert (other.store / "rag.toml").read_text() == "top_k = 7\n"
    people = "SELECT name FROM people"
    assert apsw.Connection(str(other.store / "access.db")).execute(people).fetchall() == [("Lan",)]
    restore(tmp_path / "sao.zip", filled)
    assert access.execute(people).fetchall() == []  # who was shut out since stays out
    access.close()
    assert not [path for path in (*other.store.iterdir(), *tmp_path.iterdir()) if path.name.endswith(".tmp")]


def test_a_backup_taken_while_another_thread_writes_is_a_state_that_was(filled, letters, tmp_path):
    done = threading.Event()

    def write():
        for n in range(N, N + 3):
            articles.write(tmp_path / "tin", n)
            ingest([tmp_path / "tin"], filled, encoder=letters)
        done.set()

    thread = threading.Thread(target=write)
    thread.start()
    counts = []
    while not done.is_set():
        counts.append(backup(filled, tmp_path / "sao.zip").n_documents)
        other = replace(filled, store=tmp_path / f"kho{len(counts)}")
        restore(tmp_path / "sao.zip", other)
        assert disagreements(other, letters) == []
    thread.join()
    assert counts == sorted(counts)
    assert counts[0] >= N


def test_a_running_reader_takes_up_a_restored_store(filled, letters, tmp_path):
    backup(filled, tmp_path / "sao.zip")
    articles.write(tmp_path / "tin", 0, revision=1)
    articles.write(tmp_path / "tin", N)
    ingest([tmp_path / "tin"], filled, encoder=letters)
    index = Index.open(filled, encoder=letters)
    assistant = Assistant(index, filled)
    assert assistant.n_documents == N + 1
    wrong, stop = [], threading.Event()

    def ask():
        while not stop.is_set():
            try:
                hits = assistant.ask(articles.question(0)).hits
            except StoreBusyError:
                continue
            for hit in hits:
                document = assistant.document(hit.document.id, hit.document.version)
                if document and hit.passage.text != document.text[hit.passage.start : hit.passage.end]:
                    wrong.append(hit)

    thread = threading.Thread(target=ask)
    thread.start()
    restore(tmp_path / "sao.zip", filled)
    stop.set()
    thread.join()
    assert wrong == []
    assistant.ask(articles.question(0))
    assert assistant.n_documents == N
    assert "bai-000" in {hit.document.source[-11:-4] for hit in assistant.ask(articles.question(0)).hits}
    assert SqliteStore.open(filled.store).document(index.store.list_documents()[0].id)
    assert (filled.store / BEFORE).is_file()
    assert disagreements(filled, letters) == []
    assistant.close()


@pytest.mark.parametrize("place", ["database", "middle", "cut", "manifest", "no zip"])
def test_a_damaged_backup_is_refused_and_the_store_stays(filled, letters, tmp_path, place):
    path = tmp_path / "sao.zip"
    backup(filled, path)
    before = answers(filled, letters)
    data = bytearray(path.read_bytes())
    if place == "no zip":
        data = bytearray(b"khong phai zip")
    elif place == "cut":
        del data[len(data) // 2 :]
    elif place == "manifest":
        data[60] ^= 1
    else:
        data[len(data) // 2 if place == "middle" else data.index(FILE_NAME.encode()) + 500] ^= 1
    path.write_bytes(data)
    with pytest.raises(StoreError, match="sao lưu"):
        restore(path, filled)
    assert answers(filled, letters) == before
    assert not (filled.store / ".restore.tmp").exists()


@pytest.mark.parametrize("change", [{"format": 99}, {"steps": 99}])
def test_a_backup_of_a_newer_version_is_refused(filled, tmp_path, change):
    path = tmp_path / "sao.zip"
    if "steps" in change:
        SqliteStore.open(filled.store).rows("PRAGMA user_version=99")
        newer = filled.store / FILE_NAME
        content = json.dumps({
            "format": 1, "product": "9", "created": "2030-01-01", "steps": 99, "index_version": "x.1", "encoder": "",
            "n_documents": 1, "n_passages": 1, "files": {FILE_NAME: digest(newer)},
        })  # fmt: skip
        with zipfile.ZipFile(path, "w") as packed:
            packed.write(newer, FILE_NAME)
            packed.writestr(MANIFEST, content)
    else:
        with zipfile.ZipFile(path, "w") as packed:
            packed.writestr(MANIFEST, json.dumps(change))
    with pytest.raises(StoreError, match=r"mới hơn.*cập nhật"):
        restore(path, replace(filled, store=tmp_path / "khac"))
    assert not (tmp_path / "khac" / FILE_NAME).exists()


def digest(path):
    from rag.index.files import sha256_file

    return {"sha256": sha256_file(path), "size": path.stat().st_size}


@pytest.mark.parametrize("name", ["../ngoai.txt", "/ngoai.txt", "originals/../../ngoai.txt", "la.txt"])
def test_a_backup_that_points_outside_is_refused(settings, tmp_path, name):
    path = tmp_path / "sao.zip"
    content = {
        "format": 1, "product": "1", "created": "2026-01-01", "steps": 1, "index_version": "a.1", "encoder": "",
        "n_documents": 0, "n_passages": 0, "files": {name: {"sha256": "", "size": 1}},
    }  # fmt: skip
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr(MANIFEST, json.dumps(content))
        packed.writestr(name, "x")
    assert read_info(path).files
    with pytest.raises(StoreError, match="hỏng"):
        restore(path, settings)
    assert not list(tmp_path.rglob("ngoai.txt"))


def test_a_backup_waits_for_no_writer_but_a_restore_does_not_start(filled, tmp_path):
    with SqliteStore.open(filled.store).writer():
        backup(filled, tmp_path / "sao.zip")
        with pytest.raises(StoreBusyError):
            restore(tmp_path / "sao.zip", filled)


def test_an_export_is_read_back_to_the_same_passages(filled, letters, tmp_path):
    rows = list(export_rows(SqliteStore.open(filled.store)))
    path = tmp_path / "xuat.jsonl"
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    other = replace(filled, store=tmp_path / "kho-moi")
    report = ingest([path], other, encoder=letters)
    assert (report.added, report.failed) == (N, ())

    def content(settings):
        store = SqliteStore.open(settings.store)
        passages = {info.id: [(p.text, p.start, p.end) for p in store.passages_of(info.id)] for info in infos(store)}
        return sorted(
            (i.title, i.publisher, i.author, i.url, str(i.published), i.pages, passages[i.id]) for i in infos(store)
        )

    def infos(store):
        return store.list_documents()

    assert content(other) == content(filled)


def copied_words(index):
    words = index.settings.store / FOLDER / "lexical.tmp"
    derive.copy_lexical(index.settings.store / FOLDER / index._generation.name / "lexical", words)
    return words


class TestVerify:
    def test_a_sound_store_agrees(self, filled, letters):
        findings = list(verify(filled, encoder=letters))
        assert len(findings) >= 8
        assert [finding for finding in findings if finding.wrong] == []
        assert all(finding.n > 0 for finding in findings)

    @pytest.mark.parametrize(
        ("sql", "name"),
        [
            ("UPDATE versions SET text = replace(text, 'gian', 'gion') WHERE number = 3", "văn bản"),
            ("UPDATE versions SET title = 'Khác' WHERE number = 3", "văn bản"),
            ("UPDATE passages SET start = start + 1 WHERE id = 4", "đoạn"),
            ("UPDATE passages SET text = text || ' ' WHERE id = 4", "đoạn"),
            ("DELETE FROM vectors WHERE rowid = 2", "véc-tơ"),
            ("UPDATE vectors SET vector = (SELECT vector FROM vectors WHERE rowid = 2) WHERE rowid = 1", "mã hóa lại"),
            ("UPDATE spellings SET count = count + 1 WHERE syllable = 'xã'", "từ vựng"),
            ("UPDATE documents SET current = 99 WHERE rowid = 1 OR 1", "cơ sở dữ liệu"),
        ],
    )
    def test_what_was_changed_behind_its_back_is_named(self, filled, letters, sql, name):
        connection = apsw.Connection(str(filled.store / FILE_NAME))
        connection.execute(sql.replace("WHERE rowid = 1 OR 1", "WHERE id = (SELECT min(id) FROM documents)"))
        connection.close()
        assert any(name in finding.name for finding in disagreements(filled, letters))

    def test_a_quantised_index_agrees_until_one_vector_is_another(self, filled, letters, monkeypatch):
        monkeypatch.setattr(dense_module, "EXACT_UP_TO", 3)
        monkeypatch.setattr(dense_module, "_EXACT_AGAIN", 2)
        shutil.rmtree(filled.store / FOLDER)
        index = Index.open(filled, encoder=letters)
        assert not index._generation.dense.is_exact
        assert disagreements(filled, letters) == []
        dense = index._generation.dense
        one, other = dense.ids[0], dense.ids[-1]
        dense.add([one], dense.reconstruct([other]))
        derive.publish(filled.store / FOLDER, index._generation.manifest, dense, copied_words(index))
        assert [finding.name for finding in disagreements(filled, letters)] == ["chỉ mục ngữ nghĩa"]

    def test_an_index_that_lacks_a_passage_is_named(self, filled, letters):
        store = SqliteStore.open(filled.store)
        with store.writer() as writer:
            writer.remove([store.list_documents()[0].id])
        assert [finding.name for finding in disagreements(filled, letters)] == ["tệp chỉ mục theo bản kê"]
        remove([store.list_documents()[0].id], filled)
        assert disagreements(filled, letters) == []
