"""The routes that exist for the outside, each with what it needs. All else does not exist."""

from __future__ import annotations

from dataclasses import dataclass

from rag.serve.identity import Scope

MAX_JSON_BYTES = 256 * 1024
"""A question of 2,000 characters, escaped and wrapped, stays far below."""
MAX_FORM_BYTES = 8 * 1024
"""A name, a password and an address."""

MAX_FILE_BYTES = 64 * 1024 * 1024
"""One uploaded file; ``RAG_LOAD_MAX_FILE`` says what is read of it."""

MAX_CONVERSATION_BYTES = 4 * 1024 * 1024
"""Fifty long answers, sent back to be exported."""

UPLOAD = -1
"""Size of the body of a route that takes files: too large to be held whole before it is handed on."""


@dataclass(frozen=True, slots=True)
class Route:
    """A route that may be asked for.

    :param pattern: Regular expression that the whole path matches.
    :param max_bytes: Largest request body; :data:`UPLOAD` = as the settings say, counted while it is handed on.
    :param is_page: Whether links on other sites may lead here (a plain navigation, which tells the other site nothing).
    :param needs: What the sender must be allowed to do; ``None`` = open to everybody, signed in or not.
    """

    method: str
    pattern: str
    max_bytes: int = 0
    is_page: bool = False
    needs: Scope | None = None


OPEN_ROUTES: tuple[Route, ...] = (
    Route("GET", r"/", is_page=True, needs="ask"),
    Route("GET", r"/documents/[^/]{1,200}(/[^/]{1,200})?", is_page=True, needs="read"),
    Route("GET", r"/documents/[^/]{1,200}/[^/]{1,200}/file", is_page=True, needs="read"),
    Route("GET", r"/filters", needs="ask"),
    Route("POST", r"/export", max_bytes=MAX_CONVERSATION_BYTES, needs="read"),
    Route("POST", r"/feedback", max_bytes=MAX_JSON_BYTES, needs="ask"),
    Route("GET", r"/admin", is_page=True, needs="write"),
    Route("POST", r"/admin/upload", max_bytes=MAX_FILE_BYTES, needs="write"),
    Route("POST", r"/admin/(edit|remove|undo)", max_bytes=MAX_JSON_BYTES, needs="write"),
    Route("GET", r"/admin/(search|feedback|status)", is_page=True, needs="admin"),
    Route("GET", r"/admin/feedback\.(csv|jsonl|cases)", is_page=True, needs="admin"),
    Route("GET", r"/ui/[a-z-]{1,40}\.(css|js|svg)"),
    Route("GET", r"/(healthz|readyz)"),
    Route("GET", r"/metrics", needs="admin"),
    # Signing in and out; which of them answer depends on RAG_AUTH.
    Route("GET", r"/sign-in", is_page=True),
    Route("POST", r"/sign-in", max_bytes=MAX_FORM_BYTES),
    Route("POST", r"/sign-out", max_bytes=MAX_FORM_BYTES),
    Route("GET", r"/oidc/(start|callback)", is_page=True),
    # The embedded chat; while RAG_EMBED_ORIGINS is empty all of these answer 404. The session is made from the page's
    # token, and the view takes the session's in the form: both look at it themselves.
    Route("GET", r"/embed/((widget|chat)\.js|chat\.css|chat)"),
    Route("POST", r"/embed/(session|view)", max_bytes=MAX_FORM_BYTES),
    Route("GET", r"/embed/start", needs="ask"),
    Route("POST", r"/api/v1/(ask|search)", max_bytes=MAX_JSON_BYTES, needs="ask"),
    Route("POST", r"/api/v1/feedback", max_bytes=MAX_JSON_BYTES, needs="ask"),
    Route("GET", r"/api/v1/(status|openapi\.json)", needs="ask"),
    Route("GET", r"/api/v1/documents(/[^/]{1,200}){0,2}", needs="read"),
    Route("POST", r"/api/v1/documents", max_bytes=UPLOAD, needs="write"),
    Route("POST", r"/api/v1/documents/undo", max_bytes=MAX_JSON_BYTES, needs="write"),
    Route("PATCH", r"/api/v1/documents/[^/]{1,200}", max_bytes=MAX_JSON_BYTES, needs="write"),
    Route("DELETE", r"/api/v1/documents/[^/]{1,200}", needs="write"),
    Route("GET", r"/v1/models(/[^/]{1,200})?", needs="ask"),
    Route("POST", r"/v1/chat/completions", max_bytes=MAX_JSON_BYTES, needs="ask"),
    # What Gradio's page needs of Gradio, and nothing else.
    Route("GET", r"/assets/[\w.-]{1,200}"),
    Route("GET", r"/(gradio_api/)?theme\.css"),
    Route("GET", r"/gradio_api/(startup-events|app_id)", needs="ask"),
    Route("GET", r"/gradio_api/heartbeat/[a-z0-9]{1,40}", needs="ask"),
    Route("GET", r"/gradio_api/queue/data", needs="ask"),
    Route("POST", r"/gradio_api/queue/join", max_bytes=MAX_JSON_BYTES, needs="ask"),
    Route("POST", r"/gradio_api/run/predict", max_bytes=MAX_JSON_BYTES, needs="ask"),
    Route("POST", r"/gradio_api/(cancel|reset)", max_bytes=MAX_JSON_BYTES, needs="ask"),
)
