"""The document viewer: the stored text of one version, with the cited words marked."""

from __future__ import annotations

import re
from html import escape
from pathlib import PurePosixPath, PureWindowsPath

from rag.lang import say
from rag.serve.links import ANCHOR, document_link
from rag.serve.pages import page, product_name, top_bar
from rag.types import Document, Page, Span

_LINE = re.compile(r"[^\n]+")


def document_page(
    document: Document, span: Span | None = None, current_version: str = "", has_file: bool = False
) -> str:
    """The whole document as a page.

    :param span: Cited words, in characters of the text; ``None`` marks nothing.
    :param current_version: Newest version of the document; a notice appears when it is another one.
    :param has_file: Whether the file that this version was read from can be downloaded.
    """
    title = document.info.title or say("Tài liệu không có tiêu đề", "Untitled document")
    heading, body = _text(document, title, span or Span(0, 0))
    jump = f'<p class="jump"><a href="#{ANCHOR}">{say("Tới đoạn được dẫn", "Go to the cited words")}</a></p>'
    head = f"<h1>{heading}</h1>{_facts(document, has_file)}{jump if span else ''}"
    return page(
        f"{title} · {product_name()}",
        f"{top_bar()}<main>{_outdated(document, current_version)}<article>{head}{body}</article></main>",
    )


def parse_span(start: str, end: str, length: int) -> Span | None:
    """The place named in an address; ``None`` when it is not a place in this text.

    :param length: Length of the text in characters.

    >>> parse_span("3", "8", 100)
    Span(start=3, end=8)
    """
    if not (start.isdecimal() and end.isdecimal() and len(start) + len(end) <= 20):
        return None
    span = Span(int(start), int(end))
    return span if span.start < span.end <= length else None


def _text(document: Document, title: str, span: Span) -> tuple[str, str]:
    """Heading and body. A text that begins with its own title shows it once, as the heading."""
    lines = [Span(m.start(), m.end()) for m in _LINE.finditer(document.text) if m.group().strip()]
    heading = escape(title)
    anchored = False
    if lines and document.text[lines[0].start : lines[0].end].strip() == title.strip():
        first = lines.pop(0)
        heading, anchored = _marked(document.text, first, span, anchored)
    paragraphs: list[str] = []
    pages = list(document.info.pages)
    for line in lines:
        paragraphs.append(_page_breaks(pages, line))
        html, anchored = _marked(document.text, line, span, anchored)
        paragraphs.append(f"<p>{html}</p>")
    return heading, "".join(paragraphs)


def _marked(text: str, line: Span, span: Span, anchored: bool) -> tuple[str, bool]:
    """One line with its part of the span marked; the first mark of the page carries the anchor."""
    start, end = max(line.start, span.start), min(line.end, span.end)
    if start >= end:
        return escape(text[line.start : line.end]), anchored
    # Focus brings the place into view also where the address lost its "#…", and takes screen readers there.
    anchor = "" if anchored else f' id="{ANCHOR}" tabindex="-1" autofocus'
    marked = f"<mark{anchor}>{escape(text[start:end])}</mark>"
    return escape(text[line.start : start]) + marked + escape(text[end : line.end]), True


def _page_breaks(pages: list[Page], line: Span) -> str:
    """Numbers of the pages that begin before this line ends; they are taken off the list."""
    marks = ""
    while pages and pages[0].start < line.end:
        marks += f'<p class="page">{say("Trang", "Page")} {pages.pop(0).number}</p>'
    return marks


def _facts(document: Document, has_file: bool) -> str:
    info = document.info
    date = info.published.strftime("%d/%m/%Y") if info.published else ""
    line = " · ".join(escape(part) for part in (info.publisher, date, info.author) if part)
    origin = _origin(document) + (_download(document) if has_file else "")
    return f'<p class="meta">{line}</p>{origin}' if line else origin


def _download(document: Document) -> str:
    address = f"{document_link(document.id, document.version)}/file"
    return f'<p class="origin"><a href="{escape(address)}">{say("Tải tệp gốc", "Download the original file")}</a></p>'


def _origin(document: Document) -> str:
    """The address it was taken from, or the file's name; folders of the server are nobody's business."""
    info = document.info
    if info.url.startswith(("https://", "http://")):
        label = say("Bản gốc:", "Original:")
        link = f'<a href="{escape(info.url)}" rel="noopener noreferrer" target="_blank">{escape(info.url)}</a>'
        return f'<p class="origin">{label} {link}</p>'
    name = PureWindowsPath(PurePosixPath(info.source).name).name
    return f'<p class="origin">{say("Tệp:", "File:")} {escape(name)}</p>' if name else ""


def _outdated(document: Document, current_version: str) -> str:
    if current_version in ("", document.version):
        return ""
    notice = say("Đây là bản cũ, đúng như lúc được dẫn.", "This is an older version, as it was when cited.")
    link = say("Xem bản mới nhất", "See the newest version")
    address = document_link(document.id, current_version)
    return f'<p class="outdated" role="note">{notice} <a href="{escape(address)}">{link}</a></p>'
