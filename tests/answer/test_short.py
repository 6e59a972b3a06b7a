"""Short answers inside one sentence; the sentences are made up."""

from __future__ import annotations

from datetime import date

import pytest

from rag.answer.question import analyse
from rag.answer.short import find_short
from rag.answer.short.quantity import fits_unit


@pytest.mark.parametrize(
    ("question", "sentence", "short"),
    [
        ("Lễ hội diễn ra ở đâu?", "Lễ hội diễn ra tại huyện Mẫu Sơn từ sáng sớm.", "huyện Mẫu Sơn"),
        ("Tàu được phóng ở đâu?", "Tàu được phóng tại Trung tâm vũ trụ Mẫu.", "Trung tâm vũ trụ Mẫu"),
        ("Tàu phóng từ đâu?", "Tàu phóng từ Mũi Mẫu, sẽ đến Sao Mẫu năm sau.", "Mũi Mẫu"),
        ("Máy bay trượt ở Đông Lĩnh bay từ đâu đến?", "Máy bay đi từ Tây Phong rơi tại sân bay An Mẫu.", "Tây Phong"),
        ("Tàu bay đến đâu?", "Tàu phóng từ Mũi Mẫu, sẽ đến Sao Mẫu năm sau.", "Sao Mẫu"),
        ("Họp lúc mấy giờ?", "Cuộc họp bắt đầu lúc 8 giờ 30 ngày 5/3.", "lúc 8 giờ 30"),
        ("Văn bản nào quy định mức thu?", "Mức thu theo Quyết định số 15/QĐ-UBND.", "Quyết định số 15/QĐ-UBND"),
        (
            "Nghị quyết số mấy của Quốc hội?",
            "Thực hiện Nghị quyết số 77/2030/QH19 ngày 1/2/2030 của Quốc hội và Nghị quyết số 9/NQ-CP của Chính phủ.",
            "Nghị quyết số 77/2030/QH19",
        ),
        (
            "Nghị quyết số mấy của Chính phủ?",
            "Thực hiện Nghị quyết số 77/2030/QH19 ngày 1/2/2030 của Quốc hội và Nghị quyết số 9/NQ-CP của Chính phủ.",
            "Nghị quyết số 9/NQ-CP",
        ),
        ("Đề án Mẫu là gì?", "Đề án Mẫu là kế hoạch trồng rừng, kéo dài ba năm.", "kế hoạch trồng rừng"),
        ("Giám đốc Sở Mẫu là ai?", "Ông Trần Văn Mẫu, Giám đốc Sở Mẫu cho biết.", "Trần Văn Mẫu, Giám đốc Sở Mẫu"),
        (
            "Công ty Giang Mẫu lỗ bao nhiêu tiền?",
            "Hãng An Mẫu lỗ 2 tỷ đồng; Giang Mẫu tuy bán 3 xe nhưng lỗ 5 tỷ đồng.",
            "5 tỷ đồng",
        ),
        ("Có mấy tổ công tác?", "Huyện lập 6 tổ công tác giúp xã.", "6 tổ công tác"),
        ("Có bao nhiêu người tử vong?", "Có 3 trường hợp tử vong.", "3 trường hợp tử vong"),
        ("Thời gian mở và đóng cửa là bao lâu?", "Mở và đóng lần lượt mất 15 giây và 16 giây.", "15 giây và 16 giây"),
        (
            "Giá gạo mua vào bán ra bao nhiêu?",
            "Giá gạo 9 đồng/kg (mua vào) và 10 đồng/kg (bán ra).",
            "9 đồng/kg (mua vào) và 10 đồng",
        ),
        ("Lãi suất của Ngân hàng Mẫu là bao nhiêu?", "Ngân hàng Mẫu giảm lãi suất từ 5,0% xuống còn 4,5%.", "4,5%"),
        ("Lãi suất cho vay là bao nhiêu?", "Lãi suất cho vay của Ngân hàng Mẫu từ 6,0%/năm xuống 5,5%/năm.", "5,5%"),
        ("Lãi suất trước đó là bao nhiêu?", "Ngân hàng Mẫu hạ lãi suất, giảm từ 5,0% xuống còn 4,5%.", "5,0%"),
        ("Tỷ lệ hộ nghèo là bao nhiêu?", "Tỷ lệ hộ nghèo giảm từ 11,2% xuống còn 8,6%.", "8,6%"),
        ("Mẫu Sơn có bao nhiêu ca mới?", "Ghi nhận 5 ca mới, trong đó có 1 ca mới tại Mẫu Sơn.", "1 ca mới"),
        ("Năm 2029 có bao nhiêu trạm?", "Năm 2030 có 580 trạm so với 200 trạm của năm 2029.", "200 trạm"),
        ("Chủ tịch Hội Mẫu là ai?", "Chủ tịch Hội Mẫu (xã An) Đặng Thị Mẫu cho hay.", "Đặng Thị Mẫu"),
        (
            "Chủ tịch Mặt trận huyện là ai?",
            "Ông Vũ Văn Mẫu, Trưởng Ban Dân vận, Chủ tịch Mặt trận huyện, nói.",
            "Vũ Văn Mẫu, Trưởng Ban Dân vận, Chủ tịch Mặt trận huyện",
        ),
        (
            "Giám đốc Công ty Mẫu là ai?",
            "Ông Lê Văn Mẫu – Giám đốcCông ty Mẫu cho biết.",
            "Lê Văn Mẫu – Giám đốcCông ty Mẫu",
        ),
        ("Nặng bao nhiêu (sải cánh dài mét)?", "Với sải cánh dài 10 mét và nặng 250 kg.", "250 kg"),
        ("Khởi công bao nhiêu ct?", "Huyện khởi công 12 công trình, chi 3 tỷ đồng.", "12 công trình"),
        ("Kinh phí giảm bao nhiêu so với năm trước?", "Kinh phí 9 tỷ đồng, giảm 2 tỷ đồng.", "2 tỷ đồng"),
        (
            "Kế hoạch lợi nhuận là bao nhiêu?",
            "Kế hoạch doanh thu 1.900 – 2.000 tỷ đồng, lợi nhuận sau thuế 95-105 tỷ đồng.",
            "95-105 tỷ đồng",
        ),
        ("Xây bao nhiêu dự án nhà ở xã hội?", "Tỉnh xây 7 dự án nhà ở xã hội, chi 3 tỷ.", "7 dự án nhà ở xã hội"),
        ("Vì sao đường sạt lở?", "Đường sạt lở do mưa lớn kéo dài, theo UBND xã.", "mưa lớn kéo dài"),
        ("Vì sao đường sạt lở?", "Do mưa lớn, đường sạt lở nhiều đoạn.", "mưa lớn"),
        ("Vì sao đường sạt lở?", "Nguyên nhân là do mưa lớn.", "mưa lớn"),
        ("Vì sao đường sạt lở?", "Mưa lớn kéo dài khiến đường sạt lở.", "Mưa lớn kéo dài"),
        ("Vì sao ông Mẫu bị bắt?", "Ông Mẫu bị bắt về hành vi phá rừng.", "hành vi phá rừng"),
        ("Vì sao xã đóng cửa chợ?", "Xã đóng cửa chợ sau khi có ca bệnh.", "có ca bệnh"),
        ("Vì sao xã đóng cửa chợ?", "Xã đóng cửa chợ nhằm phòng dịch.", "phòng dịch"),
        (
            "Vì sao dịch lan nhanh?",
            "Nguyên nhân khiến dịch lan nhanh là do người dân giấu dịch.",
            "người dân giấu dịch",
        ),
        ("Vì sao ông Mẫu được khen?", "Ông Mẫu được khen vì có thành tích.", "có thành tích"),
        ("Vì sao ông Mẫu được khen?", "Huyện khen ông Mẫu có nhiều thành tích.", "có nhiều thành tích"),
        (
            "Vì sao công an không khởi tố?",
            "Vụ việc không có dấu hiệu phạm tội nên công an không khởi tố.",
            "Vụ việc không có dấu hiệu phạm tội",
        ),
        ("Vì sao sương mờ ảo?", "Gió hất bụi lên khiến sương trở nên mờ ảo.", "Gió hất bụi lên"),
        ("Có bao nhiêu ca mắc COVID-19?", "Huyện có 11 ca mắc COVID-19.", "11 ca mắc COVID-19"),
        ("Xe Mẫu An giá bao nhiêu?", "Xe Mẫu Giang giá 9 triệu đồng và xe Mẫu An giá 8 triệu đồng.", "8 triệu đồng"),
        (
            "Giá xe Mẫu An là bao nhiêu?",
            "Gồm xe Mẫu Giang giá 9 triệu, Mẫu An giá 8 triệu và Nà Mẫu giá 7 triệu đồng.",
            "8 triệu",
        ),
        ("Phạt bao nhiêu tiền?", "Phạt từ 500.000 đồng đến 1 triệu đồng.", "500.000 đồng đến 1 triệu đồng"),
        ("Nồng độ cồn là bao nhiêu?", "Nồng độ cồn là 221 mg/100 ml.", "221 mg/100 ml"),
        (
            "Tìm thấy hóa thạch ở đâu?",
            "Hóa thạch tìm thấy ở huyện Mẫu Sơn, giáo sư Lê Mẫu tại Đại học Mẫu An nói.",
            "huyện Mẫu Sơn",
        ),
        ("Bà Lê Thị Mẫu là ai?", "Bà Lê Thị Mẫu, vợ ông Trần Văn Mẫu, nói.", "vợ ông Trần Văn Mẫu"),
        ("Chủ tịch Hội Mẫu là ai?", "Bà Lê Thị Mẫu, Chủ tịch Hội Mẫu cũng đề xuất.", "Lê Thị Mẫu, Chủ tịch Hội Mẫu"),
        ("GDP tăng bao nhiêu?", "GDP tăng 3,2% so với năm trước, sau khi giảm 6,8% ở quý I.", "3,2%"),
        ("Máy 125cc có mấy phiên bản?", "Máy 125cc phiên bản mới, gồm 3 phiên bản.", "3 phiên bản"),
        ("Khởi công trụ sở ở đâu?", "Sáng 7/8, tại lô đất 1-VP, huyện khởi công trụ sở.", "lô đất 1-VP"),
        ("Ông Lê Văn Mẫu giữ chức gì?", "Ông Lê Văn Mẫu - giám đốc Sở Mẫu nói: tốt.", "giám đốc Sở Mẫu"),
        ("Lê Văn Mẫu là ai?", "Dự có Phó Chủ tịch UBND tỉnh Lê Văn Mẫu.", "Phó Chủ tịch UBND tỉnh"),
        (
            "Giám đốc Bệnh viện Mẫu là ai?",
            "Bác sĩ, Hồ Mẫu, Giám đốc Bệnh viện Mẫu nói.",
            "Hồ Mẫu, Giám đốc Bệnh viện Mẫu",
        ),
        ("Hiến bao nhiêu mét vuông đất?", "Nhân dân góp 2 tỷ đồng, hiến 3.200 m2 đất.", "3.200 m2"),
        ("Ông Mẫu bị bắt ở đâu?", "Tại xã Đông Lĩnh, ông Mẫu (trú tại xã Tây Phong) bị bắt.", "xã Đông Lĩnh"),
        ("Ông Mẫu quê ở đâu?", "Ông Mẫu, quê ở xã Tây Phong, bị bắt.", "xã Tây Phong"),
        ("Xây xong năm nào?", "Cầu xây xong năm 2031, sửa nhiệm kỳ 2035 - 2040.", "năm 2031"),
    ],
)
def test_finds_what_is_asked(question: str, sentence: str, short: str) -> None:
    found = find_short(analyse(question), sentence, None)
    assert found is not None
    assert found.text == short
    assert sentence[found.start : found.end] == short


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("Hội nghị tổ chức ngày nào?", "Hội nghị sơ kết giữa nhiệm kỳ 2030 - 2035 được tổ chức."),
        ("Giám đốc Sở Mẫu là ai?", "Bà Lê Thị Mẫu, Phó Giám đốc Sở Mẫu cho biết."),
        ("Lãi suất là bao nhiêu?", "Có 70% nhà phân tích dự đoán lãi suất giảm."),
        ("Thủ đô của nước Mẫu là gì?", "Tổng thống nước Mẫu rời thủ đô sáng nay."),
        ("Bao nhiêu bể nước?", "Huyện hỗ trợ 12 tỷ đồng."),
        ("Vì sao huyện cách ly?", "Khách bị kẹt lại do huyện cách ly."),
        ("Vì sao huyện cách ly?", "Chính vì thế, huyện cách ly thêm một tuần."),
        ("Vì sao huyện cách ly?", "Huyện cách ly trong khi các nơi khác mở cửa."),
        ("Vì sao ông Mẫu từ chức?", "Khi được hỏi về việc từ chức, ông Mẫu không trả lời."),
        ("Vì sao viện kháng nghị bản án?", "Hùng đánh người vì nghi ngờ người này đốt nhà."),
        ("Vì sao cấm tụ tập?", "Lệnh cấm tụ tập có ở nơi bị ảnh hưởng bởi dịch bệnh."),
        ("Nạn nhân là ai?", "Vụ án xảy ra ở huyện Mẫu Sơn (Lâm Đồng)."),
        ("Văn bản nào quy định mức thu?", "Mức thu do xã quy định."),
        ("Vì sao xe hỏng?", "Xe do công ty Mẫu sản xuất hỏng nhiều."),
        ("Ai gây ra vụ cháy?", "Công an tỉnh Mẫu An và Mẫu Giang, cùng tỉnh Mẫu Giang họp."),
    ],
)
def test_gives_nothing_rather_than_something_else(question: str, sentence: str) -> None:
    assert find_short(analyse(question), sentence, None) is None


