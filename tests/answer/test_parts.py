"""Questions that ask for several things, and questions that yes or no answers."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from rag.answer.parts import parts_of
from rag.answer.question import analyse
from rag.answer.read import RuleReader
from rag.answer.reply import Part, Replier
from rag.answer.verdict import verdict
from rag.types import Answer, Document, Hit

Hits = Callable[[Document], list[Hit]]


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        (
            "Năm 2030 huyện xây mới bao nhiêu bể nước và khen thưởng bao nhiêu tập thể?",
            ("Năm 2030 huyện xây mới bao nhiêu bể nước?", "Khen thưởng bao nhiêu tập thể (huyện xây mới bể nước)?"),
        ),
        (
            "Huyện có bao nhiêu xã và bao nhiêu thôn?",
            ("Huyện có bao nhiêu xã?", "Huyện có bao nhiêu thôn?"),
        ),
        (
            "So sánh tỷ lệ hộ nghèo năm 2030 của huyện Mẫu Sơn và huyện Bản Mẫu.",
            (
                "Tỷ lệ hộ nghèo năm 2030 của huyện Mẫu Sơn là bao nhiêu?",
                "Tỷ lệ hộ nghèo năm 2030 của huyện Bản Mẫu là bao nhiêu?",
            ),
        ),
        (
            "Sản lượng thóc năm 2030 so với kế hoạch như thế nào?",
            ("Sản lượng thóc năm 2030 là bao nhiêu?", "Kế hoạch sản lượng thóc năm 2030 là bao nhiêu?"),
        ),
    ],
)
def test_question_falls_into_its_parts(question: str, parts: tuple[str, ...]) -> None:
    found = parts_of(question)
    assert found is not None
    assert found.questions[0] == parts[0]
    assert found.questions[1].startswith(parts[1].split(" (")[0])


@pytest.mark.parametrize(
    "question",
    [
        "Hội nghị diễn ra từ ngày nào đến ngày nào?",
        "Khen thưởng bao nhiêu tập thể, cá nhân?",
        "Nhiệm vụ và giải pháp năm 2031 là gì?",
        "Tỷ lệ hộ nghèo giảm bao nhiêu so với năm 2029?",
        "Sở Giáo dục và Đào tạo ban hành văn bản nào?",
    ],
)
def test_question_with_one_part_is_left_alone(question: str) -> None:
    assert parts_of(question) is None


def _ask(article: Document, hits: list[Hit], *questions: str, together: bool = False) -> Answer:
    parts = [Part(analyse(q), hits) for q in questions]
    whole = analyse(" và ".join(questions))
    steps = list(Replier(RuleReader(), lambda _: article, 0.5).reply(whole, hits, (), parts, together))
    assert isinstance(steps[-1], Answer)
    return steps[-1]


def test_both_parts_are_answered_in_order(article: Document, hits_of: Hits) -> None:
    answer = _ask(article, hits_of(article), "Khen thưởng bao nhiêu tập thể?", "Ai phát biểu kết luận hội nghị?")
    assert answer.short_answer == "3 tập thể; Trần Văn Mẫu, Chủ tịch UBND huyện"
    assert [c.n for c in answer.citations] == [1, 2]


def test_part_that_nothing_tells_is_named(article: Document, hits_of: Hits) -> None:
    answer = _ask(article, hits_of(article), "Khen thưởng bao nhiêu tập thể?", "Giá vàng ở Hà Nội là bao nhiêu?")
    assert answer.status == "answered"
    assert "Giá vàng ở Hà Nội là bao nhiêu? Tài liệu không nêu" in answer.text


def test_comparison_needs_both_sides(article: Document, hits_of: Hits) -> None:
    questions = ("Tỷ lệ hộ dùng nước sạch năm 2030 là bao nhiêu?", "Tỷ lệ hộ dùng nước sạch năm 2021 là bao nhiêu?")
    answer = _ask(article, hits_of(article), *questions, together=True)
    assert "91,5%" not in answer.short_answer or answer.status != "answered"


@pytest.mark.parametrize(
    ("question", "sentence", "said"),
    [
        ("Huyện Mẫu Sơn có trồng rừng không?", "Huyện Mẫu Sơn đã trồng 45 ha rừng.", "yes"),
        ("Huyện đã hoàn thành cầu Mẫu chưa?", "Huyện chưa hoàn thành cầu Mẫu.", "no"),
        ("Huyện đã hoàn thành cầu Mẫu chưa?", "Huyện dự kiến hoàn thành cầu Mẫu vào năm 2032.", None),
        ("Huyện có trồng rừng không?", "Huyện đề nghị các xã trồng rừng.", None),
        ("Huyện Bản Mẫu có trồng rừng không?", "Huyện Mẫu Sơn đã trồng 45 ha rừng.", None),
        ("Huyện có hoàn thành cầu không?", "Huyện hoàn thành cầu nhưng không đạt chất lượng.", None),
        ("Huyện trồng bao nhiêu ha rừng?", "Huyện đã trồng 45 ha rừng.", None),
    ],
)
def test_yes_or_no_only_where_the_sentence_decides_it(question: str, sentence: str, said: str | None) -> None:
    assert verdict(analyse(question), sentence) == said


def test_yes_is_said_before_the_deciding_sentence(article: Document, hits_of: Hits) -> None:
    steps = list(
        Replier(RuleReader(), lambda _: article, 0.5).reply(
            analyse("UBND huyện có khen thưởng cá nhân không?"), hits_of(article)
        )
    )
    answer = steps[-1]
    assert isinstance(answer, Answer)
    assert answer.text.startswith("Có. Dịp này, UBND huyện khen thưởng")
    assert answer.short_answer == "Có"
