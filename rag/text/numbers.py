"""Numbers and quantities in Vietnamese text: figures, scales (triệu, tỷ), units, and numbers in words.

A point separates thousands and a comma decimals (``1.234,5``). Dates, ordinals and document numbers are no quantities.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from rag.text.dates import find_dates
from rag.text.number_words import NUMBER_WORDS, SCALES, leading_number
from rag.text.references import find_document_numbers
from rag.text.unicode import fold, has_marks, lower
from rag.text.words import alternation

_GROUPED: Final = re.compile(r"[1-9]\d{0,2}(?:\.\d{3})+(?:,\d+)?")
_GROUPED_ENGLISH: Final = re.compile(r"[1-9]\d{0,2}(?:,\d{3}){2,}(?:\.\d+)?|[1-9]\d{0,2}(?:,\d{3})+\.\d+")
_DECIMAL: Final = re.compile(r"\d+(?:[.,]\d+)?")


def normalize_number(text: str) -> Decimal | None:
    """The value of a figure written the Vietnamese way, or of a number in words; ``None`` if it is neither.

    >>> normalize_number("1.234,5"), normalize_number("7,89"), normalize_number("một trăm mười hai")
    (Decimal('1234.5'), Decimal('7.89'), Decimal('112'))
    """
    figure = text.strip()
    if not figure[:1].isdigit():
        return _words_value(lower(figure).split()) if figure else None
    if not figure.isascii():
        return None
    if _GROUPED.fullmatch(figure):
        return Decimal(figure.replace(".", "").replace(",", "."))
    if _GROUPED_ENGLISH.fullmatch(figure):
        return Decimal(figure.replace(",", ""))
    return Decimal(figure.replace(",", ".")) if _DECIMAL.fullmatch(figure) else None


def _words_value(words: list[str]) -> Decimal | None:
    taken, value = leading_number(words)
    return value if taken == len(words) else None


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number of a text with what it counts.

    :param value: With its scale: 176000000000 for "176 tỷ".
    :param unit: Measure word in one spelling ("đồng", "%", "ha"), empty where none follows.
    :param approx: Word of approximation before it ("trên", "gần"), empty where exact.
    """

    value: Decimal
    unit: str
    start: int
    end: int
    text: str
    approx: str


