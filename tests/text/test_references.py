from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given

from rag.text.references import find_document_numbers, refers_to
from tests.text.vietnamese import STORED


@pytest.mark.parametrize(
    ("text", "canonical", "kind"),
    [
        ("Nghị quyết số 88/2019/QH14", "nghị quyết 88/2019/QH14", "nghị quyết"),
        ("12/NQ-CP", "nghị quyết 12/NQ-CP", "nghị quyết"),
        ("12-NQ/TU", "nghị quyết 12-NQ/TU", "nghị quyết"),
        ("Quyết định số 900/QĐ-TTg", "quyết định 900/QĐ-TTG", "quyết định"),
        ("Thông tư 02/2021/TT-BTC", "thông tư 2/2021/TT-BTC", "thông tư"),
        ("88/2019/QH14", "88/2019/QH14", ""),
        ("nghi quyet 88/2019/qh14", "nghị quyết 88/2019/QH14", "nghị quyết"),
        ("900/qd-ttg", "quyết định 900/QĐ-TTG", "quyết định"),
        ("Nghị quyết 88", "nghị quyết 88", "nghị quyết"),
        ("nghi quyet so 88", "nghị quyết 88", "nghị quyết"),
        ("Chương trình 135", "chương trình 135", "chương trình"),
        ("công văn số: 9533/BGTVT-TC", "công văn 9533/BGTVT-TC", "công văn"),
        ("Luật số 15/2012/QH13", "luật 15/2012/QH13", "luật"),
        ("01-KL/TW", "kết luận 1-KL/TW", "kết luận"),
    ],
)
def test_a_document_is_named_in_one_spelling(text: str, canonical: str, kind: str) -> None:
    (found,) = find_document_numbers(text)
    assert (found.canonical, found.kind, found.text) == (canonical, kind, text)


@pytest.mark.parametrize(
    "text",
    [
        "ngày 8/1/2021",
        "135 công trình",
        "3/4 số hộ",
        "chương trình 7,5 tỷ",
        "24/7",
        "dự án 50%",
        "chương trình hay",
        "km/h",
    ],
)
def test_other_numbers_name_no_document(text: str) -> None:
    assert find_document_numbers(text) == ()


@pytest.mark.parametrize(
    ("a", "b", "same"),
    [
        ("Nghị quyết 88", "Nghị quyết số 88/2019/QH14", True),
        ("88/2019/QH14", "Nghị quyết số 88/2019/QH14", True),
        ("nghi quyet 12", "12/NQ-CP", True),
        ("Nghị quyết 12/NQ-CP", "Nghị quyết 12-NQ/TU", False),
        ("Nghị quyết 88", "Quyết định 88", False),
        ("Nghị quyết 88", "Nghị quyết 89/2019/QH14", False),
        ("Chương trình 135", "Nghị quyết 135", False),
        ("Nghị quyết 88/2019/QH14", "Nghị quyết 88/2020/QH14", False),
    ],
)
def test_a_short_name_refers_to_the_full_one(a: str, b: str, same: bool) -> None:
    first, second = find_document_numbers(a)[0], find_document_numbers(b)[0]
    assert refers_to(first, second) is same
    assert refers_to(second, first) is same


@given(STORED)
def test_documents_stand_in_the_text_and_refer_to_themselves(text: str) -> None:
    found = find_document_numbers(text)
    assert all(text[d.start : d.end] == d.text and refers_to(d, d) for d in found)
    assert all(a.end <= b.start for a, b in pairwise(found))


def test_documents_named_by_number_and_year_alone() -> None:
    short, whole = find_document_numbers("Nghị định 167/2013 là Nghị định số 167/2013/NĐ-CP")
    other = find_document_numbers("Nghị định 167/2014/NĐ-CP")[0]
    assert refers_to(short, whole)
    assert not refers_to(short, other)
    assert find_document_numbers("Kế hoạch 5/2020 của xã") == ()
