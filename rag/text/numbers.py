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
from rag.text.references import find_document_numbers
from rag.text.unicode import fold, has_marks, lower

_GROUPED: Final = re.compile(r"[1-9]\d{0,2}(?:\.\d{3})+(?:,\d+)?")
_GROUPED_ENGLISH: Final = re.compile(r"[1-9]\d{0,2}(?:,\d{3}){2,}(?:\.\d+)?|[1-9]\d{0,2}(?:,\d{3})+\.\d+")
_DECIMAL: Final = re.compile(r"\d+(?:[.,]\d+)?")

_DIGITS: Final = {
    "không": 0, "một": 1, "mốt": 1, "hai": 2, "ba": 3, "bốn": 4, "tư": 4, "năm": 5, "lăm": 5, "nhăm": 5, "sáu": 6,
    "bảy": 7, "bẩy": 7, "tám": 8, "chín": 9,
}  # fmt: skip
_SCALES: Final = {"nghìn": 10**3, "ngàn": 10**3, "vạn": 10**4, "triệu": 10**6, "tỷ": 10**9, "tỉ": 10**9}
_NUMBER_WORDS: Final = frozenset({*_DIGITS, *_SCALES, "mười", "mươi", "trăm", "chục", "linh", "lẻ", "rưỡi"})
_NO_START: Final = frozenset({*_SCALES, "mốt", "tư", "lăm", "nhăm", "mươi", "trăm", "chục", "linh", "lẻ", "rưỡi"})


def normalize_number(text: str) -> Decimal | None:
    """The value of a figure written the Vietnamese way, or of a number in words; ``None`` if it is neither.

    >>> normalize_number("1.234,5"), normalize_number("7,89"), normalize_number("một trăm mười hai")
    (Decimal('1234.5'), Decimal('7.89'), Decimal('112'))
    """
    figure = text.strip()
    if not figure[:1].isdigit():
        words = lower(figure).split()
        return _words_value(words) if words and all(w in _NUMBER_WORDS for w in words) else None
    if not figure.isascii():
        return None
    if _GROUPED.fullmatch(figure):
        return Decimal(figure.replace(".", "").replace(",", "."))
    if _GROUPED_ENGLISH.fullmatch(figure):
        return Decimal(figure.replace(",", ""))
    return Decimal(figure.replace(",", ".")) if _DECIMAL.fullmatch(figure) else None


class _Reading:
    """A number in words, read from left to right."""

    def __init__(self) -> None:
        self.sections: list[tuple[int, Decimal]] = []  # (scale, value) of the closed sections
        self.group = 0  # hundreds and tens of the open section
        self.digit: int | None = None
        self.previous = ""

    def take(self, word: str) -> bool:
        """Add a word; ``False`` if the number cannot go on with it."""
        taken = self._digit(word) if word in _DIGITS else self._multiplier(word)
        if taken:
            self.previous = word
        return taken

    def _digit(self, word: str) -> bool:
        if self.digit is not None or self.previous in ("chục", "rưỡi"):
            return False
        if word in ("mốt", "tư", "lăm", "nhăm") and self.previous not in ("mươi", "mười", "linh", "lẻ"):
            return False
        if word == "năm" and self.previous in ("mươi", "mười"):
            return False  # "hai mươi năm" is twenty years
        self.digit = _DIGITS[word]
        return True

    def _multiplier(self, word: str) -> bool:
        if word in ("linh", "lẻ"):
            return self.previous in ("trăm", *_SCALES)
        if word == "rưỡi":
            return self._half()
        if word in _SCALES:
            return self._close(_SCALES[word])
        unit = {"mười": 10, "mươi": 10, "chục": 10, "trăm": 100}[word]
        if (word == "mười") != (self.digit is None) or (unit == 100 and self.group):
            return False
        self.group += unit * (1 if self.digit is None else self.digit)
        self.digit = None
        return True

    def _half(self) -> bool:
        if self.previous == "trăm":
            self.group += 50
            return True
        if self.previous not in _SCALES:
            return False
        scale, value = self.sections[-1]
        self.sections[-1] = (scale, value + Decimal(scale) / 2)
        return True

    def _close(self, scale: int) -> bool:
        open_value = Decimal(self._open())
        smaller = [value for s, value in self.sections if s < scale]
        if not open_value and not smaller:
            return False
        self.sections = [(s, v) for s, v in self.sections if s >= scale]
        if any(s == scale for s, _ in self.sections):
            return False
        self.sections.append((scale, (open_value + sum(smaller)) * scale))
        self.group, self.digit = 0, None
        return True

    def _open(self) -> int:
        digit = self.digit or 0
        if self.group and self.group % 100 == 0 and digit and self.previous not in ("linh", "lẻ") and not self._odd:
            return self.group + digit
        return self.group + digit

    _odd = False

    def value(self) -> Decimal:
        """What was read."""
        return sum((v for _, v in self.sections), Decimal(self._open()))


