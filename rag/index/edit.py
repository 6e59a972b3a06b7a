"""What a person corrected in a document's details: kept beside it, and put over what later loads of its file say."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from rag.index.identify import shortened_version
from rag.types import Document

if TYPE_CHECKING:
    from rag.index.store import StoreWriter


@dataclass(frozen=True, slots=True)
class Edit:
    """Details of a document as a person wants them shown."""

    title: str
    publisher: str = ""
    author: str = ""
    published: date | None = None


def edited(writer: StoreWriter, document: Document) -> Document:
    """The document with what a person once corrected in it; the same where nobody did."""
    kept = writer.meta(_name(document.id))
    return apply_edit(document, _from_json(kept)) if kept else document


def apply_edit(document: Document, edit: Edit) -> Document:
    """The document as another version, with other details over the same text."""
    info = replace(
        document.info,
        title=edit.title,
        publisher=edit.publisher,
        author=edit.author,
        published=edit.published,
    )
    return Document(replace(info, version=shortened_version(info, document.text)), document.text)


def keep_edit(writer: StoreWriter, document_id: str, edit: Edit) -> None:
    """Note an edit for the next time the document's file is loaded."""
    published = edit.published.isoformat() if edit.published else None
    row = [edit.title, edit.publisher, edit.author, published]
    writer.set_meta(_name(document_id), json.dumps(row, ensure_ascii=False))


def _from_json(text: str) -> Edit:
    title, publisher, author, published = json.loads(text)
    return Edit(title, publisher, author, date.fromisoformat(published) if published else None)


def _name(document_id: str) -> str:
    return f"edit:{document_id}"
