"""Scans are told as such, and recognised where Tesseract is; here a small program stands in for it."""

from __future__ import annotations

import os
import sys
import zlib
from pathlib import Path

import pytest

from rag.errors import SettingError
from rag.index.ingest import ingest
from rag.load import Loader, find_sources, ocr
from rag.load.child import Child
from rag.settings import Settings
from rag.types import FailedSource, LoadedDocument
from tests.load.make_pdf import write_objects

STAND_IN = """#!{python}
import sys
if "--list-langs" in sys.argv:
    print("List of available languages in ...:\\neng\\nvie")
    raise SystemExit
head = sys.stdin.buffer.read(2)
assert head == b"P5", head
assert sys.argv[1:] == ["stdin", "stdout", "-l", "vie"]
{body}
"""


def scan(n_pages: int) -> bytes:
    """A PDF whose pages are pictures."""
    pixels = zlib.compress(b"\xff" * 64)
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b""]
    numbers = []
    for _ in range(n_pages):
        at = len(objects)
        head = b"/Type /XObject /Subtype /Image /Width 8 /Height 8 /ColorSpace /DeviceGray /BitsPerComponent 8"
        objects.append(b"<< %s /Filter /FlateDecode /Length %d >> stream\n%s\nendstream" % (head, len(pixels), pixels))
        content = b"595 0 0 842 0 0 cm /I Do"
        objects.append(b"<< /Length %d >> stream\n%s\nendstream" % (len(content), content))
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R "
            b"/Resources << /XObject << /I %d 0 R >> >> >>" % (at + 2, at + 1)
        )
        numbers.append(len(objects))
    kids = b" ".join(b"%d 0 R" % number for number in numbers)
    objects[1] = b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, n_pages)
    objects.append(b"<< >>")
    return write_objects(objects)


@pytest.fixture
def tesseract(tmp_path, monkeypatch):
    """Put a stand-in for Tesseract on the path."""

    def install(body: str) -> None:
        folder = tmp_path / "bin"
        folder.mkdir(exist_ok=True)
        (folder / "tesseract").write_text(STAND_IN.format(python=sys.executable, body=body), encoding="utf-8")
        (folder / "tesseract").chmod(0o755)
        monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")

    return install


@pytest.fixture
def path(tmp_path):
    (tmp_path / "quet.pdf").write_bytes(scan(2))
    return tmp_path / "quet.pdf"


def load(path: Path, **options):
    with Loader(Settings.load(path.parent / "store", env={}), **options) as loader:
        return list(loader.load(find_sources([path])[0]))


def test_a_scan_is_told_as_such(path):
    (item,) = load(path)
    assert item == FailedSource("quet.pdf", "bản quét, không có lớp chữ; nạp với --ocr nếu máy có Tesseract")


def test_a_scan_is_recognised_page_by_page(path, tesseract):
    tesseract("print('Kết quả năm 2030.')")
    (item,) = load(path, ocr=True)
    assert isinstance(item, LoadedDocument)
    assert item.text == "Kết quả năm 2030.\n\nKết quả năm 2030."
    assert [item.text[page.start : page.end] for page in item.pages] == ["Kết quả năm 2030."] * 2
    assert item.notes == ("bản quét, nhận dạng chữ 2 trang; có thể sai sót",)


def test_a_scan_told_of_in_two_messages_is_recognised(path, tesseract, monkeypatch):
    """On a busy machine the reading process sends its last item, and that it is done, one after the other."""
    tesseract("print('Kết quả năm 2030.')")
    receive, waiting = Child.receive, []

    def in_two(child, timeout_s=None):
        if waiting:
            return waiting.pop()
        reply = receive(child, timeout_s)
        if reply.get("items") and reply.get("done"):
            waiting.append({"items": [], "done": True})
            return {**reply, "done": False}
        return reply

    monkeypatch.setattr(Child, "receive", in_two)
    (item,) = load(path, ocr=True)
    assert isinstance(item, LoadedDocument), item


def test_a_recognition_that_fails_is_told_and_the_next_file_is_read(path, tesseract, tmp_path):
    tesseract("raise SystemExit(3)")
    (tmp_path / "sau.txt").write_text("Bài sau.", encoding="utf-8")
    with Loader(Settings.load(tmp_path / "store", env={}), ocr=True) as loader:
        (first,) = loader.load(find_sources([path])[0])
        (second,) = loader.load(find_sources([tmp_path / "sau.txt"])[0])
    assert first == FailedSource("quet.pdf", "nhận dạng chữ không thành công")
    assert isinstance(second, LoadedDocument)


def test_without_tesseract_it_is_said_how_to_install_it(path, settings, letters, monkeypatch, tmp_path):
    monkeypatch.setattr(ocr, "PROGRAM", "tesseract-khong-co")
    with pytest.raises(SettingError, match="apt-get install tesseract-ocr-vie"):
        ingest([path], settings, encoder=letters, ocr=True)
