"""A folder of hostile files through the whole of ingest: one line each, the rest indexed, nothing outside touched."""

from __future__ import annotations

import os
import socket
import zipfile

import pytest

from rag.index.ingest import ingest
from rag.index.sqlite import SqliteStore

GOOD = "Bài tốt {n}\n\nNội dung của bài tốt số {n}."

NAMES = [
    "dấu nháy ' \" `.txt", "xuống\ndòng.txt", "..txt.txt", "…..txt", "-rf.txt", "$(touch x).txt", "%s%n{0}.txt",
    "a;b|c&d.txt", "\u202egnp.txt", "\u200b.txt", " .txt", "e\u0301.txt", "é.txt",
    "A" * 251 + ".txt", "ấ" * 83 + ".txt",
    "con.txt", "<script>.txt", "*.txt", "?.txt", "~.txt", "\\..\\..\\x.txt", "\x1b[31m.txt", "\x7f.txt",
]  # fmt: skip


def everything(place):
    """All names below a folder with what they are."""
    return {
        str(path): path.is_symlink() or path.stat().st_size for path in place.rglob("*") if "store" not in path.parts
    }


@pytest.fixture
def folder(tmp_path):
    root = tmp_path / "trong" / "tin"
    root.mkdir(parents=True)
    return root


def test_names_of_every_kind_are_indexed_under_names_that_can_be_shown(folder, settings, letters, tmp_path):
    for n, name in enumerate(NAMES):
        (folder / name).write_text(GOOD.format(n=n), encoding="utf-8")
    raw = os.fsencode(folder) + b"/\xff\xfe.txt"
    with open(raw, "wb") as file:
        file.write(GOOD.format(n=99).encode())
    before = everything(tmp_path)
    report = ingest([folder], settings, encoder=letters)
    (failure,) = report.failed
    assert failure.reason.startswith("trùng định danh")  # one name in two normal forms
    assert report.added == len(NAMES) + 1 - 2  # and one is hidden
    sources = [info.source for info in SqliteStore.open(settings.store).list_documents()]
    assert all(source.startswith("tin/") and source.encode("utf-8") for source in sources)
    assert everything(tmp_path) == before
    assert ingest([folder], settings, encoder=letters, sync=True).removed == 0


def test_links_devices_pipes_and_sockets_are_told_and_not_opened(folder, settings, letters, tmp_path, monkeypatch):
    secret = tmp_path / "mat-khau.txt"
    secret.write_text("Mật khẩu là 1234.", encoding="utf-8")
    (folder / "tot.txt").write_text(GOOD.format(n=1), encoding="utf-8")
    (folder / "ra-ngoai.txt").symlink_to(secret)
    (folder / "vong.txt").symlink_to(folder / "vong.txt")
    (folder / "thu-muc").symlink_to(tmp_path)
    (folder / "khong.txt").symlink_to("/dev/zero")
    os.mkfifo(folder / "ong.txt")
    monkeypatch.chdir(folder)  # the path of a socket may be no longer than 108 bytes
    with socket.socket(socket.AF_UNIX) as opened:
        opened.bind("o-cam.txt")
        report = ingest([folder], settings, encoder=letters)
    assert report.added == 1
    assert {failure.source for failure in report.failed} == {
        "tin/ra-ngoai.txt", "tin/vong.txt", "tin/thu-muc", "tin/khong.txt", "tin/ong.txt", "tin/o-cam.txt",
    }  # fmt: skip
    assert all(failure.reason for failure in report.failed)
    store = SqliteStore.open(settings.store)
    assert not any("1234" in store.document(info.id).text for info in store.list_documents())


def test_each_bad_file_gets_one_line_and_the_others_are_indexed(folder, settings, letters):
    for n in range(3):
        (folder / f"tot-{n}.txt").write_text(GOOD.format(n=n), encoding="utf-8")
    with zipfile.ZipFile(folder / "tro-ra.docx", "w") as archive:
        archive.writestr("../../tro-ra", "x")
    bad = {
        "rong.txt": b"", "nul.txt": b"a\0b", "anh.png": b"\x89PNG", "sai-duoi.pdf": b"Xin chao",
        "hong.docx": b"PK\x03\x04abc", "khong-duoi": b"x", "ngau-nhien.doc": os.urandom(2000), "khong-json.jsonl": b"{",
        "lon.txt": b"a " * 27_000_000,
    }  # fmt: skip
    for name, content in bad.items():
        (folder / name).write_bytes(content)
    report = ingest([folder], settings, encoder=letters)
    assert report.added == 3
    assert {failure.source.split(" ")[0] for failure in report.failed} == {
        f"tin/{name}" for name in [*bad, "tro-ra.docx"]
    }
    assert all("\n" not in failure.reason for failure in report.failed)
    assert "50 MiB" in next(failure.reason for failure in report.failed if "lon" in failure.source)
    assert not list(folder.parent.rglob("tro-ra"))
