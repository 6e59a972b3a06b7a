"""Rich Text Format, read run by run, because the font of a run decides what its bytes mean.

The reader knows groups, fonts, code pages, Unicode escapes, paragraphs and table cells; everything else is layout.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from rag.errors import LoadError
from rag.lang import say
from rag.load.describe import describe
from rag.load.details import Details
from rag.load.fonts import FontConverter, Run
from rag.load.limits import Limits
from rag.load.own_title import own_title
from rag.text.legacy import encoding_of_font
from rag.types import LoadedDocument

_TOKEN = re.compile(
    rb"\\([a-zA-Z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z0-9])|([{}])|[\r\n]+|([^\\{}\r\n]+)"
)
_SILENT = frozenset(
    b"fonttbl colortbl stylesheet info pict object header headerl headerr headerf footer footerl footerr footerf "
    b"themedata colorschememapping latentstyles datastore generator listtable listoverridetable revtbl rsidtbl "
    b"xmlnstbl fldinst filetbl mmathPr pgptbl nonshppict bkmkstart bkmkend sp shprslt".split()
)
_SHAPE = b"shpinst"
"""What a text box lies in; marked as something that readers may leave out."""
_SYMBOLS = 2
"""Charset of fonts whose bytes are signs."""
_BREAKS = {
    b"par": "\n\n",
    b"sect": "\n\n",
    b"page": "\n\n",
    b"row": "\n\n",
    b"line": "\n",
    b"tab": "\t",
    b"cell": " | ",
}
_SIGNS = {
    b"emdash": "—", b"endash": "–", b"lquote": "‘", b"rquote": "’", b"ldblquote": "“", b"rdblquote": "”",
    b"bullet": "•", b"emspace": " ", b"enspace": " ", b"~": " ", b"_": "-", b"-": "\xad",
    b"\\": "\\", b"{": "{", b"}": "}",
}  # fmt: skip
_CHARSETS = {
    0: "cp1252",
    163: "cp1258",
    238: "cp1250",
    204: "cp1251",
    161: "cp1253",
    162: "cp1254",
    128: "cp932",
    134: "cp936",
}
_MAX_DEPTH = 10_000


@dataclass(frozen=True, slots=True)
class _State:
    """What a group inherits and restores at its end."""

    font: int = 0
    skip: int = 1
    """Characters that stand in for a Unicode escape, to be left out."""
    silent: bool = False
    hidden: bool = False
    east: bool = False
    """Whether the next font is one for East Asian letters only."""


@dataclass(slots=True)
class _Font:
    name: str = ""
    charset: int = 0


@dataclass(slots=True)
class _Document:
    fonts: dict[int, _Font] = field(default_factory=dict)
    default_font: int = 0
    code_page: str = "cp1252"
    title: str = ""


def read(data: bytes, limits: Limits) -> LoadedDocument:
    """Read an RTF document.

    :raises LoadError: If it has no text, or too much.
    """
    document = _Document()
    _read_head(data, document)
    fonts = FontConverter()
    text = fonts.join(_runs(data, document)).replace(" | \n\n", "\n\n")
    text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")  # pairs come as two escapes
    details = Details(title=own_title(document.title))
    return describe(text, limits, details, notes=fonts.notes)


def _read_head(data: bytes, document: _Document) -> None:
    """Font table, code page, default font and title."""
    page = re.search(rb"\\ansicpg(\d{3,5})", data[:4096])
    if page:
        document.code_page = f"cp{int(page.group(1))}"
    default = re.search(rb"\\deff(\d{1,5})", data[:4096])
    document.default_font = int(default.group(1)) if default else 0
    table = data.find(b"{\\fonttbl")
    for match in re.finditer(
        rb"\\f(\d{1,5})\b([^;{}]{0,200}(?:\{[^{}]{0,200}\}[^;{}]{0,200}){0,3});", _group(data, table)
    ):
        plain = re.sub(rb"\{[^{}]*\}|\\'[0-9a-f]{2}|\\[a-z]+-?\d* ?", b"", match.group(2))
        charset = re.search(rb"\\fcharset(\d{1,3})", match.group(2))
        name = plain.decode("latin-1").strip()
        document.fonts[int(match.group(1))] = _Font(name, int(charset.group(1)) if charset else 0)
    title = _group(data, data.find(b"{\\title "))
    if title:
        document.title = "".join(run.text for run in _runs(b"{\\plain " + title[8:], document))


def _group(data: bytes, start: int) -> bytes:
    """The group that begins at ``start``; empty where ``start`` is -1 or the group has no end."""
    if start < 0:
        return b""
    depth = 0
    for match in re.finditer(rb"\\[{}\\]|[{}]", data[start : start + 1_000_000]):
        depth += {b"{": 1, b"}": -1}.get(match.group(), 0)
        if depth == 0:
            return data[start : start + match.end()]
    return b""


def _runs(data: bytes, document: _Document) -> Iterator[Run]:
    """The visible text by font, in order."""
    reader = _Reader(document)
    for match in _TOKEN.finditer(data):
        yield from reader.feed(match)
    yield from reader.flush()


class _Reader:
    """Walks the tokens and keeps the state of the group that it is in."""

    def __init__(self, document: _Document) -> None:
        self._document = document
        self._state = _State(font=document.default_font)
        self._stack: list[_State] = []
        self._stand_ins = 0
        self._bytes = bytearray()

    def feed(self, match: re.Match[bytes]) -> Iterator[Run]:
        """Take one token; give the runs that it completes."""
        word, number, code, symbol, brace, plain = match.groups()
        if code is not None or plain is not None:
            self._take(bytes([int(code, 16)]) if code is not None else plain)
            return
        if brace or word or symbol:
            yield from self.flush()
        if brace:
            self._enter_or_leave(brace)
        elif word:
            yield from self._word(word, int(number) if number else None)
        elif symbol == b"*":
            self._state = replace(self._state, silent=True)
        elif symbol in _SIGNS:
            yield from self._say(_SIGNS[symbol])

    def flush(self) -> Iterator[Run]:
        """Give the bytes gathered so far, in the code page of their font."""
        raw, self._bytes = bytes(self._bytes), bytearray()
        if raw:
            yield from self._say(_decode(raw, self._font, self._document))

    @property
    def _font(self) -> _Font:
        return self._document.fonts.get(self._state.font, _Font())

    def _say(self, text: str) -> Iterator[Run]:
        if not self._state.silent and not self._state.hidden:
            yield Run(text, self._font.name)

    def _take(self, raw: bytes) -> None:
        dropped = min(self._stand_ins, len(raw))
        self._stand_ins -= dropped
        if not self._state.silent:
            self._bytes += raw[dropped:]

    def _enter_or_leave(self, brace: bytes) -> None:
        self._stand_ins = 0
        if brace == b"{":
            if len(self._stack) >= _MAX_DEPTH:
                raise LoadError(say("RTF lồng quá sâu", "the RTF is nested too deeply"))
            self._stack.append(self._state)
        elif self._stack:
            self._state = self._stack.pop()

    def _word(self, word: bytes, value: int | None) -> Iterator[Run]:
        if word == b"u" and value is not None:
            self._stand_ins = self._state.skip
            yield from self._say(chr(value & 0xFFFF))
        elif word in _BREAKS:
            yield from self._say(_BREAKS[word])
        elif word in _SIGNS:
            yield from self._say(_SIGNS[word])
        else:
            self._state = self._changed(word, value)

    def _changed(self, word: bytes, value: int | None) -> _State:  # noqa: PLR0911 - one return a kind
        if word in _SILENT:
            return replace(self._state, silent=True)
        if word == _SHAPE and self._stack:
            return replace(self._state, silent=self._stack[-1].silent)
        if word in (b"loch", b"hich", b"dbch"):
            return replace(self._state, east=word == b"dbch")
        if word == b"f" and value is not None:
            return replace(self._state, font=self._state.font if self._state.east else value, east=False)
        if word == b"plain":
            return replace(self._state, font=self._document.default_font, hidden=False)
        if word == b"uc":
            return replace(self._state, skip=min(max(value or 0, 0), 8))
        if word in (b"v", b"deleted"):
            return replace(self._state, hidden=value != 0)
        return self._state


def _decode(raw: bytes, font: _Font, document: _Document) -> str:
    if encoding_of_font(font.name):
        return "".join(bytes([b]).decode("cp1252", "ignore") or chr(b) for b in raw)
    if font.charset == _SYMBOLS:
        return "".join(chr(b) if b < 0x80 else "•" for b in raw)
    page = _CHARSETS.get(font.charset, document.code_page) if font.charset else document.code_page
    try:
        return raw.decode(page, "replace")
    except LookupError:
        return raw.decode("cp1252", "replace")
