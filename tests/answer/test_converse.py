from __future__ import annotations

import pytest

from rag.answer.converse import leaning, standalone
from rag.types import Turn

LAST = [Turn("Tỷ lệ hộ nghèo năm 2020 là bao nhiêu?", "7,89% [1]")]


@pytest.mark.parametrize(
    ("question", "whole"),
    [
        ("Còn năm 2021?", "Tỷ lệ hộ nghèo năm 2021 là bao nhiêu?"),
        ("còn năm 2019 thì sao", "Tỷ lệ hộ nghèo năm 2019 là bao nhiêu?"),
        ("chi tiết hơn", "Tỷ lệ hộ nghèo năm 2020 là bao nhiêu?"),
        ("Thủ đô của Pháp là gì?", "Thủ đô của Pháp là gì?"),
        ("Bao nhiêu tập thể, cá nhân được khen?", "Bao nhiêu tập thể, cá nhân được khen?"),
    ],
)
def test_follow_up_becomes_standalone_and_a_new_topic_stays_as_it_is(question: str, whole: str) -> None:
    assert standalone(question, LAST) == whole


@pytest.mark.parametrize(
    ("question", "whole"),
    [
        ("Còn cá nhân?", "Bao nhiêu cá nhân được khen năm 2020?"),
        ("còn chuyển tiếp, trả nợ?", "chuyển tiếp, trả nợ bao nhiêu tập thể năm 2020?"),
    ],
)
def test_another_noun_takes_the_place_of_the_old_one_and_another_doing_keeps_it(question: str, whole: str) -> None:
    assert standalone(question, [Turn("Bao nhiêu tập thể được khen năm 2020?", "")]) == whole


def test_question_too_short_to_stand_alone_takes_the_topic_along() -> None:
    whole = standalone("Ai chủ trì?", [Turn("Hội nghị tổng kết công tác dân tộc tổ chức ngày nào?", "")])
    assert "chủ trì" in whole
    assert "hội nghị tổng kết" in whole


def test_noun_of_the_asking_word_does_not_make_a_question_stand_alone() -> None:
    before = [Turn("Tổng mức đầu tư dự án cầu Đông Lĩnh là bao nhiêu?", "")]
    assert "Đông Lĩnh" in standalone("Đơn vị nào thi công?", before)
    alone = "Huyện nào đạt chuẩn nông thôn mới nâng cao?"
    assert standalone(alone, before) == alone


def test_first_question_is_never_touched() -> None:
    assert standalone("Còn năm 2021?", []) == "Còn năm 2021?"


def test_question_that_names_something_takes_no_topic_along() -> None:
    before = [Turn("Huyện Mẫu An triển khai bao nhiêu dự án cầu?", "")]
    taken = leaning("Diện tích đất thu hồi là bao nhiêu?", before)
    assert taken == "Diện tích đất thu hồi là bao nhiêu (huyện Mẫu An triển khai dự án cầu)?"
    assert leaning("Diện tích đất thu hồi ở Tây Phong là bao nhiêu?", before) is None
    assert leaning("Năm 2031 thu hồi bao nhiêu đất?", before) is None
    assert leaning("Diện tích đất thu hồi là bao nhiêu?", []) is None