@pytest.mark.parametrize(
    ("question", "words", "fits"),
    [
        ("Hiến bao nhiêu mét vuông đất?", "2 tỷ đồng", False),
        ("Hiến bao nhiêu mét vuông đất?", "3.200 m2", True),
        ("Tỷ lệ hộ nghèo là bao nhiêu?", "4.500", False),
        ("Tỷ lệ hộ nghèo là bao nhiêu?", "một phần ba", True),
        ("Lao động có bao nhiêu người?", "3.200 người", True),
        ("Chỉ tiêu tham gia bảo hiểm là bao nhiêu?", "96,5%", True),
        ("Ngân sách chiếm bao nhiêu?", "287 tỷ đồng", True),
    ],
)
def test_unit_asked_for_is_that_of_the_answer(question: str, words: str, fits: bool) -> None:
    assert fits_unit(analyse(question), words) is fits


@pytest.mark.parametrize(
    ("published", "written", "whole"),
    [
        (date(2031, 3, 6), "5/3", "5/3/2031"),
        (date(2031, 1, 2), "28/12", "28/12/2030"),
        (date(2031, 3, 6), "29/2", "29/2/2031"),
    ],
)
def test_day_without_a_year_takes_the_nearest_one(published: date, written: str, whole: str) -> None:
    found = find_short(analyse("Họp ngày nào?"), f"Cuộc họp ngày {written} tại huyện.", published)
    assert found is not None
    assert (found.text, found.derived) == (written, whole)


