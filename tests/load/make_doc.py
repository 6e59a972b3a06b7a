"""Write small Word 97-2003 files by hand: runs of text in fonts of any name ([MS-DOC], [MS-CFB])."""

from __future__ import annotations

import struct
from collections.abc import Sequence

_SECTOR = 512
_SMALLEST = 4096
"""Streams below this size would lie in a stream of small sectors; ours are padded instead."""
_TEXT_AT = 1536
_CLX, _FONTS, _CHARACTER_PAGES = 33, 15, 12
_RUNS_A_PAGE = 30
_SET_FONT, _SET_OTHER_FONT = 0x4A4F, 0x4A51
"""For letters of ASCII, and for those beyond."""
_END, _FREE, _FAT = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD


def make_doc(
    main: Sequence[tuple[str, str]],
    headers: Sequence[tuple[str, str]] = (),
    boxes: Sequence[tuple[str, str]] = (),
) -> bytes:
    """A document of runs (text, font); a carriage return ends a paragraph. Text up to U+00FF is stored in bytes.

    :param headers: What stands at the head of pages; like the text boxes, it is stored behind the text.
    """
    runs = [*main, *headers, *boxes]
    fonts = list(dict.fromkeys(font for _text, font in runs))
    text, pieces, marks = bytearray(), [], []
    for run, font in runs:
        narrow = all(ord(char) < 256 for char in run)
        if not narrow and len(text) % 2:
            text += b"\0"
        at = _TEXT_AT + len(text)
        raw = run.encode("latin-1" if narrow else "utf-16-le")
        pieces.append((len(run), (at * 2) | 0x40000000 if narrow else at))
        marks.append((at, at + len(raw), fonts.index(font)))
        text += raw
    text += b"\0" * (-(_TEXT_AT + len(text)) % _SECTOR)
    first = (_TEXT_AT + len(text)) // _SECTOR
    groups = [marks[i : i + _RUNS_A_PAGE] for i in range(0, len(marks), _RUNS_A_PAGE)]
    table, parts = bytearray(), {}
    for index, part in (
        (_CLX, _piece_table(pieces)),
        (_FONTS, _font_table(fonts)),
        (_CHARACTER_PAGES, _page_table(groups, first)),
    ):
        parts[index] = (len(table), len(part))
        table += part
    head = bytearray(_TEXT_AT)
    struct.pack_into("<HH", head, 0, 0xA5EC, 0xC1)
    struct.pack_into("<H", head, 0x0A, 0x0200)
    lengths = [sum(len(text) for text, _font in part) for part in (main, headers, boxes)]
    struct.pack_into("<7i", head, 0x4C, lengths[0], 0, lengths[1], 0, 0, 0, lengths[2])
    for index, place in parts.items():
        struct.pack_into("<II", head, 0x9A + 8 * index, *place)
    stream = bytes(head) + bytes(text) + b"".join(map(_page, groups))
    return compound({"WordDocument": stream, "1Table": bytes(table)})


def _piece_table(pieces: Sequence[tuple[int, int]]) -> bytes:
    bounds = [0]
    for length, _where in pieces:
        bounds.append(bounds[-1] + length)
    body = struct.pack(f"<{len(bounds)}I", *bounds) + b"".join(struct.pack("<HIH", 0, at, 0) for _n, at in pieces)
    return b"\2" + struct.pack("<I", len(body)) + body


def _font_table(names: Sequence[str]) -> bytes:
    entries = []
    for name in names:
        body = b"\0" * 39 + (name + "\0").encode("utf-16-le")
        entries.append(bytes([len(body)]) + body)
    return struct.pack("<HH", len(names), 0) + b"".join(entries)


def _page_table(groups: Sequence[Sequence[tuple[int, int, int]]], first: int) -> bytes:
    starts = [group[0][0] for group in groups] + [groups[-1][-1][1]]
    return struct.pack(f"<{len(starts)}I", *starts) + struct.pack(
        f"<{len(groups)}I", *range(first, first + len(groups))
    )


def _page(group: Sequence[tuple[int, int, int]]) -> bytes:
    page = bytearray(_SECTOR)
    bounds = [start for start, _end, _font in group] + [group[-1][1]]
    struct.pack_into(f"<{len(bounds)}I", page, 0, *bounds)
    at = _SECTOR - 2
    for index, (_start, _end, font) in enumerate(group):
        at -= 10
        page[at : at + 9] = bytes([8]) + struct.pack("<HHHH", _SET_FONT, font, _SET_OTHER_FONT, font)
        page[4 * len(bounds) + index] = at // 2
    page[-1] = len(group)
    return bytes(page)


def compound(streams: dict[str, bytes]) -> bytes:
    """A compound file of some streams."""
    padded = {n: d + b"\0" * max(-len(d) % _SECTOR, _SMALLEST - len(d)) for n, d in streams.items()}
    padded = {n: d + b"\0" * (-len(d) % _SECTOR) for n, d in padded.items()}
    sectors = {name: len(data) // _SECTOR for name, data in padded.items()}
    n_fat = 1
    while n_fat * 128 < n_fat + 1 + sum(sectors.values()):
        n_fat += 1
    fat, start, at = [_FAT] * n_fat + [_END], {}, n_fat + 1
    for name, count in sectors.items():
        start[name] = at
        fat += [*range(at + 1, at + count), _END]
        at += count
    fat += [_FREE] * (n_fat * 128 - len(fat))
    names = list(streams)
    entries = [_entry("Root Entry", 5, child=1, right=_FREE, start=_END, size=0)]
    for number, name in enumerate(names, 1):
        right = number + 1 if number < len(names) else _FREE
        entries.append(_entry(name, 2, child=_FREE, right=right, start=start[name], size=len(padded[name])))
    entries += [b"\0" * 128] * (4 - len(entries))
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16
    head += struct.pack("<HHHHH6xIIIIIIIIII", 0x3E, 3, 0xFFFE, 9, 6, 0, n_fat, n_fat, 0, _SMALLEST, _END, 0, _END, 0, 0)
    places = list(range(1, n_fat)) + [_FREE] * (109 - n_fat)
    head += struct.pack("<108I", *places[:108])
    return head + struct.pack(f"<{len(fat)}I", *fat) + b"".join(entries) + b"".join(padded.values())


def _entry(name: str, kind: int, *, child: int, right: int, start: int, size: int) -> bytes:
    raw = name.encode("utf-16-le") + b"\0\0"
    links = struct.pack("<III", _FREE, right, child)
    return (
        raw.ljust(64, b"\0")
        + struct.pack("<HBB", len(raw), kind, 1)
        + links
        + b"\0" * 36
        + struct.pack("<IQ", start, size)
    )
