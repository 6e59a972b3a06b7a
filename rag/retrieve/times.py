"""Which passages agree with the time that a question names, and which are the newest where it wants those."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

import numpy as np
import numpy.typing as npt

from rag.text.dates import DateMention
from rag.text.unicode import fold
from rag.types import DocumentInfo, Passage

_NEWEST = re.compile(r"\b(moi nhat|gan day nhat|moi day nhat|vua qua|gan day|moi day)\b")

Scores = npt.NDArray[np.float64]


def wants_newest(question: str) -> bool:
    """Whether a question asks for what is recent.

    >>> wants_newest("Chỉ đạo mới nhất về chuyển đổi số"), wants_newest("Nhiệm vụ năm 2021")
    (True, False)
    """
    return bool(_NEWEST.search(fold(question)))


def agreement(dates: Sequence[DateMention], passages: Sequence[Passage], infos: Sequence[DocumentInfo]) -> Scores:
    """For each passage how well it agrees with the times named, 0 to 1: it names them, or appeared then.

    News of January tells of the year that ended, so a passage that appeared in the year after agrees by half.
    """
    years = {y for d in dates if d.year for y in (d.year, d.end_year or d.year)}
    if not years:
        return np.zeros(len(passages))
    return np.array([_agrees(years, dates, p, i) for p, i in zip(passages, infos, strict=True)])


def _agrees(years: set[int], dates: Sequence[DateMention], passage: Passage, info: DocumentInfo) -> float:
    said = f"{info.title} {passage.text}"
    if any(str(year) in said for year in years):
        return 1.0
    if info.published is None:
        return 0.0
    if any(_within(info.published, d) for d in dates if d.year):
        return 1.0
    return 0.5 if info.published.year in {y + 1 for y in years} | years else 0.0


def _within(day: date, mention: DateMention) -> bool:
    """Whether a day lies in the year, month or day that is named."""
    if mention.year is None or not mention.year <= day.year <= (mention.end_year or mention.year):
        return False
    if mention.month is None or mention.end_year:
        return True
    return day.month == mention.month and mention.day in (None, day.day)


def recency(infos: Sequence[DocumentInfo]) -> Scores:
    """For each document its place in time among all of these, 0 for the oldest and undated ones, 1 for the newest."""
    days = np.array([info.published.toordinal() if info.published else np.nan for info in infos], dtype=np.float64)
    known = np.unique(days[~np.isnan(days)])
    if len(known) < 2:
        return np.zeros(len(infos))
    places = np.searchsorted(known, np.nan_to_num(days)) / (len(known) - 1)
    return np.where(np.isnan(days), 0.0, places)
