from __future__ import annotations

import time
from itertools import pairwise

import pytest
from hypothesis import given

from rag.text.sentences import clause_spans, sentence_spans
from rag.types import Span
from tests.text.vietnamese import ANYTHING


def cut(text: str) -> list[str]:
    return [text[s.start : s.end] for s in sentence_spans(text)]


@given(ANYTHING)
def test_sentences_hold_everything_but_white_space(text: str) -> None:
    spans = sentence_spans(text)
    assert "".join(text[s.start : s.end] for s in spans).split() == text.split() or _unspaced(text, spans)
    assert all(a.end <= b.start for a, b in pairwise(spans))


def _unspaced(text: str, spans: tuple[Span, ...]) -> bool:
    return "".join("".join(text[s.start : s.end] for s in spans).split()) == "".join(text.split())


@given(ANYTHING)
def test_sentences_are_trimmed_and_not_empty(text: str) -> None:
    assert all(s and s == s.strip() for s in cut(text))


@given(ANYTHING)
def test_clauses_hold_everything_of_their_sentence(text: str) -> None:
    for span in sentence_spans(text):
        clauses = clause_spans(text, span)
        joined = "".join(text[c.start : c.end] for c in clauses)
        assert "".join(joined.split()) == "".join(text[span.start : span.end].split())


@pytest.mark.parametrize(
    "sentence",
    [
        "Ông ở TP. Hồ Chí Minh và Tp. Đà Nẵng.",
        "Th.S. Nguyễn Văn Bình và PGS.TS. Lê Lan dự.",
        "Tổng vốn 1.200 tỷ đồng, giảm 7.5 phần trăm.",
        "Cuộc họp ngày 20.10.2020 tại Lạng Sơn.",
        "Nghị quyết số 12/NQ-CP ngày 15/02/2020.",
        "“Bao giờ xong?” ông hỏi.",
        "Ông nói: “Chúng tôi sẽ làm.”",
        "Các xã Tân Văn, Bình La… được hỗ trợ.",
        "George W. Bush và John F. Kennedy.",
        "Điều 3. Quy định chung về hỗ trợ.",
        "1. Mục tiêu chung của dự án.",
        "Trang vnexpress.net đưa tin.",
        "Tại Q. Tân Bình và P. Hai Bà Trưng, TP. HCM.",
        "Ông Nguyễn Văn A. Trần Thị B. Lê Văn C. cùng dự.",
        "Nghị quyết số 12/NQ-CP và 12-NQ/TU.",
    ],
)
def test_one_sentence_stays_whole(sentence: str) -> None:
    assert cut(sentence) == [sentence]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hội nghị diễn ra ngày 20/10. Tỉnh có 5 xã.", ["Hội nghị diễn ra ngày 20/10.", "Tỉnh có 5 xã."]),
        ("Đào tạo kỹ thuật.Được biết, dự án xong.", ["Đào tạo kỹ thuật.", "Được biết, dự án xong."]),
        ("Ông đã đồng ý.Trong khi đó, bà chờ.", ["Ông đã đồng ý.", "Trong khi đó, bà chờ."]),
        ("Họ dời ra ngoại ô. Sau đó thì về.", ["Họ dời ra ngoại ô.", "Sau đó thì về."]),
        ("Có điện, đường… Tại đây có trạm.", ["Có điện, đường…", "Tại đây có trạm."]),
        ("“Tốt lắm.” Ông cười.", ["“Tốt lắm.”", "Ông cười."]),
        ("Đó là GS.TS. Trần Văn B. Ông là giám đốc.", ["Đó là GS.TS. Trần Văn B.", "Ông là giám đốc."]),
        ("Bà Lê Thị H. Theo cơ quan điều tra, bà đã về.", ["Bà Lê Thị H.", "Theo cơ quan điều tra, bà đã về."]),
        ("Theo số 12/2020/NĐ-CP.Nghị định có hiệu lực.", ["Theo số 12/2020/NĐ-CP.", "Nghị định có hiệu lực."]),
        (
            "Giảm 7,89%.Theo ông Nam, lễ diễn ra ngày 20/10.Hôm sau, đoàn về.",
            ["Giảm 7,89%.", "Theo ông Nam, lễ diễn ra ngày 20/10.", "Hôm sau, đoàn về."],
        ),
        ("Ảnh: Hoàng Long\nSáng 8/1, hội nghị họp.", ["Ảnh: Hoàng Long", "Sáng 8/1, hội nghị họp."]),
        ("Ai dự? Nhiều người! Vui.", ["Ai dự?", "Nhiều người!", "Vui."]),
        ("Tiêu đề tin\n\nNội dung tin.", ["Tiêu đề tin", "Nội dung tin."]),
        ("Nhiệm vụ:\n- Tuyên truyền;\n- Đào tạo.", ["Nhiệm vụ:", "- Tuyên truyền;", "- Đào tạo."]),
        ("a) Mục một\nb) Mục hai", ["a) Mục một", "b) Mục hai"]),
        ("I. MỤC TIÊU\n1. Chung\nGiảm nghèo.", ["I. MỤC TIÊU", "1. Chung", "Giảm nghèo."]),
        ("• Một\n• Hai", ["• Một", "• Hai"]),
    ],
)
def test_sentences_end_where_a_reader_stops(text: str, expected: list[str]) -> None:
    assert cut(text) == expected


