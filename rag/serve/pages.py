"""The frame of the pages that are wholly ours: no script, no inline style, one stylesheet."""

from __future__ import annotations

from html import escape

from rag.lang import language, say
from rag.serve.links import link


def page(title: str, body: str) -> str:
    """A complete HTML page.

    :param title: Plain text for the tab.
    :param body: HTML, already escaped where it comes from outside.
    """
    return (
        f'<!doctype html><html lang="{language()}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        f"<title>{escape(title)}</title>"
        f"{looks('viewer')}</head><body>{body}</body></html>"
    )


def looks(*sheets: str) -> str:
    """The icon and the stylesheets of a page, for its head.

    :param sheets: Names of stylesheets beside the one that all pages share.
    """
    linked = "".join(f'<link rel="stylesheet" href="{link(f"/ui/{sheet}.css")}">' for sheet in ("tokens", *sheets))
    return f'<link rel="icon" href="{link("/ui/icon.svg")}">{linked}'


def own_scripts(*names: str) -> str:
    """Scripts of ours, for the head of a page; they run in this order when the page is read."""
    return "".join(f'<script defer src="{link(f"/ui/{name}.js")}"></script>' for name in names)


def product_name() -> str:
    """What the product calls itself on its pages."""
    return say("Hỏi đáp tài liệu", "Ask the documents")


def message_page(title: str, message: str, code: str = "") -> str:
    """A page that says one thing, such as "not found", and leads back to the chat.

    :param code: Incident code that the log knows, if any.
    """
    back = say("Về trang hỏi đáp", "Back to the chat")
    label = say("Mã sự cố:", "Incident code:")
    incident = f"<p>{label} <code>{escape(code)}</code></p>" if code else ""
    return page(
        f"{title} · {product_name()}",
        f'{top_bar()}<main class="message"><h1>{escape(title)}</h1><p>{escape(message)}</p>{incident}'
        f'<p><a href="{link("/")}">{back}</a></p></main>',
    )


def top_bar() -> str:
    """The line at the top that leads back to the chat."""
    return f'<header class="bar"><a href="{link("/")}">{escape(product_name())}</a></header>'
