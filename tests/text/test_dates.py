from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.text.dates import find_dates
from tests.text.vietnamese import STORED

ANCHOR = date(2021, 1, 22)  # a Friday


def ranges(text: str, anchor: date | None = None) -> list[tuple[str, str, str]]:
    return [(d.kind, str(d.first_day), str(d.last_day)) for d in find_dates(text, anchor)]


@pytest.mark.parametrize(
    ("text", "kind", "first", "last"),
    [
        ("08/01/2021", "day", "2021-01-08", "2021-01-08"),
        ("8-1-2021", "day", "2021-01-08", "2021-01-08"),
        ("8/1/21", "day", "2021-01-08", "2021-01-08"),
        ("20.10.2020", "day", "2020-10-20", "2020-10-20"),
        ("ngày 8 tháng 1 năm 2021", "day", "2021-01-08", "2021-01-08"),
        ("18 tháng 11 năm 2019", "day", "2019-11-18", "2019-11-18"),
        ("ngày 28/2/2014", "day", "2014-02-28", "2014-02-28"),
        ("tháng 12/2020", "month", "2020-12-01", "2020-12-31"),
        ("tháng 12 năm 2020", "month", "2020-12-01", "2020-12-31"),
        ("tháng mười hai năm 2020", "month", "2020-12-01", "2020-12-31"),
        ("quý II/2020", "quarter", "2020-04-01", "2020-06-30"),
        ("quý 4 năm 2020", "quarter", "2020-10-01", "2020-12-31"),
        ("6 tháng đầu năm 2020", "half", "2020-01-01", "2020-06-30"),
        ("6 tháng cuối năm 2020", "half", "2020-07-01", "2020-12-31"),
        ("sáu tháng đầu năm 2020", "half", "2020-01-01", "2020-06-30"),
        ("9 tháng đầu năm 2020", "period", "2020-01-01", "2020-09-30"),
        ("năm 2020", "year", "2020-01-01", "2020-12-31"),
        ("giai đoạn 2021–2030", "period", "2021-01-01", "2030-12-31"),
        ("2021-2025", "period", "2021-01-01", "2025-12-31"),
        ("nhiệm kỳ 2020 - 2025", "period", "2020-01-01", "2025-12-31"),
        ("từ năm 2016 đến năm 2020", "period", "2016-01-01", "2020-12-31"),
        ("từ ngày 5 đến ngày 8/8/2020", "period", "2020-08-05", "2020-08-08"),
        ("ngày 5-6/8/2020", "period", "2020-08-05", "2020-08-06"),
        ("ngày 5 đến 8 tháng 8 năm 2020", "period", "2020-08-05", "2020-08-08"),
        ("những năm 1960", "period", "1960-01-01", "1969-12-31"),
        ("nam 2020", "year", "2020-01-01", "2020-12-31"),
        ("quy 2 nam 2020", "quarter", "2020-04-01", "2020-06-30"),
        ("ngay 8 thang 1 nam 2021", "day", "2021-01-08", "2021-01-08"),
        ("giai doan 2021-2030", "period", "2021-01-01", "2030-12-31"),
        ("ho ngheo 2020 con bn", "year", "2020-01-01", "2020-12-31"),
    ],
)
def test_a_written_time_has_a_first_and_a_last_day(text: str, kind: str, first: str, last: str) -> None:
    assert ranges(text) == [(kind, first, last)]


@pytest.mark.parametrize(
    ("text", "month", "day"), [("(8/1)", 1, 8), ("ngày 8/1", 1, 8), ("ngay 8/1", 1, 8), ("dịp 20/10", 10, 20)]
)
def test_a_day_without_a_year_leaves_the_year_open(text: str, month: int, day: int) -> None:
    (found,) = find_dates(text, ANCHOR)
    assert (found.year, found.month, found.day, found.first_day) == (None, month, day, None)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("hôm nay", "2021-01-22", "2021-01-22"), ("sáng nay", "2021-01-22", "2021-01-22"),
        ("hôm qua", "2021-01-21", "2021-01-21"), ("ngày mai", "2021-01-23", "2021-01-23"),
        ("tuần trước", "2021-01-11", "2021-01-17"), ("tuần này", "2021-01-18", "2021-01-24"),
        ("tuần tới", "2021-01-25", "2021-01-31"), ("tháng trước", "2020-12-01", "2020-12-31"),
        ("tháng này", "2021-01-01", "2021-01-31"), ("tháng sau", "2021-02-01", "2021-02-28"),
        ("quý trước", "2020-10-01", "2020-12-31"), ("năm nay", "2021-01-01", "2021-12-31"),
        ("năm ngoái", "2020-01-01", "2020-12-31"), ("tháng 12 vừa qua", "2020-12-01", "2020-12-31"),
        ("6 tháng đầu năm nay", "2021-01-01", "2021-06-30"), ("ngày 8/1 năm nay", "2021-01-08", "2021-01-08"),
        ("thang truoc", "2020-12-01", "2020-12-31"),
    ],
)  # fmt: skip
def test_relative_words_count_from_the_anchor(text: str, first: str, last: str) -> None:
    (found,) = find_dates(text, ANCHOR)
    assert (str(found.first_day), str(found.last_day), found.relative) == (first, last, True)


