"""Title, date, author, publisher and address that a plain text states about itself; what it does not say stays empty.

Looked at are the first lines (labelled lines, a line that is nothing but a date, the title) and the last ones (a
byline). The body is never searched: the dates and names in it are those of the news.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from itertools import islice
from typing import Any

from rag.text.dates import find_dates
from rag.text.syllable import is_syllable
from rag.text.unicode import fold


@dataclass(frozen=True, slots=True)
class Details:
    """What a document says about itself."""

    title: str = ""
    published: date | None = None
    author: str = ""
    publisher: str = ""
    url: str = ""

    def filled_from(self, other: Details) -> Details:
        """These details, with the empty ones taken from ``other``."""
        gaps = {f.name: getattr(other, f.name) for f in fields(self) if not getattr(self, f.name)}
        return replace(self, **gaps)


_HEAD_LINES, _TAIL_LINES = 12, 5
_MAX_TITLE, _MAX_BYLINE = 200, 40
_LABELS = {
    "title": ("tieu de", "title", "dau de"),
    "published": ("ngay dang", "ngay xuat ban", "dang ngay", "ngay", "cap nhat", "date", "published", "thoi gian dang"),
    "author": ("tac gia", "nguoi viet", "author", "bai", "bai, anh", "bai va anh", "tin, anh", "tin, bai", "tin bai"),
    "publisher": ("nguon", "nguon tin", "theo", "co quan bao chi", "publisher", "source"),
    "url": ("url", "link", "lien ket", "duong dan", "dia chi"),
}
_FIELD_OF_LABEL = {label: name for name, labels in _LABELS.items() for label in labels}
_LABELLED = re.compile(r"^[(*_\s]{0,3}([^:\n]{2,20}?)[*_\s]{0,3}:[*_\s]{0,3}(\S.*?)[)*_\s]{0,3}$")
_ADDRESS = re.compile(r"https?://[^\s<>\"']+")
# What may stand beside the date on a line that is nothing but a date.
_DATE_DRESS = re.compile(
    r"(?:thu\s+(?:hai|ba|tu|nam|sau|bay|[2-7])|chu\s+nhat|ngay|dang|luc|cap nhat|gmt\s?\+?\d*"
    r"|\d{1,2}[:hg]\d{2}(?::\d{2})?'?|\b(?:am|pm|sa|ch)\b|[\s,.;:|()/–-])+"
)
_PLACE = re.compile(r"(?:[^\W\d_]+\.?\s?){1,4},")
_NATION_LINES = ("cong hoa xa hoi chu nghia viet nam", "doc lap", "so:", "so ")
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}(?!\d)(?:T[\d:.]+(?:Z|[+-][\d:]+)?)?")
_LETTERS = re.compile(r"[^\W\d_]")
# What else stands alone at the end of an article, in capitals or not.
_NO_NAME = re.compile(
    r"(?:theo|nguồn|ảnh|tin|bài|báo|tổng hợp|ban|đơn vị|tòa soạn|phóng viên|xem|hết)\b", re.IGNORECASE
)
_END_OF_SENTENCE = (".", "!", "?", "…", "”", '"', ")", "]", ";", ":")


def find_details(text: str) -> Details:
    r"""Read the details that the lines of a tidied text state.

    >>> found = find_details("Thứ sáu,  22/01/2021\n\nBan Dân tộc tỉnh họp\n\nSáng nay, Ban họp.\n\nHUY ANH")
    >>> found.title, found.published, found.author
    ('Ban Dân tộc tỉnh họp', datetime.date(2021, 1, 22), 'HUY ANH')
    """
    paragraphs = text.split("\n\n", _HEAD_LINES)
    head = [line for line in islice(_lines(paragraphs[:_HEAD_LINES]), _HEAD_LINES) if len(line) <= 2 * _MAX_TITLE]
    last = [part for part in text[-600:].split("\n\n") if part][-_TAIL_LINES:]
    tail = list(_lines(last))[-_TAIL_LINES:]
    stated = _labelled([*head, *(line for line in tail if line not in head)])
    found = Details(
        title=_title(paragraphs[:_HEAD_LINES]),
        published=next(filter(None, (only_date(line) for line in head)), None),
        author=_byline(text),
    )
    return stated.filled_from(found)


def parse_date(value: Any) -> date | None:
    """The day that a field states: ISO first, else as Vietnamese writes it; ``None`` where there is none.

    The day is the one written, whatever the time zone.

    >>> parse_date("2020-06-17T17:22:00.000+07:00"), parse_date("Thứ sáu, 22/01/2021")
    (datetime.date(2020, 6, 17), datetime.date(2021, 1, 22))
    """
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if not isinstance(value, str) or len(value) > _MAX_TITLE:
        return None
    try:
        return date.fromisoformat(value.strip()[:10])
    except ValueError:
        days = (mention.first_day for mention in find_dates(value) if mention.day is not None)
        return next(filter(None, days), None)


def only_date(line: str) -> date | None:
    """The date of a line that is nothing but a date, with weekday, time or place ("Hà Nội, ngày …").

    >>> only_date("Thứ sáu,  22/01/2021"), only_date("Nghị quyết ngày 18/11/2019 của Quốc hội")
    (datetime.date(2021, 1, 22), None)
    """
    if len(line) > 80 or not any(char.isdigit() for char in line):
        return None
    start, end = _date_span(line)
    before, after = line[:start], line[end:]
    is_place = _PLACE.fullmatch(before.strip()) is not None and before[0].isupper()
    if end and (is_place or _is_dress(before)) and _is_dress(after):
        return parse_date(line[start:end])
    return None


def _date_span(line: str) -> tuple[int, int]:
    """Where the first whole date of a line stands; (0, 0) where there is none."""
    iso = _ISO.match(line)
    if iso:
        return 0, iso.end()
    mention = next((m for m in find_dates(line) if m.day is not None and m.year is not None), None)
    return (mention.start, mention.end) if mention else (0, 0)


def _is_dress(text: str) -> bool:
    return not text.strip() or _DATE_DRESS.fullmatch(fold(text)) is not None


def _lines(paragraphs: list[str]) -> Iterator[str]:
    for paragraph in paragraphs:
        yield from paragraph[:4000].split("\n")


def _labelled(lines: list[str]) -> Details:
    found: dict[str, Any] = {}
    for line in lines:
        match = _LABELLED.match(line) if len(line) <= 2 * _MAX_TITLE else None
        name = _FIELD_OF_LABEL.get(fold(match.group(1)).strip()) if match else None
        if match is None or name is None or name in found:
            continue
        value = _value(name, match.group(2))
        if value:
            found[name] = value
    address = _ADDRESS.match(str(found.get("publisher", "")))
    if address:  # "Nguồn: https://…" names the page, not the newspaper
        found.setdefault("url", address.group())
        del found["publisher"]
    return Details(**found)


def _value(name: str, text: str) -> Any:
    if name == "published":
        return parse_date(text)
    if name == "url":
        address = _ADDRESS.match(text)
        return address.group() if address else ""
    if name in ("author", "publisher") and (len(text) > 80 or text.endswith((".", ";", ":"))):
        return ""  # a sentence, not a name
    return text if len(text) <= _MAX_TITLE else ""


def _title(paragraphs: list[str]) -> str:
    """The first short paragraph or line without final punctuation, if it comes before any body text."""
    for index, paragraph in enumerate(paragraphs):
        lines = [line for line in paragraph[:4000].split("\n") if not _is_furniture(line)]
        if not lines:
            continue
        continues = len(lines) > 1 and lines[1][:1].islower()
        title = " ".join(lines) if continues else lines[0]
        has_body = index + 1 < len(paragraphs) or (len(lines) > 1 and not continues)
        return title if has_body and _is_title(title) else ""
    return ""


def _is_furniture(line: str) -> bool:
    """Whether a line stands above the title: a date, a labelled line, the nation's name and motto, a number."""
    folded = fold(line)
    match = _LABELLED.match(line) if len(line) <= 2 * _MAX_TITLE else None
    is_label = match is not None and fold(match.group(1)).strip() in _FIELD_OF_LABEL
    return only_date(line) is not None or is_label or folded.startswith(_NATION_LINES) or not _LETTERS.search(line)


def _is_title(text: str) -> bool:
    if not 3 <= len(text) <= _MAX_TITLE or text.endswith((".", ",", ";", ":", "…")) or text[0].islower():
        return False
    # Body text, too, may begin with a short question or a line of speech.
    return not text.startswith(("-", "–")) and not (text.endswith(("?", "!")) and ". " in text)


def _byline(text: str) -> str:
    """The last line, where it is a paragraph of its own after a sentence and looks like a name."""
    before, gap, last = text.rpartition("\n\n")
    words = last.split()
    if not gap or len(last) > _MAX_BYLINE or not 2 <= len(words) <= 5:
        return ""
    if not before.rstrip().endswith(_END_OF_SENTENCE):
        return ""  # after a caption or a signature block it may be anything
    is_name = all(word.isalpha() and is_syllable(word) and (word.isupper() or word.istitle()) for word in words)
    return last if is_name and not _NO_NAME.match(last) and "\n" not in last else ""
