"""Word 97-2003 documents (.doc): the main text and its notes, each stretch converted by the font it is in."""

from __future__ import annotations

import io
from collections.abc import Iterator

import olefile

from rag.errors import LoadError
from rag.lang import say
from rag.load.describe import describe
from rag.load.details import Details
from rag.load.fonts import FontConverter, Run
from rag.load.limits import Limits
from rag.load.own_title import own_title
from rag.load.word97 import WordFile
from rag.load.word97_title import title_of
from rag.types import LoadedDocument

_MARKS = {
    "\r": "\n\n", "\x07": " | ", "\x0b": "\n", "\x0c": "\n\n", "\x0e": "\n\n", "\x1e": "-", "\x1f": "\xad",
    "\x01": "", "\x02": "", "\x03": "", "\x04": "", "\x05": "", "\x08": "",
}  # fmt: skip
_PROPERTIES = "\x05SummaryInformation"
_FIELD_BEGIN, _FIELD_SEPARATOR, _FIELD_END = "\x13", "\x14", "\x15"


def read(data: bytes, limits: Limits) -> LoadedDocument:
    """Read a Word 97-2003 document.

    :raises LoadError: If it is protected, older than Word 97, damaged, or has no text.
    """
    try:
        with olefile.OleFileIO(io.BytesIO(data)) as container:
            word = WordFile.open(container)
            title = _title(container)
    except (OSError, IndexError, ValueError) as error:
        raise LoadError(say("tệp hỏng hoặc bị cắt cụt", "the file is damaged or cut short")) from error
    fonts = FontConverter()
    text = fonts.join(_visible(word.runs()))
    text = "\n\n".join(_rows(text.split("\n\n")))
    return describe(text, limits, Details(title=title), notes=fonts.notes)


def _visible(runs: Iterator[Run]) -> Iterator[Run]:
    """Runs with Word's control characters as layout; of a field only its result is shown."""
    codes = 0  # how deep inside the instructions of fields
    shown: list[bool] = []
    for run in runs:
        pieces = []
        for char in run.text:
            if char == _FIELD_BEGIN:
                shown.append(False)
                codes += 1
            elif char == _FIELD_SEPARATOR and shown and not shown[-1]:
                shown[-1] = True
                codes -= 1
            elif char == _FIELD_END and shown:
                codes -= not shown.pop()
            elif codes == 0:
                pieces.append(_MARKS.get(char, char))
        yield Run("".join(pieces), run.font)


def _rows(paragraphs: list[str]) -> Iterator[str]:
    """Table rows: cells end with a bar, a row with an empty cell."""
    for paragraph in paragraphs:
        if " | " not in paragraph:
            yield paragraph
            continue
        for row in paragraph.split(" |  | "):
            yield row.strip(" |")


def _title(container: olefile.OleFileIO) -> str:
    """The title property, unless a program filled it in."""
    if not container.exists(_PROPERTIES):
        return ""
    return own_title(title_of(container.openstream(_PROPERTIES).read()))
