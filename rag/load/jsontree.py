"""A JSON file: one article, an array of articles, or ``{"data": […]}``. Arrays are read item by item."""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterator
from typing import Any, BinaryIO

import ijson

from rag.errors import LoadError
from rag.lang import say
from rag.load.encoding import decode
from rag.load.jsonl import parse_object
from rag.load.limits import MIB, Limits
from rag.load.row import read_row
from rag.types import FailedSource, LoadedDocument

_ARRAYS = ("data", "articles", "items", "documents", "rows", "results")


def read_rows(file: BinaryIO, name: str, limits: Limits) -> Iterator[LoadedDocument | FailedSource]:
    """Read the articles one after the other; a bad one is reported and the next is read.

    :param name: Name of the file, for the reports.
    :raises LoadError: If the file is no JSON at all, or breaks off.
    """
    if file.read(3) != codecs.BOM_UTF8:
        file.seek(0)
    start = file.tell()
    while (char := file.read(1)) in (b" ", b"\n", b"\r", b"\t"):
        pass
    file.seek(start)
    if not char:
        raise LoadError(say("tệp rỗng", "the file is empty"))
    is_wide = file.read(2)[1:] == b"\0"  # UTF-16, which the reader of arrays does not know
    file.seek(start)
    items = _array(file) if char == b"[" and not is_wide else _object(file, limits)
    for number, item in enumerate(items, 1):
        try:
            if not isinstance(item, dict):
                raise LoadError(say("không phải đối tượng JSON {…}", "not a JSON object {…}"))
            yield read_row(item, number, limits)
        except LoadError as error:
            yield FailedSource(f"{name} {say('mục', 'item')} {number}", str(error))


def _array(file: BinaryIO) -> Iterator[Any]:
    count = 0
    try:
        for item in ijson.items(file, "item", use_float=True):
            count += 1
            yield item
    except (ijson.JSONError, UnicodeDecodeError, RecursionError) as error:
        raise LoadError(say(f"JSON hỏng sau mục {count}", f"broken JSON after item {count}")) from error
    if not count:
        raise LoadError(say("không có mục nào", "there are no items"))


def _object(file: BinaryIO, limits: Limits) -> Iterator[Any]:
    data = file.read(limits.max_file_mb * MIB + 1)
    if len(data) > limits.max_file_mb * MIB:
        raise LoadError(
            say(
                f"tệp lớn hơn {limits.max_file_mb} MiB; hãy dùng JSONL",
                f"the file is over {limits.max_file_mb} MiB; use JSONL",
            )
        )
    text = decode(data).text
    if text.lstrip()[:1] == "[":  # an array in another encoding than UTF-8
        yield from _parsed_array(text)
        return
    row = parse_object(text)
    array = next((row[key] for key in _ARRAYS if isinstance(row.get(key), list)), None)
    yield from [row] if array is None else array


def _parsed_array(text: str) -> Iterator[Any]:
    try:
        yield from json.loads(text)
    except (ValueError, RecursionError) as error:
        raise LoadError(say("JSON hỏng", "broken JSON")) from error
