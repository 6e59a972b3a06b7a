from __future__ import annotations

from datetime import date

import pytest

from rag.answer.about import Setting, differences
from rag.answer.question import analyse


def _differs(question: str, sentence: str, before: str = "", published: date | None = None) -> list[tuple[str, str]]:
    passage = f"{before} {sentence}".strip()
    return [
        (d.kind, d.asked) for d in differences(analyse(question), sentence, Setting(before, passage, "", published))
    ]


@pytest.mark.parametrize(
    ("question", "sentence", "differs"),
    [
        ("Năm 2022 huyện xây bao nhiêu cầu?", "Giai đoạn 2021 - 2025, huyện xây 20 cầu.", True),
        ("Giai đoạn 2021 - 2025 huyện xây bao nhiêu cầu?", "Giai đoạn 2021 - 2025, huyện xây 20 cầu.", False),
        ("Tỷ lệ giảm bao nhiêu so với năm 2018?", "Tỷ lệ còn 7% (giảm 3% so với năm 2019).", True),
        ("Tỷ lệ giảm bao nhiêu so với năm 2019?", "Tỷ lệ còn 7% (giảm 3% so với năm 2019).", False),
        ("Tổng vốn nông thôn mới năm 2018 theo bài đăng tháng 1/2021?", "Vốn nông thôn mới năm 2020 là 5 tỷ.", True),
        ("Tổng vốn nông thôn mới năm 2020 theo bài đăng tháng 1/2021?", "Vốn nông thôn mới năm 2020 là 5 tỷ.", False),
    ],
)
def test_year_is_that_of_the_sentence(question: str, sentence: str, differs: bool) -> None:
    found = _differs(question, sentence, published=date(2021, 1, 8))
    assert bool(found) is differs
    assert all(kind == "year" for kind, _ in found)


@pytest.mark.parametrize(
    ("asked", "told", "differs"),
    [
        ("6 tháng đầu năm 2030", "Trong 7 tháng đầu năm 2030, huyện thu 2 tỷ đồng.", True),
        ("6 tháng đầu năm 2030", "Nửa đầu năm 2030, huyện thu 2 tỷ đồng.", False),
        ("quý 1", "3 tháng đầu năm, huyện thu 2 tỷ đồng.", False),
        ("quý 2", "Quý I/2030, huyện thu 2 tỷ đồng.", True),
        ("quý 2", "Huyện thu 2 tỷ đồng, tăng 5% so với quý I/2030.", False),
        ("6 tháng đầu năm 2030", "Năm 2030, huyện thu 2 tỷ đồng.", True),
        ("6 tháng đầu năm 2030", "Huyện thu 2 tỷ đồng, đạt 50% kế hoạch năm 2030.", False),
        ("quý 2", "Tháng 5, huyện thu 2 tỷ đồng.", False),
    ],
)
def test_another_part_of_the_year_is_another_time(asked: str, told: str, differs: bool) -> None:
    found = _differs(f"Huyện thu bao nhiêu tiền trong {asked}?", told, published=date(2030, 8, 8))
    assert ("part" in [kind for kind, _ in found]) is differs


def test_longer_period_says_nothing_of_a_year_that_stands_before_it() -> None:
    before = "Năm 2021, huyện tập trung các nhiệm vụ."
    assert not _differs("Nhiệm vụ năm 2021 là gì?", "Cụ thể hóa nghị quyết nhiệm kỳ 2020 - 2025.", before)
    assert _differs("Nhiệm vụ năm 2022 là gì?", "Cụ thể hóa nghị quyết nhiệm kỳ 2020 - 2025.", before)


def test_the_date_of_a_document_is_agreed_upon_where_both_name_the_day() -> None:
    sentence = "Năm 2031, huyện thực hiện Nghị quyết số 15/NQ-HĐND ngày 20/02/2030 của Hội đồng nhân dân."
    assert not _differs("Số hiệu nghị quyết ngày 20/02/2030 là gì?", sentence)
    assert _differs("Số hiệu nghị quyết ngày 20/03/2030 là gì?", sentence)


