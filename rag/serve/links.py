"""Addresses of ours as browsers ask for them, also where a proxy puts this server under a sub-path.

Behind a portal the chat may be ``https://portal/tro-ly/``. Nothing inside knows of it: the outermost middleware takes
the sub-path off each request that still has it (many proxies have done so before), and whoever writes an address for a
browser writes it through :func:`link`. The sub-path comes from the settings alone; no header of a request changes it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

ANCHOR = "trich-dan"
"""Name of the cited words in the page of their document."""
_root: ContextVar[str] = ContextVar("root", default="")


def link(path: str) -> str:
    """The address under which browsers find a path of ours.

    >>> with linking_under("/tro-ly"):
    ...     link("/admin")
    '/tro-ly/admin'
    """
    return _root.get() + path


def document_link(document_id: str, version: str) -> str:
    """Durable address of one version of a document."""
    return link(f"/documents/{quote(document_id, safe='')}/{quote(version, safe='')}")


def place_link(document_id: str, version: str, start: object, end: object) -> str:
    """Durable address of a place in one version of a document.

    :param start: First character of the place, in characters of the text.
    :param end: Character after its last.
    """
    return f"{document_link(document_id, version)}?start={start}&end={end}#{ANCHOR}"


@contextmanager
def linking_under(root: str) -> Iterator[None]:
    """Write the addresses inside the block, and in what it starts, for this sub-path.

    :param root: As :func:`rag.serve.addresses.root_path` gives it.
    """
    token = _root.set(root)
    try:
        yield
    finally:
        _root.reset(token)


class Under:
    """ASGI middleware, outermost, for a server that is reached under a sub-path.

    :param root: The sub-path, such as ``/tro-ly``.
    """

    def __init__(self, app: ASGIApp, *, root: str) -> None:
        self.app = app
        self.root = root

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on as if there were no sub-path. What runs as long as the server writes such links too."""
        with linking_under(self.root):
            await self.app(_without(scope, self.root), receive, send)


def _without(scope: Scope, root: str) -> Scope:
    """The request without the sub-path, where the proxy left it on."""
    path = scope.get("path", "")
    if path != root and not path.startswith(f"{root}/"):
        return scope
    raw = scope.get("raw_path") or b""
    shorter = {"path": path[len(root) :] or "/", "raw_path": raw.removeprefix(root.encode("ascii")) or b"/"}
    return {**scope, **shorter}
