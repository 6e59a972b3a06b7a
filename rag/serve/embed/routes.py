"""The routes of the embed. While ``RAG_EMBED_ORIGINS`` is empty none of them exists."""

from __future__ import annotations

import json
import logging
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, Response

from rag.lang import say
from rag.serve.embed.bearer import FROM_ORIGIN, EmbedBearer
from rag.serve.embed.origins import embed_origins
from rag.serve.embed.page import chat_page, frame_policy
from rag.serve.embed.tokens import LONGEST_S, TokenError, TokenReader
from rag.serve.guard import Refusal
from rag.serve.identity import access_of
from rag.serve.pages import message_page
from rag.serve.viewer import document_page, parse_span
from rag.settings import Settings
from rag.types import Access

if TYPE_CHECKING:
    from fastapi import FastAPI

    from rag.assistant import Assistant

log = logging.getLogger(__name__)

STATIC = Path(__file__).parent / "static"
_FILES = {"widget.js": "text/javascript", "chat.js": "text/javascript", "chat.css": "text/css"}
_FIELDS = 10
_SUGGESTED = 3


def add_embed(app: FastAPI, assistant: Assistant, settings: Settings) -> None:
    """Add the routes, or their absence."""
    origins = embed_origins(settings)
    if not origins:
        app.add_api_route("/embed/{rest:path}", _nothing, methods=["GET", "POST"])
        return
    _add_start(app, assistant)
    _add_files(app, settings, origins)
    _add_session(app, settings, origins)
    _add_view(app, assistant, settings)


def _nothing(rest: str) -> Response:
    raise Refusal(404, say("Không có trang này.", "There is no such page."))


def _add_start(app: FastAPI, assistant: Assistant) -> None:
    @app.get("/embed/start")
    def start(request: Request) -> dict[str, Any]:
        who = access_of(request)
        offered = assistant.suggestions(_SUGGESTED, who)
        return {"suggestions": offered, "documents": assistant.count_documents(access=who)}


def _add_files(app: FastAPI, settings: Settings, origins: tuple[str, ...]) -> None:
    @app.get("/embed/chat")
    def chat() -> Response:
        headers = {"content-security-policy": frame_policy(origins), "referrer-policy": "same-origin"}
        return HTMLResponse(chat_page(origins, settings), headers=headers)

    @app.get("/embed/{name}")
    def file(name: str) -> Response:
        if name not in _FILES:
            return _nothing(name)
        # Asked for again each time, answered with 304: a mended widget reaches every page at once.
        return FileResponse(STATIC / name, media_type=_FILES[name], headers={"cache-control": "no-cache"})


def _add_session(app: FastAPI, settings: Settings, origins: tuple[str, ...]) -> None:
    reader, bearer = TokenReader(settings), EmbedBearer(settings)

    @app.post("/embed/session")
    async def exchange(request: Request) -> Response:
        """Exchange the page's token for a session, once; without a token for an anonymous one, where switched on."""
        origin = request.scope.get(FROM_ORIGIN) or await _named_origin(request)
        given = request.headers.get("authorization")
        try:
            if origin not in origins:
                raise TokenError("origin")
            if given is None:
                return _anonymous(bearer, origin, settings)
            return _exchanged(reader, bearer, origin, given)
        except TokenError as error:
            log.info("embed token refused: %s", error)
            detail = say("Không nhận được mã truy cập của trang.", "The page's token was not accepted.")
            return JSONResponse({"reason": str(error), "detail": detail}, status_code=401)


def _anonymous(bearer: EmbedBearer, origin: str, settings: Settings) -> Response:
    if not settings.embed_anonymous:
        raise TokenError("token-needed")
    return JSONResponse({"token": bearer.open_anonymous(origin), "lasts_s": LONGEST_S, "name": ""})


def _exchanged(reader: TokenReader, bearer: EmbedBearer, origin: str, given: str) -> Response:
    kind, _, token = given.partition(" ")
    claims = reader.read(token.strip() if kind.lower() == "bearer" else "")
    if claims.origin != origin:
        raise TokenError("origin")
    now = time.time()
    opened = bearer.open(claims, now)
    if opened is None:
        raise TokenError("used")
    return JSONResponse({"token": opened, "lasts_s": int(claims.expires - now), "name": claims.person.display})


def _add_view(app: FastAPI, assistant: Assistant, settings: Settings) -> None:
    bearer = EmbedBearer(settings)

    @app.post("/embed/view")
    async def view(request: Request) -> Response:
        """A cited document in a tab of its own. The session's token comes in the form's body: never in an address."""
        fields = _fields(await request.body())
        identity = bearer.identify(fields.get("token", ""), request)
        if identity is None:
            title = say("Phiên đã hết hạn", "The session has ended")
            text = say("Xin quay lại khung hỏi đáp và mở lại nguồn.", "Go back to the chat and open the source again.")
            return HTMLResponse(message_page(title, text), status_code=401)
        return _document(assistant, fields, identity.access)


def _document(assistant: Assistant, fields: dict[str, str], who: Access) -> Response:
    name = fields.get("document", "")
    document = assistant.document(name, fields.get("version", ""), access=who)
    if document is None:
        title = say("Không tìm thấy tài liệu", "Document not found")
        text = say("Tài liệu không có ở đây, đã bị gỡ, hoặc anh chị không được xem.",
                   "The document is not here, was removed, or you may not read it.")  # fmt: skip
        return HTMLResponse(message_page(title, text), status_code=404)
    current = assistant.document(name, access=who)
    span = parse_span(fields.get("start", ""), fields.get("end", ""), len(document.text))
    return HTMLResponse(document_page(document, span, current.version if current else ""))


async def _named_origin(request: Request) -> str:
    """The page that the frame says it is in; the browser told it so, and the token must say the same."""
    try:
        content = json.loads(await request.body())
    except (ValueError, RecursionError):
        return ""
    origin = content.get("origin") if isinstance(content, dict) else None
    return origin if isinstance(origin, str) else ""


def _fields(body: bytes) -> dict[str, str]:
    try:
        found = parse_qs(body.decode("ascii"), keep_blank_values=True, max_num_fields=_FIELDS)
    except ValueError:
        return {}
    return {name: values[0] for name, values in found.items()}
