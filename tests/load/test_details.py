from __future__ import annotations

from datetime import date

import pytest

from rag.load.details import Details, find_details, only_date, parse_date

BODY = "Sáng nay, Ủy ban nhân dân huyện tổ chức hội nghị tổng kết công tác năm 2020 và bàn nhiệm vụ."


def test_date_line_title_and_byline_are_found() -> None:
    text = f"Thứ sáu,  22/01/2021\n\nHuyện tổng kết công tác năm\n\n{BODY}\n\nHUY ANH"
    assert find_details(text) == Details("Huyện tổng kết công tác năm", date(2021, 1, 22), "HUY ANH")


def test_labelled_lines_win_wherever_they_stand() -> None:
    text = (
        f"Huyện tổng kết\n\nNgày đăng: 05/03/2021 10:20\n\n{BODY}\n\nTác giả: Nguyễn Văn An\nNguồn: Báo Lạng Sơn\n"
        "Link: https://bao.vn/a-1.html"
    )
    found = find_details(text)
    assert found == Details(
        "Huyện tổng kết", date(2021, 3, 5), "Nguyễn Văn An", "Báo Lạng Sơn", "https://bao.vn/a-1.html"
    )


def test_an_address_as_source_is_the_address_not_the_newspaper() -> None:
    found = find_details(f"Huyện tổng kết\n\n{BODY}\n\nNguồn: https://bao.vn/a")
    assert (found.publisher, found.url) == ("", "https://bao.vn/a")


@pytest.mark.parametrize(
    "text",
    [
        f"{BODY}\n\n{BODY}",  # body from the first line
        f"sáng nay trời mưa\n\n{BODY}",  # begins in the middle of a sentence
        "Một dòng duy nhất",
        f"{BODY} Nghị quyết ban hành ngày 18/11/2019.\n\nThông tin thêm: gọi 1900 1234.",
    ],
)
def test_what_a_text_does_not_state_stays_empty(text: str) -> None:
    assert find_details(text) == Details()


@pytest.mark.parametrize(
    "last",
    [
        "Hết",
        "Ảnh: Huy Anh",
        "Nguyễn Văn An phát biểu tại hội nghị",
        "ngày mai",
        "Số 12",
        "Xem thêm: Tin khác",
        "Theo Thanh Niên",
        "Apple Insider",
    ],
)
def test_a_last_line_that_is_no_name_is_no_byline(last: str) -> None:
    assert find_details(f"Huyện tổng kết\n\n{BODY}\n\n{last}").author == ""


def test_a_signature_block_is_not_a_byline() -> None:
    assert find_details(f"BÁO CÁO\n\n{BODY}\n\nKT. CHỦ TỊCH\n\nPHÓ CHỦ TỊCH\n\nNguyễn Văn An").author == ""


def test_a_title_wrapped_over_two_lines_is_one() -> None:
    assert (
        find_details(f"Huyện tổng kết công tác\ndân tộc năm 2020\n\n{BODY}").title
        == "Huyện tổng kết công tác dân tộc năm 2020"
    )


def test_the_nations_name_is_not_a_title() -> None:
    head = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nĐộc lập - Tự do - Hạnh phúc\n\nLạng Sơn, ngày 8 tháng 01 năm 2021"
    text = f"{head}\n\nBÁO CÁO\n\n{BODY}"
    assert find_details(text) == Details("BÁO CÁO", date(2021, 1, 8))


@pytest.mark.parametrize(
    ("line", "day"),
    [
        ("Thứ sáu,  22/01/2021", date(2021, 1, 22)),
        ("22/01/2021 08:30 GMT+7", date(2021, 1, 22)),
        ("2021-01-22", date(2021, 1, 22)),
        ("2021-01-22T08:30:00+07:00", date(2021, 1, 22)),
        ("Lạng Sơn, ngày 22 tháng 01 năm 2021", date(2021, 1, 22)),
        ("Cập nhật lúc 8:30, Chủ nhật, ngày 24/1/2021", date(2021, 1, 24)),
        ("Hội nghị diễn ra ngày 22/01/2021", None),
        ("Nghị quyết số 88/2019/QH14", None),
        ("năm 2021", None),
        ("31/02/2021", None),
    ],
)
def test_only_a_line_that_is_nothing_but_a_date_is_one(line: str, day: date | None) -> None:
    assert only_date(line) == day


@pytest.mark.parametrize("value", [None, 1611273600, "", "hôm qua", "x" * 10_000, [], True])
def test_what_is_no_date_gives_none(value: object) -> None:
    assert parse_date(value) is None
