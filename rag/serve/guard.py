"""The guard in front of everything, Gradio's routes included: deny by default.

Any web site that a person visits can send requests to 127.0.0.1, and a rebinding name server can make them look
local. So every request must name this server (``Host``), come from its own pages (``Origin``, ``Sec-Fetch-Site``),
ask for a listed route and stay under its size. What passes and what does not gets the same security headers.
"""

from __future__ import annotations

import asyncio
import logging
import re
import secrets
from collections.abc import Sequence
from typing import TYPE_CHECKING

from starlette.exceptions import HTTPException

from rag.lang import Language, say, speaking
from rag.serve.headers import secured
from rag.serve.pages import message_page
from rag.serve.problems import encoded, is_for_programs
from rag.serve.routes import OPEN_ROUTES, UPLOAD, Route
from rag.serve.seen import SEEN, Seen

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = logging.getLogger(__name__)


BODY_S = 30.0
"""Time for a body that is read whole; files are handed on as they come and have no such limit."""
ROUTE = "rag.route"
"""Where the guard leaves the listed route in the ASGI scope."""
REQUEST_ID = "rag.request_id"
"""Where it leaves the id under which log, response header and error page name the request."""

_UNHEARD = frozenset({b"x-forwarded-host", b"x-gradio-server"})
"""Headers from which Gradio would write the addresses of its page, whoever sent them; ``Host`` was checked instead."""


class Refusal(Exception):  # noqa: N818 - it is no error of ours
    """Why a request is turned away.

    :param headers: To send with it, names in lower case.
    """

    def __init__(self, status: int, message: str, headers: Sequence[tuple[bytes, bytes]] = ()) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.headers = tuple(headers)


class Guard:
    """ASGI middleware that lets only expected requests pass.

    :param hosts: Accepted values of ``Host`` (see :func:`rag.serve.addresses.own_hosts`).
    :param origin: Origin of the pages where a proxy stands in front (:func:`rag.serve.addresses.public_origin`).
    :param routes: Routes that exist for the outside.
    :param max_upload: Bytes of a request that brings files.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        hosts: frozenset[str],
        origin: str = "",
        routes: Sequence[Route] = OPEN_ROUTES,
        max_upload: int = 0,
    ) -> None:
        self.app = app
        self.hosts = hosts
        self.origin = origin
        self.max_upload = max_upload
        self.routes = tuple((route, re.compile(route.pattern)) for route in routes)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer it with a refusal."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
        elif scope["type"] == "http":
            with speaking(_asked_language(scope)):
                await self._guarded(scope, receive, send)
        else:
            await send({"type": "websocket.close", "code": 1008})

    async def _guarded(self, scope: Scope, receive: Receive, send: Send) -> None:
        request_id = secrets.token_hex(5)
        seen: Seen = scope.get(SEEN) or Seen()
        seen.request_id = request_id
        has_started = False

        async def send_secured(message: Message) -> None:
            nonlocal has_started
            if message["type"] == "http.response.start":
                has_started = True
                message = {**message, "headers": secured(list(message.get("headers", ())), request_id)}
            await send(message)

        try:
            route = self._check(scope)
            seen.route = route.pattern
            if route.max_bytes == UPLOAD:
                receive = _counted(receive, self.max_upload)
            else:
                receive = _replay(await _read_body(receive, route.max_bytes), receive)
            headers = [header for header in scope["headers"] if header[0] not in _UNHEARD]
            inner = {**scope, "headers": headers, ROUTE: route, REQUEST_ID: request_id}
            await self.app(inner, receive, send_secured)
        except Refusal as refusal:
            if not has_started:
                await _answer(scope, send_secured, refusal, request_id)
        except HTTPException as error:  # Gradio's own, inside a stream that it has begun
            log.warning("request %s ended: %s", request_id, error.status_code)
        except Exception:
            log.exception("request %s failed", request_id)
            if not has_started:
                message = say("Máy chủ gặp sự cố. Xin thử lại.", "The server had a problem. Please try again.")
                await _answer(scope, send_secured, Refusal(500, message), request_id)

    def _check(self, scope: Scope) -> Route:
        """The route asked for, if this request may have it.

        :raises Refusal: With the status that fits.
        """
        hosts = _header(scope, b"host")
        if len(hosts) != 1 or hosts[0].lower() not in self.hosts:
            raise Refusal(421, say("Địa chỉ này không phải của máy chủ.", "This server does not answer to that name."))
        route = self._route(scope)
        if not _is_ours(scope, self._origin_for(scope, hosts[0].lower()), route):
            raise Refusal(403, say("Không nhận yêu cầu từ trang khác.", "Requests from other sites are not accepted."))
        length = _header(scope, b"content-length")
        if length and _header(scope, b"transfer-encoding"):
            # Where such a body ends is read differently by different servers; what follows it must not be taken for
            # a request, so the connection ends here.
            raise Refusal(400, say("Yêu cầu không hợp lệ.", "The request is not valid."), [(b"connection", b"close")])
        most = self.max_upload if route.max_bytes == UPLOAD else route.max_bytes
        if length and not (length[0].isdecimal() and int(length[0]) <= most):
            raise _too_large()
        return route

    def _origin_for(self, scope: Scope, host: str) -> str:
        """The origin that our pages have under this name. The scheme is the proxy's where one stands in front."""
        return self.origin if self.origin.endswith(f"://{host}") else f"{scope['scheme']}://{host}"

    def _route(self, scope: Scope) -> Route:
        method = "GET" if scope["method"] == "HEAD" else scope["method"]
        # The patterns of the frameworks end at a line, and what they answer then is not in our form.
        has_lines = "\n" in scope["path"] or "\r" in scope["path"]
        matching = [] if has_lines else [route for route, pattern in self.routes if pattern.fullmatch(scope["path"])]
        if not matching:
            raise Refusal(404, say("Không có trang này.", "There is no such page."))
        for route in matching:
            if route.method == method:
                return route
        raise Refusal(405, say("Không dùng được cách gọi này.", "That method is not allowed here."))


