"""Dates and periods in Vietnamese text, written out, abbreviated or relative, also typed without tone marks.

Patterns run over the folded text, whose offsets are those of the text itself; a keyword typed with marks must carry
the right ones ("quỹ 2" is no quarter). A written date beats a relative word beside it: "sáng nay (8/1)" is 8 January.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from typing import Final, Literal

from rag.text.date_patterns import (
    ANY,
    BARE_KEYWORDS,
    COUNTED_AFTER,
    COUNTED_BEFORE,
    DATE_BEFORE,
    KEYWORDS,
    MONTH_COUNTS,
    MONTH_WORDS,
    PATTERNS,
    QUARTERS,
    RATIO_AFTER,
    SPAN_BEFORE,
)
from rag.text.references import find_document_numbers
from rag.text.unicode import canonical_tones, fold, has_marks, lower

DateKind = Literal["day", "month", "quarter", "half", "year", "period", "relative"]


@dataclass(frozen=True, slots=True)
class DateMention:
    """A time named in a text; what it does not say is ``None``.

    :param month: First month, where several are meant ("9 tháng đầu năm": month 1, months 9).
    :param end_year: Last year of a period of years.
    :param relative: Resolved against an anchor ("tháng trước"), or of kind ``relative`` where there was none.
    :param months: Length in months, where it is neither one nor a quarter.
    :param days: Length in days, where it is not one ("tuần trước").
    """

    start: int
    end: int
    text: str
    year: int | None
    month: int | None
    day: int | None
    kind: DateKind
    end_year: int | None = None
    quarter: int | None = None
    relative: bool = False
    months: int | None = None
    days: int | None = None

    @property
    def first_day(self) -> date | None:
        """The first day meant, ``None`` where the year is not said or the time is unresolved."""
        if self.year is None or self.kind == "relative":
            return None
        return date(self.year, self.month or 1, self.day or 1)

    @property
    def last_day(self) -> date | None:
        """The last day meant, inclusive."""
        first = self.first_day
        if first is None:
            return None
        if self.day is not None:
            return first + timedelta(days=(self.days or 1) - 1)
        year = self.end_year or first.year
        month = first.month + (self.months or 1) - 1 if self.month else 12
        return date(year, month, monthrange(year, month)[1])

    def covers(self, other: DateMention) -> bool:
        """Whether all of ``other`` lies within this time; unknown years of this one match any."""
        if other.kind == "relative" or self.kind == "relative":
            return False
        if self.year is None and other.year is not None:
            return replace(self, year=other.year).covers(other) if self._fits(other.year) else False
        if self.year is None:
            return replace(self, year=2000).covers(replace(other, year=2000))
        first, last, other_first, other_last = self.first_day, self.last_day, other.first_day, other.last_day
        if first is None or last is None or other_first is None or other_last is None:
            return False
        return first <= other_first and other_last <= last

    def resolved(self, anchor: date) -> DateMention:
        """Add the year that brings this time nearest to ``anchor``; unchanged where a year is said.

        News looks back: a day far ahead counts as farther than one as far behind.

        >>> find_dates("ngày 28/12")[0].resolved(date(2021, 1, 22)).first_day
        datetime.date(2020, 12, 28)
        """
        if self.year is not None or self.kind == "relative":
            return self
        years = [y for y in (anchor.year - 1, anchor.year, anchor.year + 1) if self._fits(y)]
        candidates = [replace(self, year=y) for y in years]
        return min(candidates, key=lambda d: distance(d.first_day or anchor, anchor), default=self)

    def _fits(self, year: int) -> bool:
        return self.day is None or self.day <= monthrange(year, self.month or 1)[1]


_AHEAD: Final = 1.5
"""How much farther a day ahead of the publication counts than one behind it."""


def distance(day: date, anchor: date) -> float:
    """Days between a time and the publication that tells it without its year, those ahead counted more.

    >>> distance(date(2021, 2, 5), date(2020, 8, 8)) > distance(date(2020, 2, 5), date(2020, 8, 8))
    True
    """
    days = (day - anchor).days
    return days * _AHEAD if days > 0 else float(-days)


_QUESTION_LENGTH: Final = 160
"""Shorter texts may be questions typed partly without marks."""
_LETTERS: Final = re.compile(r"[^\W\d_]+")


def find_dates(text: str, anchor: date | None = None) -> tuple[DateMention, ...]:
    """Find times named in a text, in order, not overlapping.

    :param anchor: The day that relative words count from: the published date of an article, today for a question.

    >>> [(d.text, d.kind, d.year) for d in find_dates("Sáng nay (8/1), tổng kết năm 2020, giai đoạn 2021–2030")]
    [('8/1', 'day', None), ('năm 2020', 'year', 2020), ('giai đoạn 2021–2030', 'period', 2021)]
    """
    return _remembered(text, anchor) if len(text) <= _REMEMBERED_LENGTH else _found(text, anchor)


def _found(text: str, anchor: date | None) -> tuple[DateMention, ...]:
    numbers = [(n.start, n.end) for n in find_document_numbers(text)] if "/" in text else []
    found = []
    for match in ANY.finditer(fold(text)):
        mention = _mention(text, match, anchor)
        if mention and not any(s < mention.end and mention.start < e for s, e in numbers):
            found.append(mention)
    return tuple(_without_beaten(found, text))


_remembered = lru_cache(maxsize=1024)(_found)
"""Each sentence that may answer is asked for its times some five times, by itself and as the setting of another."""
_REMEMBERED_LENGTH: Final = 2000
"""Characters; longer texts are asked once."""


def _without_beaten(found: list[DateMention], text: str) -> Iterator[DateMention]:
    """Leave out relative words that stand right before a written day."""
    for mention, following in zip(found, [*found[1:], None], strict=False):
        beaten = mention.relative and following and not following.relative and following.kind == "day"
        if not (beaten and following and len(text[mention.end : following.start].strip(" (,")) == 0):
            yield mention


def _mention(text: str, match: re.Match[str], anchor: date | None) -> DateMention | None:
    if not _spelt_right(text, match):
        return None
    build = {
        "day_range": _day_range, "day": _day, "day_long": _day, "day_short": _day_short, "month": _month,
        "quarter": _quarter, "months": _months, "period": _period, "decade": _decade, "year": _year,
        "day_word": _day_word,
        "span_word": _span_word,
    }[next(name for name in PATTERNS if match[name] is not None)]  # fmt: skip
    mention = build(text, match, anchor)
    return replace(mention, text=text[mention.start : mention.end]) if mention else None


def _spelt_right(text: str, match: re.Match[str]) -> bool:
    """Whether the words are meant: with the right marks, or without any where the text around has none either."""
    words = _LETTERS.findall(lower(canonical_tones(text[match.start() : match.end()])))
    if not all(not has_marks(word) or word in KEYWORDS for word in words):
        return False
    if len(text) < _QUESTION_LENGTH or not any(word in BARE_KEYWORDS for word in words):
        return True
    return not has_marks(text[max(0, match.start() - 30) : match.start()] + text[match.end() : match.end() + 30])


def _year_of(phrase: str | None, anchor: date | None) -> tuple[int | None, bool]:
    """The year of "nam 2020", or of "nam nay" and "nam ngoai" where an anchor is known; and whether it is relative."""
    if phrase is None:
        return None, False
    word = phrase.split()[-1]
    if word.isdigit():
        return int(word), False
    if anchor is None:
        return None, True
    return anchor.year - (word != "nay"), True


def _before(text: str, match: re.Match[str], length: int) -> str:
    return fold(text[max(0, match.start() - length) : match.start()])


def _two_digit(year: str) -> int:
    value = int(year)
    return value if value > 99 else value + (2000 if value < 50 else 1900)


def _first(match: re.Match[str], *names: str) -> str | None:
    return next((match[name] for name in names if match[name] is not None), None)


def _make(
    match: re.Match[str], kind: DateKind, year: int | None, month: int | None = None, day: int | None = None
) -> DateMention:
    return DateMention(match.start(), match.end(), "", year, month, day, kind)


def _day(text: str, match: re.Match[str], anchor: date | None) -> DateMention | None:
    day, month = int(_first(match, "d1", "d2", "d3") or 0), int(_first(match, "m1", "m2", "m3") or 0)
    year, relative = _year_of(_first(match, "n2", "n3"), anchor)
    written = _first(match, "y1", "y2", "y3")
    year = _two_digit(written) if written else year
    if day > monthrange(year or 2000, month)[1]:
        return None
    return replace(_make(match, "day", year, month, day), relative=relative)


def _day_range(text: str, match: re.Match[str], anchor: date | None) -> DateMention | None:
    """Several days of one month: "ngày 5-6/8", "từ ngày 5 đến ngày 8/8/2020"."""
    first, last, month = int(match["d14"]), int(match["e14"]), int(match["m14"])
    year, relative = _year_of(match["n14"], anchor)
    year = int(match["y14"]) if match["y14"] else year
    if not first < last <= monthrange(year or 2000, month)[1]:
        return None
    return replace(_make(match, "period", year, month, first), days=last - first + 1, relative=relative)


def _day_short(text: str, match: re.Match[str], anchor: date | None) -> DateMention | None:
    day, month = int(match["d6"]), int(match["m6"])
    year, relative = _year_of(match["n6"], anchor)
    if day > monthrange(year or 2000, month)[1]:
        return None
    if not match["n6"] and not DATE_BEFORE.search(_before(text, match, 16)):
        always = (day, month) == (24, 7)
        if always or (day <= month and RATIO_AFTER.match(fold(text[match.end() : match.end() + 12]))):
            return None
    return replace(_make(match, "day", year, month, day), relative=relative)


def _month(text: str, match: re.Match[str], anchor: date | None) -> DateMention | None:
    word = re.sub(r"\s+", " ", _first(match, "m4", "m5") or "")
    if word == "sau" and text[match.start("m5") : match.end("m5")].lower() == "sau":
        return _relative_span(match, "thang", 1, anchor)  # "tháng sau", not "tháng sáu"
    month = int(word) if word.isdigit() else MONTH_WORDS[word]
    year, relative = _year_of(match["n5"], anchor)
    written = _first(match, "y4", "y5")
    if written:
        year = int(written)
    if match["last5"]:
        relative = True
        year = anchor.year - (month > anchor.month) if anchor else None
    return replace(_make(match, "month", year, month), relative=relative)


def _quarter(text: str, match: re.Match[str], anchor: date | None) -> DateMention:
    quarter = QUARTERS[match["q7"]]
    year, relative = _year_of(match["n7"], anchor)
    year = int(match["y7"]) if match["y7"] else year
    mention = _make(match, "quarter", year, 3 * quarter - 2)
    return replace(mention, quarter=quarter, months=3, relative=relative)


def _months(text: str, match: re.Match[str], anchor: date | None) -> DateMention | None:
    part = _first(match, "part8", "half8")
    count = 6 if match["half8"] else MONTH_COUNTS.get(match["c8"]) or int(match["c8"])
    year, relative = _year_of(_first(match, "n8", "m8"), anchor)
    if part is None and year is None:
        return None
    mention = _make(match, "half" if count == 6 and part else "period", year, 13 - count if part == "cuoi" else 1)
    return replace(mention, months=count, relative=relative)


def _period(text: str, match: re.Match[str], anchor: date | None) -> DateMention | None:
    first, last = int(match["a9"]), int(match["b9"])
    return replace(_make(match, "period", first), end_year=last) if first <= last else None


def _decade(text: str, match: re.Match[str], anchor: date | None) -> DateMention:
    first = int(match["y13"])
    first = first if first > 99 else 1900 + first
    return replace(_make(match, "period", first), end_year=first + 9)


def _year(text: str, match: re.Match[str], anchor: date | None) -> DateMention | None:
    doubtful = match["old10"] or not match.group().startswith("nam")
    if doubtful and (
        COUNTED_AFTER.match(lower(text[match.end() : match.end() + 16]))
        or COUNTED_BEFORE.search(_before(text, match, 10))
    ):
        return None
    return _make(match, "year", int(match["y10"] or match["old10"]))


def _day_word(text: str, match: re.Match[str], anchor: date | None) -> DateMention:
    if anchor is None:
        return replace(_make(match, "relative", None), relative=True)
    offset = {"nay": 0, "qua": -1, "kia": -2, "mai": 1}[_first(match, "day11", "mai11") or "nay"]
    day = anchor + timedelta(days=offset)
    return replace(_make(match, "day", day.year, day.month, day.day), relative=True)


def _span_word(text: str, match: re.Match[str], anchor: date | None) -> DateMention | None:
    if SPAN_BEFORE.search(_before(text, match, 8)):
        return None
    unit, which = match["unit12"], re.sub(r"\s+", " ", match["which12"])
    if (which in ("ngoai", "kia") and unit != "nam") or (which == "roi" and unit == "quy"):
        return None
    return _relative_span(match, unit, {"nay": 0, "toi": 1, "sau": 1, "kia": -2}.get(which, -1), anchor)


def _relative_span(match: re.Match[str], unit: str, steps: int, anchor: date | None) -> DateMention:
    mention = _shifted(match, unit, steps, anchor) if anchor else _make(match, "relative", None)
    return replace(mention, relative=True)


def _shifted(match: re.Match[str], unit: str, steps: int, anchor: date) -> DateMention:
    if unit == "nam":
        return _make(match, "year", anchor.year + steps)
    if unit == "tuan":
        monday = anchor - timedelta(days=anchor.weekday()) + timedelta(weeks=steps)
        return replace(_make(match, "period", monday.year, monday.month, monday.day), days=7)
    width = 3 if unit == "quy" else 1
    month = anchor.year * 12 + (anchor.month - 1) // width * width + steps * width
    mention = _make(match, "month" if width == 1 else "quarter", month // 12, month % 12 + 1)
    return mention if width == 1 else replace(mention, quarter=month % 12 // 3 + 1, months=3)
