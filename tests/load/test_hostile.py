"""Hostile and broken files: one line with a reason each, and the loader goes on."""

from __future__ import annotations

import io
import os
import random
import struct
import time
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import docx
import openpyxl
import pytest

from rag.errors import LoadError
from rag.load import Loader, Source, find_sources
from rag.load.limits import Limits, check_archive
from rag.settings import Settings
from rag.types import FailedSource, LoadedDocument
from tests.load.make_pdf import Text, make_pdf, write_objects

Failure = Callable[[str, bytes | str], str]
Make = Callable[[str, bytes], Source]
GOOD = "Kết quả rất tốt."


def document_xml(body: str, head: str = "") -> bytes:
    """A docx whose main part is written by hand."""
    file = io.BytesIO()
    docx.Document().save(file)
    changed = io.BytesIO()
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(changed, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            content = old.read(entry)
            if entry.filename == "word/document.xml":
                namespace = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
                root = f'<w:document xmlns:w="{namespace}"><w:body>{body}</w:body></w:document>'
                content = f'<?xml version="1.0"?>{head}{root}'.encode()
            new.writestr(entry.filename, content)
    return changed.getvalue()


def paragraph(text: str) -> str:
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"


def archive(**entries: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, content in entries.items():
            opened.writestr(name, content)
    return file.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.txt", b"%PDF-1.7\n", "đuôi là .txt nhưng nội dung là pdf"),
        ("a.pdf", b"Xin ch\xc3\xa0o", "đuôi là .pdf nhưng nội dung là dạng khác"),
        ("a.docx", b"{\\rtf1 x}", "đuôi là .docx nhưng nội dung là rtf"),
        ("a.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "tệp có mật khẩu, hoặc không phải .docx"),
        ("a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "tệp hỏng hoặc bị cắt cụt"),
        ("a.doc", b"PK\x03\x04", "đuôi là .doc nhưng nội dung là zip/docx/xlsx"),
        ("a.txt", b"ab\0cd\0\0", "có byte NUL, không phải văn bản"),
        ("a.txt", b" \n\n\t", "không có chữ; có thể là bản quét"),
        ("a.txt", "…—!".encode(), "không có chữ; có thể là bản quét"),
        ("a.html", b"<html><body><script>x</script></body></html>", "không có chữ; có thể là bản quét"),
        ("a.pdf", b"%PDF-1.7 cut", "tệp PDF hỏng hoặc bị cắt cụt"),
    ],
)
def test_each_gets_its_reason(failure: Failure, name: str, content: bytes, reason: str) -> None:
    assert failure(name, content) == reason


def test_truncated_files_of_every_kind_are_failures_not_crashes(loader: Loader, source: Make) -> None:
    book = io.BytesIO()
    openpyxl.Workbook().save(book)
    whole = {
        "a.docx": document_xml(paragraph(GOOD) * 50),
        "a.xlsx": book.getvalue(),
        "a.doc": (Path(__file__).parent / "data" / "mixed.doc").read_bytes(),
        "a.xls": (Path(__file__).parent / "data" / "mixed.xls").read_bytes(),
    }
    for name, content in whole.items():
        (item,) = loader.load(source(name, content[: len(content) // 2]))
        assert isinstance(item, FailedSource), name
        assert "hỏng" in item.reason, item


def test_random_changes_never_stop_the_loader(loader: Loader, source: Make) -> None:
    chance = random.Random(7)
    seeds = {
        "a.docx": document_xml(paragraph(GOOD)),
        "a.pdf": make_pdf([[Text(GOOD)]]),
        "a.rtf": b"{\\rtf1\\ansi{\\fonttbl{\\f0 .VnTime;}}\\f0 K\\'d5t qu\\'b6\\par\\u7897?}",
        "a.doc": (Path(__file__).parent / "data" / "mixed.doc").read_bytes(),
        "a.xls": (Path(__file__).parent / "data" / "mixed.xls").read_bytes(),
    }
    for name, content in seeds.items():
        for _ in range(12):
            data = bytearray(content)
            for _ in range(chance.choice((1, 8, 40))):
                data[chance.randrange(8, len(data))] = chance.randrange(256)
            items = list(loader.load(source(name, bytes(data))))
            assert len(items) == 1
            assert getattr(items[0], "reason", "") or getattr(items[0], "text", "")


def test_entities_are_not_expanded_and_no_file_is_read(loader: Loader, source: Make, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("mật khẩu là 1234")
    external = document_xml(paragraph(f"{GOOD}&x;"), f'<!DOCTYPE w [<!ENTITY x SYSTEM "file://{secret}">]>')
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "ha" * 10}">' for n in range(10))
    for content in (external, document_xml(paragraph("&l9;"), f"<!DOCTYPE w [{laughs}]>")):
        (item,) = loader.load(source("a.docx", content))
        assert "mật khẩu" not in getattr(item, "text", "")
        assert len(getattr(item, "text", "")) < 1000


def test_entities_of_workbooks_are_not_expanded_either(loader: Loader, source: Make) -> None:
    book = openpyxl.Workbook()
    book.active["A1"] = GOOD
    file, changed = io.BytesIO(), io.BytesIO()
    book.save(file)
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "ha" * 10}">' for n in range(10))
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(changed, "w") as new:
        for name in old.namelist():
            text = old.read(name).decode()
            if name == "xl/sharedStrings.xml":
                text = f"<!DOCTYPE s [{laughs}]>" + text[text.index("<sst") :].replace(GOOD, "&l9;")
            new.writestr(name, text)
    (item,) = loader.load(source("a.xlsx", changed.getvalue()))
    assert len(getattr(item, "text", "")) < 1000


def test_deep_nesting_is_refused_or_read_but_not_fatal(loader: Loader, source: Make) -> None:
    depth = 5000
    table = "<w:tbl><w:tr><w:tc>" * depth + paragraph(GOOD) + "</w:tc></w:tr></w:tbl>" * depth
    rtf = b"{\\rtf1 " + b"{" * 200_000 + b"x" + b"}" * 200_000 + b"}"
    html = f"<html>{'<div>' * 20_000}<p>{GOOD}</p></html>".encode()
    for name, content in (
        ("a.docx", document_xml(table)),
        ("a.rtf", rtf),
        ("a.html", html),
        ("a.md", b">" * 20_000 + b" x"),
    ):
        (item,) = loader.load(source(name, content))
        assert isinstance(item, (FailedSource, LoadedDocument))
    assert isinstance(next(loader.load(source("b.txt", GOOD.encode()))), LoadedDocument)


def test_an_old_workbook_whose_entries_or_sectors_point_in_a_ring_is_not_followed(loader: Loader, source: Make) -> None:
    """Found by fuzzing: the reader of workbooks followed both without end."""
    data = (Path(__file__).parent / "data" / "mixed.xls").read_bytes()
    (fat,) = struct.unpack_from("<I", data, 0x4C)
    (directory,) = struct.unpack_from("<I", data, 0x30)
    entry = 512 + 512 * directory + 128
    (start,) = struct.unpack_from("<I", data, entry + 116)
    for place, value in ((entry + 68, 1), (512 + 512 * fat + 4 * start, start)):
        damaged = bytearray(data)
        struct.pack_into("<I", damaged, place, value)
        began = time.monotonic()
        (item,) = loader.load(source("vong.xls", bytes(damaged)))
        assert time.monotonic() - began < 10
        assert isinstance(item, FailedSource) or "Bắc Sơn" in item.text


def test_one_huge_text_node_is_refused_before_it_is_parsed(failure: Failure) -> None:
    assert failure("a.docx", document_xml(paragraph("a" * 30_000_000))).startswith("tệp nén phình quá lớn (1:")


def test_a_document_of_endless_paragraphs_hits_a_limit_and_the_loader_goes_on(
    poor_settings: Settings, source: Make
) -> None:
    chance = random.Random(1)
    body = "".join(paragraph(str(chance.random())) for _ in range(300_000))
    bomb, good = source("a.docx", document_xml(body)), source("b.txt", GOOD.encode())
    with Loader(replace(poor_settings, load_cpu_s=1)) as loader:
        (item,) = loader.load(bomb)
        assert item in [FailedSource("a.docx", f"quá {what} cho phép") for what in ("bộ nhớ", "thời gian đọc")]
        assert isinstance(next(loader.load(good)), LoadedDocument)


def test_a_stream_that_inflates_without_end_hits_a_limit(poor_settings: Settings, source: Make) -> None:
    packer = zlib.compressobj(1)
    packed = b"".join([*(packer.compress(b"BT /F0 9 Tf (ab) Tj ET\n" * 50_000) for _ in range(300)), packer.flush()])
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents 3 0 R >>"
    content = b"<< /Length %d /Filter /FlateDecode >> stream\n%s\nendstream" % (len(packed), packed)
    kids = b"<< /Type /Pages /Kids [4 0 R] /Count 1 >>"
    bomb = write_objects([b"<< /Type /Catalog /Pages 2 0 R >>", kids, content, page, b"<< >>"])
    with Loader(poor_settings) as loader:
        (item,) = loader.load(source("a.pdf", bomb))
        assert isinstance(item, FailedSource)
        assert isinstance(next(loader.load(source("b.txt", GOOD.encode()))), LoadedDocument)


def test_text_and_files_longer_than_allowed_are_refused(poor_settings: Settings, source: Make) -> None:
    settings = replace(poor_settings, load_max_chars=1000, load_max_file_mb=1)
    with Loader(settings) as loader:
        assert list(loader.load(source("a.txt", b"a " * 501))) == [
            FailedSource("a.txt", "văn bản dài 1002 ký tự, tối đa 1000")
        ]
        assert list(loader.load(source("b.txt", b"a" * 1_100_000))) == [FailedSource("b.txt", "tệp lớn hơn 1 MiB")]
        rows = b'{"text": "M\xe1\xbb\x99t."}\n' * 60_000  # a file of rows may be as large as it likes
        assert sum(isinstance(item, LoadedDocument) for item in loader.load(source("c.jsonl", rows))) == 60_000
        table = "Huyện,Số\n" + "Bắc Sơn,12\n" * 200
        (item,) = loader.load(source("d.csv", table.encode()))
        assert item == FailedSource("d.csv", "bảng quá dài")


def test_a_line_of_a_million_characters_is_read(loader: Loader, source: Make) -> None:
    (item,) = loader.load(source("a.txt", ("kết quả " * 130_000).encode()))
    assert isinstance(item, LoadedDocument)
    assert len(item.text) > 1_000_000


def test_invisible_and_direction_controls_are_removed(loader: Loader, source: Make) -> None:
    (item,) = loader.load(source("a.txt", "Kết\u202e quả\u200b rất\ufeff tốt\U000e0041".encode()))
    assert isinstance(item, LoadedDocument)
    assert item.text == "Kết quả rất tốt"


def test_a_link_put_in_the_place_of_a_file_is_not_followed(loader: Loader, source: Make, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("mật khẩu")
    found = source("a.txt", GOOD.encode())
    found.path.unlink()
    found.path.symlink_to(tmp_path / "secret")
    (item,) = loader.load(found)
    assert isinstance(item, FailedSource)
    assert item.reason.startswith("không mở được tệp")


def test_a_pipe_put_in_the_place_of_a_file_does_not_block(loader: Loader, source: Make) -> None:
    found = source("a.txt", GOOD.encode())
    found.path.unlink()
    os.mkfifo(found.path)
    assert list(loader.load(found)) == [FailedSource("a.txt", "không phải tệp thường")]


def test_a_file_that_went_away_is_said(loader: Loader, source: Make) -> None:
    found = source("a.txt", GOOD.encode())
    found.path.unlink()
    (item,) = loader.load(found)
    assert isinstance(item, FailedSource)
    assert find_sources([found.path])[0].problem


class TestArchives:
    @pytest.mark.parametrize("name", ["../a.xml", "/a.xml", "a/../../b", "C:/a", "..\\a"])
    def test_entries_that_point_outside_are_refused(self, name: str) -> None:
        with pytest.raises(LoadError, match="trỏ ra ngoài"):
            check_archive(archive(**{name: b"x"}), Limits())

    def test_links_are_refused(self) -> None:
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w") as opened:
            link = zipfile.ZipInfo("a")
            link.external_attr = 0o120777 << 16
            opened.writestr(link, "/etc/passwd")
        with pytest.raises(LoadError, match="trỏ ra ngoài"):
            check_archive(file.getvalue(), Limits())

    def test_encrypted_entries_are_refused(self) -> None:
        data = bytearray(archive(a=b"x" * 10))
        data[6] |= 1
        data[data.index(b"PK\x01\x02") + 8] |= 1
        with pytest.raises(LoadError, match="mật khẩu"):
            check_archive(bytes(data), Limits())

    def test_number_size_and_ratio_are_bounded(self) -> None:
        with pytest.raises(LoadError, match="3 > 2"):
            check_archive(archive(a=b"", b=b"", c=b""), Limits(max_entries=2))
        noise = random.Random(3).randbytes(3_000_000)
        with pytest.raises(LoadError, match="2 MiB > 1 MiB"):
            check_archive(archive(a=noise), Limits(max_unpacked=1024 * 1024))
        with pytest.raises(LoadError, match="> 1:200"):
            check_archive(archive(a=b"a" * 20_000_000), Limits())
        check_archive(archive(a=b"a" * 1_000_000), Limits())  # dull but small

    def test_a_size_that_lies_is_found_out(self) -> None:
        data = bytearray(archive(a=b"x" * 5000))
        place = data.index(b"PK\x01\x02") + 24
        data[place : place + 4] = (10).to_bytes(4, "little")
        with pytest.raises(LoadError, match=r"hỏng|kích thước"):
            check_archive(bytes(data), Limits())