@pytest.mark.parametrize(
    ("written", "short", "whole"),
    [
        ("ngày 9 và 10/8", "9 và 10/8", "9 và 10/8/2031"),
        ("ngày 8, 9 và ngày 10/8", "8, 9 và ngày 10/8", "8, 9 và 10/8/2031"),
        ("ngày 9 và 10/8/2031", "9 và 10/8/2031", ""),
        ("với 9 và 10/8", "10/8", "10/8/2031"),
    ],
)
def test_days_of_one_month_belong_together(written: str, short: str, whole: str) -> None:
    found = find_short(analyse("Hội thi Mẫu diễn ra ngày nào?"), f"Hội thi Mẫu diễn ra {written}.", date(2031, 8, 1))
    assert found
    assert (found.text, found.derived) == (short, whole)


def test_both_ends_of_a_time_are_given_where_both_are_asked_for() -> None:
    question = analyse("Hội chợ diễn ra từ ngày nào đến ngày nào?")
    found = find_short(question, "Hội chợ được tổ chức từ ngày 23/8 đến ngày 5/9.", date(2031, 8, 9))
    assert found
    assert (found.text, found.derived) == ("ngày 23/8 đến ngày 5/9", "từ 23/8/2031 đến 5/9/2031")


def test_day_half_a_year_away_lies_behind() -> None:
    question = analyse("Lần thử trước diễn ra ngày nào?")
    found = find_short(question, "Lần thử trước diễn ra ngày 5/2.", date(2031, 8, 8))
    assert found
    assert found.derived == "5/2/2031"
