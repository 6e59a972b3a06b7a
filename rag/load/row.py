"""One row of a file of rows (an object of JSON, a line of a table) to a document."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rag.errors import LoadError
from rag.lang import say
from rag.load.describe import check_length, document, has_text, no_text, one_line, with_lead
from rag.load.details import Details, parse_date
from rag.load.fonts import unify
from rag.load.limits import Limits
from rag.load.tidy import tidy
from rag.text.unicode import fold
from rag.types import LoadedDocument, Page

_ALIASES = {
    "id": ("id", "_id", "ma", "ma bai", "article id"),
    "title": ("title", "tieu de", "headline", "ten bai", "tieu de bai viet"),
    "text": ("text", "content", "body", "noi dung", "noi dung bai viet", "van ban", "article"),
    "summary": ("summary", "sapo", "description", "tom tat", "mo ta", "lead", "abstract", "trich yeu"),
    "published": (
        "published", "date", "ngay", "ngay dang", "publish date", "published at", "published date", "pubdate",
        "ngay xuat ban", "datetime", "date published", "ngay ban hanh",
    ),
    "publisher": ("publisher", "source", "site", "nguon", "bao", "site name", "sitename", "newspaper", "co quan"),
    "author": ("author", "tac gia", "byline", "authors", "nguoi viet"),
    "url": ("url", "link", "duong dan", "lien ket", "canonical", "href"),
}  # fmt: skip
VERBATIM = "news_rag_verbatim"
"""Key of rows that `rag export` wrote: their text is stored as it stands, without title and summary put before it."""

_FIELD_OF = {alias: (name, rank) for name, aliases in _ALIASES.items() for rank, alias in enumerate(aliases)}


def known_field(name: str) -> str:
    """The field that a column or key stands for, empty where none.

    >>> known_field("Tiêu đề"), known_field("noi_dung"), known_field("price")
    ('title', 'text', '')
    """
    return _FIELD_OF.get(_key(name), ("", 0))[0]


def details_of(row: Mapping[str, Any]) -> Details:
    """The details among the fields of a row."""
    return _details(_fields(row))


def read_row(row: Mapping[str, Any], number: int, limits: Limits) -> LoadedDocument:
    """Make a document of one row; its text begins with title and summary as paragraphs of their own.

    :param number: Position in the file, from 1; the locator where the row has no id.
    :raises LoadError: If the row has no text or too much.
    """
    fields = _fields(row)
    raw = _words(fields.get("text"))
    check_length(raw, limits)
    if row.get(VERBATIM) is True:
        return _read_export(row, number, fields, raw)
    details, summary = _details(fields), one_line(_words(fields.get("summary")))
    body, notes = unify(raw)
    if notes:
        details, summary = _convert(details), one_line(unify(summary)[0])
    text = with_lead(tidy(body), one_line(details.title), summary)
    if not has_text(body) and not has_text(summary):
        names = ", ".join(str(name) for name in list(row)[:8]) or "—"
        raise LoadError(
            say(
                f"không có chữ; cần trường text, content hoặc nội dung (có: {names})",
                f"there is no text; expected a field text, content or body (found: {names})",
            )
        )
    identity = one_line(_words(fields.get("id")))
    locator = identity or one_line(details.url) or str(number)
    return document(text, details, notes=notes, locator=locator)


def _read_export(row: Mapping[str, Any], number: int, fields: Mapping[str, Any], raw: str) -> LoadedDocument:
    """A document as `rag export` wrote it. Its text is tidied all the same: anybody can write such a row."""
    text = tidy(raw)
    if not has_text(text):
        raise LoadError(no_text())
    pages = row.get("pages")
    return document(
        text,
        _details(fields),
        pages=_pages(pages, len(text)) if isinstance(pages, list) and text == raw else (),
        locator=one_line(_words(fields.get("id"))) or one_line(_words(fields.get("url"))) or str(number),
    )


def _pages(rows: list[Any], length: int) -> tuple[Page, ...]:
    """The pages of an exported document, if they are such."""
    pages = [Page(*row) for row in rows if isinstance(row, list) and len(row) == 3 and all(type(n) is int for n in row)]
    whole = len(pages) == len(rows) and all(0 <= page.start <= page.end <= length for page in pages)
    return tuple(pages) if whole else ()


def _convert(details: Details) -> Details:
    return Details(
        title=unify(details.title)[0],
        published=details.published,
        author=unify(details.author)[0],
        publisher=unify(details.publisher)[0],
        url=details.url,
    )


def _details(fields: Mapping[str, Any]) -> Details:
    return Details(
        title=_words(fields.get("title")),
        published=parse_date(fields.get("published")),
        author=_words(fields.get("author")),
        publisher=_words(fields.get("publisher")),
        url=_words(fields.get("url")),
    )


def _fields(row: Mapping[str, Any]) -> dict[str, Any]:
    """Values by our own field names; where several columns fit, the better name that has a value wins."""
    found: dict[str, tuple[int, Any]] = {}
    for name, value in row.items():
        field, rank = _FIELD_OF.get(_key(name), ("", 0))
        if field and value not in (None, "", [], {}) and (field not in found or rank < found[field][0]):
            found[field] = (rank, value)
    return {field: value for field, (_, value) in found.items()}


_KEYS: dict[str, str] = {}


def _key(name: str) -> str:
    known = _KEYS.get(name)
    if known is None:
        known = " ".join(fold(str(name)).replace("_", " ").replace("-", " ").split())
        if len(_KEYS) < 1000 and len(name) < 100:  # rows repeat their keys; a hostile file must not fill the memory
            _KEYS[name] = known
    return known


def _words(value: Any) -> str:
    """A field as text: lists as paragraphs, an object by its name."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or value is None:
        return ""
    if isinstance(value, list):
        return "\n\n".join(filter(None, (_words(part) for part in value)))
    if isinstance(value, Mapping):
        return _words(value.get("name") or value.get("text") or "")
    return str(value)
