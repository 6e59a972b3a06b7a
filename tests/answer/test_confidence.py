"""Which sentences may be asserted: of the kind asked for, no heading, not a neighbour of the one that decides."""

from __future__ import annotations

from datetime import date

import pytest

from rag.answer.confidence import confidence
from rag.answer.question import analyse
from rag.answer.read import Evidence, RuleReader
from rag.text.sentences import sentence_spans
from rag.types import DocumentInfo, Hit, Passage

_THRESHOLD = 0.42


def _read(question: str, text: str, title: str = "") -> tuple[Evidence, ...]:
    info = DocumentInfo("mau", "mau", "v", "default", "mau.txt", title, published=date(2031, 3, 6))
    passage = Passage(0, "mau", "v", 1, 0, len(text), text, sentence_spans(text))
    return RuleReader().read(analyse(question), [Hit(passage, info, 0.0, 0.99, 0.0)])


def test_sentence_without_a_figure_does_not_tell_how_many() -> None:
    question = "Phòng hành chính tổng hợp tuyển bao nhiêu chỉ tiêu?"
    untold = _read(question, "Phòng hành chính tổng hợp tuyển chỉ tiêu theo quy định.")[0]
    told = _read(question, "Phòng hành chính tổng hợp tuyển 5 chỉ tiêu theo quy định.")[0]
    assert confidence(untold) < _THRESHOLD <= confidence(told)


def test_heading_without_the_value_is_not_asserted() -> None:
    text = "Mở đầu bản tin của huyện.\nTuyển viên chức ban giải phóng mặt bằng\nTin tiếp theo nói về lễ hội."
    headings = [e for e in _read("Tuyển viên chức ban giải phóng mặt bằng thế nào?", text) if e.heading]
    assert [e.text for e in headings] == ["Tuyển viên chức ban giải phóng mặt bằng"]
    assert confidence(headings[0]) < _THRESHOLD


def test_item_with_a_figure_on_a_line_of_its_own_is_no_heading() -> None:
    text = f"{'Huyện tổng kết năm. ' * 20}\nSố cầu xây mới 12 cầu\nTin tiếp theo nói về lễ hội."
    assert not any(e.heading for e in _read("Xây mới bao nhiêu cầu?", text))


def test_yes_or_no_is_decided_by_the_sentence_that_says_what_is_done() -> None:
    text = "Ông Mẫu nêu ý tưởng hoãn họp vì trời mưa. Sau đó ông Mẫu đã rút lại ý tưởng này."
    assert "rút lại" in _read("Ông Mẫu có rút lại ý tưởng hoãn họp không?", text)[0].text


def test_caption_that_names_the_doer_goes_before_a_sentence_without_a_name() -> None:
    caption = "Ông Trần Văn Mẫu, Phó Chủ tịch huyện phát biểu tại lớp tập huấn"
    told = "Phát biểu tại lớp tập huấn, đồng chí Phó Chủ tịch huyện ghi nhận kết quả."
    best = _read("Ai phát biểu tại lớp tập huấn?", f"Trung tâm mở lớp.\n\n{caption}\n\n{told}")[0]
    assert (best.text, best.heading) == (caption, True)


@pytest.mark.parametrize(
    ("sentence", "told"),
    [
        ("Huyện Mẫu cách ly xã hội do có 5 ca nhiễm mới.", True),
        ("Do dịch lan nhanh, huyện Mẫu cách ly xã hội.", True),
        ("Nguyên nhân huyện Mẫu cách ly xã hội là dịch lan nhanh.", True),
        ("Dịch lan nhanh khiến huyện Mẫu cách ly xã hội.", True),
        ("Khách kẹt lại huyện Mẫu do thực hiện cách ly xã hội được về nhà.", False),
        ("Vì cách ly xã hội nên chợ huyện Mẫu vắng.", False),
        ("Huyện Mẫu cách ly xã hội từ hôm nay.", False),
    ],
)
def test_what_the_asked_brings_about_is_not_why_it_came(sentence: str, told: bool) -> None:
    (evidence,) = _read("Vì sao huyện Mẫu cách ly xã hội?", sentence)
    assert (evidence.signals.missing == 0.0) is told


def test_a_list_goes_before_a_sentence_that_only_announces_it() -> None:
    text = (
        "Sáng nay, huyện Mẫu tổ chức hội nghị triển khai nhiệm vụ năm 2031. "
        "Năm 2031, huyện tập trung các nhiệm vụ: trồng rừng; làm đường; dạy nghề."
    )
    assert "trồng rừng" in _read("Nhiệm vụ năm 2031 của huyện Mẫu là gì?", text)[0].text