_UNITS: Final = {
    "%": ("%", "phần trăm"),
    "đồng": ("đồng", "vnđ", "vnd", "đ"),
    "USD": ("usd", "đô la mỹ", "đôla mỹ", "đô la", "đôla", "đô-la"),
    "euro": ("euro", "eur"),
    "ha": ("ha", "hecta", "héc-ta", "héc ta", "hécta"),
    "km2": ("km2", "km²", "kilômét vuông", "ki-lô-mét vuông"),
    "m2": ("m2", "m²", "mét vuông"),
    "m3": ("m3", "m³", "mét khối"),
    "km": ("km", "kilômét", "ki-lô-mét", "cây số"),
    "kg": ("kg", "kilôgam", "ki-lô-gam", "kilogam"),
    "tấn": ("tấn",), "tạ": ("tạ",), "yến": ("yến",), "gram": ("gram", "gam"), "lít": ("lít",),
    "m": ("m", "mét"), "cm": ("cm",), "mm": ("mm",), "mw": ("mw",), "kwh": ("kwh",), "kw": ("kw",), "kv": ("kv",),
    "độ C": ("độ c", "°c", "oc"), "điểm phần trăm": ("điểm phần trăm",), "tuổi": ("tuổi",),
    "năm": ("năm",), "tháng": ("tháng",), "tuần": ("tuần",), "ngày": ("ngày",), "giờ": ("giờ", "tiếng", "h"),
    "phút": ("phút",), "giây": ("giây",), "lần": ("lần",), "người": ("người",), "hộ": ("hộ",),
}  # fmt: skip
_UNIT_OF: Final = {fold(spelling): unit for unit, spellings in _UNITS.items() for spelling in spellings}
_EXACT_UNITS: Final = frozenset(s for spellings in _UNITS.values() for s in spellings)
_FIGURE: Final = r"\d+(?:[.,]\d+)*"
_SCALE: Final = r"(?:nghin|ngan|van|trieu|ty|ti|tram)"
_NOT_SCALE: Final = r"(?!\s+(?:le|trong|phu|suat|gia|so|lai)\b)"  # tỷ lệ, tỷ trọng, tỷ số
_NUMBER: Final = re.compile(
    rf"(?<!\w)(?<![^\W\d_][-/])(?<!\d[.,])(?<!\d:)(?P<figure>{_FIGURE})(?!\s*[hg:]\s?\d)"
    rf"(?P<scales>(?:\s*{_SCALE}\b{_NOT_SCALE})*(?:\s+ruoi\b)?)(?P<rest>(?:\s+\d+\s+{_SCALE}\b)*)"
)
_UNIT: Final = re.compile(
    rf"\s*(?P<unit>{'|'.join(re.escape(u) for u in sorted(_UNIT_OF, key=len, reverse=True))})(?![^\W_])"
)
_WORD: Final = rf"(?:(?!t[ỷỉ]\s+(?:lệ|trọng|phú|suất|giá|số)\b){alternation(' '.join(NUMBER_WORDS))})(?!\w)"
_WORD_RUN: Final = re.compile(rf"(?<!\w){_WORD}(?:\s+{_WORD})*")
_APPROX: Final = re.compile(
    r"(?<!\w)(?<!thấp )(?<!cao )(?<!ít )(?<!nhiều )(?<!lớn )(?<!nhỏ )(?P<word>"  # "thấp hơn 24 tỷ" compares
    + alternation("""
    trên|hơn|gần|khoảng|xấp xỉ|ước|ước đạt|chừng|tối thiểu|ít nhất|tối đa|không quá|dưới|tren|hon|gan|khoang
    """)
    + r")\s*$"
)
_ORDINAL: Final = re.compile(
    r"(?<!\w)(?<!tổng )(?<!trong )(?<!con )"  # "trong số 400 triệu" counts
    + alternation("""
    thứ|lần thứ|số|điều|khoản|khóa|khoá|quận|phường|chương trình|mục|bảng|hình|trang|quốc lộ|lớp|cấp|loại|hạng|tầng
    phòng
    phần|kênh|vòng|phiên|tháng|tổ|chương|công ước|covid|nghị quyết|dự án|quy|quyết định|nghị định|thông tư|chỉ thị
    """)
    + r"\s*$"
)
_RANGE: Final = re.compile(r"\s*(?:[-–—]|đến|tới|den|toi)\s*$")
_FRACTION: Final = re.compile(r"\s+phần\s+(?!trăm\b)")  # "hai phần ba" counts nothing
_LOOK_BACK: Final = 18


@dataclass(frozen=True, slots=True)
class _Views:
    """A text as written, in small letters, and folded; offsets are shared."""

    text: str
    plain: str
    folded: str


def find_quantities(text: str, include_dates: bool = False) -> tuple[Quantity, ...]:
    """Find numbers and what they measure, in order.

    :param include_dates: Take figures that belong to dates too.

    >>> [(q.value, q.unit, q.approx) for q in find_quantities("kinh phí trên 176 tỷ đồng, giảm còn 7,89%")]
    [(Decimal('176000000000'), 'đồng', 'trên'), (Decimal('7.89'), '%', '')]
    """
    taken = [(d.start, d.end) for d in find_document_numbers(text)]
    if not include_dates:
        taken += [(d.start, d.end) for d in find_dates(text)]
    views = _Views(text, lower(text), fold(text))
    found = [*_in_figures(views), *_in_words(views)]
    kept = [q for q in found if not any(s < q.end and q.start < e for s, e in taken)]
    return _share_in_ranges(sorted(kept, key=lambda q: q.start), views.plain)


def _in_figures(views: _Views) -> Iterator[Quantity]:
    for match in _NUMBER.finditer(views.folded):
        value, end = _figure_value(match), match.end()
        if _misread_scale(views, match):
            value, end = normalize_number(match["figure"]), match.end("figure")
        if value is None or _ORDINAL.search(views.plain, max(0, match.start() - _LOOK_BACK), match.start()):
            continue
        yield _quantity(views, match.start(), end, value)


