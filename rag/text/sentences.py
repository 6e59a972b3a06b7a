"""Sentences and clauses of Vietnamese news and office documents, as spans of the text.

Written by rule, because the marks that mislead are known: abbreviations with a full stop (TP. Hồ Chí Minh), figures
(1.200), sentences joined without a space ("…thuật.Được biết"), hard-wrapped lines, headings, captions and lists.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from rag.text.references import NUMBER_PATTERN
from rag.text.unicode import has_marks
from rag.text.words import words
from rag.types import Span

_BLOCK_END: Final = re.compile(r"\n[^\S\n]*\n\s*")
_LIST_MARK: Final = r"(?:[-–—•●▪◦*+▶►➢✓]\s|\(?\d{1,2}[.)](?!\d)\s?|\(?[a-zđ]\)\s|[IVX]{1,5}[.)]\s|[A-Z]\.\s)"
_LIST_ITEM: Final = re.compile(rf"[^\S\n]*{_LIST_MARK}")
_NUMBERING: Final = re.compile(
    r"(?:\d{1,2}(?:\.\d{1,2})*|[IVX]{1,5}|[A-Za-zđ])$"
    r"|(?:Điều|Khoản|Mục|Chương|Bảng|Hình|Phần|Câu|Bài|Phụ lục|Biểu)\s+[\dIVX.]{1,5}$"
)
_CANDIDATE: Final = re.compile(
    r"(?<![.!?…])(?P<mark>[.!?…]++)(?P<close>[\"”’»'\)\]*]*+)(?:(?P<space>\s++)|(?=[“\"'(\[]?[^\W\d_]))"
)
_LOOK_BACK: Final = 60
"""Characters before a full stop that may matter: a word, or the numbering of a heading."""
_WRAP_MIN: Final = 45
"""A line shorter than this was not broken for width."""
_WRAP_SHARE: Final = 0.7
"""A line of this share of its paragraph's widest one may have been broken for width."""

_ABBREVIATIONS: Final = words("""
    tp t.p tx tt q p h x th ths th.s ts pgs gs bs ds ks kts ls cn ncs ngnd ngut nsnd nsut tsk ts.bs bs.ck gs.ts
    pgs.ts mr mrs ms dr st jr sr prof vs no vol co corp inc ltd u.s u.k u.s.a đ/c đc ô b a c tel đt fax vd v.v.v
    nxb xb tr ng tg ub ubnd.tp c.ty cty dn hđ p.v pv btv tw m.s
    """)
_ALSO_SMALL: Final = words("tp t.p tx đt vd đ/c đc u.s u.k vs nxb ths th.s pgs gs.ts pgs.ts")
"""Abbreviations that stay so in small letters; the others are words then ("ngoại ô.")."""
_STARTERS: Final = words("""
    anh bà các chị chúng công cô cơ cụ do dù đây đại đến đó đồng được em gia hai hiện hôm họ khi không lúc mặc
    một này năm ngày người ngoài ngay nhiều những nếu ông phía qua sau sáng song tại theo tiếp tôi tối trên
    trong trước từ tuy vì vào việc với vụ lực thời nhờ cùng còn mới như
    """)


def sentence_spans(text: str) -> tuple[Span, ...]:
    """Cut a text into trimmed sentences that together hold everything but white space.

    A blank line always ends a sentence; a single line break does so after a heading, a caption or a list item.

    >>> text = "Ông ở TP. Hồ Chí Minh. Tổng vốn 1.200 tỷ đồng.Được biết…"
    >>> [text[s.start:s.end] for s in sentence_spans(text)]
    ['Ông ở TP. Hồ Chí Minh.', 'Tổng vốn 1.200 tỷ đồng.', 'Được biết…']
    """
    spans: list[Span] = []
    start = 0
    for block in (*_BLOCK_END.finditer(text), None):
        end = block.start() if block else len(text)
        for piece_start, piece_end in _joined_lines(text, start, end):
            spans.extend(_split(text, piece_start, piece_end))
        start = block.end() if block else end
    return tuple(spans)


