"""When: the day, month, year or hour that is asked for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from itertools import pairwise

from rag.answer.match import closeness
from rag.answer.question import Question, is_comparison
from rag.answer.short.base import Short, placed
from rag.text.dates import DateMention, distance, find_dates
from rag.text.references import find_document_numbers
from rag.text.unicode import fold

_HOUR = re.compile(
    r"\b(?:lúc |khoảng )?\d{1,2}(?:h\d{0,2}|g\d{2}|:\d{2}| giờ(?: \d{1,2}(?: phút)?| rưỡi| kém \d+)?)(?!\w)"
)


def _hour(question: Question, sentence: str) -> Short | None:
    found = [placed(question, sentence, m.start(), m.end()) for m in _HOUR.finditer(sentence)]
    return max(found, key=lambda s: s.score, default=None)


def find_date(question: Question, sentence: str, published: date | None) -> Short | None:
    """The time that is asked for; a day without its year is completed from the day of publication."""
    if re.search(r"\b(may gio|gio nao)\b", fold(question.text)):
        return _hour(question, sentence)
    kinds = _date_kinds(question)
    best: Short | None = None
    mentions = find_dates(sentence, anchor=published)
    if asks_both_ends(question) and (both := _from_to(question, sentence, mentions, published)):
        return both
    for mention in mentions:
        if mention.kind not in kinds or _is_given(mention, question):
            continue
        score = _date_score(question, sentence, mention, mention.kind == kinds[0])
        if best is None or score > best.score:
            start = mention.start + (len("ngày ") if re.match(r"[Nn]gày \d+[/.-]", mention.text) else 0)
            derived = _completed(mention, published)
            if days := _DAYS_BEFORE.search(sentence[: mention.start]):
                start, derived = days.start(1), derived and days.group(1) + derived
            best = Short(sentence[start : mention.end], start, mention.end, score, derived)
    return best


_DAYS_BEFORE = re.compile(r"(?<!\w)[Nn]gày ((?:\d{1,2}, )*\d{1,2} và )(?:ngày )?$")
"""Days that share the month of the one behind them: "ngày 9 và 10/8"."""


_ASKS_BOTH_ENDS = re.compile(r"\b(?:tu )?(?:ngay|thang|nam|khi) nao (?:den|toi) (?:het )?(?:ngay|thang|nam|khi) nao\b")
_TO = re.compile(r"\s*,?\s*(?:đến|tới|-|–)\s*(?:hết\s+)?")
_BOTH_ENDS = 0.5
"""Bonus of a time that tells both of its ends where both are asked for."""


def asks_both_ends(question: Question) -> bool:
    """Whether a question asks from when to when."""
    return bool(_ASKS_BOTH_ENDS.search(fold(question.text)))


def _from_to(
    question: Question, sentence: str, mentions: Sequence[DateMention], published: date | None
) -> Short | None:
    """Beginning and end together: "từ ngày 2/3 đến ngày 5/3"."""
    found = []
    for first, last in pairwise(mentions):
        if not _TO.fullmatch(sentence, first.end, last.start):
            continue
        score = _date_score(question, sentence, first, first.kind == "day") + _BOTH_ENDS
        ends = [_completed(m, published) for m in (first, last)]
        derived = f"từ {ends[0]} đến {ends[1]}" if all(ends) else ""
        found.append(Short(sentence[first.start : last.end], first.start, last.end, score, derived))
    return max(found, key=lambda s: s.score, default=None)


def _date_kinds(question: Question) -> tuple[str, ...]:
    """Kinds of time that can answer, the asked one first: "ngày nào" is not answered with a term of office."""
    plain = fold(question.text)
    if re.search(r"\b(nam|the ky) (nao|bao nhieu|may|gi)\b", plain):
        return ("year", "day", "month", "quarter", "half", "period")
    if re.search(r"\b(thang) (nao|may)\b", plain):
        return ("month", "day")
    if re.search(r"\b(ngay|hom|thu) (nao|may|bao nhieu|thang nam nao)\b", plain):
        return ("day",)
    return ("day", "month", "year", "quarter", "half")


def _is_given(mention: DateMention, question: Question) -> bool:
    """A time that the question itself names is not what it asks for."""
    return any((d.year, d.month, d.day) == (mention.year, mention.month, mention.day) for d in question.dates)


def _date_score(question: Question, sentence: str, mention: DateMention, fits: bool) -> float:
    score = closeness(question.terms, sentence, mention.start, mention.end)
    score += 0.3 if fits else 0.0
    score -= 0.4 if is_comparison(sentence, mention.start) else 0.0
    return score + _document_date(question, sentence, mention)


def _document_date(question: Question, sentence: str, mention: DateMention) -> float:
    """Bonus of a document's own date ("Nghị quyết số … ngày 18/11/2019") if the question names it, else a penalty."""
    owner = next((r for r in find_document_numbers(sentence) if 0 <= mention.start - r.end <= 8), None)
    if owner is None:
        return 0.0
    return 0.6 if any(_same_number(owner.text, q.text) for q in question.references) else -0.6


def _same_number(a: str, b: str) -> bool:
    return bool(set(re.findall(r"\d+", a)[:1]) & set(re.findall(r"\d+", b)[:1]))


def _completed(mention: DateMention, published: date | None) -> str:
    """The day with its year, where only the publication tells it: the year nearest to the publication."""
    if mention.kind != "day" or not published or not mention.day or not mention.month:
        return ""
    if re.search(r"\d{4}|\d[/.-]\d+[/.-]\d", mention.text):
        return ""
    year = mention.year or min(
        (published.year - 1, published.year, published.year + 1),
        key=lambda y: distance(_day(y, mention), published),
    )
    return f"{mention.day}/{mention.month}/{year}"


def _day(year: int, mention: DateMention) -> date:
    try:
        return date(year, mention.month or 1, mention.day or 1)
    except ValueError:  # 29 February of a common year
        return date(year, mention.month or 1, 28)