def _is_ours(scope: Scope, own: str, route: Route) -> bool:
    """Whether the request comes from our own pages, from no page at all, or by a link to one of them."""
    origins = _header(scope, b"origin")
    if any(origin.lower() != own for origin in origins):
        return False
    site = _header(scope, b"sec-fetch-site")
    if all(value in ("same-origin", "none") for value in site):
        return True
    is_navigation = _header(scope, b"sec-fetch-mode") == ["navigate"] and _header(scope, b"sec-fetch-dest") == [
        "document"
    ]
    return route.is_page and is_navigation and not origins


def _header(scope: Scope, name: bytes) -> list[str]:
    return [value.decode("latin-1") for key, value in scope["headers"] if key == name]


def _too_large() -> Refusal:
    return Refusal(413, say("Nội dung gửi lên quá lớn.", "The request is too large."))


async def _read_body(receive: Receive, max_bytes: int) -> Message:
    """The whole body as one message.

    :raises Refusal: As soon as it is larger than allowed, or takes too long.
    """
    try:
        async with asyncio.timeout(BODY_S):
            return await _whole_body(receive, max_bytes)
    except TimeoutError:
        raise Refusal(408, say("Gửi quá chậm. Xin thử lại.", "Too slow. Please try again.")) from None


async def _whole_body(receive: Receive, max_bytes: int) -> Message:
    """Everything, counted as it comes: a chunked request does not tell its length beforehand."""
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return message
        body += message.get("body", b"")
        if len(body) > max_bytes:
            raise _too_large()
        if not message.get("more_body", False):
            return {"type": "http.request", "body": bytes(body), "more_body": False}


def _counted(receive: Receive, max_bytes: int) -> Receive:
    """The body as it comes, which ends in a refusal as soon as it is larger than allowed."""
    seen = 0

    async def counted() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > max_bytes:
            raise _too_large()
        return message

    return counted


def _asked_language(scope: Scope) -> Language | None:
    """The language that a program asks for. Browsers of an office say what their Windows speaks, so pages ignore it."""
    if not is_for_programs(scope["path"]):
        return None
    first = "".join(_header(scope, b"accept-language"))[:2].lower()
    return "en" if first == "en" else "vi" if first == "vi" else None


def _replay(first: Message, receive: Receive) -> Receive:
    """The body that was read, then whatever the server still has to say (that the client left)."""
    waiting = [first]

    async def replay() -> Message:
        return waiting.pop() if waiting else await receive()

    return replay


async def _answer(scope: Scope, send: Send, refusal: Refusal, request_id: str) -> None:
    if is_for_programs(scope["path"]):
        content, kind = encoded(scope["path"], refusal.status, refusal.message, request_id)
    elif any("text/html" in accept for accept in _header(scope, b"accept")):
        code = request_id if refusal.status >= 500 else ""
        content, kind = message_page(refusal.message, "", code).encode("utf-8"), b"text/html; charset=utf-8"
    else:
        code = request_id if refusal.status >= 500 else ""
        content, kind = (f"{refusal.message} {code}".strip() + "\n").encode("utf-8"), b"text/plain; charset=utf-8"
    headers = [(b"content-type", kind), (b"content-length", str(len(content)).encode())]
    headers += refusal.headers
    await send({"type": "http.response.start", "status": refusal.status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else content})