def _joined_lines(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Ranges of lines that belong together: hard-wrapped lines are one range, a heading or a list item is its own."""
    if "\n" not in text[start:end]:
        yield start, end
        return
    lines = _lines(text, start, end)
    widest = max(stop - begin for begin, stop in lines)
    piece_start = lines[0][0]
    for (begin, stop), (following, following_stop) in pairwise(lines):
        if not _continues(text[begin:stop].strip(), text[following:following_stop], widest):
            yield piece_start, stop
            piece_start = following
    yield piece_start, end


def _lines(text: str, start: int, end: int) -> list[tuple[int, int]]:
    lines = []
    while start < end:
        stop = text.find("\n", start, end)
        stop = end if stop < 0 else stop
        lines.append((start, stop))
        start = stop + 1
    return lines


def _continues(line: str, following: str, widest: int) -> bool:
    """Whether the sentence may go on in the following line."""
    following = following.lstrip()
    if not line or not following or _LIST_ITEM.match(following):
        return False
    if following[0].islower() or line.endswith((",", "-", "–", "(", "“")):
        return True
    return len(line) >= max(_WRAP_MIN, _WRAP_SHARE * widest) and not line.endswith((":", ";"))


def _split(text: str, start: int, end: int) -> Iterator[Span]:
    begin = start
    for match in _CANDIDATE.finditer(text, start, end):
        if match.start() >= begin and _ends_sentence(text, begin, match, end):
            span = _trimmed(text, begin, match.end("close"))
            if span:
                yield span
                begin = match.end()
    span = _trimmed(text, begin, end)
    if span:
        yield span


def _trimmed(text: str, start: int, end: int) -> Span | None:
    piece = text[start:end]
    body = piece.strip()
    if not body:
        return None
    left = start + len(piece) - len(piece.lstrip())
    return Span(left, left + len(body))


def _ends_sentence(text: str, begin: int, match: re.Match[str], end: int) -> bool:
    following = text[match.end() : min(match.end() + 2, end)]
    if not following:
        return True
    opening = following[1:2] if following[0] in "“\"'‘([" else following[0]
    if opening.islower() or following[0] in ",;:)":
        return False
    if match["mark"] != ".":
        return match["space"] is not None or match["mark"][0] in "!?…" or len(match["mark"]) > 1
    return _full_stop(text, begin, match)


def _full_stop(text: str, begin: int, match: re.Match[str]) -> bool:
    near = max(begin, match.start() - _LOOK_BACK)
    before = text[near : match.start()]
    word_start = max(before.rfind(" "), before.rfind("\n"), before.rfind("("), before.rfind("“")) + 1
    word = before[word_start:]
    if near == begin and _NUMBERING.fullmatch(before.strip()):
        return False
    if len(word) == 1 and word.isupper() and match["space"] is not None:  # an initial, or "Q. 1", unless one goes on
        return _goes_on(word, text, match.end())
    if _is_abbreviation(word):
        return False
    if match["space"] is None and not match["close"]:
        return _joined_without_space(word, text, match.end())
    return True


def _goes_on(letter: str, text: str, position: int) -> bool:
    """Whether a new sentence begins after a single letter: "Trần Văn B. Ông là…", but "P. Hai Bà Trưng"."""
    starts = _next_word(text, position)
    following = text[position + len(starts) :].lstrip()
    return starts.lower() in _STARTERS and not (letter in "QPH" and following[:1].isupper())


def _is_abbreviation(word: str) -> bool:
    plain = word.lower().strip("\"'“”‘’([")
    return plain in _ABBREVIATIONS and (plain in _ALSO_SMALL or not word[:1].islower())


def _joined_without_space(word: str, text: str, position: int) -> bool:
    """Whether "…thuật.Được" are two sentences: not so for web addresses, degrees and initials."""
    following = _next_word(text, position)
    if not word or "." in word or "@" in word or "//" in word:
        return False
    if _OFFICIAL.fullmatch(word):
        return not following.isupper()
    if following.isupper() and len(following) < 6:
        return word[-1].islower() and len(word) > 2 and has_marks(word)
    return word[-1].isdigit() or word[-1] in '%)”"²' or (word[-1].islower() and (len(word) > 1 or word in "yýỷở"))


def _next_word(text: str, position: int) -> str:
    match = _WORD.search(text, position, position + 24)
    return match.group() if match else ""


_OFFICIAL: Final = re.compile(NUMBER_PATTERN)
_WORD: Final = re.compile(r"[^\W\d_]+")
_SEMICOLON: Final = re.compile(r";\s*")
_COLON: Final = re.compile(r":\s+")


def clause_spans(text: str, span: Span) -> tuple[Span, ...]:
    """Cut a long sentence at semicolons, and after the colon that introduces what they separate.

    >>> text = "Một số nhiệm vụ trọng tâm: tuyên truyền; đào tạo; giám sát."
    >>> [text[s.start:s.end] for s in clause_spans(text, Span(0, len(text)))]
    ['Một số nhiệm vụ trọng tâm:', 'tuyên truyền;', 'đào tạo;', 'giám sát.']
    """
    cuts = [m.end() for m in _SEMICOLON.finditer(text, span.start, span.end)]
    if cuts:
        colons = [m.end() for m in _COLON.finditer(text, span.start, cuts[0])]
        cuts = colons[-1:] + cuts
    edges = [span.start, *cuts, span.end]
    pieces = (_trimmed(text, a, b) for a, b in pairwise(edges))
    return tuple(p for p in pieces if p)