def test_relative_words_stay_open_without_an_anchor() -> None:
    (found,) = find_dates("kết quả tháng trước")
    assert (found.kind, found.relative, found.first_day, found.last_day) == ("relative", True, None, None)


@pytest.mark.parametrize("text", ["Sáng nay (8/1), Ban họp", "sáng nay, 8/1", "Hôm nay ngày 8/1"])
def test_a_written_date_beats_the_relative_word_beside_it(text: str) -> None:
    (found,) = find_dates(text, ANCHOR)
    assert (found.day, found.month, found.relative) == (8, 1, False)


@pytest.mark.parametrize(
    "text",
    [
        "88/2019/QH14", "12/NQ-CP", "02/2021/TT-BTC", "hỗ trợ 3/4 số hộ", "hoạt động 24/7", "đạt 5/9 chỉ tiêu",
        "quỹ 2", "miền Nam", "5 năm qua", "những năm qua", "một năm sau", "năm trước đó", "2020 hộ", "gần 2000 đồng",
        "31/2/2020", "ngày 30/2", "30/13", "1.2020", "đến nay", "số 2020",
    ],
)  # fmt: skip
def test_what_only_looks_like_a_date_is_left_alone(text: str) -> None:
    assert find_dates(text, ANCHOR) == ()


def test_unmarked_keywords_in_a_long_marked_text_are_other_words() -> None:
    text = "Nâng cấp độ phòng dịch lên mức 2 trên thang 4 cấp để ứng phó. " * 4
    assert find_dates(text) == ()


def test_the_nearest_year_completes_a_day() -> None:
    (december,) = find_dates("ngày 28/12")
    assert december.resolved(ANCHOR).first_day == date(2020, 12, 28)
    (leap,) = find_dates("ngày 29/2")
    assert leap.resolved(ANCHOR).first_day == date(2020, 2, 29)


@pytest.mark.parametrize(
    ("wide", "narrow", "expected"),
    [
        ("năm 2020", "tháng 12/2020", True), ("năm 2020", "8/1/2021", False), ("giai đoạn 2016-2020", "năm 2020", True),
        ("quý I/2021", "ngày 8/1/2021", True), ("tháng 1", "ngày 8/1/2021", True), ("tháng 2", "ngày 8/1", False),
        ("năm 2020", "ngày 8/1", False), ("tháng 12/2020", "năm 2020", False), ("ngày 29/2", "năm 2021", False),
    ],
)  # fmt: skip
def test_one_time_covers_another(wide: str, narrow: str, expected: bool) -> None:
    assert find_dates(wide)[0].covers(find_dates(narrow)[0]) is expected


@given(st.dates(date(1900, 1, 1), date(2099, 12, 31)))
def test_every_day_is_read_back(day: date) -> None:
    for written in (f"{day.day}/{day.month}/{day.year}", f"ngày {day.day} tháng {day.month} năm {day.year}"):
        (found,) = find_dates(written)
        assert found.first_day == found.last_day == day
        assert found.covers(found)


@given(STORED, st.one_of(st.none(), st.dates(date(1950, 1, 1), date(2090, 1, 1))))
def test_dates_stand_in_the_text_and_never_overlap(text: str, anchor: date | None) -> None:
    found = find_dates(text, anchor)
    assert all(text[d.start : d.end] == d.text for d in found)
    assert all(a.end <= b.start for a, b in pairwise(found))
    for mention in found:
        first, last = mention.first_day, mention.last_day
        assert (first is None) == (last is None)
        assert first is None or last is None or first <= last
