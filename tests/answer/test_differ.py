"""Two fictional documents that give different figures for the same thing."""

from __future__ import annotations

from datetime import date

import pytest

from rag.answer.question import analyse
from rag.answer.read import RuleReader
from rag.answer.reply import Replier
from rag.text.sentences import sentence_spans
from rag.types import Answer, Document, DocumentInfo, Hit, Passage


def _document(name: str, published: date, text: str) -> Document:
    return Document(DocumentInfo(name, name, "v", "default", f"{name}.txt", f"Tin {name}", published=published), text)


def _ask(question: str, *documents: Document) -> Answer:
    hits = [
        Hit(Passage(n, d.id, "v", 0, 0, len(d.text), d.text, sentence_spans(d.text)), d.info, 0.0, 0.9, 0.0)
        for n, d in enumerate(documents)
    ]
    by_id = {d.id: d for d in documents}
    parts = list(Replier(RuleReader(), lambda h: by_id[h.document.id], 0.4).reply(analyse(question), hits))
    assert isinstance(parts[-1], Answer)
    return parts[-1]


OLD = _document("cu", date(2031, 2, 1), "Huyện Mẫu Sơn đã trồng 45 ha rừng.")
NEW = _document("moi", date(2031, 6, 1), "Huyện Mẫu Sơn đã trồng 52 ha rừng.")
SAME = _document("lai", date(2031, 7, 1), "Huyện Mẫu Sơn đã trồng 45 ha rừng.")


def test_both_figures_are_shown_newest_first_and_that_they_differ_is_said() -> None:
    answer = _ask("Huyện Mẫu Sơn đã trồng bao nhiêu ha rừng?", OLD, NEW)
    assert "khác nhau" in answer.text
    assert answer.short_answer == "52 ha rừng; 45 ha rừng"
    assert [c.document_id for c in answer.citations] == ["moi", "cu"]


def test_documents_that_agree_give_one_answer() -> None:
    answer = _ask("Huyện Mẫu Sơn đã trồng bao nhiêu ha rừng?", OLD, SAME)
    assert "khác nhau" not in answer.text
    assert answer.short_answer == "45 ha rừng"


@pytest.mark.parametrize("question", ["Huyện Mẫu Sơn đã trồng bao nhiêu ha rừng?"])
def test_another_figure_in_a_sentence_about_something_else_is_no_rival(question: str) -> None:
    other = _document("khac", date(2031, 8, 1), "Huyện Mẫu Sơn có 300 ha lúa nước.")
    assert _ask(question, OLD, other).short_answer == "45 ha rừng"


def test_correction_goes_first_and_is_called_one() -> None:
    wrong = _document("truoc", date(2031, 8, 4), "Thiệt hại do lũ ở huyện Mẫu Sơn ước tính khoảng 35 tỷ đồng.")
    right = _document(
        "sau",
        date(2031, 8, 6),
        "Đính chính về lũ ở huyện Mẫu Sơn. Thiệt hại do lũ đánh giá lại là khoảng 48 tỷ đồng.",
    )
    answer = _ask("Thiệt hại do lũ ở huyện Mẫu Sơn khoảng bao nhiêu tỷ đồng?", wrong, right)
    assert "đính chính" in answer.text
    assert answer.short_answer.startswith("khoảng 48 tỷ đồng")


def test_sentence_that_takes_a_figure_back_is_no_answer() -> None:
    told = _document("tin", date(2031, 8, 6), "Tổng số người chết do lũ ở huyện Mẫu Sơn là 5 người.")
    back = _document(
        "lui", date(2031, 8, 6), "Bài trước ghi tổng số người chết do lũ ở huyện Mẫu Sơn là 3 người là chưa chính xác."
    )
    answer = _ask("Tổng số người chết do lũ ở huyện Mẫu Sơn là bao nhiêu?", back, told)
    assert answer.short_answer.startswith("5 người")


def test_two_places_of_one_event_are_no_contradiction() -> None:
    one = _document("mot", date(2031, 2, 1), "Lễ hội rừng mẫu diễn ra tại huyện Mẫu Sơn.")
    other = _document("hai", date(2031, 2, 2), "Lễ hội rừng mẫu diễn ra tại tỉnh Đông Lĩnh.")
    assert "khác nhau" not in _ask("Lễ hội rừng mẫu diễn ra ở đâu?", one, other).text


def test_nothing_is_compared_where_the_best_sentence_is_about_something_else() -> None:
    parts = list(
        Replier(RuleReader(), lambda _: OLD, 0.0).reply(
            analyse("Năm 2019 huyện Mẫu Sơn đã trồng bao nhiêu ha rừng?"),
            [
                Hit(
                    Passage(0, OLD.id, "v", 0, 0, len(OLD.text), OLD.text, sentence_spans(OLD.text)),
                    OLD.info,
                    0,
                    0.9,
                    0,
                )
            ],
        )
    )
    assert isinstance(parts[-1], Answer)
    assert parts[-1].short_answer == "45 ha rừng"


def test_a_misspelt_name_is_no_other_person() -> None:
    first = _document("a", date(2031, 8, 4), "Thủ tướng nước Mẫu Giuseppe Mauro phát biểu về thuế.")
    second = _document("b", date(2031, 8, 6), "Thủ tướng nước Mẫu Giussepe Mauro phát biểu về thuế.")
    assert "khác nhau" not in _ask("Thủ tướng nước Mẫu là ai?", first, second).text


def test_a_degree_contradicts_no_office() -> None:
    first = _document("a", date(2031, 8, 4), "Ông Trần Văn Mẫu, Giám đốc Sở Mẫu, nói về dịch bệnh.")
    second = _document("b", date(2031, 8, 6), "Bác sĩ Trần Văn Mẫu nói về dịch bệnh.")
    assert "khác nhau" not in _ask("Ông Trần Văn Mẫu giữ chức vụ gì?", first, second).text
