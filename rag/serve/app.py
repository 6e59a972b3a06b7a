"""The web application: chat page, document viewer and health, behind the guard."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from fastapi.staticfiles import StaticFiles

from rag.errors import RagError
from rag.lang import say
from rag.serve.actions import add_actions
from rag.serve.addresses import own_hosts, public_origin, root_path
from rag.serve.admin import add_admin
from rag.serve.api import make_api, make_openai
from rag.serve.api.services import Services
from rag.serve.audit import Audit, Audited
from rag.serve.auth.routes import add_sign_in
from rag.serve.embed.door import Door
from rag.serve.embed.origins import embed_origins
from rag.serve.embed.routes import add_embed
from rag.serve.gate import Gate, Identifies
from rag.serve.guard import Guard
from rag.serve.identity import Identification, access_of
from rag.serve.library import Library
from rag.serve.limits import Counting, Limits, admits
from rag.serve.links import Under, document_link
from rag.serve.metrics import CONTENT_TYPE, Metrics
from rag.serve.page_sessions import PageSessions
from rag.serve.pages import message_page
from rag.serve.places import Places
from rag.serve.shell import Shell
from rag.serve.viewer import document_page, parse_span
from rag.serve.watch import Watched, WatchedAssistant
from rag.settings import Settings

if TYPE_CHECKING:
    from rag.assistant import Assistant

log = logging.getLogger(__name__)

STATIC = Path(__file__).parent / "static"


def create_app(assistant: Assistant, settings: Settings, *, who: Identifies | None = None) -> FastAPI:
    """Build the application around an open assistant; the caller closes it.

    :param assistant: Answers the questions; used from several threads.
    :param settings: Host and port decide which ``Host`` headers are accepted.
    :param who: Finds out who asks; chosen by the settings when ``None``.
    """
    from rag.serve.mount import mount_chat

    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    limits = Limits(settings, Places(settings.answers_at_once, settings.answers_waiting))
    metrics = app.state.metrics = Metrics(limits.places, lambda: assistant.n_documents)
    watched: Any = WatchedAssistant(assistant, settings, metrics, limits)
    app.state.assistant = watched
    _add_health(app, assistant, metrics, settings)
    library = app.state.library = Library(assistant, settings)
    _add_documents(app, assistant, library)
    add_actions(app, assistant, library, public_origin(settings))
    add_admin(app, assistant, library, settings, limits)
    who = who or Identification(settings)
    add_sign_in(app, settings, getattr(who, "way", None))
    add_embed(app, assistant, settings)
    app.mount("/ui", StaticFiles(directory=STATIC))
    services = Services(watched, settings, library, limits)
    app.mount("/api/v1", make_api(services))
    app.mount("/v1", make_openai(services))
    mount_chat(app, watched, settings, access_of, admits(limits))
    app.add_middleware(Shell)
    app.add_middleware(PageSessions, functions=app.state.functions)
    app.add_middleware(Audited, audit=Audit(settings), limits=limits)
    app.add_middleware(Counting, limits=limits)
    app.add_middleware(Gate, who=who)
    app.add_middleware(
        Guard, hosts=own_hosts(settings), origin=public_origin(settings), max_upload=settings.upload_mb << 20
    )
    if origins := embed_origins(settings):
        app.add_middleware(Door, origins=origins)
    app.add_middleware(Watched, metrics=metrics, limits=limits)
    if root := root_path(settings):
        app.add_middleware(Under, root=root)
    return app


def _add_health(app: FastAPI, assistant: Assistant, metrics: Metrics, settings: Settings) -> None:
    @app.get("/metrics")
    def counts() -> Response:
        return Response(metrics.text(), media_type=CONTENT_TYPE)

    @app.get("/healthz")
    def healthz() -> dict[str, str]:
        return {"status": "ok"}

    @app.get("/readyz")
    def readyz() -> JSONResponse:
        try:
            documents, version = assistant.n_documents, assistant.index_version
        except RagError as error:
            return JSONResponse({"status": "unavailable", "reason": str(error)}, status_code=503)
        if settings.auth != "none":  # anybody may ask this; how much there is is not for everybody
            return JSONResponse({"status": "ready"})
        return JSONResponse({"status": "ready", "documents": documents, "index_version": version})


def _add_documents(app: FastAPI, assistant: Assistant, library: Library) -> None:
    @app.get("/documents/{document_id}")
    def newest(request: Request, document_id: str) -> Response:
        document = assistant.document(document_id, access=access_of(request))
        if document is None:
            return _no_document()
        return RedirectResponse(document_link(document.id, document.version), 307)

    @app.get("/documents/{document_id}/{version}")
    def view(request: Request, document_id: str, version: str, start: str = "", end: str = "") -> Response:
        who = access_of(request)
        document = assistant.document(document_id, version, access=who)
        if document is None:
            return _no_document()
        current = assistant.document(document_id, access=who)
        span = parse_span(start, end, len(document.text))
        has_file = library.original(document) is not None
        return HTMLResponse(document_page(document, span, current.version if current else "", has_file))


def _no_document() -> Response:
    title = say("Không tìm thấy tài liệu", "Document not found")
    message = say(
        "Tài liệu không có ở đây, đã bị gỡ, hoặc anh chị không được xem.",
        "The document is not here, was removed, or you may not read it.",
    )
    return HTMLResponse(message_page(title, message), status_code=404)
