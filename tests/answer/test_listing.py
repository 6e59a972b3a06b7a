"""Lists in the layouts of news articles and reports; the texts are made up."""

from __future__ import annotations

import pytest

from rag.answer.announce import announced, announces
from rag.answer.listing import enumerates, is_numbered, list_items
from rag.answer.question import analyse
from rag.answer.short import Short
from rag.text.sentences import sentence_spans
from rag.types import Document, DocumentInfo, Span


def _document(text: str) -> Document:
    return Document(DocumentInfo("d", "k", "v", "default", "d.txt", "Bài mẫu"), text)


def _items(text: str, sentence: int = 0) -> list[str]:
    return [text[i.start : i.end] for i in list_items(_document(text), sentence_spans(text)[sentence])]


def test_numbered_items_over_paragraphs_with_sentences_between_are_complete() -> None:
    text = (
        "Huyện đề ra những nhiệm vụ sau:Một là, trồng rừng; giữ đất; chống xói mòn.\n\n"
        "Hai là, làm đường. Việc này cần vốn.\n\nBa là, dạy nghề."
    )
    assert _items(text) == [
        "Một là, trồng rừng; giữ đất; chống xói mòn.",
        "Hai là, làm đường. Việc này cần vốn.",
        "Ba là, dạy nghề.",
    ]


def test_first_item_without_a_number_stands_behind_the_colon() -> None:
    text = "Huyện có các nhóm giải pháp, gồm: Trồng rừng. Nhóm giải pháp thứ hai là làm đường. Thứ ba là dạy nghề."
    assert _items(text) == ["Trồng rừng.", "Nhóm giải pháp thứ hai là làm đường.", "Thứ ba là dạy nghề."]


def test_digits_glued_to_the_text_before_number_items() -> None:
    text = "Kết quả đáng ghi nhận:1. Trồng 5 ha rừng.2. Làm 1.200 m đường.3. Dạy nghề cho 30 người."
    assert _items(text) == ["1. Trồng 5 ha rừng.", "2. Làm 1.200 m đường.", "3. Dạy nghề cho 30 người."]


def test_counted_sentences_are_items_where_the_paragraph_ends_with_the_last() -> None:
    text = "Có 3 nhóm nhiệm vụ, gồm: Trồng rừng ở đồi cao. Làm đường vào thôn. Dạy nghề cho thanh niên.\n\nHọp xong."
    assert _items(text) == ["Trồng rừng ở đồi cao.", "Làm đường vào thôn.", "Dạy nghề cho thanh niên."]
    more = text.replace("thanh niên.", "thanh niên. Trời mưa to.")
    assert _items(more) == []


def test_long_item_is_quoted_with_its_first_sentence() -> None:
    text = f"Nhiệm vụ sau: Thứ nhất, trồng rừng. {'Rừng giữ đất và nước. ' * 30}Thứ hai, làm đường."
    assert _items(text)[0] == "Thứ nhất, trồng rừng."


@pytest.mark.parametrize(
    ("sentence", "several", "strictly", "numbered"),
    [
        ("Huyện nêu nhiệm vụ: trồng rừng; làm đường.", True, True, False),
        ("Huyện tặng quà, trao vốn, dạy nghề và làm nhà.", True, False, False),
        ("Nhiệm vụ sau: Một là, trồng rừng.", True, True, True),
        ("Trời mưa to, nhất là ở huyện Mẫu Sơn.", False, False, False),
        ("Huyện họp tổng kết.", False, False, False),
    ],
)
def test_form_of_several_items(sentence: str, several: bool, strictly: bool, numbered: bool) -> None:
    assert enumerates(sentence) is several
    assert enumerates(sentence, strictly=True) is strictly
    assert is_numbered(sentence) is numbered


@pytest.mark.parametrize(
    ("question", "sentence", "tells_nothing"),
    [
        ("Dự án đặt ra những thách thức gì?", "Dự án cũng đặt ra những thách thức đối với huyện.", True),
        ("Dự án đặt ra những thách thức gì?", "Dự án đặt ra nhiều thách thức như thiếu vốn, thiếu người.", False),
        ("Dự án đặt ra những thách thức gì?", "Dự án đặt ra những thách thức về vốn, về người và về đất.", False),
        ("Huyện đề ra những giải pháp nào?", "Huyện sẽ thực hiện một số giải pháp sau:", True),
        ("Những giai đoạn nào hiệu quả?", "Lúc đầu là một trong những giai đoạn hiệu quả.", False),
        ("Ai nêu thách thức?", "Dự án cũng đặt ra những thách thức đối với huyện.", False),
    ],
)
def test_sentence_that_only_announces(question: str, sentence: str, tells_nothing: bool) -> None:
    assert announces(analyse(question), sentence, None) is tells_nothing


def test_what_was_found_behind_the_noun_is_told() -> None:
    question, sentence = analyse("Trung tâm dùng những ngôn ngữ nào?"), "Trung tâm dùng ba ngôn ngữ tiếng Tày."
    assert announces(question, sentence, None)
    assert not announces(question, sentence, Short("tiếng Tày", 27, 36, 1.0))


def _announced(question: str, text: str, end: int) -> list[str]:
    return [text[s.start : s.end] for s in announced(analyse(question), _document(text), Span(0, end))]


def test_what_was_announced_is_the_next_sentence() -> None:
    text = "Dự án đặt ra những thách thức. Vốn thiếu, đất xấu. Dân ở xa."
    assert _announced("Dự án đặt ra những thách thức gì?", text, 30) == ["Vốn thiếu, đất xấu."]
    assert _announced("Dự án đặt ra những thách thức gì?", text, len(text)) == []


def test_announced_results_are_the_figures_of_the_paragraph() -> None:
    text = "Huyện báo cáo kết quả năm 2030. Thu 5 tỷ đồng. Trời mưa. Trồng 3 ha rừng.\n\nHọp lúc 8 giờ."
    question = "Kết quả năm 2030 là gì?"
    assert announces(analyse(question), text[:31], None)
    assert _announced(question, text, 31) == ["Thu 5 tỷ đồng.", "Trồng 3 ha rừng."]