def test_capitals_may_be_the_first_letters_of_a_name() -> None:
    sentence = "Mẫu Sơn thực hiện Nghị quyết số 88 của Quốc hội."
    assert not _differs("Nghị quyết 88 của QH là gì?", sentence)
    assert _differs("Nghị quyết 88 của QK là gì?", sentence) == [("name", "QK")]
    assert _differs("Nghị quyết 88 của QH là gì?", "Mẫu Sơn có nghị quyết số 88 về quy hoạch.") == [("name", "QH")]


def test_deputy_is_not_the_head() -> None:
    deputy = "Đồng chí Trần Văn Mẫu, Phó Chủ tịch UBND huyện chủ trì."
    assert _differs("Chủ tịch UBND huyện là ai?", deputy) == [("office", "Chủ tịch")]
    assert not _differs("Chủ tịch UBND huyện là ai?", deputy.replace("Phó Chủ tịch", "Chủ tịch"))
    assert not _differs("Phó Chủ tịch UBND huyện là ai?", deputy)


@pytest.mark.parametrize(
    ("sentence", "before", "differs"),
    [
        ("Đại hội cấp xã của tỉnh thi đấu 5 môn.", "", True),
        ("Đại hội cấp huyện, cấp tỉnh thi đấu 5 môn.", "", False),
        ("Các môn gồm bóng đá, bơi.", "Đại hội cấp xã tổ chức trong tháng 3.", True),
        ("Các môn gồm bóng đá, bơi.", "", False),
    ],
)
def test_level_of_the_administration_must_agree(sentence: str, before: str, differs: bool) -> None:
    found = _differs("Đại hội cấp tỉnh thi đấu những môn nào?", sentence, before)
    assert found == ([("level", "cấp tỉnh")] if differs else [])


@pytest.mark.parametrize(
    ("question", "sentence", "differs"),
    [
        ("Sân bay Đông Lĩnh có mấy đường băng?", "Sân bay Tây Phong có 2 đường băng.", True),
        ("Sân bay Đông Lĩnh có mấy đường băng?", "Sân bay có 2 đường băng.", False),
        ("Sân bay Đông Lĩnh nối với sân bay nào?", "Tuyến mới nối với sân bay Tây Phong.", False),
        ("Huyện Đông Lĩnh có mấy xã?", "Huyện Tây Phong có 12 xã.", True),
        ("Huyện Đông Lĩnh có mấy xã?", "Giáp huyện Tây Phong, nơi đây có 12 xã.", False),
    ],
)
def test_another_thing_of_the_kind_is_not_the_one_asked_for(question: str, sentence: str, differs: bool) -> None:
    assert bool(_differs(question, sentence, before="Đông Lĩnh mở rộng.")) is differs


@pytest.mark.parametrize(
    ("question", "sentence", "differs"),
    [
        ("Giá gạo ngày 9/8 là bao nhiêu?", "Sáng 6/8, giá gạo ở mức 12.000 đồng.", True),
        ("Giá gạo ngày 9/8 là bao nhiêu?", "Giá gạo ngày 9/8 là 12.000 đồng, so với ngày 6/8 tăng nhẹ.", False),
        ("Giá gạo ngày 9/8 là bao nhiêu?", "Giá gạo ở mức 12.000 đồng.", False),
        ("Giá gạo ngày 9/8 là bao nhiêu?", "Hôm qua, giá gạo ở mức 12.000 đồng.", False),
        ("Quyết định ngày 9/8 giao bao nhiêu vốn?", "Quyết định ngày 9/8 giao 3 tỷ đồng.", False),
    ],
)
def test_day_that_is_asked_for_must_be_that_of_the_sentence(question: str, sentence: str, differs: bool) -> None:
    found = _differs(question, sentence, published=date(2031, 8, 10))
    assert found == ([("day", "ngày 9/8")] if differs else [])