def test_hard_wrapped_lines_are_one_sentence() -> None:
    text = (
        "Ủy ban nhân dân tỉnh tổ chức hội nghị tổng kết công tác năm 2020 tại thành phố\n"
        "Lạng Sơn với sự tham gia của đại diện các sở, ban, ngành và các huyện trong\n"
        "tỉnh. Hội nghị kết thúc vào buổi chiều."
    )
    assert [len(s.split("\n")) for s in cut(text)] == [3, 1]


def test_a_caption_over_two_lines_is_one_sentence() -> None:
    text = "Đồng chí Nguyễn Văn A, Phó Chủ tịch UBND tỉnh\nphát biểu tại hội nghị\n\nNội dung chính."
    assert cut(text) == ["Đồng chí Nguyễn Văn A, Phó Chủ tịch UBND tỉnh\nphát biểu tại hội nghị", "Nội dung chính."]


def test_a_heading_line_is_not_joined_to_the_text_below() -> None:
    body = "Năm 2020, tỉnh đã hỗ trợ nhiều hộ dân xây nhà mới và làm đường giao thông nông thôn."
    assert cut(f"Kết quả hỗ trợ nhà ở\n{body}") == ["Kết quả hỗ trợ nhà ở", body]


def test_a_long_sentence_is_cut_at_its_list() -> None:
    text = "Ông yêu cầu: Ban thực hiện các nhiệm vụ: đẩy mạnh tuyên truyền; triển khai đề án; khắc phục chậm trễ."
    assert [text[c.start : c.end] for c in clause_spans(text, Span(0, len(text)))] == [
        "Ông yêu cầu: Ban thực hiện các nhiệm vụ:",
        "đẩy mạnh tuyên truyền;",
        "triển khai đề án;",
        "khắc phục chậm trễ.",
    ]


def test_a_sentence_without_semicolons_is_one_clause() -> None:
    text = "Lúc 7:30, ông nói: “Được.”"
    assert clause_spans(text, Span(0, len(text))) == (Span(0, len(text)),)


@pytest.mark.parametrize("text", ["." * 100_000, "…”" * 50_000, "A." * 50_000, "a\n" * 50_000, "1. " * 30_000])
def test_hostile_text_takes_linear_time(text: str) -> None:
    started = time.perf_counter()
    sentence_spans(text)
    assert time.perf_counter() - started < 5  # linear: well under a second; quadratic: minutes


def test_an_asterisk_behind_a_full_stop_ends_the_sentence_too() -> None:
    assert cut("Họ tái áp đặt lệnh từ tháng 3.* Cùng ngày, huyện họp.") == [
        "Họ tái áp đặt lệnh từ tháng 3.*", "Cùng ngày, huyện họp."
    ]  # fmt: skip