def _words_value(words: list[str]) -> Decimal | None:
    reading = _Reading()
    return reading.value() if all(reading.take(word) for word in words) else None


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
    "năm": ("năm",), "tháng": ("tháng",), "tuần": ("tuần",), "ngày": ("ngày",), "giờ": ("giờ", "tiếng"),
    "phút": ("phút",), "giây": ("giây",), "lần": ("lần",), "người": ("người",), "hộ": ("hộ",),
}  # fmt: skip
_UNIT_OF: Final = {fold(spelling): unit for unit, spellings in _UNITS.items() for spelling in spellings}
_EXACT_UNITS: Final = frozenset(s for spellings in _UNITS.values() for s in spellings)
_FIGURE: Final = r"\d+(?:[.,]\d+)*"
_SCALE: Final = r"(?:nghin|ngan|van|trieu|ty|ti|tram)"
_NOT_SCALE: Final = r"(?!\s+(?:le|trong|phu|suat|gia|so|lai)\b)"  # tỷ lệ, tỷ trọng, tỷ số
_NUMBER: Final = re.compile(
    rf"(?<!\w)(?<![\w][-/])(?<!\d[.,])(?P<figure>{_FIGURE})(?![\w/]*[/]\d)"
    rf"(?P<scales>(?:\s*{_SCALE}\b{_NOT_SCALE})*(?:\s+ruoi\b)?)(?P<rest>(?:\s+\d+\s+{_SCALE}\b)*)"
)
_UNIT: Final = re.compile(
    rf"\s*(?P<unit>{'|'.join(re.escape(u) for u in sorted(_UNIT_OF, key=len, reverse=True))})(?![^\W_])"
)
_WORD_RUN: Final = re.compile(
    rf"(?<!\w)(?:{'|'.join(sorted(_NUMBER_WORDS, key=len, reverse=True))})(?!\w)(?:\s+(?:{'|'.join(sorted(_NUMBER_WORDS, key=len, reverse=True))})(?!\w))*"
)
_APPROX: Final = re.compile(
    r"(?<!\w)(?P<word>trên|hơn|gần|khoảng|xấp xỉ|ước|ước đạt|chừng|tối thiểu|ít nhất|tối đa|không quá|dưới|tren|hon|gan|khoang)\s*$"
)
_ORDINAL: Final = re.compile(
    r"(?<!\w)(?:thứ|lần thứ|số|điều|khoản|khóa|khoá|quận|phường|chương trình|mục|bảng|hình|trang|quốc lộ|lớp|cấp|loại|hạng|tầng|phòng|kênh|vòng|phiên|tháng|tổ|chương|công ước|covid|nghị quyết|dự án|quy)\s*$"
)
_RANGE: Final = re.compile(r"\s*(?:[-–—]|đến|tới|den|toi)\s*$")
_LOOK_BACK: Final = 18


def find_quantities(text: str, include_dates: bool = False) -> tuple[Quantity, ...]:
    """Find numbers and what they measure, in order.

    :param include_dates: Take figures that belong to dates too.

    >>> [(q.value, q.unit, q.approx) for q in find_quantities("kinh phí trên 176 tỷ đồng, giảm còn 7,89%")]
    [(Decimal('176000000000'), 'đồng', 'trên'), (Decimal('7.89'), '%', '')]
    """
    taken = [(d.start, d.end) for d in find_document_numbers(text)]
    if not include_dates:
        taken += [(d.start, d.end) for d in find_dates(text)]
    plain, folded = lower(text), fold(text)
    found = [*_in_figures(text, plain, folded), *_in_words(text, plain, folded)]
    kept = [q for q in found if not any(s < q.end and q.start < e for s, e in taken)]
    return _share_in_ranges(sorted(kept, key=lambda q: q.start), plain)


