from __future__ import annotations

import pytest

from rag.answer.question import analyse


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("Năm 2020 có bao nhiêu hộ thoát nghèo?", "quantity"),
        ("nam 2020 co bao nhieu ho thoat ngheo", "quantity"),
        ("Có mấy cá nhân được khen?", "quantity"),
        ("Ai chủ trì cuộc họp?", "person"),
        ("Hội nghị diễn ra khi nào?", "date"),
        ("Ngày nào khởi công?", "date"),
        ("Lễ hội tổ chức ở đâu?", "place"),
        ("Huyện nào đạt chuẩn?", "place"),
        ("Theo nghị quyết nào?", "reference"),
        ("Nhiệm vụ năm 2021 là gì?", "list"),
        ("kết quả năm 2020", "list"),
        ("Vì sao dự án chậm?", "reason"),
        ("Chương trình có hiệu quả không?", "yesno"),
        ("Việc hỗ trợ được thực hiện như thế nào?", "manner"),
        ("Máy cày của ai?", "person"),
        ("Máy cày của xã kéo được bao nhiêu tấn?", "quantity"),
        ("Ông Trần Văn Mẫu giữ chức vụ gì?", "office"),
        ("Trần Văn Mẫu là ai?", "office"),
        ("Đơn vị nào thi công?", "other"),
        ("Tác giả bài thơ Sông Mẫu là ai?", "person"),
        ("Chủ tịch hội tỉnh Hải Dương là ai?", "person"),
        ("Chuỗi cửa hàng Việt Nam nào bán phở?", "other"),
        ("Hai xã nào đạt chuẩn?", "list"),
    ],
)
def test_kind_of_answer_asked_for(question: str, kind: str) -> None:
    assert analyse(question).kind == kind


def test_several_asked_nouns_are_kept_apart() -> None:
    assert analyse("Bao nhiêu tập thể, cá nhân được khen?").foci == (("tập", "thể"), ("cá", "nhân"))


def test_words_typed_without_marks_agree_with_any_marks() -> None:
    terms = {t.text: t.loose for t in analyse("hộ nghèo giảm", typed="ho nghèo giam").terms}
    assert terms == {"hộ": True, "nghèo": False, "giảm": True}


@pytest.mark.parametrize(
    ("typed", "restored", "kind"),
    [
        ("phong hanh chinh tuyen may chi tieu", "phòng hành chính tuyển máy chỉ tiêu", "quantity"),
        ("phong hanh chinh mua may tinh", "phòng hành chính mua máy tính", "other"),
        ("may cay cua ai", "máy cày của ai", "person"),
    ],
)
def test_may_typed_without_marks_asks_how_many_where_nothing_else_asks(typed: str, restored: str, kind: str) -> None:
    assert analyse(restored, typed).kind == kind


def test_nouns_that_begin_like_a_small_word_are_counted_too() -> None:
    assert analyse("Tuyển bao nhiêu chỉ tiêu?").foci == (("chỉ", "tiêu"),)


def test_noun_counted_is_not_one_that_a_follow_up_takes_along() -> None:
    assert analyse("Nặng bao nhiêu (sải cánh chim Mẫu)?").foci == ()


def test_foreign_word_that_opens_the_question_is_a_name() -> None:
    assert analyse("Oslo mở lại chợ khi nào?").names == ("Oslo",)
    assert analyse("Khi nào mở lại chợ?").names == ()


@pytest.mark.parametrize(
    ("text", "names", "noun"),
    [
        ("Những tỉnh nào có mưa?", True, ""),
        ("nhung ngan hang nao giam lai suat", True, ""),
        ("Những ai được khen?", True, ""),
        ("Phòng khám nào bị phạt?", True, "phong kham"),
        ("phong kham nao bi phat", True, "phong kham"),
        ("Dựa trên thuộc tính chính nào?", False, ""),
        ("Loại quần áo lót nào bán chạy?", False, ""),
        ("Nhiệm vụ trọng tâm là gì?", False, ""),
    ],
)
def test_things_with_names(text: str, names: bool, noun: str) -> None:
    question = analyse(text)
    assert question.wants_names is names
    assert question.named_noun == noun


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Xã thu phí để làm gì?", "reason"),
        ("Giải thưởng được tổ chức nhằm mục đích gì?", "reason"),
        ("Sợi tre dùng để làm gì?", "other"),
    ],
)
def test_purposes_are_reasons_but_what_a_thing_is_used_for_is_not(text: str, kind: str) -> None:
    assert analyse(text).kind == kind
