"""Rows of the tables to and from the product's values."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from itertools import chain
from typing import Any

from rag.types import Document, DocumentInfo, Page, Passage, Span

INFO_COLUMNS = (
    "d.id, d.key, v.version, d.collection, v.source, v.title, v.publisher, v.author, v.url, v.published, v.format, "
    "v.source_hash, v.pages, v.notes"
)
PASSAGE_COLUMNS = 'p.id, v.document_id, v.version, p.ordinal, p.start, p."end", p.text, p.sentences'


def to_info(row: Sequence[Any]) -> DocumentInfo:
    """A document version from :data:`INFO_COLUMNS`."""
    *head, published, kind, source_hash, pages, notes = row
    values = (
        *head,
        date.fromisoformat(published) if published else None,
        kind,
        source_hash,
        tuple(Page(*page) for page in json.loads(pages)),
        tuple(json.loads(notes)),
    )
    return DocumentInfo(*values)


def from_document(document: Document, created: str) -> tuple[Any, ...]:
    """Values of the ``versions`` table, ``number`` left out."""
    info = document.info
    pages = json.dumps([(page.number, page.start, page.end) for page in info.pages])
    published = info.published.isoformat() if info.published else None
    shown = (info.title, info.publisher, info.author, info.url, published, info.format)
    notes = json.dumps(info.notes, ensure_ascii=False)
    return (info.id, info.version, info.source, info.source_hash, *shown, pages, notes, created, document.text)


def to_passage(row: Sequence[Any]) -> Passage:
    """A passage from :data:`PASSAGE_COLUMNS`."""
    *head, sentences = row
    values = (*head, from_spans(sentences))
    return Passage(*values)


def to_spans(spans: Sequence[Span]) -> str:
    """Spans as one flat JSON list."""
    return json.dumps(list(chain.from_iterable((span.start, span.end) for span in spans)), separators=(",", ":"))


def from_spans(text: str) -> tuple[Span, ...]:
    """The inverse of :func:`to_spans`."""
    numbers: list[int] = json.loads(text)
    return tuple(Span(start, end) for start, end in zip(numbers[::2], numbers[1::2], strict=True))
