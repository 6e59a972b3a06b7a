"""One object that searches; derived files that repair themselves."""

from __future__ import annotations

import shutil
from dataclasses import replace

import pytest

from rag.errors import StoreError, StoreMissingError
from rag.index import dense as dense_module
from rag.index.generation import CURRENT, DENSE, LEXICAL, MANIFEST, current_name
from rag.index.index import Index
from rag.index.ingest import ingest
from rag.index.lexical import LexicalTerm
from rag.index.sqlite import SqliteStore
from rag.types import Access, Filters

TEXTS = {"a": "Hộ nghèo giảm nhanh.", "b": "Đường giao thông mới mở.", "c": "Trường học vùng cao."}


@pytest.fixture
def folder(tmp_path):
    root = tmp_path / "tin"
    root.mkdir()
    for name, text in TEXTS.items():
        (root / f"{name}.txt").write_text(f"Bài {name}\n\n{text}", encoding="utf-8")
    return root


@pytest.fixture
def indexed(settings, letters, folder):
    ingest([folder], settings, encoder=letters)
    return settings


def found(index, question):
    vector = index.encode_query(question)
    dense = index.search_dense(vector, 3)
    lexical = index.search_lexical([LexicalTerm("exact", word) for word in question.lower().split()], 3)
    return dense, lexical


def generation(settings):
    return settings.store / "index" / current_name(settings.store / "index")


def test_both_legs_find_the_same_passages_by_number(indexed, letters):
    index = Index.open(indexed, encoder=letters)
    dense, lexical = found(index, "hộ nghèo")
    (passage,) = index.store.passages([lexical[0].id])
    assert "Hộ nghèo" in passage.text
    scores = {hit.id: hit.score for hit in dense}
    assert index.dense_scores(index.encode_query("hộ nghèo"), [passage.id])[0] == pytest.approx(scores[passage.id])
    assert (index.n_documents, index.n_passages) == (3, len(index.store.passage_ids()))
    assert index.version == index.store.index_version


def test_filters_and_access_reach_both_legs(indexed, letters):
    index = Index.open(indexed, encoder=letters)
    wanted = next(info.id for info in index.store.list_documents() if info.source == "tin/b.txt")
    ids = {p.id for p in index.store.passages_of(wanted)}
    vector, terms = index.encode_query("hộ nghèo"), [LexicalTerm("exact", "bài")]
    filters, nobody = Filters(documents=(wanted,)), Access("x", ())
    assert {hit.id for hit in index.search_dense(vector, 9, filters)} == ids
    assert {hit.id for hit in index.search_lexical(terms, 9, filters)} == ids
    assert index.search_dense(vector, 9, None, nobody) == index.search_lexical(terms, 9, None, nobody) == ()


def test_an_empty_store_says_what_to_do(settings, letters):
    with pytest.raises(StoreMissingError, match="rag ingest"):
        Index.open(settings, encoder=letters)
    SqliteStore.open(settings.store, create=True)
    with pytest.raises(StoreMissingError, match="rag ingest"):
        Index.open(settings, encoder=letters)


def test_another_encoder_than_the_stores_is_refused(indexed):
    with pytest.raises(StoreError, match="RAG_ENCODER"):
        Index.open(indexed)


def test_another_chunk_size_searches_what_was_indexed(indexed, letters):
    assert Index.open(replace(indexed, chunk_size=100), encoder=letters).n_documents == 3


def flip(path):
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def truncate(path):
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


@pytest.mark.parametrize("damage", [flip, truncate, lambda path: path.unlink()], ids=["flip", "truncate", "delete"])
@pytest.mark.parametrize("which", [DENSE, LEXICAL, MANIFEST])
def test_a_damaged_file_is_noticed_and_made_again(indexed, letters, which, damage):
    expected = found(Index.open(indexed, encoder=letters), "hộ nghèo")
    target = generation(indexed) / which
    for path in [p for p in target.iterdir() if p.suffix != ".lock"] if target.is_dir() else [target]:
        if path.stat().st_size:
            damage(path)
    assert found(Index.open(indexed, encoder=letters), "hộ nghèo") == expected


