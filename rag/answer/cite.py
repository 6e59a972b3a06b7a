"""Citations: each claim carries a marker ``[n]`` that leads to the exact words it rests on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rag.types import Citation, Document, DocumentInfo, Span


@dataclass(frozen=True, slots=True)
class Quote:
    """Words of one document version: ``document.text[span.start:span.end] == text``."""

    info: DocumentInfo
    span: Span
    text: str
    passage_id: int = 0


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence of an answer and what it rests on.

    :param bullet: Shown as an item of a list.
    """

    text: str
    quotes: tuple[Quote, ...]
    bullet: bool = False


class Citations:
    """Numbers quotes in the order of their first use; the same words keep their number."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[str, str, int, int], int] = {}
        self._made: list[Citation] = []

    def number(self, quote: Quote) -> int:
        """The number of a quote, from 1."""
        place = (quote.info.id, quote.info.version, quote.span.start, quote.span.end)
        if place not in self._numbers:
            self._numbers[place] = len(self._made) + 1
            self._made.append(to_citation(quote, len(self._made) + 1))
        return self._numbers[place]

    @property
    def made(self) -> tuple[Citation, ...]:
        """All citations so far, in order."""
        return tuple(self._made)


def to_citation(quote: Quote, n: int) -> Citation:
    """A quote as citation number ``n``."""
    info = quote.info
    return Citation(
        n=n, document_id=info.id, version=info.version, title=info.title, published=info.published,
        source=info.source, start=quote.span.start, end=quote.span.end, quote=quote.text,
        publisher=info.publisher, url=info.url, passage_id=quote.passage_id,
    )  # fmt: skip


def quote_of(document: Document, span: Span, passage_id: int = 0) -> Quote:
    """The words of a span, exactly as stored."""
    return Quote(document.info, span, document.text[span.start : span.end], passage_id)


def render(claims: Iterable[Claim], citations: Citations) -> str:
    """Claims as text with markers; list items each on a line that begins with ``- ``."""
    lines = []
    for claim in claims:
        markers = "".join(f"[{n}]" for n in dict.fromkeys(citations.number(q) for q in claim.quotes))
        lines.append(f"{'- ' if claim.bullet else ''}{claim.text} {markers}".rstrip())
    return "\n".join(lines)


def nearest(quotes: Sequence[Quote]) -> tuple[Citation, ...]:
    """Quotes offered beside an answer that asserts nothing, numbered from 1."""
    return tuple(to_citation(quote, n) for n, quote in enumerate(quotes, start=1))