@pytest.mark.parametrize(
    ("question", "sentence", "differs"),
    [
        ("Bao nhiêu người Anh được nhận?", "Có 50 người Mỹ được nhận, theo báo của Anh.", True),
        ("Bao nhiêu người Anh được nhận?", "Có 50 người Mỹ, Anh được nhận.", False),
        ("Hà Nội có bao nhiêu trạm?", "Đến nay, cả nước đã có 90 trạm.", True),
        ("Hà Nội có bao nhiêu trạm?", "Đến nay, cả nước đã có 90 trạm, riêng Hà Nội 12 trạm.", False),
        ("Hà Nội có bao nhiêu trạm?", "Tại Đà Nẵng, có 7 trạm.", True),
        ("Cả nước có bao nhiêu trạm?", "Đến nay, cả nước đã có 90 trạm.", False),
    ],
)
def test_people_and_places_are_those_asked_for(question: str, sentence: str, differs: bool) -> None:
    assert bool(_differs(question, sentence, before="Hà Nội, Anh.")) is differs


def test_office_of_state_without_a_country_is_that_of_the_own_one() -> None:
    abroad = "Bộ trưởng Bộ Y tế Đức Hans Mẫu phát biểu."
    assert _differs("Bộ trưởng Bộ Y tế là ai?", abroad) == [("office", "Bộ trưởng")]
    assert not _differs("Bộ trưởng Bộ Y tế Đức là ai?", abroad)
    assert not _differs("Bộ trưởng Bộ Y tế là ai?", "Bộ trưởng Bộ Y tế Trần Văn Mẫu phát biểu.")


def test_half_of_this_year_is_not_last_year() -> None:
    sentence = "Có 50 trạm được xây trong sáu tháng đầu năm nay."
    assert _differs("Năm 2030 có bao nhiêu trạm được xây?", sentence, published=date(2031, 8, 10))
    assert not _differs("Năm 2031 có bao nhiêu trạm được xây?", sentence, published=date(2031, 8, 10))


def test_name_in_the_lead_counts_as_named() -> None:
    question, sentence = analyse("Hội Mẫu An có bao nhiêu hội viên?"), "Hội có 30 hội viên."
    assert differences(question, sentence, Setting("", sentence, "Hội thảo", None))
    assert not differences(question, sentence, Setting("", sentence, "Hội thảo", None, lead="Hội Mẫu An họp."))


def test_foreign_name_that_opens_the_question_must_be_named() -> None:
    asked = "Oslo mở lại chợ khi nào?"
    assert _differs(asked, "Ngày 3/8, thành phố mở lại chợ.") == [("name", "Oslo")]
    assert not _differs(asked, "Ngày 3/8, Oslo mở lại chợ.")


@pytest.mark.parametrize(
    ("question", "sentence", "kind"),
    [
        ("Công ty trả cổ tức bằng cổ phiếu bao nhiêu?", "Công ty trả cổ tức bằng tiền mặt 15%.", "means"),
        ("Công ty trả cổ tức bằng tiền mặt bao nhiêu?", "Công ty trả cổ tức bằng tiền mặt 15%.", ""),
        ("Công ty trả cổ tức bằng gì?", "Công ty trả cổ tức bằng tiền mặt 15%.", ""),
        ("Ai được tặng bằng khen?", "Ông Mẫu được trả lương bằng tiền mặt.", ""),
        ("Ông Mẫu bị phạt tổng cộng mấy năm tù?", "Ông Mẫu bị phạt 2 năm tù và 3 năm tù.", "total"),
        ("Ông Mẫu bị phạt tổng cộng mấy năm tù?", "Tổng hợp, ông Mẫu chịu 5 năm tù, gồm 2 năm và 3 năm.", ""),
        ("Ông Mẫu bị phạt mấy năm tù?", "Ông Mẫu bị phạt 2 năm tù và 3 năm tù.", ""),
        ("Bộ yêu cầu gì về nhà ở cho công nhân?", "Bộ yêu cầu công an giúp người nhà thí sinh.", "subject"),
        ("Bộ yêu cầu gì về nhà ở cho công nhân?", "Bộ yêu cầu xây nhà cho công nhân.", ""),
        ("Bộ yêu cầu gì về phòng chống hạn mặn?", "Bộ yêu cầu phòng chống hạn hán và xâm nhập mặn.", ""),
        ("Bộ yêu cầu gì về phòng chống hạn mặn?", "Bộ yêu cầu phòng, chống dịch.", "subject"),
        ("Xã đứng thứ mấy về dân số so với cả huyện?", "Xã đông dân thứ ba.", ""),
        ("Xe trả bằng loại tiền nào?", "Xe trả bằng tiền mặt.", ""),
        ("Vì sao bỏ mẫu xe nhỏ?", "Ngoài xe nhỏ, nhiều mẫu bán tải bị bỏ do ế.", "name"),
        ("Vì sao bỏ mẫu xe nhỏ?", "Ngoài ra, nhiều mẫu xe nhỏ bị bỏ do ế.", ""),
        ("Khi nào công nhân trở về quê nhà?", "Bộ yêu cầu phòng, chống dịch.", ""),
    ],
)
def test_what_the_question_narrows_down_must_be_told(question: str, sentence: str, kind: str) -> None:
    assert [found for found, _ in _differs(question, sentence)] == ([kind] if kind else [])


