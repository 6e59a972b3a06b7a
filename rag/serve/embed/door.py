"""The door that listed pages may use, in front of the guard, which refuses all other pages.

- Their HTML may load the widget's script and frame the chat (who may is in the frame's own policy).
- Their scripts may exchange a token and ask with the session got for it, by CORS, without cookies: only requests that
  carry such a token pass, so nothing is ever done with the rights of a cookie or of the local user.

Everything else goes to the guard as it came.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rag.serve.embed.bearer import FROM_ORIGIN, PREFIX

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

WIDGET, FRAME, SESSION = "/embed/widget.js", "/embed/chat", "/embed/session"
_ASKING = re.compile(r"/api/v1/(ask|search|feedback)")
_KEPT_S = b"600"
Headers = list[tuple[bytes, bytes]]


class Door:
    """ASGI middleware for the embedding pages.

    :param origins: Pages that may embed.
    """

    def __init__(self, app: ASGIApp, *, origins: Sequence[str]) -> None:
        self.app = app
        self.origins = frozenset(origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, as one of our own pages' where a listed page may send it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        path, method = scope["path"], scope["method"]
        origin = self._listed_origin(scope)
        is_called = path == SESSION or _ASKING.fullmatch(path) is not None
        if origin and is_called and method == "OPTIONS":
            await _preflight(origin, send)
        elif origin and is_called and method == "POST" and (path == SESSION or _has_token(scope)):
            await self.app({**_as_own(scope), FROM_ORIGIN: origin}, receive, _with(send, _cors(origin), ()))
        elif path == WIDGET and (origin or not _all(scope, b"origin")) and _is_for(scope, b"script"):
            shared = (b"cross-origin-resource-policy", b"cross-origin")
            await self.app(_as_own(scope), receive, _with(send, [shared, *_cors(origin)], (shared[0],)))
        elif path == FRAME and not _all(scope, b"origin") and _is_for(scope, b"iframe"):
            # `frame-ancestors` in its policy says who may; this older header could only forbid everybody.
            await self.app(_as_own(scope), receive, _with(send, [], (b"x-frame-options",)))
        else:
            await self.app(scope, receive, send)

    def _listed_origin(self, scope: Scope) -> str:
        found = _all(scope, b"origin")
        origin = found[0].decode("latin-1") if len(found) == 1 else ""
        return origin if origin in self.origins else ""


def _all(scope: Scope, name: bytes) -> list[bytes]:
    return [value for key, value in scope["headers"] if key == name]


def _is_for(scope: Scope, kind: bytes) -> bool:
    """Whether the page loads it as what it is. Over plain HTTP browsers do not say."""
    return _all(scope, b"sec-fetch-dest") in ([], [kind])


def _has_token(scope: Scope) -> bool:
    given = _all(scope, b"authorization")
    return len(given) == 1 and given[0].lower().startswith(b"bearer " + PREFIX.encode())


def _as_own(scope: Scope) -> Scope:
    """The request without what tells the guard that another page sent it, and without cookies."""
    gone = (b"origin", b"cookie")
    headers = [(n, v) for n, v in scope["headers"] if n not in gone and not n.startswith(b"sec-fetch-")]
    return {**scope, "headers": headers}


def _cors(origin: str) -> Headers:
    if not origin:
        return []
    return [(b"access-control-allow-origin", origin.encode("latin-1")), (b"vary", b"origin")]


async def _preflight(origin: str, send: Send) -> None:
    headers = [
        *_cors(origin),
        (b"access-control-allow-methods", b"POST"),
        (b"access-control-allow-headers", b"authorization, content-type"),
        (b"access-control-max-age", _KEPT_S),
        (b"x-content-type-options", b"nosniff"),
        (b"content-length", b"0"),
    ]
    await send({"type": "http.response.start", "status": 204, "headers": headers})
    await send({"type": "http.response.body", "body": b""})


def _with(send: Send, added: Headers, without: Sequence[bytes]) -> Send:
    async def changed(message: Message) -> None:
        if message["type"] == "http.response.start":
            kept = [(n, v) for n, v in message.get("headers", ()) if n not in without]
            message = {**message, "headers": [*kept, *added]}
        await send(message)

    return changed
