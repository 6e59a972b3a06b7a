"""The frame that the administrator's pages share, and how they show days, numbers and tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from html import escape

from rag.lang import language, say
from rag.serve.links import link
from rag.serve.pages import looks, own_scripts, product_name

Cell = str
"""HTML, escaped where it comes from outside."""


def admin_page(current: str, title: str, body: str) -> str:
    """A complete page with the way to the others.

    :param current: Path of this page.
    :param body: HTML, already escaped where it comes from outside.
    """
    pages = (
        ("/admin", say("Tài liệu", "Documents")),
        ("/admin/search", say("Soi tìm kiếm", "Search inspector")),
        ("/admin/feedback", say("Góp ý", "Feedback")),
        ("/admin/status", say("Tình trạng", "Status")),
    )
    links = "".join(nav_link(link(path), name, is_current=path == current) for path, name in pages)
    return (
        f'<!doctype html><html lang="{language()}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        f"<title>{escape(title)} · {escape(product_name())}</title>"
        f"{looks('dialogs', 'admin')}{own_scripts('page', 'admin')}</head><body>"
        f'<header class="bar"><a class="home" href="{link("/")}">{escape(product_name())}</a>'
        f'<nav aria-label="{say("Quản trị", "Administration")}">{links}</nav></header>'
        f'<main id="main"><h1>{escape(title)}</h1>{body}</main>'
        '<div id="told" role="status" aria-live="polite"></div></body></html>'
    )


def nav_link(address: str, name: str, *, is_current: bool) -> str:
    """A link of a navigation; the one to where one is says so.

    :param address: Already escaped.
    """
    here = ' aria-current="page"' if is_current else ""
    return f'<a href="{address}"{here}>{escape(name)}</a>'


def table(headings: Sequence[Cell], rows: Iterable[Sequence[Cell]], kind: str = "") -> str:
    """A table that scrolls sideways by itself where the page is narrow."""
    head = "".join(f'<th scope="col">{heading}</th>' for heading in headings)
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    return (
        f'<div class="wide" tabindex="0" role="region" aria-label="{say("Bảng", "Table")}"><table class="{kind}">'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def facts(rows: Iterable[tuple[str, Cell]]) -> str:
    """Names with their values; rows without a value are left out."""
    return "<dl>" + "".join(f"<dt>{escape(name)}</dt><dd>{value}</dd>" for name, value in rows if value) + "</dl>"


def number(value: float, digits: int = 0) -> str:
    """A number as Vietnamese write it: 12.345,67.

    >>> number(12345.678, 2)
    '12.345,68'
    """
    text = f"{value:,.{digits}f}"
    return text.translate(str.maketrans(",.", ".,")) if language() == "vi" else text


def day(value: date | None) -> str:
    """A day as 8/1/2021 is written in official documents: 08/01/2021."""
    return value.strftime("%d/%m/%Y") if value else ""


def moment(value: datetime) -> str:
    """A moment in local time."""
    return value.astimezone().strftime("%d/%m/%Y %H:%M")
