"""Styles and fonts of Word 97-2003: which font holds where a run names none."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

_FONT, _OTHER_FONT, _STYLE, _DELETED, _HIDDEN, _SYMBOL = 0x4A4F, 0x4A51, 0x4A30, 0x0800, 0x083C, 0x6A09
_SIZES = {0: 1, 1: 1, 2: 2, 3: 4, 4: 2, 5: 2, 7: 3}
_MAX_CHAIN = 30
_PARAGRAPH_STYLE, _CHARACTER_STYLE = 1, 2


def changes(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The single changes of a list of formatting changes: code and operand."""
    position = 0
    while position + 2 < len(data):
        (code,) = struct.unpack_from("<H", data, position)
        position += 2
        size = _SIZES.get(code >> 13)
        if size is None:  # of variable length, which comes first
            size = data[position] + 1
        yield code, data[position : position + size]
        position += size


def font_in(data: bytes) -> int | None:
    """The number of the font that a list of changes sets: the one for letters beyond ASCII, if it tells them apart."""
    other = _value(data, _OTHER_FONT)
    return other if other is not None else _value(data, _FONT)


def symbol_in(data: bytes) -> tuple[int, int] | None:
    """Font and number of a sign that was inserted; the text itself holds only a place for it."""
    found = [operand for code, operand in changes(data) if code == _SYMBOL and len(operand) == 4]
    return struct.unpack("<HH", found[-1]) if found else None


def is_deleted(data: bytes) -> bool:
    """Whether the text was deleted (and kept as a tracked change) or hidden."""
    return any(code in (_DELETED, _HIDDEN) and operand[:1] == b"\1" for code, operand in changes(data))


def _value(data: bytes, wanted: int) -> int | None:
    """The last of several holds."""
    found = [operand for code, operand in changes(data) if code == wanted and len(operand) == 2]
    return int(struct.unpack("<H", found[-1])[0]) if found else None


@dataclass(frozen=True, slots=True)
class _Style:
    base: int
    font: int | None


@dataclass(frozen=True, slots=True)
class StyleSheet:
    """The styles of a document and the names of its fonts."""

    styles: tuple[_Style | None, ...]
    fonts: tuple[str, ...]
    default_font: int

    @classmethod
    def read(cls, styles: bytes, fonts: bytes) -> StyleSheet:
        """Read both tables; one that is damaged counts as empty."""
        names = tuple(_font_names(fonts))
        try:
            header, base_size, default = _style_header(styles)
            return cls(tuple(_styles(styles, header, base_size)), names, default)
        except (struct.error, IndexError):
            return cls((), names, 0)

    def font_name(self, number: int) -> str:
        """The name of a font; empty where there is no such font."""
        return self.fonts[number] if 0 <= number < len(self.fonts) else ""

    def font_of(self, paragraph_style: int, change: bytes) -> str:
        """The font of a run that names none itself: its character style's, its paragraph's, the default."""
        character_style = _value(change, _STYLE)
        for style in (character_style, paragraph_style):
            font = self._resolve(style) if style is not None else None
            if font is not None:
                return self.font_name(font)
        return self.font_name(self.default_font)

    def _resolve(self, number: int) -> int | None:
        for _ in range(_MAX_CHAIN):
            style = self.styles[number] if number < len(self.styles) else None
            if style is None or style.font is not None:
                return style.font if style else None
            number = style.base
        return None


def _style_header(data: bytes) -> tuple[int, int, int]:
    """Where the styles begin, the size of their fixed part, and the default font."""
    (size,) = struct.unpack_from("<H", data)
    (base_size,) = struct.unpack_from("<H", data, 4)
    default = struct.unpack_from("<H", data, 14)[0] if size >= 14 else 0
    return 2 + size, base_size, default


def _styles(data: bytes, position: int, base_size: int) -> Iterator[_Style | None]:
    while position + 2 <= len(data):
        (size,) = struct.unpack_from("<H", data, position)
        body = data[position + 2 : position + 2 + size]
        try:
            yield _style(body, base_size) if size else None
        except (struct.error, IndexError):
            yield None
        position += 2 + size + size % 2


def _style(body: bytes, base_size: int) -> _Style:
    (kind_and_base,) = struct.unpack_from("<H", body, 2)
    kind, base = kind_and_base & 0xF, kind_and_base >> 4
    (letters,) = struct.unpack_from("<H", body, base_size)
    position = base_size + 2 + 2 * letters + 2
    wanted = {_PARAGRAPH_STYLE: 1, _CHARACTER_STYLE: 0}.get(kind)
    for index in range(2):
        if wanted is None or position + 2 > len(body):
            break
        (size,) = struct.unpack_from("<H", body, position)
        if index == wanted:
            return _Style(base, font_in(body[position + 2 : position + 2 + size]))
        position += 2 + size + size % 2
    return _Style(base, None)


def _font_names(data: bytes) -> Iterator[str]:
    """Names in the order of their numbers. Each entry: its size, 39 bytes about the font, the name in UTF-16."""
    position = 4
    while position < len(data):
        size = data[position]
        raw = data[position + 40 : position + 1 + size]
        yield raw.decode("utf-16-le", "replace").split("\0")[0]
        position += 1 + size
