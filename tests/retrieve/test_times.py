from __future__ import annotations

from datetime import date

import pytest

from rag.retrieve.times import agreement, recency, wants_newest
from rag.text.dates import find_dates
from rag.types import DocumentInfo, Passage


def info(published: date | None, title: str = "") -> DocumentInfo:
    return DocumentInfo("a", "a", "v", "default", "a.txt", title, published=published)


def passage(text: str) -> Passage:
    return Passage(1, "a", "v", 0, 0, len(text), text)


def agrees(question: str, text: str, published: date | None, title: str = "") -> float:
    return float(agreement(find_dates(question), [passage(text)], [info(published, title)])[0])


def test_a_passage_that_names_the_year_agrees_whenever_it_appeared() -> None:
    assert agrees("kết quả năm 2020", "Năm 2020 tỉnh khởi công.", date(2031, 1, 1)) == 1.0
    assert agrees("kết quả năm 2020", "Tỉnh khởi công.", date(2031, 1, 1), "Kết quả 2020") == 1.0


def test_a_passage_that_appeared_then_agrees_and_in_the_year_after_by_half() -> None:
    assert agrees("kết quả năm 2020", "Tỉnh khởi công.", date(2020, 5, 1)) == 1.0
    assert agrees("kết quả năm 2020", "Tỉnh khởi công.", date(2021, 1, 8)) == 0.5
    assert agrees("kết quả năm 2020", "Tỉnh khởi công.", date(2019, 1, 8)) == 0.0


def test_a_month_is_met_by_that_month() -> None:
    assert agrees("tháng 5 năm 2020", "Tỉnh khởi công.", date(2020, 5, 9)) == 1.0
    assert agrees("tháng 5 năm 2020", "Tỉnh khởi công.", date(2020, 9, 9)) == 0.5


def test_a_question_without_a_time_or_a_passage_without_a_date_prefers_nothing() -> None:
    assert agrees("kết quả", "Tỉnh khởi công.", date(2020, 5, 9)) == 0.0
    assert agrees("kết quả năm 2020", "Tỉnh khởi công.", None) == 0.0


@pytest.mark.parametrize("question", ["tin mới nhất về bão", "chi dao gan day nhat", "tháng 12 vừa qua"])
def test_questions_for_the_newest_are_recognised(question: str) -> None:
    assert wants_newest(question)


def test_other_questions_do_not_want_the_newest() -> None:
    assert not wants_newest("nhiệm vụ nào là nặng nhất")


def test_newer_documents_stand_higher_and_undated_ones_lowest() -> None:
    days = [date(2021, 1, 1), None, date(2019, 1, 1), date(2020, 1, 1)]
    assert recency([info(day) for day in days]).tolist() == [1.0, 0.0, 0.0, 0.5]
    assert recency([info(days[0])]).tolist() == [0.0]
