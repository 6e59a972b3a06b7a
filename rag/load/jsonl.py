"""JSON Lines: one document a line, read line by line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, BinaryIO

from rag.errors import LoadError
from rag.lang import say
from rag.load.encoding import decode
from rag.load.limits import Limits
from rag.load.row import read_row
from rag.types import FailedSource, LoadedDocument


def read_rows(file: BinaryIO, name: str, limits: Limits) -> Iterator[LoadedDocument | FailedSource]:
    """Read the lines one after the other; a bad one is reported and the next is read.

    :param name: Name of the file, for the reports.
    """
    number = found = 0
    while line := file.readline(limits.max_result):
        number += 1
        try:
            if not line.endswith(b"\n") and len(line) >= limits.max_result:
                _skip_line(file, limits)
                raise LoadError(say("dòng quá dài", "the line is too long"))
            if line.strip(b" \t\r\n\0\xef\xbb\xbf"):
                found += 1
                yield read_row(_parse(line), number, limits)
        except LoadError as error:
            yield FailedSource(f"{name} {say('dòng', 'line')} {number}", str(error))
    if not found:
        raise LoadError(say("tệp rỗng", "the file is empty"))


def parse_object(text: str) -> dict[str, Any]:
    """One JSON object.

    :raises LoadError: If the text is something else; the message names the column.
    """
    try:
        row = json.loads(text)
    except json.JSONDecodeError as error:
        raise LoadError(say(f"JSON hỏng ở cột {error.colno}", f"broken JSON at column {error.colno}")) from error
    except (RecursionError, ValueError) as error:
        raise LoadError(say("JSON hỏng", "broken JSON")) from error
    if not isinstance(row, dict):
        raise LoadError(say("không phải đối tượng JSON {…}", "not a JSON object {…}"))
    return row


def _parse(line: bytes) -> dict[str, Any]:
    return parse_object(decode(line).text)


def _skip_line(file: BinaryIO, limits: Limits) -> None:
    while (rest := file.readline(limits.max_result)) and not rest.endswith(b"\n"):
        pass
