from __future__ import annotations

import pytest

from rag.answer.verify import problems

SOURCE = (
    "Ngày 18/11/2019, Quốc hội ban hành Nghị quyết số 88/2019/QH14. Tỉnh Lạng Sơn khởi công 112 công trình với kinh "
    "phí 176 tỷ đồng, giảm tỷ lệ hộ nghèo còn 7,89%."
)


@pytest.mark.parametrize(
    "sentence",
    [
        "Tỉnh khởi công 112 công trình.",
        "Kinh phí là 176.000.000.000 đồng.",
        "Nghị quyết 88/2019/QH14 ban hành ngày 18 tháng 11 năm 2019.",
        "Tỷ lệ hộ nghèo còn 7,89%.",
        "Lạng Sơn đã giảm hộ nghèo.",
    ],
)
def test_faithful_sentence_passes_in_any_format(sentence: str) -> None:
    assert problems(sentence, [SOURCE]) == ()


@pytest.mark.parametrize(
    ("sentence", "kind"),
    [
        ("Tỉnh khởi công 113 công trình.", "number"),
        ("Kinh phí là 176 triệu đồng.", "number"),
        ("Tỷ lệ hộ nghèo còn 7,98%.", "number"),
        ("Nghị quyết ban hành ngày 19/11/2019.", "date"),
        ("Theo Nghị quyết số 120/2020/QH14.", "reference"),
        ("Tỉnh Cao Bằng khởi công 112 công trình.", "name"),
    ],
)
def test_altered_value_is_caught(sentence: str, kind: str) -> None:
    assert [p.kind for p in problems(sentence, [SOURCE])] == [kind]
