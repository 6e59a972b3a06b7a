"""The cookie of a session: for its own server, over TLS where there is TLS, not sent along by other sites."""

from __future__ import annotations

from starlette.requests import HTTPConnection
from starlette.responses import Response

from rag.serve.addresses import public_origin, root_path
from rag.settings import Settings


class Cookie:
    """One cookie by name. Under TLS the prefix ``__Host-`` keeps neighbours of the same domain from setting it.

    Under a sub-path the rest of the host belongs to others, who must not be sent it; browsers then take only the weaker
    prefix ``__Secure-``.

    :param name: Plain name.
    :param settings: ``public_url`` tells whether browsers come over TLS, ``root_path`` what is ours of the host.
    """

    def __init__(self, name: str, settings: Settings) -> None:
        self._is_secure = public_origin(settings).startswith("https://")
        root = root_path(settings)
        self._path = root or "/"
        self.name = f"{'__Secure-' if root else '__Host-'}{name}" if self._is_secure else name

    def read(self, request: HTTPConnection) -> str:
        """Its value; empty where it is missing or came more than once (a neighbour may have put another beside it)."""
        header = ";".join(request.headers.getlist("cookie"))
        pairs = [part.strip().partition("=") for part in header.split(";")]
        found = [value for name, _, value in pairs if name == self.name]
        return found[0] if len(found) == 1 else ""

    def write(self, response: Response, value: str, lasts_s: float) -> None:
        """Set it on a response."""
        response.set_cookie(
            self.name,
            value,
            max_age=int(lasts_s),
            path=self._path,
            secure=self._is_secure,
            httponly=True,
            samesite="lax",
        )

    def clear(self, response: Response) -> None:
        """Take it away."""
        self.write(response, "", 0)
