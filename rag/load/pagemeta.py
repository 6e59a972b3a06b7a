"""What a web page states about itself in its head: JSON-LD first, then OpenGraph, then plain meta elements."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from rag.load.blocks import block_text
from rag.load.details import Details, parse_date

_TITLE = ("og:title", "twitter:title", "dc.title", "citation_title")
_PUBLISHED = (
    "article:published_time", "datepublished", "pubdate", "publishdate", "dc.date", "dc.date.issued",
    "dcterms.created", "citation_publication_date", "date",
)  # fmt: skip
_AUTHOR = ("author", "article:author", "dc.creator", "citation_author")
_PUBLISHER = ("og:site_name", "application-name", "publisher", "dc.publisher", "copyright")
_URL = ("og:url", "twitter:url", "dc.identifier")


def page_details(tree: Any) -> Details:
    """The details that a page states; what it does not state stays empty.

    :param tree: Root of the page as lxml parsed it.
    """
    return _from_json_ld(tree).filled_from(_from_meta(tree)).filled_from(_from_elements(tree))


def _from_meta(tree: Any) -> Details:
    stated: dict[str, str] = {}
    for element in tree.iter("meta"):
        name = (element.get("property") or element.get("name") or element.get("itemprop") or "").lower()
        value = (element.get("content") or "").strip()
        if name and value:
            stated.setdefault(name, value)
    return Details(
        title=_first(stated, _TITLE),
        published=next(filter(None, (parse_date(stated.get(name)) for name in _PUBLISHED)), None),
        author=_name(_first(stated, _AUTHOR)),
        publisher=_first(stated, _PUBLISHER),
        url=_address(_first(stated, _URL)),
    )


def _from_elements(tree: Any) -> Details:
    """A single first-level heading, or the window title; the canonical address."""
    headings = [text for text in map(block_text, tree.iter("h1")) if text]
    title = headings[0] if len(headings) == 1 else (tree.findtext(".//title") or "")
    links = (link.get("href") for link in tree.iter("link") if (link.get("rel") or "").lower() == "canonical")
    return Details(title=title, url=_address(next(links, "") or ""))


def _from_json_ld(tree: Any) -> Details:
    for script in tree.iter("script"):
        if (script.get("type") or "").lower() != "application/ld+json":
            continue
        try:
            data = json.loads(script.text or "")
        except (ValueError, RecursionError):
            continue
        for item in _objects(data):
            if str(item.get("@type", "")).strip("[]'").endswith(("Article", "Posting", "Report")):
                return _from_article(item)
    return Details()


def _objects(data: Any) -> Iterator[Mapping[str, Any]]:
    items = data if isinstance(data, list) else [data]
    for item in items:
        if isinstance(item, Mapping):
            yield item
            graph = item.get("@graph")
            yield from (part for part in graph if isinstance(part, Mapping)) if isinstance(graph, list) else ()


def _from_article(item: Mapping[str, Any]) -> Details:
    main = item.get("mainEntityOfPage")
    page = main.get("@id") if isinstance(main, Mapping) else main
    return Details(
        title=_name(item.get("headline") or item.get("name")),
        published=parse_date(item.get("datePublished")),
        author=_name(item.get("author")),
        publisher=_name(item.get("publisher")),
        url=_address(_name(item.get("url")) or _name(page)),
    )


def _first(stated: Mapping[str, str], names: tuple[str, ...]) -> str:
    return next((stated[name] for name in names if name in stated), "")


def _name(value: Any) -> str:
    """A name: text, an object with a name, or a list of them; an address is not a name."""
    if isinstance(value, Mapping):
        value = value.get("name") or value.get("@id")
    if isinstance(value, list):
        return ", ".join(filter(None, map(_name, value)))
    return value.strip() if isinstance(value, str) else ""


def _address(value: str) -> str:
    return value if value.startswith(("http://", "https://")) else ""
