"""Times: the years, parts of a year and days that a question names, against those that a sentence is about."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from rag.answer.about.base import Difference, Setting, sentences_backwards
from rag.answer.question import Question, is_comparison
from rag.text.dates import DateMention, find_dates
from rag.text.references import find_document_numbers
from rag.text.unicode import fold


def year_differences(question: Question, sentence: str, setting: Setting) -> tuple[Difference, ...]:
    """Years that the question names and nothing says the sentence to be about, comparisons with a year included.

    Where the question names several ("năm 2020 theo bài đăng năm 2021") one must be what the sentence is about, and the
    others must at least stand in it, in the title, or be the year of publication.
    """
    compared = _compared_differences(question, sentence, setting)
    if not question.years:
        return compared
    about = years_about(sentence, setting)
    agreed = _years_of_days(question, sentence)
    missing = [y for y in sorted(question.years - agreed) if not any(_covers(span, y, question) for span in about)]
    beside = _years_beside(sentence, setting)
    unknown = [y for y in missing if y not in beside]
    wrong = missing if len(missing) == len(question.years) else unknown
    found = ", ".join(dict.fromkeys(str(low) for low, _ in about))
    return (*(Difference("year", str(year), found) for year in wrong), *compared)


_WHOLE_YEAR = re.compile(
    r"(?:(?:trong|cả|tính cả|tính chung|tính chung cả|riêng|kết thúc|hết)\s+)?(năm\s+\d{4})(?![\w/])", re.IGNORECASE
)
"""A sentence that opens with a year is about all of it; further behind it may be that of a plan."""


def part_differences(question: Question, sentence: str) -> tuple[Difference, ...]:
    """Parts of a year ("6 tháng đầu năm", "quý III") that the question names where the sentence names only others."""
    asked = _parts(question.text, question.dates)
    told = _parts(sentence, find_dates(sentence)) if asked else {}
    whole = _WHOLE_YEAR.match(sentence) if asked and not told else None
    if asked.keys() & told.keys() or not (told or whole):
        return ()
    found = whole.group(1) if whole else ", ".join(dict.fromkeys(told.values()))
    return tuple(Difference("part", text, found) for text in asked.values())


def _parts(text: str, dates: Sequence[DateMention]) -> dict[tuple[int, int], str]:
    """The parts of a year that a text is about, and how it names them; not those that it compares with."""
    named = ((_part(d), d) for d in dates)
    return {part: d.text for part, d in named if part and not is_comparison(text, d.start)}


def _part(mention: DateMention) -> tuple[int, int] | None:
    """First month and number of months of a part of a year, of several months; ``None`` for another time."""
    return (mention.month, mention.months) if mention.month and mention.months and not mention.end_year else None


def _years_of_days(question: Question, sentence: str) -> set[int]:
    """Years of whole days that question and sentence both name, be it only as the date of a document."""
    asked = {(d.year, d.month, d.day) for d in question.dates if d.year and d.month and d.day}
    named = {(d.year, d.month, d.day) for d in find_dates(sentence)} if asked else set()
    return {year for year, _, _ in asked & named if year}


def _covers(span: tuple[int, int], year: int, question: Question) -> bool:
    """Whether a time is the year asked for: of a period only where the question names the period too."""
    low, high = span
    if high - low <= 1:
        return low <= year <= high
    return year in span and {low, high} <= question.years


def _years_beside(sentence: str, setting: Setting) -> set[int]:
    written = {y for text in (sentence, setting.title) for d in find_dates(text) for y in (d.year, d.end_year) if y}
    return written | ({setting.published.year} if setting.published else set())


def _compared_differences(question: Question, sentence: str, setting: Setting) -> tuple[Difference, ...]:
    """Years that the question only compares with ("so với năm 2018"), which the sentence does not compare with."""
    asked = sorted(question.compared)
    if not asked:
        return ()
    written = {y for d in find_dates(sentence, anchor=setting.published) for y in (d.year, d.end_year) if y}
    if any(is_comparison(sentence, d.start) and d.relative for d in find_dates(sentence)):
        written |= {high - 1 for _, high in years_about(sentence, setting)}
    missing = [y for y in asked if y not in written]
    others = [str(y) for y in sorted(written - question.years)]
    return tuple(Difference("year", str(y), ", ".join(others)) for y in missing) if missing else ()


def years_about(sentence: str, setting: Setting) -> tuple[tuple[int, int], ...]:
    """Years that a sentence is about, as inclusive ranges.

    Its own count first (not a point of comparison, not the date of a document it names, not a longer period), "năm nay"
    among them, else the nearest before it in the passage, else those of the title, else the year of publication and, as
    news looks back, the one before.
    """
    if not _years_in(sentence) and (named := _relative_years(sentence, setting.published)):
        return named
    periods: tuple[tuple[int, int], ...] = ()
    for text in (sentence, *sentences_backwards(setting.before), setting.title):
        own = _years_in(text)
        if own and any(high == low for low, high in own):
            return own
        periods = periods or own
    if periods:
        return periods
    if setting.published:
        return ((setting.published.year - 1, setting.published.year),)
    return ()


def _relative_years(sentence: str, published: date | None) -> tuple[tuple[int, int], ...]:
    """Years that a sentence names from the day of publication: "sáu tháng đầu năm nay"."""
    if published is None or "năm" not in sentence:
        return ()
    dates = (d for d in find_dates(sentence, anchor=published) if _TOLD_YEAR.search(fold(d.text)))
    return tuple(dict.fromkeys((d.year, d.year) for d in dates if d.year and not is_comparison(sentence, d.start)))


_TOLD_YEAR = re.compile(r"\bnam (nay|ngoai|truoc|qua)$")


def _years_in(text: str) -> tuple[tuple[int, int], ...]:
    spans = [(r.start, r.end) for r in find_document_numbers(text)]
    dates = [d for d in find_dates(text) if d.year and not d.relative and not is_comparison(text, d.start)]
    about = [d for d in dates if not _belongs_to_document(d, spans)] or dates
    return tuple(dict.fromkeys((d.year, d.end_year or d.year) for d in about if d.year))


def _belongs_to_document(mention: DateMention, spans: list[tuple[int, int]]) -> bool:
    return any(start <= mention.start < end + 12 for start, end in spans)


def day_differences(question: Question, sentence: str, setting: Setting) -> tuple[Difference, ...]:
    """A day that the question names, where the sentence tells of another: the price of the 6th is none of the 9th."""
    asked = [d for d in question.dates if d.day and d.kind == "day" and not _dates_a_document(question.text, d)]
    if not asked or question.kind == "date" or setting.published is None:
        return ()
    days = [d for d in find_dates(sentence, anchor=setting.published) if d.kind == "day" and d.day]
    told = [d for d in days if not is_comparison(sentence, d.start) and not _dates_a_document(sentence, d)]
    wanted = [d.resolved(setting.published) for d in asked]
    if not told and question.kind == "quantity":
        return _not_yet(question, sentence, setting)
    if not told or any(d.resolved(setting.published).covers(w) for d in told for w in wanted):
        return ()
    return (Difference("day", asked[0].text, told[0].text),)


def _not_yet(question: Question, sentence: str, setting: Setting) -> tuple[Difference, ...]:
    """A day that had not come when the document was published: its figure without a day is none of that day."""
    days = [date(d.year, d.month, d.day) for d in question.dates if d.year and d.month and d.day and d.kind == "day"]
    later = bool(days) and setting.published is not None and all(day > setting.published for day in days)
    planned = re.search(r"\b(du kien|se|ke hoach|muc tieu|phan dau)\b", fold(sentence))
    return (Difference("day", question.dates[0].text),) if later and not planned else ()


def _dates_a_document(text: str, mention: DateMention) -> bool:
    return _belongs_to_document(mention, [(r.start, r.end) for r in find_document_numbers(text)])
