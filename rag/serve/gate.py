"""The gate behind the guard: finds out who asks, once a request, and keeps out who may not.

What a route needs stands in the list of routes (:mod:`rag.serve.routes`); a route that needs nothing is open to
everybody and has no identity unless one is known anyway.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol
from urllib.parse import quote

from starlette.requests import HTTPConnection
from starlette.responses import RedirectResponse

from rag.lang import say
from rag.serve.guard import ROUTE, Refusal
from rag.serve.identity import IDENTITY, Identity
from rag.serve.links import link
from rag.serve.routes import Route
from rag.serve.seen import SEEN

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send


class Identifies(Protocol):
    """What the gate asks; see :class:`rag.serve.identity.Identification`."""

    sign_in: str

    def identify(self, request: HTTPConnection) -> Identity | None:
        """Who asks; ``None`` = nobody known."""


class Gate:
    """ASGI middleware that lets nobody pass who may not.

    :param who: Finds out who asks.
    """

    def __init__(self, app: ASGIApp, *, who: Identifies) -> None:
        self.app = app
        self.who = who

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with its identity.

        :raises Refusal: 401 for nobody known, 403 for somebody who may not; the guard answers with it.
        """
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        route: Route = scope[ROUTE]
        identity = self.who.identify(HTTPConnection(scope))
        if identity is not None and (seen := scope.get(SEEN)) is not None:
            seen.user, seen.kind = identity.user, identity.kind
        if identity is None and route.needs is not None:
            if self.who.sign_in and route.is_page:
                await RedirectResponse(_with_return(self.who.sign_in, scope), 303)(scope, receive, send)
                return
            text = say("Cần đăng nhập hoặc khóa truy cập hợp lệ.", "A valid sign-in or key is needed.")
            raise Refusal(401, text, [(b"www-authenticate", b"Bearer")])
        if identity is not None and route.needs is not None and not identity.may(route.needs):
            raise Refusal(403, say("Anh chị không có quyền làm việc này.", "You may not do this."))
        await self.app({**scope, IDENTITY: identity}, receive, send)


def _with_return(sign_in: str, scope: Scope) -> str:
    """The address of the sign-in page, with where to go afterwards."""
    wanted = quote(scope["path"], safe="/") + (
        f"?{query}" if (query := scope["query_string"].decode("latin-1")) else ""
    )
    return link(sign_in if wanted == "/" else f"{sign_in}?next={quote(wanted, safe='')}")
