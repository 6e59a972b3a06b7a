"""The sessions of Gradio's page, each within reach of the person who opened it alone.

Gradio keeps a page's conversation and the events on their way to it under a value that the browser makes up, and gives
them to whoever names it. That value stands in addresses, so proxies write it into their logs: it cannot be a secret.
This middleware puts in its place one that only this server can work out, from the value and from who asks.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import secrets
from collections.abc import Container
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode

from rag.lang import say
from rag.serve.guard import Refusal
from rag.serve.identity import IDENTITY, Identity

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_PREFIX = "/gradio_api/"
_BEAT = re.compile(r"(/gradio_api/heartbeat/)([a-z0-9]{1,40})")
_NAME = "session_hash"
_LONGEST = 100


class PageSessions:
    """ASGI middleware, behind the gate, in front of Gradio.

    :param functions: Numbers of the page's functions; Gradio fails inside when it is asked for others.
    """

    def __init__(self, app: ASGIApp, *, functions: Container[int]) -> None:
        self.app = app
        self._functions = functions
        self._secret = secrets.token_bytes(32)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with the person's own session in it.

        :raises Refusal: 422, if it names its session or a function in another way than Gradio's page does.
        """
        if scope["type"] != "http" or not scope["path"].startswith(_PREFIX):
            await self.app(scope, receive, send)
            return
        scope = self._readdressed(scope)
        if scope["method"] == "POST":
            body = self._rewritten(scope, await receive())
            scope = {**scope, "headers": _with_length(scope, len(body["body"]))}
            receive = _first(body, receive)
        await self.app(scope, receive, send)

    def _readdressed(self, scope: Scope) -> Scope:
        """The request with the session in its query or path replaced."""
        query = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        own = [(name, self._own(scope, value) if name == _NAME else value) for name, value in query]
        scope = {**scope, "query_string": urlencode(own).encode("ascii")}
        if beat := _BEAT.fullmatch(scope["path"]):
            path = beat[1] + self._own(scope, beat[2])
            scope |= {"path": path, "raw_path": path.encode("ascii")}
        return scope

    def _rewritten(self, scope: Scope, message: Message) -> Message:
        """The body with the session in it replaced."""
        try:
            given = json.loads(message.get("body", b"") or b"{}")
        except (ValueError, RecursionError):
            raise _unusable() from None
        if not isinstance(given, dict):
            raise _unusable()
        number = given.get("fn_index")
        if number is not None and (type(number) is not int or number not in self._functions):
            raise _unusable()
        if _NAME in given:
            given[_NAME] = self._own(scope, given[_NAME])
        return {"type": "http.request", "body": json.dumps(given).encode("ascii"), "more_body": False}

    def _own(self, scope: Scope, value: Any) -> str:
        if not isinstance(value, str) or not 0 < len(value) <= _LONGEST:
            raise _unusable()
        who = scope.get(IDENTITY)
        name = f"{who.kind}:{who.user}" if isinstance(who, Identity) else ""
        text = json.dumps([name, value]).encode("ascii")
        return hmac.new(self._secret, text, hashlib.sha256).hexdigest()[:32]


def _unusable() -> Refusal:
    return Refusal(422, say("Yêu cầu không hợp lệ.", "The request is not valid."))


def _with_length(scope: Scope, length: int) -> list[tuple[bytes, bytes]]:
    kept = [(name, value) for name, value in scope["headers"] if name not in (b"content-length", b"transfer-encoding")]
    return [*kept, (b"content-length", str(length).encode("ascii"))]


def _first(message: Message, receive: Receive) -> Receive:
    waiting = [message]

    async def given() -> Message:
        return waiting.pop() if waiting else await receive()

    return given