def _in_figures(text: str, plain: str, folded: str) -> Iterator[Quantity]:
    for match in _NUMBER.finditer(folded):
        value = _figure_value(match)
        if value is None or _ORDINAL.search(plain, max(0, match.start() - _LOOK_BACK), match.start()):
            continue
        yield _quantity(text, plain, folded, match.start(), match.end(), value)


def _figure_value(match: re.Match[str]) -> Decimal | None:
    value = normalize_number(match["figure"])
    if value is None or (match["figure"].startswith("0") and len(match["figure"]) > 8):  # a telephone number
        return None
    value *= _scale(match["scales"])
    for figure, scale in re.findall(rf"(\d+)\s+({_SCALE})", match["rest"]):
        value += Decimal(figure) * _scale(scale)
    return value


_FOLDED_SCALES: Final = {fold(word): Decimal(scale) for word, scale in _SCALES.items()} | {"tram": Decimal(100)}


def _scale(words: str) -> Decimal:
    scale = Decimal(1)
    last = Decimal(0)
    for word in words.split():
        if word == "ruoi":
            return scale * Decimal("1") + last / 2 if last else scale
        last = _FOLDED_SCALES[word]
        scale *= last
    return scale


def _in_words(text: str, plain: str, folded: str) -> Iterator[Quantity]:
    for run in _WORD_RUN.finditer(plain):
        words = [(m.group(), run.start() + m.start(), run.start() + m.end()) for m in re.finditer(r"\w+", run.group())]
        while words:
            taken, value = _longest(words)
            start, end = words[0][1], words[max(taken - 1, 0)][2]
            if taken and _is_count(text, plain, folded, start, end, taken):
                yield _quantity(text, plain, folded, start, end, value)
            words = words[max(taken, 1) :]


def _longest(words: list[tuple[str, int, int]]) -> tuple[int, Decimal]:
    """How many of the words make a number, and its value."""
    if words[0][0] in _NO_START or (words[0][0] == "không" and [w for w, _, _ in words[1:2]] != ["trăm"]):
        return 0, Decimal(0)
    reading = _Reading()
    taken = 0
    for word, _, _ in words:
        if not reading.take(word):
            break
        taken += 1
    while words[taken - 1][0] in ("linh", "lẻ"):
        taken -= 1
    return taken, _words_value([w for w, _, _ in words[:taken]]) or Decimal(0)


def _is_count(text: str, plain: str, folded: str, start: int, end: int, length: int) -> bool:
    """Whether number words count something: a single one is often no number (một, năm, ba) or part of a name."""
    if _ORDINAL.search(plain, max(0, start - _LOOK_BACK), start):
        return False
    if length > 1:
        return not (plain[start:end].endswith(("tỷ", "tỉ")) and re.match(_NOT_SCALE[2:], folded[end:]) is None and False)
    word = plain[start:end]
    if word in ("không", "năm") or text[start].isupper():
        return False
    return word != "một" or _UNIT.match(folded, end) is not None


def _quantity(text: str, plain: str, folded: str, start: int, end: int, value: Decimal) -> Quantity:
    unit = _UNIT.match(folded, end)
    name = ""
    if unit and _written_so(plain[unit.start("unit") : unit.end("unit")]):
        name, end = _UNIT_OF[unit["unit"]], unit.end()
    approx = _APPROX.search(plain, max(0, start - _LOOK_BACK), start)
    begin = approx.start("word") if approx else start
    return Quantity(value, name, begin, end, text[begin:end], approx["word"] if approx else "")


def _written_so(written: str) -> bool:
    return written in _EXACT_UNITS or not has_marks(written)


def _share_in_ranges(found: list[Quantity], plain: str) -> tuple[Quantity, ...]:
    """Give the first number of "5-7%" the unit of the second."""
    shared: list[Quantity] = []
    for quantity in found:
        if shared and not shared[-1].unit and _RANGE.fullmatch(plain, shared[-1].end, quantity.start):
            shared[-1] = replace(shared[-1], unit=quantity.unit)
        shared.append(quantity)
    return tuple(shared)
