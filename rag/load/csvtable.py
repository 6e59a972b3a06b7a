"""A table of text (CSV): rows of articles where its columns say so, else one document with a line a row."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator
from itertools import chain
from typing import BinaryIO

from rag.errors import LoadError
from rag.lang import say
from rag.load.describe import describe
from rag.load.encoding import decode
from rag.load.limits import MIB, Limits
from rag.load.row import known_field, read_row
from rag.load.table import table_text
from rag.types import FailedSource, LoadedDocument

_DELIMITERS = (",", ";", "\t", "|")


def read_rows(file: BinaryIO, name: str, limits: Limits) -> Iterator[LoadedDocument | FailedSource]:
    """Read the rows one after the other; a bad one is reported and the next is read.

    :param name: Name of the file, for the reports.
    :raises LoadError: If there are no rows, or the file is not text.
    """
    csv.field_size_limit(limits.max_chars)
    lines, notes = _lines(file, limits)
    first = next(lines, "")
    if not first.strip():
        raise LoadError(say("tệp rỗng hoặc không có dòng tiêu đề", "the file is empty or has no header"))
    rows = csv.reader(chain([first], lines), delimiter=max(_DELIMITERS, key=first.count))
    header = _next(rows)
    if header is None or not any(known_field(column) == "text" for column in header):
        table = chain([header] if header else [], (row for row in iter(lambda: _next(rows), None)))
        yield describe(table_text(_bounded(table, limits)), limits, notes=notes, search=False)
        return
    yield from _articles(rows, header, name, limits)


def _articles(
    rows: Iterator[list[str]], header: list[str], name: str, limits: Limits
) -> Iterator[LoadedDocument | FailedSource]:
    number = 0
    while True:
        number += 1
        try:
            cells = next(rows, None)
            if cells is None:
                return
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) > len(header):
                raise LoadError(say("nhiều ô hơn tiêu đề", "more cells than the header has"))
            yield read_row(dict(zip(header, cells, strict=False)), number, limits)
        except (LoadError, csv.Error) as error:
            reason = str(error) if isinstance(error, LoadError) else say("dòng CSV hỏng", "broken CSV row")
            yield FailedSource(f"{name} {say('dòng', 'row')} {number}", reason)


def _next(rows: Iterator[list[str]]) -> list[str] | None:
    try:
        return next(rows, None)
    except csv.Error as error:
        raise LoadError(say("tệp CSV hỏng", "broken CSV file")) from error


def _bounded(rows: Iterator[list[str]], limits: Limits) -> Iterator[list[str]]:
    size = 0
    for row in rows:
        size += sum(map(len, row))
        if size > limits.max_chars:
            raise LoadError(say("bảng quá dài", "the table is too long"))
        yield row


def _lines(file: BinaryIO, limits: Limits) -> tuple[Iterator[str], tuple[str, ...]]:
    """The lines of the file as text: streamed where it is UTF-8, else read whole."""
    if _is_utf8(file):
        file.seek(0)
        return iter(io.TextIOWrapper(file, encoding="utf-8-sig", newline="")), ()
    file.seek(0)
    data = file.read(limits.max_file_mb * MIB + 1)
    if len(data) > limits.max_file_mb * MIB:
        raise LoadError(say("tệp lớn phải là UTF-8", "a large file must be UTF-8"))
    decoded = decode(data)
    return iter(io.StringIO(decoded.text, newline="")), (decoded.note,) if decoded.note else ()


def _is_utf8(file: BinaryIO) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        while chunk := file.read(MIB):
            decoder.decode(chunk)
            if b"\0" in chunk:
                return False
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True
