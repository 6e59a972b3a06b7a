from __future__ import annotations

from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.text.number_words import DIGITS
from rag.text.numbers import find_quantities, normalize_number
from tests.text.vietnamese import STORED


def values(text: str) -> list[tuple[str, str, str]]:
    return [(f"{q.value.normalize():f}", q.unit, q.approx) for q in find_quantities(text)]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1.200", "1200"), ("1.234,5", "1234.5"), ("1,5", "1.5"), ("7.89", "7.89"), ("1.234.567", "1234567"),
        ("1,234,567", "1234567"), ("1,234.5", "1234.5"), ("0,125", "0.125"), ("0.125", "0.125"), ("2020", "2020"),
        ("1,200", "1.2"), ("một trăm mười hai", "112"), ("hai mươi mốt", "21"), ("ba mươi tư", "34"),
        ("mười lăm", "15"), ("một trăm linh năm", "105"), ("hai nghìn không trăm hai mươi", "2020"),
        ("hai nghìn tỷ", "2000000000000"), ("một triệu rưỡi", "1500000"), ("hai trăm rưỡi", "250"),
        ("ba vạn", "30000"), ("năm mươi", "50"), ("một trăm hai", "120"), ("Mười", "10"), ("chín chục", "90"),
        ("một tỷ hai trăm triệu", "1200000000"),
    ],
)  # fmt: skip
def test_a_number_has_a_value(text: str, value: str) -> None:
    assert normalize_number(text) == Decimal(value)


@pytest.mark.parametrize("text", ["", "abc", "1.2.3.4", "12a", "hai ba", "mươi", "trăm", "tư", "88/2019", "²"])
def test_what_is_no_number_has_no_value(text: str) -> None:
    assert normalize_number(text) is None


@given(st.integers(0, 10**15))
def test_thousands_may_be_set_apart_by_points(number: int) -> None:
    assert normalize_number(f"{number:,}".replace(",", ".")) == number


def spell(number: int) -> str:
    """A number below a thousand in words, the regular way."""
    ones = {value: word for word, value in reversed(DIGITS.items()) if word not in ("mốt", "tư", "lăm", "nhăm", "bẩy")}
    hundreds, tens, digit = number // 100, number // 10 % 10, number % 10
    parts = [f"{ones[hundreds]} trăm"] if hundreds else []
    if tens == 1:
        parts.append("mười")
    elif tens:
        parts.append(f"{ones[tens]} mươi")
    elif hundreds and digit:
        parts.append("linh")
    if digit or not parts:
        parts.append("lăm" if digit == 5 and tens else "mốt" if digit == 1 and tens > 1 else ones[digit])
    return " ".join(parts)


@given(st.integers(1, 999), st.integers(0, 999))
def test_numbers_in_words_are_read_back(thousands: int, rest: int) -> None:
    tail = f" {'không trăm ' if rest < 100 else ''}{'linh ' if rest < 10 else ''}{spell(rest)}" if rest else ""
    assert normalize_number(f"{spell(thousands)} nghìn{tail}") == thousands * 1000 + rest


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("trên 176 tỷ đồng", [("176000000000", "đồng", "trên")]),
        ("giảm còn 7,89% (giảm 3%)", [("7.89", "%", ""), ("3", "%", "")]),
        ("1.234,5 ha", [("1234.5", "ha", "")]),
        ("một trăm mười hai công trình", [("112", "", "")]),
        ("2,5 triệu USD", [("2500000", "USD", "")]),
        ("từ 5 đến 7 tỷ đồng", [("5000000000", "đồng", ""), ("7000000000", "đồng", "")]),
        ("500 đến 1 tỷ đồng", [("500", "đồng", ""), ("1000000000", "đồng", "")]),
        ("hai phần ba số hộ", []),
        ("5-7%", [("5", "%", ""), ("7", "%", "")]),
        ("từ 5 đến 7 phần trăm", [("5", "%", ""), ("7", "%", "")]),
        ("176 tỷ 500 triệu đồng", [("176500000000", "đồng", "")]),
        ("gần 1,2 nghìn tỷ đồng", [("1200000000000", "đồng", "gần")]),
        ("35.283 m2, 54km", [("35283", "m2", ""), ("54", "km", "")]),
        ("176 ty dong", [("176000000000", "đồng", "")]),
        ("hai mươi năm qua", [("20", "năm", "")]),
        ("đạt 12/19 tiêu chí", [("12", "", ""), ("19", "", "")]),
        ("khoảng hai triệu người", [("2000000", "người", "khoảng")]),
        ("10 hai tỷ lệ", [("10", "", ""), ("2", "", "")]),
    ],
)
def test_quantities_have_value_unit_and_approximation(text: str, expected: list[tuple[str, str, str]]) -> None:
    assert values(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "năm 2020", "ngày 8/1", "Nghị quyết 88/2019/QH14", "Chương trình 135", "thứ ba", "lần thứ 13", "lúc 7:30",
        "lúc 8h30", "một số giải pháp", "COVID-19", "giai đoạn 2021–2030", "hàng trăm hộ", "tỷ lệ hộ nghèo",
        "điện thoại 0912345678", "không có", "Ba Bể", "tháng hai",
    ],
)  # fmt: skip
def test_dates_ordinals_and_names_are_no_quantities(text: str) -> None:
    assert values(text) == []


def test_dates_are_given_where_asked_for() -> None:
    assert [q.value for q in find_quantities("năm 2020", include_dates=True)] == [2020]


@given(STORED)
def test_quantities_stand_in_the_text_in_order(text: str) -> None:
    found = find_quantities(text)
    assert all(text[q.start : q.end] == q.text for q in found)
    assert all(a.start < b.start for a, b in pairwise(found))
    assert all(q.value.is_finite() for q in found)


def test_word_that_folds_like_a_scale_is_none() -> None:
    found = find_quantities("Có 3 văn bản, 20 trạm và 5 vạn cây.")
    assert [int(q.value) for q in found] == [3, 20, 50_000]
