from __future__ import annotations

import unicodedata
from collections.abc import Callable

import pytest

from rag.text.legacy import from_unicode
from rag.types import LoadedDocument

Document = Callable[[str, bytes | str], LoadedDocument]
TEXT = "Ủy ban nhân dân huyện tổ chức hội nghị tổng kết công tác dân tộc năm 2020, triển khai nhiệm vụ những năm tới."


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_unicode_is_read_with_and_without_mark(document: Document, encoding: str) -> None:
    assert document("a.txt", TEXT.encode(encoding)).text == TEXT


def test_tcvn3_and_vni_are_converted_and_reported(document: Document) -> None:
    for encoding, name in (("tcvn3", "TCVN3"), ("vni", "VNI")):
        legacy = from_unicode(TEXT.lower(), encoding)  # type: ignore[arg-type]
        for content in (legacy.encode("latin-1"), legacy.encode()):  # also text pasted into a Unicode editor
            found = document("a.txt", content)
            assert found.text.lower() == TEXT.lower()
            assert found.notes == (f"chuyển từ {name} sang Unicode",)


def test_the_vietnamese_code_page_of_windows_is_known(document: Document) -> None:
    apart = {c: unicodedata.normalize("NFD", c) for c in TEXT}
    content = bytearray()
    for char in TEXT:
        try:
            content += char.encode("cp1258")
        except UnicodeEncodeError:
            base, *marks = apart[char]
            tones = [m for m in marks if m in "\u0300\u0301\u0303\u0309\u0323"]
            letter = unicodedata.normalize("NFC", base + "".join(m for m in marks if m not in tones))
            content += (letter + "".join(tones)).encode("cp1258")
    found = document("a.txt", bytes(content))
    assert found.text == TEXT
    assert found.notes == ("chuyển từ Windows-1258 sang Unicode",)


def test_decomposed_letters_are_composed(document: Document) -> None:
    assert document("a.txt", unicodedata.normalize("NFD", TEXT)).text == TEXT


def test_a_few_damaged_bytes_do_not_change_the_encoding(document: Document) -> None:
    found = document("a.txt", TEXT.encode() * 5 + b"\xff" + TEXT.encode())
    assert found.text.replace("\ufffd", "") == TEXT * 6
    assert found.notes == ("có ký tự hỏng trong tệp",)


def test_french_and_correct_vietnamese_are_not_converted(document: Document) -> None:
    french = "L'été à la campagne, où les élèves étaient très contents d'être là."
    assert document("a.txt", french).text == french
    assert document("a.txt", french.encode("cp1252")).text == french
    assert document("a.txt", TEXT).notes == ()
