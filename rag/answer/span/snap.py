"""Makes whole words of what the network marked, without the small words and stops at its ends."""

from __future__ import annotations

import re

from rag.text.unicode import lower
from rag.text.words import CAPITALS, SMALL

_EDGE = " \t\n\u00a0,;:.!?…-–—"
_PAIRS = {"(": ")", "“": "”", "‘": "’", "«": "»", "[": "]"}
_SMALL = "là|của|ở|tại|vào|do|bởi|vì|với|rằng|thì|mà|và|hoặc|được|bằng|cho|gồm|như|trong|trên"
_LEADING = re.compile(rf"(?:{_SMALL}|từ)\s+")
_TRAILING = re.compile(rf"\s+(?:{_SMALL})$")


def snap(sentence: str, start: int, end: int) -> tuple[int, int]:
    """The words that a span touches; ``start == end`` where nothing is left.

    >>> text = "Tỉnh thực hiện 112 công trình, dự án."
    >>> start, end = snap(text, 16, 28)
    >>> text[start:end]
    '112 công trình'
    """
    start, end = _whole_words(sentence, start, end)
    start, end = _trimmed(sentence, start, end)
    return _balanced(sentence, start, end)


def _whole_words(sentence: str, start: int, end: int) -> tuple[int, int]:
    while 0 < start < len(sentence) and sentence[start - 1].isalnum() and sentence[start].isalnum():
        start -= 1
    while 0 < end < len(sentence) and sentence[end - 1].isalnum() and sentence[end].isalnum():
        end += 1
    return start, end


def _trimmed(sentence: str, start: int, end: int) -> tuple[int, int]:
    while start < end and sentence[start] in _EDGE:
        start += 1
    while end > start and sentence[end - 1] in _EDGE:
        end -= 1
    plain = lower(sentence)
    if (small := _LEADING.match(plain, start, end)) and small.end() < end:
        return _trimmed(sentence, small.end(), end)
    if small := _TRAILING.search(plain[start:end]):
        return _trimmed(sentence, start, start + small.start())
    return start, end


def _balanced(sentence: str, start: int, end: int) -> tuple[int, int]:
    """Without a bracket or quotation mark whose other half is outside."""
    for opening, closing in _PAIRS.items():
        inside = sentence[start:end]
        if inside.count(opening) == inside.count(closing):
            continue
        if inside.startswith(opening):
            return _trimmed(sentence, start + 1, end)
        if inside.endswith(closing):
            return _trimmed(sentence, start, end - 1)
        if inside.count(opening) > inside.count(closing) and sentence.startswith(closing, end):
            return start, end + 1
    return start, end


_NEXT_ITEM = re.compile(r"(?:,\s+và\s+|,\s+|\s+và\s+)(?P<item>[^\W\d_][^,;.:()\n]*?)(?=,|;|\.|:|\(|\)|\n|\s+và\s|$)")
_LAST_ITEM = re.compile(r"(?:^|,\s+|\s+và\s+)(?P<item>[^,;]*?)$")
_LONGEST_ITEM = 6
"""Words."""


def whole_enumeration(sentence: str, start: int, end: int) -> int:
    """Where an enumeration ends that a span cuts short: items that begin alike, or names, go on.

    >>> text = "bằng ba ngôn ngữ tiếng Việt, tiếng Anh, tiếng Nhật."
    >>> text[17 : whole_enumeration(text, 17, 38)]
    'tiếng Việt, tiếng Anh, tiếng Nhật'
    """
    if not re.search(r",\s|\svà\s", sentence[start:end]):
        return end
    while following := _NEXT_ITEM.match(sentence, end):
        last = _LAST_ITEM.search(sentence[start:end])
        if last is None or not _alike(last["item"], following["item"]):
            break
        end = following.end()
    return end


_NAME_FIRST = re.compile(rf"[{CAPITALS}][\w.-]*(?: [{CAPITALS}\d][\w.-]*)*(?= [{SMALL}])")
_LONGEST_NAME = 6
"""Words."""


def leading_name(words: str) -> str:
    """The name with which a long stretch of words begins, empty where it begins otherwise or is short.

    >>> leading_name("Inter sẵn sàng soạn bản hợp đồng mới")
    'Inter'
    """
    found = _NAME_FIRST.match(words)
    return found.group() if found and len(words.split()) > _LONGEST_NAME else ""


def _alike(item: str, following: str) -> bool:
    """Whether two items begin with the same word, or are names both."""
    first, second = item.split(), following.split()
    if not first or not second or max(len(first), len(second)) > _LONGEST_ITEM:
        return False
    named = all(word[0].isupper() for word in (*first, *second))
    return named or (lower(first[0]) == lower(second[0]) and first[0].islower())
