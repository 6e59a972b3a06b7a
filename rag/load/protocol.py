"""Messages between the loader and its reading process: a length, then JSON. Nothing here can run code."""

from __future__ import annotations

import json
import struct
from datetime import date
from typing import Any

from rag.types import FailedSource, LoadedDocument, Page

HEADER = struct.Struct(">I")
Message = dict[str, Any]


def frame(body: bytes) -> bytes:
    """The body with its length before it."""
    return HEADER.pack(len(body)) + body


def encode_message(message: Message) -> bytes:
    """A small message as a frame. ASCII, so that file names of any bytes survive."""
    return frame(json.dumps(message).encode("ascii"))


def encode_item(item: LoadedDocument | FailedSource) -> bytes:
    """One result as JSON."""
    if isinstance(item, FailedSource):
        row: Message = {"source": item.source, "reason": item.reason}
    else:
        row = {
            "text": item.text,
            "title": item.title,
            "published": item.published.isoformat() if item.published else None,
            "author": item.author,
            "publisher": item.publisher,
            "url": item.url,
            "locator": item.locator,
            "pages": [(page.number, page.start, page.end) for page in item.pages],
            "notes": item.notes,
        }
    return json.dumps(row, ensure_ascii=False).encode("utf-8", "replace")


def decode_item(row: Message) -> LoadedDocument | FailedSource:
    """The inverse of :func:`encode_item`, for one parsed row.

    :raises KeyError: If the row has not the shape of a result; likewise ``TypeError`` and ``ValueError``.
    """
    if "reason" in row:
        return FailedSource(str(row["source"]), str(row["reason"]))
    return LoadedDocument(
        text=str(row["text"]),
        title=str(row["title"]),
        published=date.fromisoformat(row["published"]) if row["published"] else None,
        author=str(row["author"]),
        publisher=str(row["publisher"]),
        url=str(row["url"]),
        locator=str(row["locator"]),
        pages=tuple(Page(int(n), int(start), int(end)) for n, start, end in row["pages"]),
        notes=tuple(str(note) for note in row["notes"]),
    )
