"""The sources beside an answer: which document, and the cited words in the passage around them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby

from rag.lang import say
from rag.serve.conversation import Exchange
from rag.serve.links import place_link
from rag.types import Citation, Hit, Page, Passage

_BLANK_LINES = re.compile(r"\n\s*\n")

CONTEXT_CHARS = 140
"""Shown before and after the cited words; the whole passage (about 900 characters) opens on demand."""


@dataclass(frozen=True, slots=True)
class Sources:
    """What the markers of one exchange point at.

    :param prefix: Start of the ids of the sources on the page.
    :param is_evidence: False when the citations are only the nearest passages.
    """

    prefix: str
    citations: tuple[Citation, ...]
    hits: tuple[Hit, ...] = ()
    is_evidence: bool = True

    @classmethod
    def of(cls, exchange: Exchange, number: int) -> Sources:
        """The sources of an exchange, complete or still streaming.

        :param number: Place of the exchange in the conversation.
        """
        prefix = f"nguon-{number}"
        if exchange.answer is None:
            return cls(prefix, exchange.citations, exchange.hits)
        answer = exchange.answer
        is_evidence = answer.status == "answered"
        cited = answer.citations if is_evidence else answer.nearest
        return cls(prefix, cited, answer.hits or exchange.hits, is_evidence)

    def link(self, n: int) -> str:
        """HTML of marker ``[n]``; empty when it points nowhere."""
        citation = next((c for c in self.citations if c.n == n), None)
        if citation is None:
            return ""
        label = escape(f"{say('Nguồn', 'Source')} {n}: {citation.title}")
        return (
            f'<a class="cite" href="{escape(viewer_url(citation))}" target="_blank" rel="noopener"'
            f' data-source="{self.prefix}-{n}"'
            f' aria-label="{label}">[{n}]</a>'
        )


def viewer_url(citation: Citation) -> str:
    """Durable address of the cited words in their document."""
    return place_link(citation.document_id, citation.version, citation.start, citation.end)


def source_panel(sources: Sources) -> str:
    """The panel: one card a document, in it each cited place with its number.

    :return: Empty text when there is nothing to show.
    """
    if not sources.citations:
        return ""
    label = say("Nguồn", "Sources") if sources.is_evidence else say("Đoạn gần nhất", "Nearest passages")
    cards = "".join(
        _card(list(group), sources)
        for _, group in groupby(_by_document(sources.citations), key=lambda c: (c.document_id, c.version))
    )
    kind = "sources" if sources.is_evidence else "sources near"
    return f'<aside class="{kind}" aria-label="{label}"><h3>{label}</h3>{cards}</aside>'


@dataclass(frozen=True, slots=True)
class Mark:
    """Cited words inside an excerpt, in characters of its text; overlapping citations share one mark."""

    start: int
    end: int
    citations: tuple[Citation, ...]


@dataclass(frozen=True, slots=True)
class Excerpt:
    """One passage with all its cited words, so that a list taken from it does not repeat it."""

    text: str
    marks: tuple[Mark, ...]


def excerpts(citations: Sequence[Citation], hits: Sequence[Hit]) -> list[Excerpt]:
    """The passages that hold the citations of one document version, in the order of their first number.

    :param hits: Where the passages' texts come from; a citation outside all of them is its own excerpt.
    """
    groups: dict[tuple[int, str], list[Citation]] = {}
    for citation in citations:
        passage = next((hit.passage for hit in hits if _holds(hit.passage, citation)), None)
        key = (passage.start, passage.text) if passage else (citation.start, citation.quote)
        groups.setdefault(key, []).append(citation)
    return [Excerpt(text, _marks(group, start)) for (start, text), group in groups.items()]


def _holds(passage: Passage, citation: Citation) -> bool:
    same = (passage.document_id, passage.version) == (citation.document_id, citation.version)
    return same and passage.start <= citation.start and citation.end <= passage.end


def _marks(citations: Sequence[Citation], offset: int) -> tuple[Mark, ...]:
    marks: list[Mark] = []
    for c in sorted(citations, key=lambda c: (c.start, c.n)):
        mark = Mark(c.start - offset, c.end - offset, (c,))
        if marks and mark.start < marks[-1].end:
            mark = Mark(marks[-1].start, max(marks[-1].end, mark.end), (*marks.pop().citations, c))
        marks.append(mark)
    return tuple(marks)


def _by_document(citations: tuple[Citation, ...]) -> list[Citation]:
    """Documents in the order of their first citation, each with all its citations."""
    first: dict[tuple[str, str], int] = {}
    for citation in citations:
        first.setdefault((citation.document_id, citation.version), citation.n)
    return sorted(citations, key=lambda c: (first[(c.document_id, c.version)], c.n))


def _card(citations: list[Citation], sources: Sources) -> str:
    head = citations[0]
    date = head.published.strftime("%d/%m/%Y") if head.published else ""
    title = escape(head.title or say("Tài liệu không có tiêu đề", "Untitled document"))
    line = escape(" · ".join(part for part in (head.publisher, date) if part))
    meta = f'<p class="meta">{line}</p>' if line else ""
    pages = _pages_of(head, sources.hits)
    places = "".join(_place(excerpt, sources.prefix, pages) for excerpt in excerpts(citations, sources.hits))
    return f'<section class="source"><h4 title="{title}">{title}</h4>{meta}{places}</section>'


def _pages_of(citation: Citation, hits: Sequence[Hit]) -> tuple[Page, ...]:
    """Pages of the cited version, where it has any."""
    return next(
        (
            hit.document.pages
            for hit in hits
            if (hit.document.id, hit.document.version) == (citation.document_id, citation.version)
        ),
        (),
    )


def _page_number(citation: Citation, pages: Sequence[Page]) -> str:
    number = next((page.number for page in pages if page.start <= citation.start < page.end), None)
    label = say("Trang", "Page")
    return "" if number is None else f'<span class="page">{label} {number}</span>'


def _place(excerpt: Excerpt, prefix: str, pages: Sequence[Page]) -> str:
    opens = say("Mở toàn văn", "Open full text")
    first = excerpt.marks[0].citations[0]
    link = (
        f'<a class="open" href="{escape(viewer_url(first))}" target="_blank" rel="noopener"'
        f' aria-label="{escape(f"{opens}: {first.title}")}">{opens}</a>'
    )
    text, is_cut = _text(excerpt, prefix)
    label = say("Xem cả đoạn", "Whole passage")
    more = f'<button type="button" class="more" aria-expanded="false">{label}</button>' if is_cut else ""
    page = _page_number(first, pages)
    return f'<div class="place"><p class="excerpt">{text}</p><p class="actions">{page}{link}{more}</p></div>'


def _text(excerpt: Excerpt, prefix: str) -> tuple[str, bool]:
    """The passage with its marks; what is far from all of them is hidden until asked for.

    :return: HTML, and whether something is hidden.
    """
    pieces: list[str] = []
    position, last = 0, len(excerpt.text)
    for mark in excerpt.marks:
        pieces += [_gap(excerpt.text[position : mark.start], position == 0, False), _mark(excerpt, mark, prefix)]
        position = mark.end
    html = "".join([*pieces, _gap(excerpt.text[position:last], False, True)])
    return html, 'class="far"' in html


def _mark(excerpt: Excerpt, mark: Mark, prefix: str) -> str:
    label = say("Mở toàn văn ở nguồn", "Open full text at source")
    numbers = "".join(
        f'<a class="number" id="{prefix}-{c.n}" href="{escape(viewer_url(c))}" target="_blank" rel="noopener"'
        f' aria-label="{label} {c.n}">{c.n}</a>'
        for c in mark.citations
    )
    return f"<mark>{numbers}{_shown(excerpt.text[mark.start : mark.end])}</mark>"


def _gap(text: str, is_first: bool, is_last: bool) -> str:
    """Text between marks: near its ends it is shown, the middle is hidden when it is long."""
    tail = "" if is_last else _tail(text)
    head = "" if is_first else _head(text)
    if len(head) + len(tail) >= len(text):
        return _shown(text)
    hidden = text[len(head) : len(text) - len(tail)]
    dots = f'<span class="cut">{" …" if head else ""}{" " if head and tail else ""}{"… " if tail else ""}</span>'
    return f'{_shown(head)}{dots}<span class="far">{_shown(hidden)}</span>{_shown(tail)}'


def _shown(text: str) -> str:
    """Escaped; blank lines, which only part paragraphs, take no room in the narrow panel."""
    return escape(_BLANK_LINES.sub("\n", text))


def _tail(text: str) -> str:
    """The end of the text, from the beginning of a word."""
    return text if len(text) <= CONTEXT_CHARS else text[-CONTEXT_CHARS:].partition(" ")[2]


def _head(text: str) -> str:
    """The beginning of the text, to the end of a word."""
    return text if len(text) <= CONTEXT_CHARS else text[:CONTEXT_CHARS].rpartition(" ")[0]
