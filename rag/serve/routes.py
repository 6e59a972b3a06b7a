"""The routes that exist for the outside, and the names this server answers to. All else does not exist."""

from __future__ import annotations

from dataclasses import dataclass

LOOPBACK_NAMES = ("127.0.0.1", "localhost", "[::1]")
MAX_JSON_BYTES = 256 * 1024
"""A question of 2,000 characters, escaped and wrapped, stays far below."""


@dataclass(frozen=True, slots=True)
class Route:
    """A route that may be asked for.

    :param pattern: Regular expression that the whole path matches.
    :param max_bytes: Largest request body.
    :param is_page: Whether links on other sites may lead here (a plain navigation, which tells the other site nothing).
    """

    method: str
    pattern: str
    max_bytes: int = 0
    is_page: bool = False


OPEN_ROUTES: tuple[Route, ...] = (
    Route("GET", r"/", is_page=True),
    Route("GET", r"/documents/[^/]{1,200}(/[^/]{1,200})?", is_page=True),
    Route("GET", r"/ui/[a-z-]{1,40}\.(css|js|svg)"),
    Route("GET", r"/(healthz|readyz)"),
    # What Gradio's page needs of Gradio, and nothing else.
    Route("GET", r"/assets/[\w.-]{1,200}"),
    Route("GET", r"/(gradio_api/)?theme\.css"),
    Route("GET", r"/gradio_api/(startup-events|app_id)"),
    Route("GET", r"/gradio_api/heartbeat/[a-z0-9]{1,40}"),
    Route("GET", r"/gradio_api/queue/data"),
    Route("POST", r"/gradio_api/queue/join", max_bytes=MAX_JSON_BYTES),
    Route("POST", r"/gradio_api/run/predict", max_bytes=MAX_JSON_BYTES),
    Route("POST", r"/gradio_api/(cancel|reset)", max_bytes=MAX_JSON_BYTES),
)


def own_hosts(host: str, port: int) -> frozenset[str]:
    """The values of ``Host`` that name this server.

    :param host: Configured address; the loopback names are always accepted.
    :param port: Port that it listens on; port 80 may be left out by browsers.
    """
    named = f"[{host}]" if ":" in host else host
    names = {*LOOPBACK_NAMES, named.lower()}
    return frozenset({f"{name}:{port}" for name in names} | (names if port == 80 else set()))
