"""Questions to offer: from the documents' own sentences, of several kinds, and each able to stand alone."""

from __future__ import annotations

import pytest

from rag.answer.suggest import suggest
from rag.types import Document, DocumentInfo

RAIN = """Xã Mẫu Một trồng rừng

Năm 2020, xã Mẫu Một trồng mới 15 ha rừng, vượt 20% kế hoạch.

Ngày 12/3/2021, xã Mẫu Một tổ chức lễ phát động trồng cây.

Bà Nguyễn Thị Ví Dụ, Chủ tịch UBND xã Mẫu Một, phát biểu tại buổi lễ.
"""


def document(text: str, title: str = "", document_id: str = "d1") -> Document:
    """A document of this text."""
    info = DocumentInfo(id=document_id, key=document_id, version="v1", collection="", source="a.txt", title=title)
    return Document(info, text)


def questions(text: str, title: str = "") -> list[str]:
    return [s.question for s in suggest([document(text, title)], 20)]


def test_the_kinds_take_turns_and_the_article_as_a_whole_comes_last() -> None:
    assert questions(RAIN, "Xã Mẫu Một trồng rừng") == [
        "Năm 2020, xã Mẫu Một trồng mới bao nhiêu ha rừng?",
        "Xã Mẫu Một tổ chức lễ phát động trồng cây vào ngày nào?",
        "Ai là Chủ tịch UBND xã Mẫu Một?",
        "Bài “Xã Mẫu Một trồng rừng” nêu những gì?",
    ]


def test_a_question_knows_the_sentence_it_was_made_from() -> None:
    found = suggest([document(RAIN)], 1)[0]
    assert found.span is not None
    assert "15 ha rừng" in RAIN[found.span.start : found.span.end]


def test_the_documents_take_turns() -> None:
    texts = [f"Huyện Ví Dụ {name} xây mới {n + 3} nhà văn hóa thôn." for n, name in enumerate(("Đông", "Tây", "Nam"))]
    texts[0] += " Huyện Ví Dụ Đông sửa chữa lại 9 trường học."
    found = suggest([document(text, "", f"d{n}") for n, text in enumerate(texts)], 3)
    assert [s.document_id for s in found] == ["d0", "d1", "d2"]


@pytest.mark.parametrize(
    ("sentence", "question"),
    [
        ("Huyện Ví Dụ hoàn thành gần 6 công trình nước sạch, phục vụ 1.240 hộ.",
         "Huyện Ví Dụ hoàn thành bao nhiêu công trình nước sạch?"),
        ("Tổng kinh phí của huyện Ví Dụ là 8,6 tỷ đồng.", "Tổng kinh phí của huyện Ví Dụ là bao nhiêu?"),
        ("Hợp tác xã Thí Dụ hỗ trợ mỗi học viên 1,2 triệu đồng.",
         "Hợp tác xã Thí Dụ hỗ trợ mỗi học viên bao nhiêu tiền?"),
        ("Tỷ lệ hộ nghèo của huyện Ví Dụ giảm còn 7,8%.",
         "Tỷ lệ hộ nghèo của huyện Ví Dụ giảm còn bao nhiêu phần trăm?"),
    ],
)  # fmt: skip
def test_a_figure_is_asked_for_where_it_stands(sentence: str, question: str) -> None:
    assert questions(sentence) == [question]


@pytest.mark.parametrize(
    "sentence",
    [
        "Xã này trồng mới 15 ha rừng trong năm qua.",  # which one?
        "Họ đã trồng thêm 15 ha rừng ở huyện Ví Dụ.",
        "Trong đó, người dân đóng góp 90 triệu đồng cho xã Mẫu Một.",
        "Đây là 15 hộ nghèo.",
        "Huyện Ví Dụ có 112 công trình thuộc Chương trình 135 và còn rất nhiều công trình khác đang được triển khai "
        "đồng loạt ở tất cả các xã vùng sâu, vùng xa trên địa bàn.",  # nobody reads so long a question
        "Huyện Ví Dụ triển khai Chương trình 135 tại các xã.",  # a name, no figure
        "“Huyện Ví Dụ trồng được 15 ha rừng”, ông Mẫu nói.",
        "HTX thành lập với 15 ha đất canh tác.",  # which one?
        "Công an huyện Ví Dụ bắt giữ 15 bị can.",  # nothing to be welcomed with
    ],
)  # fmt: skip
def test_what_cannot_stand_alone_is_not_asked(sentence: str) -> None:
    assert questions(sentence) == []


def test_a_list_is_asked_for_with_whose_and_of_which_year() -> None:
    text = "Nhiệm vụ trọng tâm: tuyên truyền; đào tạo; giám sát."
    assert (
        questions(text, "Ban Mẫu triển khai nhiệm vụ năm 2021")[0] == "Nhiệm vụ trọng tâm năm 2021 của Ban Mẫu là gì?"
    )
    assert questions(text, "") == []