@pytest.mark.parametrize("what", ["all", CURRENT])
def test_missing_derived_files_are_made_again(indexed, letters, what):
    expected = found(Index.open(indexed, encoder=letters), "hộ nghèo")
    folder = indexed.store / "index"
    shutil.rmtree(folder) if what == "all" else (folder / what).unlink()
    assert found(Index.open(indexed, encoder=letters), "hộ nghèo") == expected


def test_an_index_behind_the_store_catches_up(indexed, letters):
    store = SqliteStore.open(indexed.store)
    gone = store.list_documents()[0].id
    ids = {p.id for p in store.passages_of(gone)}
    with store.writer() as writer:
        writer.remove([gone])
    index = Index.open(indexed, encoder=letters)
    assert index.n_documents == 2
    assert not ids & {hit.id for hit in index.search_dense(index.encode_query("bài"), 9)}


def test_catching_up_gives_what_building_anew_gives(indexed, letters, folder):
    (folder / "b.txt").write_text("Bài b\n\nĐường giao thông viết lại.", encoding="utf-8")
    (folder / "d.txt").write_text("Bài d\n\nBài thêm sau.", encoding="utf-8")
    (folder / "a.txt").unlink()
    ingest([folder], indexed, encoder=letters, sync=True)
    followed = Index.open(indexed, encoder=letters)
    expected = [
        {hit.id: pytest.approx(hit.score, abs=1e-6) for hit in leg} for leg in found(followed, "bài giao thông")
    ]
    shutil.rmtree(indexed.store / "index")
    rebuilt = Index.open(indexed, encoder=letters)
    assert [{hit.id: hit.score for hit in leg} for leg in found(rebuilt, "bài giao thông")] == expected


def test_an_open_index_takes_up_a_new_generation_when_asked(indexed, letters, folder):
    index = Index.open(indexed, encoder=letters)
    version = index.version
    assert not index.refresh()
    (folder / "d.txt").write_text("Bài d\n\nBài thêm sau.", encoding="utf-8")
    ingest([folder], indexed, encoder=letters)
    assert (index.version, index.n_documents) == (version, 3)
    assert index.refresh()
    assert index.version != version
    assert index.n_documents == 4


def test_while_another_process_writes_the_published_index_is_used(indexed, letters):
    store = SqliteStore.open(indexed.store)
    with store.writer() as writer:
        writer.remove([store.list_documents()[0].id])
        index = Index.open(indexed, encoder=letters)
        dense, _lexical = found(index, "bài")
        assert len(store.passages(hit.id for hit in dense)) < len(dense)


def test_only_the_generation_in_use_and_the_one_before_are_kept(indexed, letters, folder):
    for n in range(3):
        (folder / f"them{n}.txt").write_text(f"Bài thêm {n}\n\nNội dung {n}.", encoding="utf-8")
        ingest([folder], indexed, encoder=letters)
    names = sorted(path.name.rpartition("-")[0] or path.name for path in (indexed.store / "index").iterdir())
    assert names == [CURRENT, "gen-3", "gen-4"]


def test_a_growing_index_is_quantised_and_a_shrinking_one_exact_again(indexed, letters, folder, monkeypatch):
    monkeypatch.setattr(dense_module, "EXACT_UP_TO", 3)
    monkeypatch.setattr(dense_module, "_EXACT_AGAIN", 2)
    assert Index.open(indexed, encoder=letters)._generation.dense.is_exact
    (folder / "d.txt").write_text("Bài d\n\nRừng trồng mới xanh tốt.", encoding="utf-8")
    ingest([folder], indexed, encoder=letters)
    index = Index.open(indexed, encoder=letters)
    assert not index._generation.dense.is_exact
    vector = index.encode_query("Bài d Rừng trồng mới xanh tốt.")
    ranked = index.search_dense(vector, 4)
    stored = index.store.vectors([hit.id for hit in ranked], "letters") @ vector
    assert [hit.score for hit in ranked] == pytest.approx(stored.tolist())  # the cosines of the vectors themselves
    for name in "bcd":
        (folder / f"{name}.txt").unlink()
    ingest([folder], indexed, encoder=letters, sync=True)
    assert Index.open(indexed, encoder=letters)._generation.dense.is_exact
