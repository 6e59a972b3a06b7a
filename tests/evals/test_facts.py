import pytest

from evals.facts import states, units, value_units, without_markers


@pytest.mark.parametrize(
    ("text", "fact"),
    [
        ("Tổng kinh phí trên 176 tỷ đồng.", "176.000.000.000 đồng"),
        ("giảm còn 7,89% (giảm 3%)", "7,89 phần trăm"),
        ("họp ngày 8 tháng 1 năm 2021", "8/1/2021"),
        ("họp ngày 08/01/2021", "8/1"),
        ("Nghị quyết số 88/2019/QH14 ngày 18/11/2019", "88/2019/QH14"),
        ("Nghị quyết số 88/2019/QH14", "Nghị quyết 88/2019/QH14"),
        ("giai đoạn 2021 – 2030", "2021-2030"),
        ("UBND tỉnh Hoà Bình", "Hòa Bình"),
        ("ĐỒNG CHÍ LƯƠNG TRỌNG QUỲNH", "Lương Trọng Quỳnh"),
        ("có 1.200 hộ", "1200 hộ"),
    ],
)
def test_a_fact_is_found_however_it_is_written(text: str, fact: str) -> None:
    assert states(text, [fact])


@pytest.mark.parametrize(
    ("text", "fact"),
    [
        ("khởi công 1.112 công trình", "112 công trình"),
        ("khởi công 112,5 công trình", "112"),
        ("tổng kinh phí 176 triệu đồng", "176 tỷ đồng"),
        ("giảm 3 điểm", "3%"),
        ("ngày 9/1/2021", "8/1/2021"),
        ("Nghị quyết số 8/2019/QH14", "88/2019/QH14"),
        ("112 công trình thuộc Chương trình 135", "112 dự án"),
        ("", "112"),
    ],
)
def test_a_near_miss_is_not_the_fact(text: str, fact: str) -> None:
    assert not states(text, [fact])


def test_any_accepted_variant_is_enough() -> None:
    assert states("ngày 8/1", ["8/1/2021", "8/1"])


def test_values_of_an_answer_leave_out_its_markers() -> None:
    assert value_units("Có 112 công trình [1], từ ngày 8/1 [2, 3].") == ("112", "@8/1")
    assert without_markers("Có 112 [1].") == "Có 112."


def test_units_of_composed_and_decomposed_text_are_equal() -> None:
    import unicodedata

    text = "Tỷ lệ hộ nghèo còn 7,89%"
    assert units(unicodedata.normalize("NFD", text)) == units(text)
