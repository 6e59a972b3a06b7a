"""Patterns of dates, over folded text: what :mod:`rag.text.dates` looks for. Groups are numbered by pattern."""

from __future__ import annotations

import re
from typing import Final

from rag.text.words import alternation, words

_D: Final = r"(?:0?[1-9]|[12]\d|3[01])"
_M: Final = r"(?:0?[1-9]|1[0-2])"
_Y: Final = r"(?:19|20)\d\d"
_B: Final = r"(?<![\w/.,])(?<!\w-)"  # a figure begins here
_E: Final = r"(?![\w%]|/[\w]|[.,]\d)"  # and ends here
_NAM: Final = r"nam\s+(?:(?:1\d|20)\d\d|nay|ngoai|truoc|qua)"
_NGAY: Final = r"(?:ngay|mung|mong)\s+"

MONTH_WORDS: Final = {
    "gieng": 1, "hai": 2, "ba": 3, "tu": 4, "sau": 6, "bay": 7, "tam": 8, "chin": 9, "muoi mot": 11, "muoi hai": 12,
    "muoi": 10, "chap": 12,
}  # fmt: skip
QUARTERS: Final = {
    "i": 1, "ii": 2, "iii": 3, "iv": 4, "1": 1, "2": 2, "3": 3, "4": 4, "mot": 1,
    "hai": 2, "ba": 3, "tu": 4,
}  # fmt: skip
MONTH_COUNTS: Final = {"ba": 3, "sau": 6, "chin": 9}

PATTERNS: Final = {
    "day_range": rf"(?:tu\s+)?{_NGAY}(?P<d14>{_D})\s*(?:[-–]|\b(?:den|toi)\b)\s*(?:het\s+)?(?:{_NGAY})?"
    rf"(?P<e14>{_D})\s*(?:/|\s?thang\s*)(?P<m14>{_M})(?:/(?P<y14>{_Y})|\s*,?\s*(?P<n14>{_NAM}))?{_E}",
    "day": rf"(?:{_NGAY})?{_B}(?P<d1>{_D})(?P<sep>[/.-])(?P<m1>{_M})(?P=sep)"
    rf"(?P<y1>{_Y}|(?<=/)(?:1[0-8]\d\d|\d\d)){_E}(?!-\d)",
    "day_long": rf"{_NGAY}(?P<d2>{_D})\s*(?:thang\s*|[/.-]\s?)(?P<m2>{_M})"
    rf"(?:\s*,?\s*(?P<n2>{_NAM})|[/-](?P<y2>{_Y}))?{_E}"
    rf"|{_B}(?P<d3>{_D})\s+thang\s+(?P<m3>{_M})(?:\s*,?\s*(?P<n3>{_NAM})|[/-](?P<y3>{_Y})){_E}",
    "month": rf"(?:thang\s+)?{_B}(?P<m4>{_M})/(?P<y4>{_Y}){_E}"
    rf"|thang\s+(?P<m5>{_M}|{'|'.join(MONTH_WORDS)})\b"
    rf"(?:\s*,?\s*(?P<n5>{_NAM})|-(?P<y5>{_Y})|\s+(?P<last5>vua\s+(?:qua|roi)|qua))?{_E}",
    "day_short": rf"{_B}(?P<d6>{_D})/(?P<m6>{_M})(?:\s+(?P<n6>{_NAM}))?{_E}",
    "quarter": r"quy\s+(?P<q7>iv|i{1,3}|[1-4]|mot|hai|ba|tu)\b" rf"(?:\s*[/,-]?\s*(?:(?P<n7>{_NAM})|(?P<y7>{_Y})))?",
    "months": r"(?P<c8>1[0-2]|[2-9]|ba|sau|chin)\s+thang\s+(?:(?P<part8>dau|cuoi)\s+)?(?:cua\s+)?"
    rf"(?:(?P<n8>{_NAM})|(?<=dau )nam|(?<=cuoi )nam)\b"
    rf"|nua\s+(?P<half8>dau|cuoi)\s+(?:(?P<m8>{_NAM})|nam)\b",
    "period": r"(?:(?:giai\s+doan|nhiem\s+ky|thoi\s+ky|nam\s+hoc|nien\s+khoa)\s+)?(?:tu\s+)?(?:nam\s+)?"
    rf"{_B}(?P<a9>{_Y})\s*(?:[-–—]|\b(?:den|toi)\b)\s*(?:(?:het\s+)?nam\s+)?(?P<b9>{_Y}){_E}",
    "decade": rf"(?:nhung\s+nam|thap\s+(?:nien|ky))\s+(?P<y13>{_Y}|[1-9]0){_E}",
    "year": rf"(?:nam\s+{_B}(?P<old10>1[0-8]\d\d)|(?:nam\s+)?{_B}(?P<y10>{_Y})){_E}",
    "day_word": r"(?:ngay\s+)?(?:hom|sang|trua|chieu|toi|dem)\s+(?P<day11>nay|qua|kia|mai)\b|ngay\s+(?P<mai11>mai)\b",
    "span_word": r"(?P<unit12>tuan|thang|quy|nam)\s+"
    r"(?P<which12>nay|ngoai|truoc|vua\s+qua|vua\s+roi|qua|roi|toi|sau|kia)\b(?!\s+(?:do|khi|day|nua)\b)",
}
ANY: Final = re.compile(r"(?<!\w)(?:" + "|".join(f"(?P<{k}>{v})" for k, v in PATTERNS.items()) + ")")

