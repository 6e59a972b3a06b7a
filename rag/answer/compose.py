"""From evidence to an answer in words: claims quoted from the documents, frame sentences from fixed templates."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rag.answer.announce import announced, announces, detailed
from rag.answer.cite import Claim, Quote, quote_of
from rag.answer.listing import list_items
from rag.answer.question import Question
from rag.answer.read import Evidence
from rag.answer.verdict import spoken, verdict
from rag.lang import say
from rag.text.dates import find_dates
from rag.text.sentences import clause_spans
from rag.types import Document, Hit, Span

Fetch = Callable[[Hit], Document]
"""Gives the document version that a hit belongs to."""

_LONG_SENTENCE = 320
"""Characters above which only the clauses that answer are quoted."""


@dataclass(frozen=True, slots=True)
class Draft:
    """Claims of an answer, and its short form."""

    claims: tuple[Claim, ...]
    short_answer: str = ""


def compose(question: Question, evidence: Sequence[Evidence], fetch: Fetch) -> Draft:
    """Put the best evidence into words.

    :param evidence: Sentences, best first; at least one.
    """
    best = evidence[0]
    document = fetch(best.hit)
    if question.wants_list:
        items = list_items(document, best.span)
        if items:
            return _list(document, best, items)
    claim = claim_of(document, best)
    if announces(question, best.text, best.short):
        told = announced(question, document, best.span)
        return Draft((claim, *(_spoken(document, span, best, bullet=len(told) > 1) for span in told)))
    found = verdict(question, best.text)
    if found:
        return Draft((Claim(f"{spoken(found)}. {claim.text}", claim.quotes),), spoken(found))
    short = short_form(best, document)
    if short.quote:
        claim = Claim(claim.text, (*claim.quotes, short.quote))
    detail = detailed(document, best.span) if best.kind in ("reason", "manner") else None
    further = (_spoken(document, detail, best),) if detail else ()
    return Draft((claim, *further), short.text)


def _list(document: Document, best: Evidence, items: Sequence[Span]) -> Draft:
    claims = []
    if best.span.start < items[0].start:
        intro = Span(best.span.start, items[0].start)
        claims.append(_spoken(document, _trimmed(document, intro), best))
    claims += [_spoken(document, _trimmed(document, item), best, bullet=True) for item in items]
    return Draft(tuple(claims))


def _trimmed(document: Document, span: Span) -> Span:
    text = document.text[span.start : span.end]
    lead = len(text) - len(text.lstrip())
    return Span(span.start + lead, span.start + len(text.rstrip()))


def _spoken(document: Document, span: Span, evidence: Evidence, bullet: bool = False) -> Claim:
    text = _flat(document.text[span.start : span.end])
    if bullet:
        text = re.sub(r"^([-–—•*+]|\d{1,2}[.)]|[a-zđ][.)])\s+", "", text)
    return Claim(_as_sentence(text), (quote_of(document, span, evidence.hit.passage.id),), bullet)


def _as_sentence(text: str) -> str:
    """A clause cut out of a sentence begins with a capital and ends like a sentence."""
    text = text.rstrip(" ;,")
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?", "…", ":", "”", '"')) else ".")


def _flat(text: str) -> str:
    return " ".join(text.split())


def claim_of(document: Document, evidence: Evidence) -> Claim:
    """The telling part of a sentence as a claim that cites it."""
    return _spoken(document, _telling_part(document, evidence), evidence)


def _telling_part(document: Document, evidence: Evidence) -> Span:
    """The sentence, or of a long one the clause that holds the short answer."""
    if len(evidence.span) <= _LONG_SENTENCE or evidence.short is None:
        return evidence.span
    at = evidence.span.start + evidence.short.start
    clauses = clause_spans(document.text, evidence.span)
    clause = next((c for c in clauses if c.start <= at < c.end), evidence.span)
    text = document.text[clause.start : clause.end]
    # A clause cut inside brackets is no sentence.
    return clause if text.count("(") == text.count(")") else evidence.span


@dataclass(frozen=True, slots=True)
class ShortForm:
    """A short answer in words, and where a part that it was completed with is written."""

    text: str
    quote: Quote | None = None


def short_form(evidence: Evidence, document: Document) -> ShortForm:
    """The short answer; a day completed with the year of publication says so and cites where that is written."""
    short = evidence.short
    if short is None:
        return ShortForm("")
    if not short.derived:
        return ShortForm(_flat(short.text))
    return ShortForm(f"{short.derived} ({derived_note()})", _published_quote(document))


def derived_note() -> str:
    """How a day is marked whose year the document does not write beside it."""
    return say("năm theo ngày đăng", "year from the date of publication")


def _published_quote(document: Document) -> Quote | None:
    """Where the text itself writes its date of publication, in its first lines."""
    published = document.info.published
    if published is None:
        return None
    for mention in find_dates(document.text[:400]):
        if (mention.year, mention.month, mention.day) == (published.year, published.month, published.day):
            return quote_of(document, Span(mention.start, mention.end))
    return None


def tentative_text(quotes: Sequence[Quote]) -> str:
    """The nearest passages in quotation marks, under a frame that asserts nothing."""
    frame = say(
        "Đoạn gần nhất trong tài liệu, xin kiểm tra lại:", "The nearest passages in the documents; please check them:"
    )
    return "\n".join([frame, *(f"- “{_flat(quote.text)}”" for quote in quotes)])


def nearest_quotes(evidence: Sequence[Evidence], fetch: Fetch, most: int = 3) -> tuple[Quote, ...]:
    """The best sentences as quotes, each place once."""
    return tuple(quote_of(fetch(e.hit), e.span, e.hit.passage.id) for e in evidence[:most])
