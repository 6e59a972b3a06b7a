"""An exchange as plain values that the browser keeps, and the way back.

The browser sends them again when a conversation is opened from its history, exported or judged. They may have been
changed on the way, so nothing quoted is taken from them: each citation names a place, and its words are read from the
store again, as far as the person may read them. What is no longer there is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeAlias, get_args

from rag.errors import RagError
from rag.lang import say
from rag.serve.conversation import Conversation, Exchange
from rag.serve.wishes import filters_query, parse_filters
from rag.types import Answer, Citation, Document, Hit, Method, Passage, Status

ReadDocument: TypeAlias = Callable[[str, str], Document | None]
"""Gives a version of a document (id, version) if the person may read it."""

MOST_EXCHANGES = 50
_MOST_PLACES = 200
_LONGEST_TEXT = 60_000
_AROUND = 400
"""Characters shown on either side of a citation that is read again."""


class KeptError(RagError):
    """What was sent is not what :func:`keep` gave out."""


def keep(exchange: Exchange) -> dict[str, Any] | None:
    """An answered exchange as JSON-ready values; ``None`` for one without an answer."""
    answer = exchange.answer
    if answer is None:
        return None
    return {
        "question": exchange.question,
        "asked": exchange.asked.isoformat(timespec="seconds") if exchange.asked else "",
        "filters": filters_query(exchange.filters),
        "understood": answer.understood,
        "status": answer.status,
        "method": answer.method,
        "text": answer.text,
        "short": answer.short_answer,
        "confidence": round(answer.confidence, 4),
        "notes": list(answer.notes),
        "index_version": answer.index_version,
        "citations": [_place(c) for c in answer.citations],
        "nearest": [_place(c) for c in answer.nearest],
    }


def recall(row: Any, read: ReadDocument) -> Exchange:
    """The exchange that :func:`keep` was given, its quotes read again.

    :param row: Values from outside.
    :raises KeptError: If they are not an exchange.
    """
    if not isinstance(row, Mapping):
        raise _wrong()
    status, method = _text(row, "status"), _text(row, "method")
    if status not in get_args(Status) or method not in get_args(Method):
        raise _wrong()
    asked = _text(row, "asked")
    citations, hits = _citations(row.get("citations"), read)
    nearest, near_hits = _citations(row.get("nearest"), read)
    answer = Answer(
        question=_text(row, "question"),
        status=status,  # type: ignore[arg-type]
        text=_text(row, "text"),
        short_answer=_text(row, "short"),
        citations=citations,
        nearest=nearest,
        hits=(*hits, *near_hits),
        confidence=_number(row),
        method=method,  # type: ignore[arg-type]
        understood=_text(row, "understood"),
        notes=_texts(row, "notes"),
        index_version=_text(row, "index_version"),
    )
    return Exchange(
        answer.question,
        "done",
        understood=answer.understood,
        answer=answer,
        filters=parse_filters(_text(row, "filters")),
        asked=_moment(asked) if asked else None,
    )


def recall_all(rows: Any, read: ReadDocument) -> Conversation:
    """Several exchanges, oldest first.

    :raises KeptError: If they are none, or too many.
    """
    if not isinstance(rows, Sequence) or isinstance(rows, str) or not 0 < len(rows) <= MOST_EXCHANGES:
        raise _wrong()
    return tuple(recall(row, read) for row in rows)


def _place(citation: Citation) -> list[Any]:
    return [citation.n, citation.document_id, citation.version, citation.start, citation.end]


def _citations(places: Any, read: ReadDocument) -> tuple[tuple[Citation, ...], tuple[Hit, ...]]:
    if not isinstance(places, list) or len(places) > _MOST_PLACES:
        raise _wrong()
    citations: list[Citation] = []
    hits: list[Hit] = []
    for place in places:
        n, document_id, version, start, end = _parts(place)
        document = read(document_id, version)
        if document is None or not 0 <= start < end <= len(document.text):
            continue
        info = document.info
        citations.append(
            Citation(n, document_id, version, info.title, info.published, info.source, start, end,
                     document.text[start:end], publisher=info.publisher, url=info.url)
        )  # fmt: skip
        if not any(_holds(hit.passage, citations[-1]) for hit in hits):
            hits.append(_hit(document, start, end))
    return tuple(citations), tuple(hits)


def _parts(place: Any) -> tuple[int, str, str, int, int]:
    match place:
        case [int(n), str(document_id), str(version), int(start), int(end)] if 0 < n < 1000:
            return n, document_id, version, start, end
        case _:
            raise _wrong()


def _holds(passage: Passage, c: Citation) -> bool:
    same = (passage.document_id, passage.version) == (c.document_id, c.version)
    return same and passage.start <= c.start and c.end <= passage.end


def _hit(document: Document, start: int, end: int) -> Hit:
    """What stands around a citation, to the ends of words, as the passage that it was found in."""
    text = document.text
    first = max(0, start - _AROUND)
    first = start - len(text[first:start].partition(" ")[2]) if first else 0
    last = min(len(text), end + _AROUND)
    last = end + len(text[end:last].rpartition(" ")[0]) if last < len(text) else last
    passage = Passage(0, document.id, document.version, 0, first, last, text[first:last])
    return Hit(passage, document.info, score=0.0, dense=0.0, lexical=0.0)


def _text(row: Mapping[str, Any], name: str) -> str:
    value = row.get(name, "")
    if not isinstance(value, str) or len(value) > _LONGEST_TEXT or any("\ud800" <= c <= "\udfff" for c in value):
        raise _wrong()
    return value


def _texts(row: Mapping[str, Any], name: str) -> tuple[str, ...]:
    values = row.get(name, [])
    if not isinstance(values, list) or len(values) > 20:
        raise _wrong()
    return tuple(_text({name: value}, name) for value in values)


def _number(row: Mapping[str, Any]) -> float:
    value = row.get("confidence", 0.0)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise _wrong()
    return float(value)


def _moment(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise _wrong() from None


def _wrong() -> KeptError:
    return KeptError(say("Yêu cầu không hợp lệ.", "The request is not valid."))
