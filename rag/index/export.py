"""Documents and what is known of them as lines of JSON, from which `rag ingest` makes the same passages again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rag.index.store import Store
from rag.load.row import VERBATIM
from rag.types import Access, Filters


def export_rows(store: Store, filters: Filters | None = None, access: Access | None = None) -> Iterator[dict[str, Any]]:
    """The current version of each document that matches, as JSON-ready values, newest first."""
    for info in store.list_documents(filters, access):
        document = store.document(info.id, info.version)
        if document is None:  # removed since it was listed
            continue
        yield {
            VERBATIM: True,
            "id": info.id,
            "title": info.title,
            "text": document.text,
            "published": info.published.isoformat() if info.published else None,
            "publisher": info.publisher,
            "author": info.author,
            "url": info.url,
            "collection": info.collection,
            "origin": info.source,
            "format": info.format,
            "version": info.version,
            "pages": [(page.number, page.start, page.end) for page in info.pages],
        }
