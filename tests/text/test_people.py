from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given

from rag.text.people import find_people
from tests.text.vietnamese import STORED


@pytest.mark.parametrize(
    ("text", "name", "role"),
    [
        ("đồng chí Lương Trọng Quỳnh, Phó Chủ tịch UBND tỉnh; đại diện", "Lương Trọng Quỳnh", "Phó Chủ tịch UBND tỉnh"),
        ("ông Nguyễn Văn An, Giám đốc Sở Y tế, cho biết", "Nguyễn Văn An", "Giám đốc Sở Y tế"),
        ("ông Nguyễn Văn An - Giám đốc Sở Y tế chia sẻ", "Nguyễn Văn An", "Giám đốc Sở Y tế"),
        ("Phó Thủ tướng Vũ Đức Đam dự họp", "Vũ Đức Đam", "Phó Thủ tướng"),
        ("Tổng thống Donald Trump ký", "Donald Trump", "Tổng thống"),
        ("Tổng thống Mỹ Donald Trump ký", "Donald Trump", "Tổng thống Mỹ"),
        ("Tổng thống Moon Jae-in nói", "Moon Jae-in", "Tổng thống"),
        ("bà Trần Thị Lan đến từ Huế", "Trần Thị Lan", ""),
        ("Chủ tịch UBND tỉnh Hồ Tiến Thiệu phát biểu", "Hồ Tiến Thiệu", "Chủ tịch UBND tỉnh"),
        ("Chủ tịch UBND tỉnh An Giang Lê Văn Phước", "Lê Văn Phước", "Chủ tịch UBND tỉnh An Giang"),
        ("đồng chí Phó Chủ tịch UBND tỉnh Lê Văn Bình dự", "Lê Văn Bình", "Phó Chủ tịch UBND tỉnh"),
        ("Quyền Bộ trưởng Bộ Y tế Trần Văn Mẫu ký", "Trần Văn Mẫu", "Quyền Bộ trưởng Bộ Y tế"),
        ("Bộ trưởng Bộ Kế hoạch và Đầu tư Lê Văn Mẫu nói", "Lê Văn Mẫu", "Bộ trưởng Bộ Kế hoạch và Đầu tư"),
        ("Bà Trần Thị Mẫu, Phó Giám đốc Sở Mẫu TP.HCM, cho biết.", "Trần Thị Mẫu", "Phó Giám đốc Sở Mẫu TP.HCM"),
    ],
)
def test_a_person_has_a_name_and_an_office(text: str, name: str, role: str) -> None:
    assert [(p.name, p.role) for p in find_people(text)] == [(name, role)]


@pytest.mark.parametrize(
    "text",
    [
        "đồng chí Phó Chủ tịch UBND tỉnh đã dự",
        "Giám đốc Sở Y tế",
        "Tổng giám đốc Vietnam Airlines",
        "Bà Rịa",
        "Ban Dân tộc",
    ],
)
def test_an_office_alone_is_no_person(text: str) -> None:
    assert find_people(text) == ()


@given(STORED)
def test_people_stand_in_the_text_in_order(text: str) -> None:
    found = find_people(text)
    assert all(p.name in text[p.start : p.end] for p in found)
    assert all(a.start < b.start for a, b in pairwise(found))
