"""Figures of something else than what is asked for, though they stand in the sentence that answers.

Another company's, another year's, the sum of which a part is asked for, what a value was before it changed, or another
measure ("doanh thu" where the question asks for "lợi nhuận").
"""

from __future__ import annotations

import re
from itertools import pairwise

from rag.answer.question import Question
from rag.answer.short.base import in_question
from rag.text.dates import find_dates
from rag.text.names import find_names
from rag.text.unicode import fold, lower


def is_elsewhere(question: Question, sentence: str, start: int, end: int) -> int:
    """How many signs say that a figure is of something else."""
    return (
        is_told_of_another(question, sentence, start)
        + is_whole_of_part(question, sentence, start)
        + is_left_behind(question, sentence, start, end)
        + is_of_other_measure(question, sentence, start)
        + is_of_other_name(question, sentence, start)
    )


_BESIDE = 16
"""Characters between a name and the figure that is told of it."""


def is_of_other_name(question: Question, sentence: str, start: int) -> bool:
    """Whether a figure stands right behind another name, while one stands behind the name that is asked of.

    "Xe Mẫu An giá 8 triệu và Mẫu Giang giá 9 triệu": each has its own.
    """
    if not question.names:
        return False
    figures = [m.start() for m in re.finditer(r"(?<![\w.,/-])\d[\d.,]*", sentence)]
    names = [(n.end, any(f" {q}".endswith(f" {n.text}") for q in question.names)) for n in find_names(sentence)]
    asked = {at: next((own for end, own in reversed(names) if end <= at <= end + _BESIDE), None) for at in figures}
    return asked.get(start) is False and True in asked.values()


def is_told_of_another(question: Question, sentence: str, start: int) -> bool:
    """Whether a figure stands in a clause that names others, while another clause names whom the question asks of.

    "Công ty Mẫu An lỗ 2 tỷ đồng; Công ty Mẫu Giang lỗ 5 tỷ đồng." So does one of another year than the question's.
    """
    if is_of_another_year(question, sentence, start):
        return True
    clauses = [m.span() for m in re.finditer(r"[^;]+", sentence)]
    if len(clauses) < 2 or not question.names:
        return False
    asked = [any(name in sentence[a:b] for name in question.names) for a, b in clauses]
    own = next((n for n, (a, b) in enumerate(clauses) if a <= start < b), None)
    if own is None or asked[own] or not any(asked):
        return False
    a, b = clauses[own]
    return any(not in_question(name.text, question) for name in find_names(sentence[a:b]))


_MEASURES = re.compile(
    r"(?<!\w)(?:doanh thu|doanh số|lợi nhuận|chi phí|thu nhập|vốn điều lệ|tổng tài sản|nợ xấu|kim ngạch|xuất khẩu|"
    r"nhập khẩu|sản lượng|năng suất|diện tích|dân số|chiều dài|chiều rộng|chiều cao|thị phần|giá bán|giá mua|mua vào|"
    r"bán ra|tử vong|mắc mới|ca mắc|khỏi bệnh|bị thương|thiệt mạng|mất tích|công suất|trọng lượng|học phí|tiền lương|"
    r"thu ngân sách|chi ngân sách|trúng tuyển|chỉ tiêu|dự thi)(?!\w)"
)
"""What figures measure; one of another measure than the question's is not what is asked for."""


def is_of_other_measure(question: Question, sentence: str, start: int) -> bool:
    """Whether a figure stands behind another measure than the one asked for, which the sentence has as well.

    "Doanh thu 1.900 tỷ đồng, lợi nhuận 95 tỷ đồng" says that the profit is 95.
    """
    asked = set(_MEASURES.findall(lower(question.text)))
    told = [(m.group(), m.end()) for m in _MEASURES.finditer(lower(sentence))] if asked else []
    before = [name for name, end in told if end <= start]
    return bool(before) and before[-1] not in asked and any(name in asked for name, _ in told)


_AGAINST = re.compile(r";|(?<!\w)(?:so với|trong khi|còn(?= (?:năm|tháng|quý)))(?!\w)")


def is_of_another_year(question: Question, sentence: str, start: int) -> bool:
    """Whether a figure's clause is of other years, while another clause is of the year that is asked for."""
    if not question.years:
        return False
    edges = [0, *(m.start() for m in _AGAINST.finditer(sentence)), len(sentence)]
    years = [{y for d in find_dates(sentence[a:b]) for y in (d.year, d.end_year) if y} for a, b in pairwise(edges)]
    own = next((n for n, (a, b) in enumerate(pairwise(edges)) if a <= start < b), 0)
    asked = [bool(found & question.years) for found in years]
    return bool(years[own]) and not asked[own] and any(asked)


_WITHIN = re.compile(r"(?<!\w)(?:trong đó|trong số đó|bao gồm|gồm)(?!\w)|(?<=\d): ")


def is_whole_of_part(question: Question, sentence: str, start: int) -> bool:
    """Whether a figure is the sum of which a part is asked for: "5 ca mới, trong đó 1 ca ở Mẫu Sơn"."""
    within = _WITHIN.search(sentence)
    if within is None or start >= within.start() or not question.names:
        return False
    whole, parts = sentence[: within.start()], sentence[within.end() :]
    return any(name not in whole and re.search(rf"\d[^;.]{{0,60}}{re.escape(name)}", parts) for name in question.names)


_MOVED = r"(?:tăng|giảm|hạ|nâng|điều chỉnh|chuyển|cắt|rút|lùi|đổi)"
_FROM = re.compile(r"(?<!\w)từ\s+(?:mức\s+)?$", re.IGNORECASE)
_MOVED_FROM = re.compile(rf"{_MOVED}(?:\s+\w+){{0,4}}\s*từ\s+(?:mức\s+)?$", re.IGNORECASE)
_DOWN_TO = re.compile(r"[^.;,\d]{0,16}?\s(?:xuống|lên|còn)\s")
_ON_TO = re.compile(r"[^.;,\d]{0,24}?\s(?:xuống|lên|còn|thành|sang|đến|tới)\s")
_ASKS_BEFORE = re.compile(r"\b(tu (bao nhieu|may|muc)|truoc (do|day|khi)|ban dau|von la|cu la)\b")


def is_left_behind(question: Question, sentence: str, start: int, end: int) -> bool:
    """Whether a figure is what something was before it changed: "giảm từ 5% xuống 4,5%" says that it is 4,5%."""
    if _ASKS_BEFORE.search(fold(question.text)):
        return False
    before = sentence[max(0, start - 40) : start]
    plainly = _FROM.search(before) and _DOWN_TO.match(sentence, end)
    return bool(plainly or (_MOVED_FROM.search(before) and _ON_TO.match(sentence, end)))