KEYWORDS: Final = words("""
    ngày mùng mồng tháng năm quý giai đoạn nhiệm kỳ thời học niên khóa từ đến tới hết những thập kỷ của đầu cuối nửa
    hôm sáng trưa chiều tối đêm nay này qua kia mai tuần ngoái trước vừa rồi sau giêng hai ba tư sáu bảy tám chín mười
    một chạp
    """)
"""Every word of the patterns, as rightly spelt."""
BARE_KEYWORDS: Final = words("thang nam quy ngay hom sang toi tuan")
"""Keywords without their marks are words of their own in a text with marks ("thang 4 cấp")."""

COUNTED_AFTER: Final = re.compile(
    r"\s*"
    + alternation("""
    đồng|vnđ|vnd|usd|tỷ|tỉ|triệu|nghìn|ngàn|hộ|người|ha|hecta|m2|m²|km|tấn|kg|cây|lượt|công trình|chiếc|mét|căn|suất
    phần|dong|trieu|nguoi
    """)
    + r"\b"
)
"""What follows a four-digit number that is no year ("2020 hộ")."""
COUNTED_BEFORE: Final = re.compile(r"(?:\b(?:hon|tren|gan|khoang|duoi|xap xi|so)|\d[.,]?)\s*$")
SPAN_BEFORE: Final = re.compile(r"(?:\d|\b(?:nhung|cac|nhieu|may|vai|mot|hai|ba|bon|nam|muoi|tung|hang))\s*$")
"""Before "năm qua" and the like these make a length of time ("5 năm qua")."""
DATE_BEFORE: Final = re.compile(
    r"(?:\(|\b"
    + alternation("""
    ngay|sang|trua|chieu|toi|dem|hom|nay|qua|mai|tu|den|truoc|sau|mung|mong|ky niem|dip|le|nhat|hai|ba|tu|nam|bay|va|vao
    """)
    + r"[,\s]*\(?)\s*$"
)
"""Words that make "8/1" a date."""
RATIO_AFTER: Final = re.compile(
    r"\s+(?!"
    + alternation("""
    vua|toi|nay|nam|tai|den|tren|o|khi|va|voi|cho|cac|da|se|la|thi|hang|duong|duoc|co|theo|ngay|sap|cua ca|roi|qua
    """)
    + r"\b)[a-z]"
)
"""A noun after "3/4" makes it a share."""
