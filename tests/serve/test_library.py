"""The documents as they are looked after: each change is seen by the next question, a removal can be taken back."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from rag.assistant import Assistant
from rag.index.edit import Edit
from rag.index.index import Index
from rag.index.ingest import ingest
from rag.index.originals import ORIGINALS
from rag.index.store import Browse
from rag.serve import library as library_module
from rag.serve.library import DocumentMissingError, Library, shown_name
from rag.settings import Settings
from rag.types import Access

ARTICLE = "Xã Mẫu Một trồng rừng\n\nNăm 2020, xã Mẫu Một trồng 15 ha rừng. Xã có 3 trường học."


@pytest.fixture
def library(tmp_path: Path, letters: Any) -> Library:
    settings = Settings.load(tmp_path / "store", threads=1)
    (tmp_path / "tin").mkdir()
    (tmp_path / "tin" / "goc.txt").write_text("Bài gốc\n\nHuyện Mẫu họp ngày 8/1/2021 về nước sạch.", encoding="utf-8")
    ingest([tmp_path / "tin"], settings, encoder=letters)
    return Library(Assistant(Index.open(settings, encoder=letters), settings), settings)


def titles(library: Library, **wish: Any) -> list[str]:
    return [listed.info.title for listed in library.browse(Browse(**wish))[0]]


def test_an_uploaded_file_is_found_at_once_and_kept_for_download(library: Library) -> None:
    done = library.add("xa-mau.txt", ARTICLE.encode(), "xa")
    assert (done.outcome, done.documents) == ("added", 1)
    hit = library.assistant.search("trồng rừng")[0]
    assert (hit.document.collection, hit.document.source) == ("xa", "xa-mau.txt")
    document = library.assistant.document(hit.document.id)
    assert document is not None
    kept = library.original(document)
    assert kept is not None
    assert kept.read_bytes() == ARTICLE.encode()


def test_the_same_name_again_is_a_new_version_and_the_old_one_keeps_its_file(library: Library) -> None:
    library.add("xa-mau.txt", ARTICLE.encode())
    (first,), _ = library.browse(Browse(words="xa-mau"))
    assert library.add("xa-mau.txt", ARTICLE.encode()).outcome == "unchanged"
    assert library.add("xa-mau.txt", ARTICLE.replace("15", "25").encode()).outcome == "updated"
    (second,), _ = library.browse(Browse(words="xa-mau"))
    assert (second.info.id, second.n_versions) == (first.info.id, 2)
    old = library.assistant.document(first.info.id, first.info.version)
    assert old is not None
    kept = library.original(old)
    assert kept is not None
    assert "15 ha" in kept.read_text()


@pytest.mark.parametrize(("name", "content", "reason"), [
    ("ảnh.png", b"x", ".png"), ("hong.docx", b"khong phai docx", ""), ("rong.txt", b"", "chữ"),
])  # fmt: skip
def test_a_file_that_cannot_be_read_says_why_and_is_not_kept(
    library: Library, name: str, content: bytes, reason: str
) -> None:
    done = library.add(name, content)
    assert done.outcome == "failed"
    assert done.reason
    assert reason in done.reason
    assert list((library.settings.store / ORIGINALS).glob("*")) == []


def test_an_edit_is_shown_and_outlives_the_next_load_of_the_file(library: Library, tmp_path: Path) -> None:
    (listed,), _ = library.browse(Browse(words="goc"))
    edit = Edit("Tên do người sửa", "Báo Mẫu", "Lê A", date(2021, 1, 9))
    assert library.edit(listed.info.id, edit).info.title == "Tên do người sửa"
    path = tmp_path / "tin" / "goc.txt"
    path.write_text(path.read_text(encoding="utf-8") + " Thêm một câu.", encoding="utf-8")
    ingest([tmp_path / "tin"], library.settings, encoder=library.assistant.encoder)
    document = library.assistant.document(listed.info.id)
    assert document is not None
    assert (document.info.title, document.info.publisher, document.info.published) == (
        "Tên do người sửa", "Báo Mẫu", date(2021, 1, 9),
    )  # fmt: skip
    assert "Thêm một câu" in document.text
    before = library.assistant.document(listed.info.id, listed.info.version)
    assert before is not None  # addresses of the version before still work


def test_a_removal_is_complete_and_can_be_taken_back(library: Library) -> None:
    library.add("xa-mau.txt", ARTICLE.encode())
    library.add("xa-mau.txt", ARTICLE.replace("15", "25").encode())
    (listed,), _ = library.browse(Browse(words="xa-mau"))
    removal = library.remove([listed.info.id])
    assert removal.titles == ("Xã Mẫu Một trồng rừng",)
    assert library.assistant.document(listed.info.id) is None
    assert [h.document.id for h in library.assistant.search("trồng rừng")] != [listed.info.id]
    assert library.undo(removal.token) == 1
    assert library.assistant.search("trồng rừng")[0].document.version == listed.info.version
    assert len(library.assistant.store.versions(listed.info.id)) == 2
    again = library.assistant.document(listed.info.id)
    assert again is not None
    assert library.original(again) is not None
    with pytest.raises(DocumentMissingError):
        library.undo(removal.token)


def test_too_late_nothing_comes_back_and_no_file_is_left(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(library_module, "UNDO_S", -1.0)
    library.add("xa-mau.txt", ARTICLE.encode())
    (listed,), _ = library.browse(Browse(words="xa-mau"))
    removal = library.remove([listed.info.id])
    with pytest.raises(DocumentMissingError):
        library.undo(removal.token)
    library.sweep()
    assert list((library.settings.store / ORIGINALS).glob("*")) == []


def test_who_may_not_read_a_document_cannot_change_it(library: Library) -> None:
    (listed,), _ = library.browse(Browse(words="goc"))
    stranger = Access("la", ("khac",))
    assert library.browse(Browse(), stranger) == ((), 0)
    for change in (lambda: library.remove([listed.info.id], stranger),
                   lambda: library.edit(listed.info.id, Edit("x"), stranger)):  # fmt: skip
        with pytest.raises(DocumentMissingError):
            change()


def test_the_list_is_searched_without_marks_sorted_and_paged(library: Library) -> None:
    for n, name in enumerate(("Ăn Giang", "Bến Tre", "Cà Mau")):
        library.add(f"t{n}.txt", f"{name}\n\nTin của {name} số {n}.".encode())
    assert titles(library, words="ben TRE") == ["Bến Tre"]
    assert titles(library, words="100%_") == []
    assert titles(library, order="added", descending=True, limit=2) == ["Cà Mau", "Bến Tre"]
    assert titles(library, order="added", descending=True, limit=1, offset=2) == ["Ăn Giang"]
    assert library.facets()["collection"] == {"default": 4}


@pytest.mark.parametrize(("given", "shown"), [
    ("../../etc/a.txt", "a.txt"), ("a\u202etxt.exe", "atxt.exe"), ("x" * 300 + ".docx", "x" * 195 + ".docx"),
    ("a\nb\x00.txt", "ab.txt"), ("", "không tên"), ("..", "không tên"), ("a\ud800.txt", "a?.txt"),
])  # fmt: skip
def test_names_are_made_safe(given: str, shown: str) -> None:
    assert shown_name(given) == shown
