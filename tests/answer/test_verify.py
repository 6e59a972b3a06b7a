from __future__ import annotations

from datetime import date

import pytest

from rag.answer.verify import Source, problems
from tests.answer.conftest import ARTICLE

SOURCE = Source(
    "Ngày 18/11/2019, Quốc hội ban hành Nghị quyết số 88/2019/QH14. Tỉnh Lạng Sơn khởi công 112 công trình với kinh "
    "phí 176 tỷ đồng, giảm tỷ lệ hộ nghèo còn 7,89%."
)
WHOLE = Source(ARTICLE, "Huyện Mẫu Sơn tổng kết năm 2030", date(2031, 3, 6))


@pytest.mark.parametrize(
    "sentence",
    [
        "Tỉnh khởi công 112 công trình.",
        "Kinh phí là 176.000.000.000 đồng.",
        "Nghị quyết 88/2019/QH14 ban hành ngày 18 tháng 11 năm 2019.",
        "Tỷ lệ hộ nghèo còn 7,89 phần trăm.",
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
        ("Tỉnh khởi công 112 hộ.", "number"),
        ("Tỉnh khởi công 112 tuyến đường.", "unit"),
        ("Nghị quyết ban hành ngày 19/11/2019.", "date"),
        ("Theo Nghị quyết số 120/2020/QH14.", "reference"),
        ("Tỉnh Cao Bằng khởi công 112 công trình.", "name"),
        ("Tỉnh Lạng Sơn chưa khởi công công trình nào.", "negation"),
    ],
)
def test_altered_value_is_caught(sentence: str, kind: str) -> None:
    assert [p.kind for p in problems(sentence, [SOURCE])] == [kind]


@pytest.mark.parametrize(
    "sentence",
    [
        "Số bể nước xây mới trong năm 2030 là 45.",
        "Có 18 bể nước được sửa chữa.",
        "Năm 2030, huyện xây mới 45 bể nước và sửa chữa 18 bể nước, tổng kinh phí trên 12 tỷ đồng.",
        "320 hộ nghèo được hỗ trợ với kinh phí 2,5 tỷ đồng.",
        "Tỷ lệ hộ dùng nước sạch năm 2030 đạt 91,5%, tăng 4% so với năm 2029.",
        "Hội nghị do Ủy ban nhân dân huyện Mẫu Sơn tổ chức ngày 5 tháng 3 năm 2031.",
        "Chủ tịch UBND huyện Trần Văn Mẫu phát biểu kết luận hội nghị.",
        "9 cá nhân và 3 tập thể được UBND huyện khen thưởng.",
        "Việc thu phí thực hiện theo Quyết định 15/QĐ-UBND ngày 20 tháng 1 năm 2031.",
    ],
)
def test_faithful_sentence_passes_in_other_words_and_order(sentence: str) -> None:
    assert problems(sentence, [WHOLE]) == ()


@pytest.mark.parametrize(
    "sentence",
    [
        "Số bể nước xây mới trong năm 2030 là 18.",
        "Huyện đã xây mới 18 bể nước.",
        "Huyện đã xây mới 18 bể nước, sửa chữa 45 bể nước.",
        "Hỗ trợ 320 hộ nghèo với kinh phí trên 12 tỷ đồng.",
        "Tỷ lệ hộ dùng nước sạch năm 2029 đạt 91,5%.",
        "UBND huyện khen thưởng 9 tập thể.",
        "Sáng 20/1, UBND huyện Mẫu Sơn tổ chức hội nghị tổng kết chương trình nước sạch năm 2030.",
    ],
)
def test_value_of_something_else_in_the_same_passage_is_caught(sentence: str) -> None:
    assert [p.kind for p in problems(sentence, [WHOLE])][:1] == ["subject"]


def test_day_of_one_document_is_not_given_to_another() -> None:
    text = "Nghị quyết số 88/2019/QH14 ngày 18/11/2019 của Quốc hội và Nghị quyết số 12/NQ-CP ngày 15/02/2020."
    assert problems("Nghị quyết số 12/NQ-CP ban hành ngày 15/2/2020.", [Source(text)]) == ()
    assert problems("Nghị quyết số 12/NQ-CP ban hành ngày 18/11/2019.", [Source(text)])


def test_value_may_stand_in_any_of_several_sources() -> None:
    other = Source("Huyện Bản Mẫu trồng 52 ha rừng.")
    sentence = "Huyện Mẫu Sơn xây mới 45 bể nước, huyện Bản Mẫu trồng 52 ha rừng."
    assert problems(sentence, [WHOLE, other]) == ()
    assert problems(sentence, [WHOLE])
