"""The routes of the administrator's pages. What each needs stands in :mod:`rag.serve.routes`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response
from starlette.concurrency import run_in_threadpool

from rag.errors import QuestionError
from rag.lang import say
from rag.serve.actions import Telling, attachment, read_json
from rag.serve.admin.documents import documents_page, edit_of, ids_of
from rag.serve.admin.feedback import as_cases, as_csv, as_jsonl, feedback_page
from rag.serve.admin.inspector import SHOWN, inspector_page
from rag.serve.admin.status import status_page
from rag.serve.headers import STRICT_POLICY
from rag.serve.identity import access_of, identity_of
from rag.serve.kept import KeptError
from rag.serve.library import Library
from rag.serve.limits import Limits
from rag.settings import Settings

if TYPE_CHECKING:
    from rag.assistant import Assistant

_POLICY = STRICT_POLICY.replace("form-action 'none'", "form-action 'self'")
_EXPORTS = {
    "csv": (as_csv, "text/csv; charset=utf-8"),
    "jsonl": (as_jsonl, "application/x-ndjson"),
    "cases": (as_cases, "application/x-ndjson"),
}


def add_admin(app: FastAPI, assistant: Assistant, library: Library, settings: Settings, limits: Limits) -> None:
    """Add the pages and what their script calls."""
    routes = APIRouter(prefix="/admin", route_class=Telling)
    _add_pages(routes, assistant, library, settings)
    _add_changes(routes, library, limits)
    app.include_router(routes)


def _add_pages(routes: APIRouter, assistant: Assistant, library: Library, settings: Settings) -> None:
    @routes.get("")
    def documents(request: Request) -> Response:
        return _page(documents_page(library, access_of(request), dict(request.query_params)))

    @routes.get("/search")
    def search(request: Request, q: str = "") -> Response:
        if not q.strip():
            return _page(inspector_page("", None))
        try:
            return _page(inspector_page(q, assistant.explain(q, top_k=SHOWN, access=access_of(request))))
        except QuestionError as error:
            return _page(inspector_page(q[:200], None, str(error)))

    @routes.get("/feedback")
    def feedback(verdict: str = "") -> Response:
        return _page(feedback_page(assistant.store.feedback(), verdict if verdict in ("up", "down") else ""))

    @routes.get("/feedback.{suffix}")
    def exported(suffix: str) -> Response:
        if suffix not in _EXPORTS:
            raise KeptError(say("Không có dạng này.", "There is no such form."))
        write, media = _EXPORTS[suffix]
        name = "gop-y-cau-hoi.jsonl" if suffix == "cases" else f"gop-y.{suffix}"
        headers = {"content-disposition": attachment(name)}
        return Response(write(assistant.store.feedback()), media_type=media, headers=headers)

    @routes.get("/status")
    def status() -> Response:
        return _page(status_page(assistant, settings))


def _add_changes(routes: APIRouter, library: Library, limits: Limits) -> None:
    @routes.post("/upload")
    async def upload(request: Request, name: str = "", collection: str = "default") -> Response:
        if not collection.strip() or len(collection) > 100 or any(not c.isprintable() or c in "|/" for c in collection):
            raise KeptError(say("Tên bộ tài liệu không hợp lệ.", "The collection's name is not valid."))
        into, who = " ".join(collection.split()), identity_of(request)
        library.check_may_add(into, who.access)
        limits.files(who, 1)
        content = await request.body()
        done = await run_in_threadpool(library.add, name, content, into, who.access)
        return JSONResponse(
            {"name": done.name, "outcome": done.outcome, "reason": done.reason, "notes": list(done.notes),
             "documents": done.documents},
            201 if done.outcome in ("added", "updated") else 200,
        )  # fmt: skip

    @routes.post("/edit")
    async def edit(request: Request) -> Response:
        body = await read_json(request)
        document_id, wanted = str(body.get("id", "")), edit_of(body)
        document = await run_in_threadpool(library.edit, document_id, wanted, access_of(request))
        return JSONResponse({"id": document.id, "version": document.version})

    @routes.post("/remove")
    async def remove(request: Request) -> Response:
        ids = ids_of(await read_json(request))
        removal = await run_in_threadpool(library.remove, ids, access_of(request))
        return JSONResponse({"token": removal.token, "titles": list(removal.titles)})

    @routes.post("/undo")
    async def undo(request: Request) -> Response:
        token = str((await read_json(request)).get("token", ""))
        return JSONResponse({"documents": await run_in_threadpool(library.undo, token, access_of(request))})


def _page(html: str) -> Response:
    return HTMLResponse(html, headers={"content-security-policy": _POLICY})
