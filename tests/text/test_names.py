from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given

from rag.text.names import find_names
from tests.text.vietnamese import STORED


def names(text: str) -> list[str]:
    return [n.text for n in find_names(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Dự họp có đồng chí Lương Trọng Quỳnh.", ["Lương Trọng Quỳnh"]),
        ("Sáng nay, Ban Dân tộc tỉnh họp.", ["Ban Dân tộc tỉnh"]),
        ("Theo Sở Giáo dục và Đào tạo, học sinh nghỉ.", ["Sở Giáo dục và Đào tạo"]),
        ("Ông là Phó Chủ tịch UBND tỉnh Lạng Sơn.", ["Phó Chủ tịch UBND tỉnh", "Lạng Sơn"]),
        ("Tỉnh Bà Rịa - Vũng Tàu và TP. Hồ Chí Minh.", ["Bà Rịa - Vũng Tàu", "TP. Hồ Chí Minh"]),
        ("Hàng hóa của Mỹ và Nhật Bản tăng.", ["Mỹ", "Nhật Bản"]),
        ("Hãng Samsung xây nhà máy.", ["Samsung"]),
        ("Tại Hà Nội, mưa to.", ["Hà Nội"]),
        ("Bà Nguyễn Thị Hoa nói.", ["Nguyễn Thị Hoa"]),
    ],
)
def test_names_are_runs_of_capitals(text: str, expected: list[str]) -> None:
    assert names(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Hội nghị tổng kết công tác năm. Kết quả tốt.",
        "Được biết, trong đó có nhiều hộ. Ông cũng nói.",
        "KẾT QUẢ THỰC HIỆN NHIỆM VỤ NĂM",
        "Nghề Kiến trúc sư được trọng",
        "ở ấp ủa ạ",
    ],
)
def test_a_capital_at_the_beginning_is_no_name(text: str) -> None:
    assert all(len(name.split()) > 1 for name in names(text))


def test_the_symbol_of_a_document_is_no_name() -> None:
    assert names("theo văn bản 88/2019/QH14 đã ban hành") == []


@given(STORED)
def test_names_stand_in_the_text_and_begin_with_a_capital(text: str) -> None:
    found = find_names(text)
    assert all(text[n.start : n.end] == n.text and n.text[0].isupper() for n in found)
    assert all(a.end <= b.start for a, b in pairwise(found))
