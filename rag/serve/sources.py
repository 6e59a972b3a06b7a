"""The sources beside an answer: which document, and the cited words in the passage around them."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from itertools import groupby
from urllib.parse import quote

from rag.lang import say
from rag.serve.conversation import Exchange
from rag.types import Citation, Hit

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
            f'<a class="cite" href="{escape(viewer_url(citation))}" data-source="{self.prefix}-{n}"'
            f' aria-label="{label}">[{n}]</a>'
        )


def viewer_url(citation: Citation) -> str:
    """Durable address of the cited words in their document."""
    path = f"/documents/{quote(citation.document_id, safe='')}/{quote(citation.version, safe='')}"
    return f"{path}?start={citation.start}&end={citation.end}#trich-dan"


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
    return f'<aside class="sources" aria-label="{label}"><h3>{label}</h3>{cards}</aside>'


def meta_line(publisher: str, published: str, pages: str = "") -> str:
    """Publisher and date as one escaped line; empty parts are left out."""
    return escape(" · ".join(part for part in (publisher, published, pages) if part))


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
    meta = meta_line(head.publisher, date)
    places = "".join(_place(citation, sources) for citation in citations)
    return (
        f'<section class="source"><h4 title="{title}">{title}</h4>'
        f"{f'<p class=meta>{meta}</p>' if meta else ''}<ol>{places}</ol></section>"
    )


def _place(citation: Citation, sources: Sources) -> str:
    before, after = _around(citation, sources.hits)
    opens = say("Mở toàn văn", "Open full text")
    link = (
        f'<a class="open" href="{escape(viewer_url(citation))}" target="_blank" rel="noopener"'
        f' aria-label="{escape(f"{opens}: {citation.title}")}">{opens}</a>'
    )
    return (
        f'<li class="place" id="{sources.prefix}-{citation.n}" tabindex="-1"><span class="number">{citation.n}</span>'
        f"<div>{_excerpt(before, citation.quote, after)}"
        f'<p class="actions">{link}{_more_button(before, after)}</p></div></li>'
    )


def _around(citation: Citation, hits: tuple[Hit, ...]) -> tuple[str, str]:
    """The passage's text before and after the cited words; empty where the passage is not at hand."""
    for hit in hits:
        passage = hit.passage
        same = (passage.document_id, passage.version) == (citation.document_id, citation.version)
        if same and passage.start <= citation.start and citation.end <= passage.end:
            cut = citation.start - passage.start
            return passage.text[:cut], passage.text[cut + len(citation.quote) :]
    return "", ""


def _excerpt(before: str, words: str, after: str) -> str:
    """The cited words with a little around them; the rest of the passage waits, hidden, for "whole passage"."""
    near_before, near_after = _tail(before), _head(after)
    far_before, far_after = before[: len(before) - len(near_before)], after[len(near_after) :]
    return (
        f'<p class="excerpt">{_far(far_before, "… ", is_first=True)}{escape(near_before)}'
        f"<mark>{escape(words)}</mark>{escape(near_after)}{_far(far_after, ' …', is_first=False)}</p>"
    )


def _far(text: str, ellipsis: str, *, is_first: bool) -> str:
    if not text:
        return ""
    hidden, cut = f'<span class="far">{escape(text)}</span>', f'<span class="cut">{ellipsis}</span>'
    return hidden + cut if is_first else cut + hidden


def _more_button(before: str, after: str) -> str:
    if _tail(before) == before and _head(after) == after:
        return ""
    return f'<button type="button" class="more" aria-expanded="false">{say("Xem cả đoạn", "Whole passage")}</button>'


def _tail(text: str) -> str:
    """The end of the text, from the beginning of a word."""
    return text if len(text) <= CONTEXT_CHARS else text[-CONTEXT_CHARS:].partition(" ")[2]


def _head(text: str) -> str:
    """The beginning of the text, to the end of a word."""
    return text if len(text) <= CONTEXT_CHARS else text[:CONTEXT_CHARS].rpartition(" ")[0]
