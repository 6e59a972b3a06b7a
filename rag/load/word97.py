"""The binary structures of Word 97-2003 that hold text and fonts ([MS-DOC]); nothing of layout.

The text lies in pieces, in bytes of Windows-1252 or in UTF-16. Formatting lies in pages of 512 bytes: for every
stretch of the file a list of changes against the paragraph's style, and among those the font's number.
"""

from __future__ import annotations

import itertools
import struct
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from rag.errors import LoadError
from rag.lang import say
from rag.load.fonts import Run, symbol
from rag.load.word97_styles import StyleSheet, font_in, is_deleted, symbol_in

_PAGE = 512
_CLX, _STYLES, _FONTS, _CHARACTER_PAGES, _PARAGRAPH_PAGES = 33, 1, 15, 12, 13  # places in the table of parts
_PARTS = 0x9A
_MAX_PIECES = 200_000


@dataclass(frozen=True, slots=True)
class _Piece:
    """Text of ``length`` characters that lies at ``offset`` of the main stream."""

    length: int
    offset: int
    width: int


class _Ranges:
    """Formatting by position in the main stream: where each stretch begins, and what holds there."""

    def __init__(self, stretches: list[tuple[int, bytes]]) -> None:
        stretches.sort(key=lambda item: item[0])
        self.starts = [start for start, _ in stretches]
        self._values = [value for _, value in stretches]

    def at(self, offset: int) -> bytes:
        index = bisect_right(self.starts, offset) - 1
        return self._values[index] if index >= 0 else b""


@dataclass(frozen=True, slots=True)
class WordFile:
    """The parts of one document that decide its text."""

    stream: bytes
    pieces: tuple[_Piece, ...]
    characters: _Ranges
    paragraphs: _Ranges
    styles: StyleSheet

    @classmethod
    def open(cls, container: Any) -> WordFile:
        """Read the parts from an opened compound file.

        :raises LoadError: If the document is protected or of another kind.
        """
        if not container.exists("WordDocument"):
            raise LoadError(say("không phải tài liệu Word", "not a Word document"))
        stream = container.openstream("WordDocument").read()
        kind, version = struct.unpack_from("<HH", stream, 0)
        (flags,) = struct.unpack_from("<H", stream, 0x0A)
        if kind != 0xA5EC or version < 0xC1:
            raise LoadError(say("tài liệu Word cũ hơn Word 97", "a Word document older than Word 97"))
        if flags & 0x0100:
            raise LoadError(say("tệp có mật khẩu", "the file is protected by a password"))
        table = container.openstream("1Table" if flags & 0x0200 else "0Table").read()
        return cls(
            stream,
            tuple(_pieces(_part(stream, table, _CLX), _shown(stream))),
            _Ranges(list(_stretches(stream, _part(stream, table, _CHARACTER_PAGES), _character_change))),
            _Ranges(list(_stretches(stream, _part(stream, table, _PARAGRAPH_PAGES), _paragraph_change))),
            StyleSheet.read(_part(stream, table, _STYLES), _part(stream, table, _FONTS)),
        )

    def runs(self) -> Iterator[Run]:
        """The text in order, cut where the font may change."""
        for piece in self.pieces:
            for start, end in self._cuts(piece.offset, piece.offset + piece.length * piece.width):
                change = self.characters.at(start)
                sign = symbol_in(change)
                if sign and not is_deleted(change):
                    yield symbol(sign[1], self.styles.font_name(sign[0]))
                elif not is_deleted(change):
                    yield Run(_decode(self.stream[start:end], piece.width), self._font(start, change))

    def _cuts(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        bounds = {start, end}
        for ranges in (self.characters, self.paragraphs):
            first, last = bisect_right(ranges.starts, start), bisect_right(ranges.starts, end)
            bounds.update(ranges.starts[first:last])
        ordered = sorted(bound for bound in bounds if start <= bound <= end)
        return itertools.pairwise(ordered)

    def _font(self, offset: int, change: bytes) -> str:
        paragraph = self.paragraphs.at(offset)
        style = int(struct.unpack_from("<H", paragraph)[0]) if len(paragraph) >= 2 else 0
        own = font_in(change)
        return self.styles.font_name(own) if own is not None else self.styles.font_of(style, change)


def _shown(stream: bytes) -> list[tuple[int, int]]:
    """Which characters to read.

    The text of a document is followed by its footnotes, headers, macros, comments, endnotes and text boxes, and those
    of its headers; headers and comments are left out.
    """
    lengths = [max(int(n), 0) for n in struct.unpack_from("<7i", stream, 0x4C)]
    ends = list(itertools.accumulate(lengths))
    return [(0, ends[1]), (ends[4], ends[6])]


def _part(stream: bytes, table: bytes, index: int) -> bytes:
    start, size = struct.unpack_from("<II", stream, _PARTS + 8 * index)
    return table[start : start + size]


def _pieces(clx: bytes, shown: list[tuple[int, int]]) -> Iterator[_Piece]:
    position = 0
    while position < len(clx) and clx[position] == 1:
        position += 3 + struct.unpack_from("<H", clx, position + 1)[0]
    if position >= len(clx) or clx[position] != 2:
        raise LoadError(say("tệp hỏng: không có bảng đoạn chữ", "damaged: there is no piece table"))
    (size,) = struct.unpack_from("<I", clx, position + 1)
    count = min((size - 4) // 12, _MAX_PIECES)
    bounds = struct.unpack_from(f"<{count + 1}I", clx, position + 5)
    for index in range(count):
        (where,) = struct.unpack_from("<I", clx, position + 5 + 4 * (count + 1) + 8 * index + 2)
        narrow = bool(where & 0x40000000)
        offset, width = ((where & 0x3FFFFFFF) // 2, 1) if narrow else (where & 0x3FFFFFFF, 2)
        for first, last in shown:
            start, end = max(bounds[index], first), min(bounds[index + 1], last)
            if end > start:
                yield _Piece(end - start, offset + (start - bounds[index]) * width, width)


def _stretches(stream: bytes, table: bytes, change_of: Any) -> Iterator[tuple[int, bytes]]:
    count = max((len(table) - 4) // 8, 0)
    numbers = struct.unpack_from(f"<{count}I", table, 4 * (count + 1)) if count else ()
    for number in numbers:
        page = stream[(number & 0x3FFFFF) * _PAGE : (number & 0x3FFFFF) * _PAGE + _PAGE]
        if len(page) < _PAGE:
            continue
        runs = min(page[-1], 0x65)
        starts = struct.unpack_from(f"<{runs + 1}I", page)
        for index in range(runs):
            yield starts[index], change_of(page, 4 * (runs + 1), index)
        yield starts[runs], b""


def _character_change(page: bytes, base: int, index: int) -> bytes:
    place = page[base + index] * 2
    return page[place + 1 : place + 1 + page[place]] if place else b""


def _paragraph_change(page: bytes, base: int, index: int) -> bytes:
    place = page[base + 13 * index] * 2
    if not place:
        return b""
    size = page[place] * 2 - 1 if page[place] else page[place + 1] * 2
    start = place + 1 if page[place] else place + 2
    return page[start : start + size]


def _decode(raw: bytes, width: int) -> str:
    if width == 2:
        return raw.decode("utf-16-le", "replace")
    return "".join(bytes([b]).decode("cp1252", "ignore") or chr(b) for b in raw)
