"""Where a text names a number, time, document number, unit or name, by patterns of its own.

Simpler than :mod:`rag.text` and independent of it: what the product's finders miss is altered all the same.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal

from rag.text.unicode import UPPER

Kind = Literal["number", "date", "reference", "unit", "name"]
KINDS: Final[tuple[Kind, ...]] = ("number", "date", "reference", "unit", "name")

_SYMBOL: Final = r"[A-ZĐ]{2,}[A-Za-zĐđ]{0,3}\d{0,2}"
_REFERENCE: Final = re.compile(
    rf"(?<![\w/])\d{{1,5}}(?:/\d{{4}})?[/-]{_SYMBOL}(?:[-/]{_SYMBOL})*(?!\w)"
    r"|(?:(?<=Chương trình )|(?<=Nghị quyết )|(?<=Quyết định )|(?<=Nghị định )|(?<=Thông tư )|(?<=Chỉ thị )"
    r"|(?<=Quyết định số )|(?<=Nghị quyết số ))\d{1,4}(?![\w/%]|[.,]\d)"
)
_DATE: Final = re.compile(
    r"(?<![\w/.,])(?:0?[1-9]|[12]\d|3[01])/(?:0?[1-9]|1[0-2])(?:/(?:19|20)\d\d)?(?![\w/]|[.,]\d)"
    r"|\bngày (?:[1-9]|[12]\d|3[01]) tháng (?:[1-9]|1[0-2])(?: năm (?:19|20)\d\d)?(?![\w/]|[.,]\d)"
    r"|\bnăm (?:19|20)\d\d(?![\w/]|[.,]\d|\s?[-–]\s?\d)"
    r"|\btháng (?:[1-9]|1[0-2])/(?:19|20)\d\d(?!\w)"
)
_NUMBER: Final = re.compile(r"(?<![\w/.,:+-])\d{1,3}(?:\.\d{3})+(?:,\d+)?(?![\w/:.,-])"
                            r"|(?<![\w/.,:+-])\d{1,6}(?:,\d+)?(?![\w/:]|[.,]\d|-\d|\s?[-–]\s?\d)")  # fmt: skip
_ORDINAL: Final = re.compile(
    r"(?i)\b(?:số|điều|khoản|khóa|khoá|quận|phường|lần thứ|thứ|tháng|ngày|năm|quốc lộ|lớp|tuổi|đường|tổ|km|covid)[ -]$"
)
_UNITS: Final = (
    "tỷ đồng", "triệu đồng", "nghìn đồng", "tỷ USD", "triệu USD", "đồng", "USD", "%", "ha", "km2", "m2", "m3", "km",
    "m", "tấn", "tạ", "kg", "tháng", "tuần", "ngày", "giờ", "phút", "người", "hộ", "xã", "huyện", "tỉnh", "công trình",
    "dự án", "trường hợp", "ca", "bệnh nhân", "học sinh", "căn hộ", "doanh nghiệp", "mô hình", "tập thể", "cá nhân",
)  # fmt: skip
_AFTER_NUMBER: Final = re.compile(
    r"(?<=\d) ?(" + "|".join(re.escape(u) for u in sorted(_UNITS, key=len, reverse=True)) + r")(?!\w)"
)
_NAME: Final = re.compile(rf"(?<![\w.])[{UPPER}][^\W\d_]*(?: [{UPPER}][^\W\d_]*){{1,4}}(?![\w-])")
_OFFICE: Final = frozenset(
    "phó chủ bí giám trưởng ban bộ cục sở ủy uỷ hội tỉnh thành huyện thị văn phòng viện chi tổng đảng mặt nghị quyết"
    " chương nhà trung đại quốc hợp liên công quỹ cơ tòa kế dự thủ ngân đoàn ngày sáng chiều theo tại trong và".split()
)
"""Words that begin a name whose other words may be written small ("Phó Chủ tịch"): half of it is no name."""


@dataclass(frozen=True, slots=True)
class Value:
    """A value as it stands: ``text[start:end] == text``."""

    kind: Kind
    start: int
    end: int
    text: str


def find_values(text: str) -> list[Value]:
    """All values of a text, in order; a unit lies behind its number, otherwise they do not overlap."""
    found: list[Value] = []
    for kind, pattern in (("reference", _REFERENCE), ("date", _DATE), ("number", _NUMBER)):
        for match in pattern.finditer(text):
            if any(v.start < match.end() and match.start() < v.end for v in found):
                continue
            if kind == "number" and re.fullmatch(r"(?:1\d|20)\d\d", match.group()):
                continue  # may be a year
            if kind == "number" and _ORDINAL.search(text, max(0, match.start() - 12), match.start()):
                continue
            found.append(Value(kind, match.start(), match.end(), match.group()))  # type: ignore[arg-type]
    numbers = {v.end for v in found if v.kind == "number"}
    for match in _AFTER_NUMBER.finditer(text):
        if match.start() in numbers:
            found.append(Value("unit", match.start(1), match.end(1), match.group(1)))
    found += [Value("name", m.start(), m.end(), m.group()) for m in _NAME.finditer(text) if _is_name(text, m)]
    return sorted(found, key=lambda v: v.start)


def _is_name(text: str, match: re.Match[str]) -> bool:
    """Whether a run of capitals is no heading and does not open a sentence, where its first capital says nothing."""
    before = text[: match.start()].rstrip(" “\"'(")
    opens = not before or before[-1] in ".!?…:;\n"
    return not opens and not match.group().isupper() and match.group().split()[0].lower() not in _OFFICE


def units() -> tuple[str, ...]:
    """Units that can take the place of another."""
    return _UNITS