def _misread_scale(views: _Views, match: re.Match[str]) -> bool:
    """Whether what folds like a scale is another word: "3 văn bản", "20 trạm"."""
    written = views.plain[match.start("scales") : match.end("scales")].split()
    return any(has_marks(word) and word not in _SCALE_WORDS for word in written)


def _figure_value(match: re.Match[str]) -> Decimal | None:
    value = normalize_number(match["figure"])
    if value is None or (match["figure"].startswith("0") and len(match["figure"]) > 8):  # a telephone number
        return None
    value *= _scale(match["scales"])
    for figure, scale in re.findall(rf"(\d+)\s+({_SCALE})", match["rest"]):
        value += Decimal(figure) * _scale(scale)
    return value


_SCALE_WORDS: Final = frozenset(SCALES) | {"trăm", "rưỡi", "rưởi", "tỉ", "tỷ", "ngàn", "nghìn", "vạn", "triệu"}
_FOLDED_SCALES: Final = {fold(word): Decimal(scale) for word, scale in SCALES.items()} | {"tram": Decimal(100)}


def _scale(words: str) -> Decimal:
    scale = Decimal(1)
    last = Decimal(0)
    for word in words.split():
        if word == "ruoi":
            return scale + last / 2
        last = _FOLDED_SCALES[word]
        scale *= last
    return scale


def _in_words(views: _Views) -> Iterator[Quantity]:
    for run in _WORD_RUN.finditer(views.plain):
        words = [(m.group(), run.start() + m.start(), run.start() + m.end()) for m in re.finditer(r"\w+", run.group())]
        while words:
            taken, value = leading_number([w for w, _, _ in words])
            start, end = words[0][1], words[max(taken - 1, 0)][2]
            if taken and _is_count(views, start, end, taken):
                yield _quantity(views, start, end, value)
            words = words[max(taken, 1) :]


def _is_count(views: _Views, start: int, end: int, length: int) -> bool:
    """Whether number words count something: a single one is often no number (một, năm, ba) or part of a name."""
    if _ORDINAL.search(views.plain, max(0, start - _LOOK_BACK), start):
        return False
    if _FRACTION.match(views.plain, end):
        return False
    if length > 1:
        return True
    word = views.plain[start:end]
    if word in ("không", "năm") or views.text[start].isupper():
        return False
    return word != "một" or _UNIT.match(views.folded, end) is not None


def _quantity(views: _Views, start: int, end: int, value: Decimal) -> Quantity:
    unit = _UNIT.match(views.folded, end)
    name = ""
    if unit and _written_so(views.plain[unit.start("unit") : unit.end("unit")]):
        name, end = _UNIT_OF[unit["unit"]], unit.end()
    approx = _APPROX.search(views.plain, max(0, start - _LOOK_BACK), start)
    begin = approx.start("word") if approx else start
    return Quantity(value, name, begin, end, views.text[begin:end], approx["word"] if approx else "")


def _written_so(written: str) -> bool:
    return written in _EXACT_UNITS or not has_marks(written)


def _share_in_ranges(found: list[Quantity], plain: str) -> tuple[Quantity, ...]:
    """Give the first number of "5-7%" and "5 đến 7 tỷ đồng" the unit and the scale of the second."""
    shared: list[Quantity] = []
    for quantity in found:
        if shared and not shared[-1].unit and _RANGE.fullmatch(plain, shared[-1].end, quantity.start):
            scale = _scale_between(shared[-1].text, quantity.text)
            shared[-1] = replace(shared[-1], unit=quantity.unit, value=shared[-1].value * scale)
        shared.append(quantity)
    return tuple(shared)


def _scale_between(first: str, second: str) -> Decimal:
    """The scale that "5" takes from "7 tỷ": none where it has its own, or is the larger figure ("500 đến 1 tỷ")."""
    a, b = _NUMBER.search(fold(first)), _NUMBER.search(fold(second))
    if a is None or b is None or a["scales"] or b["rest"]:
        return Decimal(1)
    low, high = normalize_number(a["figure"]), normalize_number(b["figure"])
    return _scale(b["scales"]) if low is not None and high is not None and low < high else Decimal(1)
