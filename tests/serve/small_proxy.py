"""A reverse proxy as small as can be: what lies under one path goes to the server behind, and nothing else is there."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

_OF_THE_HOP = ("connection", "keep-alive", "transfer-encoding", "upgrade")


@dataclass
class Portal:
    """Another site, in whose name the server behind is reached.

    :param root: Path of the server there.
    :param keeps: Whether requests are handed on with that path, or without it.
    :ivar strays: What was asked for beside the path.
    """

    origin: str
    root: str
    keeps: bool
    behind: str = ""
    strays: list[str] = field(default_factory=list)

    @contextmanager
    def leading_to(self, behind: str) -> Iterator[None]:
        """Hand requests on to a server."""
        self.behind = behind
        yield

    @property
    def address(self) -> str:
        """Where people open it."""
        return self.origin + self.root


class _Handler(BaseHTTPRequestHandler):
    """Hands one request on, and the answer back as it comes."""

    def forward(self) -> None:
        portal: Portal = self.server.portal  # type: ignore[attr-defined]
        if self.path == portal.root:
            self.send_response_only(301)
            self.send_header("Location", f"{portal.root}/")
            self.end_headers()
            return
        if not self.path.startswith(f"{portal.root}/"):
            portal.strays.append(self.path)
            self.send_error(404)
            return
        host = urlsplit(portal.behind).netloc
        path = self.path if portal.keeps else self.path.removeprefix(portal.root)
        # Either side may leave.
        with closing(http.client.HTTPConnection(host, timeout=120)) as behind, suppress(ConnectionError, TimeoutError):
            self._hand_on(behind, path)

    do_GET = do_POST = do_HEAD = do_OPTIONS = do_PATCH = do_DELETE = forward  # noqa: N815 - the library's names

    def _hand_on(self, behind: http.client.HTTPConnection, path: str) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))) or None
        headers = {name: value for name, value in self.headers.items() if name.lower() not in _OF_THE_HOP}
        behind.request(self.command, path, body, {**headers, "X-Forwarded-For": self.client_address[0]})
        answer = behind.getresponse()
        self.send_response_only(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in _OF_THE_HOP:
                self.send_header(name, value)
        self.end_headers()
        while piece := answer.read1(65536):
            self.wfile.write(piece)

    def log_message(self, format: str, *args: object) -> None:
        """Keep quiet."""


@contextmanager
def portal(root: str, *, keeps: bool) -> Iterator[Portal]:
    """Run one on loopback; where requests go is told afterwards."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    found = Portal(f"http://127.0.0.1:{server.server_port}", root, keeps)
    server.portal = found  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield found
    finally:
        server.shutdown()
        thread.join(timeout=20)
        server.server_close()
