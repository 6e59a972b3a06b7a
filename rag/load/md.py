"""Markdown: read as the page it describes, so that no marks of markup are stored."""

from __future__ import annotations

import lxml.html
from markdown_it import MarkdownIt

from rag.load.blocks import block_text
from rag.load.describe import describe
from rag.load.details import Details
from rag.load.encoding import decode
from rag.load.limits import Limits
from rag.load.row import details_of
from rag.types import LoadedDocument


def read(data: bytes, limits: Limits) -> LoadedDocument:
    """Read a Markdown article; a front matter of ``name: value`` lines gives its details.

    :raises LoadError: If it is not text, is empty or too long.
    """
    decoded = decode(data)
    front, body = _front_matter(decoded.text.replace("\r\n", "\n"))
    html = MarkdownIt("commonmark", {"html": False}).enable("table").render(body)
    tree = lxml.html.fromstring(f"<body>{html}</body>")
    heading = tree.find(".//h1")
    title = Details(title=block_text(heading) if heading is not None else "")
    notes = (decoded.note,) if decoded.note else ()
    return describe(block_text(tree), limits, front.filled_from(title), notes=notes)


def _front_matter(text: str) -> tuple[Details, str]:
    if not text.startswith("---\n"):
        return Details(), text
    head, end, body = text[4:].partition("\n---\n")
    if not end or len(head) > 4000:
        return Details(), text
    pairs = (line.partition(":") for line in head.split("\n"))
    return details_of({name: value.strip(" \"'") for name, _, value in pairs}), body
