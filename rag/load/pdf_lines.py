"""Lines of a PDF page and how they make paragraphs. A PDF knows only where characters stand, not what they form."""

from __future__ import annotations

import ctypes
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import Any

from pypdfium2 import raw

from rag.load.fonts import FontConverter, Run

_PAGE_NUMBER = re.compile(r"[-–—\s]*(?:trang|page)?\s*\d{1,4}(?:\s*/\s*\d{1,4})?[-–—\s]*", re.IGNORECASE)
_LIST_MARK = re.compile(r"[-–+•*]\s|\(?\d{1,2}[.)]\s|[a-zđ]\)\s|[IVX]{1,5}\.\s|Điều \d")
_ENDS = (".", "!", "?", "…", ":", ";", "”", '"')
_HYPHENS = (0x02, 0xFFFE)  # pdfium's marks for a hyphen at a line's end
_SPACES = (0x20, 0xA0, 0x09)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a page; lengths in points, ``y`` counted upwards.

    :param text: Its characters, already converted from legacy fonts.
    """

    text: str
    left: float
    right: float
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class _Char:
    code: int
    index: int


def page_paragraphs(page: Any, fonts: FontConverter) -> str:
    """The text of a page, its lines joined into paragraphs; a lone page number is left out.

    :param page: Page of pypdfium2.
    """
    text_page = page.get_textpage()
    try:
        lines = [line for chars in _char_lines(text_page.raw) if (line := _line(text_page.raw, chars, fonts)).text]
    finally:
        text_page.close()
    for end in (0, -1):
        if lines and _PAGE_NUMBER.fullmatch(lines[end].text):
            del lines[end]
    return "\n\n".join(paragraphs(lines))


def _char_lines(page: Any) -> Iterator[list[_Char]]:
    line: list[_Char] = []
    high = 0
    for index in range(raw.FPDFText_CountChars(page)):
        code = raw.FPDFText_GetUnicode(page, index)
        if 0xD800 <= code < 0xDC00:  # first half of a pair
            high = code
            continue
        if high and 0xDC00 <= code < 0xE000:
            code = 0x10000 + ((high - 0xD800) << 10) + (code - 0xDC00)
        high = 0
        if code in (0x0A, 0x0D):
            if line:
                yield line
            line = []
        elif code:
            line.append(_Char(0xAD if code in _HYPHENS else code, index))
    if line:
        yield line


def _line(page: Any, chars: list[_Char], fonts: FontConverter) -> Line:
    chars = _in_order(page, chars)
    text = fonts.join(_runs(page, chars)).strip()
    visible = [char.index for char in chars if char.code not in _SPACES] or [chars[0].index]
    first, last = _box(page, visible[0]), _box(page, visible[-1])
    baseline = ctypes.c_double()
    raw.FPDFText_GetCharOrigin(page, visible[0], ctypes.c_double(), baseline)
    return Line(text, first.left, last.right, baseline.value, _size(page, visible[0]))


def _in_order(page: Any, chars: list[_Char]) -> list[_Char]:
    """The characters from left to right. Letters that another font lent were drawn after the rest of the line."""
    width = _size(page, chars[0].index)
    words = [after for before, after in pairwise(chars) if before.code in _SPACES]  # a jump back looks like a space
    lefts = [_box(page, char.index).left for char in (chars[0], *words)]
    if not any(before - after > width for before, after in pairwise(lefts)):
        return chars
    boxes = [_box(page, char.index) for char in chars]
    drawn = [pair for pair in zip(boxes, chars, strict=True) if not raw.FPDFText_IsGenerated(page, pair[1].index)]
    drawn.sort(key=lambda pair: pair[0].left)
    ordered: list[_Char] = []
    edge = drawn[0][0].left if drawn else 0.0
    for box, char in drawn:
        if box.left - edge > 0.15 * width:  # the spaces that were worked out belonged to the other order
            ordered.append(_Char(0x20, char.index))
        ordered.append(char)
        edge = box.right
    return ordered or chars


def _box(page: Any, index: int) -> Any:
    box = raw.FS_RECTF()
    raw.FPDFText_GetLooseCharBox(page, index, box)
    return box


def _size(page: Any, index: int) -> float:
    return max(float(raw.FPDFText_GetFontSize(page, index)), 1.0)


def _runs(page: Any, chars: list[_Char]) -> Iterator[Run]:
    """Words with their fonts; a font is asked for once a word, because asking costs more than reading."""
    word: list[str] = []
    font = ""
    for char in chars:
        if not word:
            font = _font(page, char.index)
        word.append(chr(char.code))
        if char.code in _SPACES:
            yield Run("".join(word), font)
            word = []
    yield Run("".join(word), font)


def _font(page: Any, index: int) -> str:
    buffer, flags = ctypes.create_string_buffer(64), ctypes.c_int()
    raw.FPDFText_GetFontInfo(page, index, buffer, len(buffer), flags)
    return buffer.value.decode("utf-8", "replace")


def paragraphs(lines: list[Line]) -> list[str]:
    """Join the lines of a page into paragraphs.

    A paragraph begins after a wider gap, at an indented line, after a short line that ends a sentence, at a list mark
    and where the size of the letters changes.
    """
    if not lines:
        return []
    gaps = [above.y - below.y for above, below in pairwise(lines) if above.y > below.y]
    usual = 1.8 * median(line.height for line in lines)  # a page of few lines may have only wide gaps
    leading = min(median(gaps), usual) if gaps else usual
    left, right = min(line.left for line in lines), max(line.right for line in lines)
    joined = [lines[0].text]
    for above, below in pairwise(lines):
        if _begins(above, below, leading, left, right):
            joined.append(below.text)
        else:
            joined[-1] = _join(joined[-1], below.text)
    return joined


def _begins(above: Line, below: Line, leading: float, left: float, right: float) -> bool:
    gap = above.y - below.y
    if gap <= -leading:  # the next column, or a box
        return above.text.endswith(_ENDS) or not below.text[:1].islower()
    if gap > 1.25 * max(leading, below.height) or _LIST_MARK.match(below.text):
        return True
    if abs(above.height - below.height) > 0.2 * max(above.height, below.height):
        return True
    is_centred = abs((above.left + above.right) - (below.left + below.right)) < 2 * below.height
    if below.left - max(left, above.left) > 0.8 * below.height and not is_centred:
        return True
    is_short = above.right < right - 0.15 * (right - left)
    return is_short and (above.text.endswith(_ENDS) or (below.text[:1].isupper() and not is_centred))


def _join(above: str, below: str) -> str:
    """Two lines of one paragraph. A hyphen that split an English word goes, that of "in-tơ-nét" stays."""
    if above.endswith("\xad"):
        word = above[:-1].rsplit(" ", maxsplit=1)[-1]
        is_split = word.isascii() and below[:1].islower() and below.split(" ", maxsplit=1)[0].isascii()
        return above[:-1] + ("" if is_split and len(word) > 1 else "-") + below
    return f"{above} {below}"