@pytest.mark.parametrize(
    ("question", "before", "sentence", "differs"),
    [
        ("Dự án Vành đai 2 có bao nhiêu nhà?", "", "Dự án Vành đai 3 có 72 nhà.", True),
        ("Dự án Vành đai 2 có bao nhiêu nhà?", "Dự án Vành đai 3 chậm, không phải 2.", "Đã xử lý 56 nhà.", True),
        ("Dự án Vành đai 3 có bao nhiêu nhà?", "Dự án Vành đai 3 chậm.", "Đã xử lý 56 nhà.", False),
        ("CDC Mẫu Giang có mấy máy?", "Ở Mẫu Giang cũng vậy.", "CDC Mẫu An có 13 máy.", True),
        ("Hãng Mẫu An thu về bao nhiêu?", "", "Ngoài nhóm cổ đông lớn, Mẫu An thu về 41 tỷ đồng.", False),
        ("Giai Giai là ai?", "", "Cố Giai là người tinh tế.", True),
        ("Có bao nhiêu máy bay F-35?", "Có cả F-35.", "Có 218 máy bay F-16.", True),
        ("Có bao nhiêu máy bay F-16?", "", "Có 218 máy bay F-16 và 10 F-35.", False),
        ("Có bao nhiêu ca Covid-19?", "", "Có 5 ca mắc COVID-19, tức SARS-2.", False),
        ("Cắt tầng 20 mất bao lâu?", "", "Cắt tầng 18 mất 15-20 ngày.", True),
        ("Cắt tầng 18 mất bao lâu?", "", "Cắt tầng 18 mất 15-20 ngày.", False),
        ("Vợ ông Mẫu Văn An bao nhiêu tuổi?", "", "Ông Mẫu Văn An 40 tuổi.", True),
        ("Vợ ông Mẫu Văn An bao nhiêu tuổi?", "Vợ ông Mẫu Văn An cũng đến.", "Bà 38 tuổi.", False),
        ("Bà Lê Thị Mẫu là Nghệ sĩ Nhân dân từ khi nào?", "", "Năm 2030, bà Lê Thị Mẫu được phong NSND.", False),
        ("Mức phạt theo Nghị định 167/2030 là bao nhiêu?", "", "Nghị định 167/2030/NĐ-CP phạt 5 triệu đồng.", False),
        ("Mức phạt theo Nghị định 167/2030 là bao nhiêu?", "", "Nghị định 176/2030/NĐ-CP phạt 5 triệu đồng.", True),
    ],
)
def test_things_with_numbers_and_bodies_of_places(question: str, before: str, sentence: str, differs: bool) -> None:
    assert bool(_differs(question, sentence, before)) is differs


def test_a_document_tells_no_figure_of_a_day_after_it() -> None:
    question, sentence = "VN-Index đóng cửa ngày 10/8/2030 bao nhiêu điểm?", "VN-Index đóng cửa ở 841 điểm."
    assert [kind for kind, _ in _differs(question, sentence, published=date(2030, 8, 7))] == ["day"]
    assert not _differs(question, sentence, published=date(2030, 8, 10))
    assert not _differs(question, "VN-Index dự kiến đóng cửa ở 841 điểm.", published=date(2030, 8, 7))
