"""The HTML around the chat: Gradio's own start page rewritten into ours.

Gradio's page is English, names foreign hosts in its metadata and needs inline scripts. This middleware takes from it
only what starts the application, and puts it into a page of ours: language, title, first paint, icon, stylesheets, and
a policy under which no other inline script runs.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from html import escape
from typing import TYPE_CHECKING

from rag.lang import language, say
from rag.serve.dialogs import filters_dialog, history_dialog
from rag.serve.headers import chat_policy
from rag.serve.identity import IDENTITY, Identity
from rag.serve.links import link
from rag.serve.pages import looks, own_scripts, product_name

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_INLINE = re.compile(r"<script(?: data-gradio-mode)?>(\s*window\..*?)</script>", re.DOTALL)
_MODULE = re.compile(r'<script type="module"[^>]*\ssrc="\./(assets/[\w.-]+\.js)"></script>')
_STYLE = re.compile(r'<link rel="stylesheet"[^>]*\shref="\./(assets/[\w.-]+\.css)">')


class Shell:
    """ASGI middleware that rewrites the start page and leaves everything else alone."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the request, rewriting the answer to ``GET /``."""
        if scope["type"] != "http" or scope["path"] != "/":
            await self.app(scope, receive, send)
            return
        start: Message = {}
        body = bytearray()

        async def keep(message: Message) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
            else:
                body.extend(message.get("body", b""))

        # Compressed text could not be read below.
        plain = [(name, value) for name, value in scope["headers"] if name != b"accept-encoding"]
        await self.app({**scope, "headers": plain}, receive, keep)
        await _send_shell(scope, start, bytes(body), send)


async def _send_shell(scope: Scope, start: Message, body: bytes, send: Send) -> None:
    headers = [(name, value) for name, value in start["headers"] if name != b"content-length"]
    if start["status"] == 200:
        nonce = secrets.token_urlsafe(16)
        headers.append((b"content-security-policy", chat_policy(nonce).encode("ascii")))
        if scope["method"] != "HEAD":
            body = shell_page(body.decode("utf-8"), nonce, scope.get(IDENTITY)).encode("utf-8")
    await send({**start, "headers": [*headers, (b"content-length", str(len(body)).encode())]})
    await send({"type": "http.response.body", "body": body})


def shell_page(gradio_page: str, nonce: str, who: Identity | None = None) -> str:
    """Our page, started by the scripts of Gradio's.

    :param gradio_page: HTML of Gradio's start page.
    :param nonce: Value that the policy of this response accepts.
    :param who: Who opens it: their history in the browser is theirs alone, and not everybody is led to administration.
    :raises ValueError: If Gradio's page is not built as expected (another version).
    """
    inline = _INLINE.findall(gradio_page)
    modules, styles = _MODULE.findall(gradio_page), _STYLE.findall(gradio_page)
    if len(inline) < 2 or len(modules) != 1:
        raise ValueError("Gradio's start page is not built as expected; see rag/serve/shell.py")
    head = "".join(f'<link rel="stylesheet" href="./{path}">' for path in styles)
    may = ' data-administers="1"' if who is not None and who.may("write") else ""
    may += ' data-signed-in="1"' if who is not None and who.kind == "session" else ""
    scripts = "".join(f'<script nonce="{nonce}">{code}</script>' for code in inline)
    return (
        f'<!doctype html><html lang="{language()}"><head><meta charset="utf-8"><base href="{link("/")}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        f"<title>{escape(product_name())}</title>"
        f"{head}{looks('chat', 'dialogs')}"
        f"{own_scripts('page', 'connection', 'chat', 'acts', 'history', 'filters')}{scripts}"
        f'<script type="module" src="{link(f"/{modules[0]}")}"></script></head>'
        f'<body data-who="{_shelf(who)}"{may}>{_first_paint()}'
        '<gradio-app control_page_title="false" embed="false" eager="true"></gradio-app>'
        f"{history_dialog()}{filters_dialog()}"
        '<div id="told" role="status" aria-live="polite"></div>'
        '<div id="lost" role="status" aria-live="polite"></div>'
        "</body></html>"
    )


def _shelf(who: Identity | None) -> str:
    """Name under which the browser keeps this person's history, apart from that of other assistants on the same host;
    tells nobody who it is.
    """
    return hashlib.sha256((link("") + who.user).encode("utf-8", "replace")).hexdigest()[:12] if who else ""


def _first_paint() -> str:
    """What stands there until the application runs, and for browsers that cannot run it."""
    opening = say("Đang mở…", "Opening…")
    old = say("Trình duyệt này quá cũ", "This browser is too old")
    needs = say(
        "Nếu trang không mở được: cần bật JavaScript và dùng Chrome hoặc Edge từ bản 109, Firefox từ bản 115.",
        "If the page does not open: it needs JavaScript and Chrome or Edge 109, Firefox 115 or later.",
    )
    return (
        f'<div id="boot"><p class="brand">{escape(product_name())}</p><p class="opening">{opening}</p>'
        f'<p class="too-old" id="browser" role="alert">{old}</p><p class="needs">{needs}</p></div>'
        f'<script src="{link("/ui/old.js")}"></script>'
    )
