"""What can be done with an answer beside reading it: take it along, judge it, narrow the next question down."""

from __future__ import annotations

import json
from collections.abc import Callable, Coroutine, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, get_args
from urllib.parse import quote

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import FileResponse, JSONResponse, Response
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool

from rag.errors import RagError
from rag.index.store import Browse
from rag.lang import say
from rag.serve.conversation import Exchange
from rag.serve.export import as_markdown, as_word
from rag.serve.identity import access_of
from rag.serve.kept import KeptError, ReadDocument, recall, recall_all
from rag.serve.library import CollectionClosedError, DocumentMissingError, Library, shown_name
from rag.serve.limits import TooManyError, retry_after
from rag.types import Access, Document, DocumentInfo, Filters

if TYPE_CHECKING:
    from rag.assistant import Assistant

Verdict = Literal["up", "down"]
Reason = Literal["", "figure", "source", "unanswered", "other"]

OFFERED = 50
"""Publishers, collections and documents offered at once."""
_LONGEST_COMMENT = 2000
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def add_actions(app: FastAPI, assistant: Assistant, library: Library, origin: str = "") -> None:
    """Add the routes of the chat page that are not Gradio's.

    :param origin: Where people reach this server; taken from the request when empty.
    """
    routes = APIRouter(route_class=Telling)

    @routes.post("/export")
    async def export(request: Request, format: str = "docx") -> Response:
        body = await read_json(request)
        place = origin or f"{request.url.scheme}://{request.url.netloc}"
        return await run_in_threadpool(_exported, body.get("exchanges"), format, reader(assistant, request), place)

    @routes.post("/feedback")
    async def feedback(request: Request) -> Response:
        body = await read_json(request)
        exchange = await run_in_threadpool(recall, body.get("exchange"), reader(assistant, request))
        given = (body.get("verdict"), body.get("reason", ""), body.get("comment", ""))
        number = await run_in_threadpool(judge, assistant, exchange, *given)
        return JSONResponse({"id": number}, status_code=201)

    @routes.get("/filters")
    def filters(request: Request, q: str = "") -> Response:
        chosen = tuple(request.query_params.getlist("document"))[:20]
        return JSONResponse(offered_filters(library, access_of(request), q, chosen))

    @routes.get("/documents/{document_id}/{version}/file")
    def original(request: Request, document_id: str, version: str) -> Response:
        document = assistant.document(document_id, version, access=access_of(request))
        path = library.original(document) if document else None
        if document is None or path is None:
            message = say("Tệp gốc không còn.", "The original file is gone.")
            return Response(message + "\n", 404, media_type="text/plain; charset=utf-8")
        headers = {"content-disposition": attachment(shown_name(document.info.source))}
        return FileResponse(path, media_type="application/octet-stream", headers=headers)

    app.include_router(routes)


_STATUSES: Mapping[type[RagError], int] = {
    KeptError: 422,
    DocumentMissingError: 404,
    CollectionClosedError: 403,
    TooManyError: 429,
}


class Telling(APIRoute):
    """A route whose expected failures are told in the person's language."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler, with failures turned into answers."""
        handle = super().get_route_handler()

        async def told(request: Request) -> Response:
            try:
                return await handle(request)
            except RagError as error:
                status = next((status for kind, status in _STATUSES.items() if isinstance(error, kind)), 409)
                answer = JSONResponse({"detail": str(error)}, status_code=status)
                if isinstance(error, TooManyError):
                    answer.raw_headers.append(retry_after(error))
                return answer

        return told


def judge(assistant: Assistant, exchange: Exchange, verdict: Any, reason: Any = "", comment: Any = "") -> int:
    """Keep a person's verdict on an answer, with question, answer, sources and index version.

    :raises KeptError: If the verdict or the reason is none.
    """
    answer = exchange.answer
    if answer is None or verdict not in get_args(Verdict) or reason not in get_args(Reason):
        raise KeptError(say("Đánh giá không hợp lệ.", "The verdict is not valid."))
    if not isinstance(comment, str) or len(comment) > _LONGEST_COMMENT:
        raise KeptError(say(f"Góp ý dài quá {_LONGEST_COMMENT} ký tự.", "The comment is too long."))
    text = json.dumps(answer.to_dict(), ensure_ascii=False)
    return assistant.store.add_feedback(exchange.question, text, verdict, reason, comment.strip())


def offered_filters(library: Library, access: Access | None, words: str, chosen: tuple[str, ...]) -> dict[str, Any]:
    """What a question can be narrowed down to, as far as the person may see it.

    :param words: Documents whose title has these words come first.
    :param chosen: Documents whose titles are wanted in any case.
    """
    facets = library.facets(access)
    found, _ = library.browse(Browse(words=words[:200], limit=20), access)
    named, _ = library.browse(Browse(filters=Filters(documents=chosen)), access) if chosen else ((), 0)
    return {
        "publishers": _counted(facets["publisher"]),
        "collections": _counted(facets["collection"]),
        "documents": [_document(listed.info) for listed in found],
        "chosen": [_document(listed.info) for listed in named],
    }


def reader(assistant: Assistant, request: Any) -> ReadDocument:
    """Reads documents as far as the sender of this request may."""
    who = access_of(request)

    def read(document_id: str, version: str) -> Document | None:
        return assistant.document(document_id, version, access=who)

    return read


async def read_json(request: Request) -> Mapping[str, Any]:
    """The body as a JSON object.

    :raises KeptError: If it is none, or not sent as JSON (which a form on another site could do).
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    try:
        body = json.loads(await request.body()) if kind == "application/json" else None
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict):
        raise KeptError(say("Yêu cầu không hợp lệ.", "The request is not valid."))
    return body


def attachment(name: str) -> str:
    """Header that has the browser save a file under a name in any script (RFC 6266)."""
    plain = "".join(c if c.isascii() and (c.isalnum() or c in "._-") else "_" for c in name) or "tep"
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def _exported(rows: Any, kind: str, read: ReadDocument, origin: str) -> Response:
    conversation = recall_all(rows, read)
    stamp = f"hoi-dap-{datetime.now():%Y%m%d-%H%M}"
    if kind == "docx":
        content, media, suffix = as_word(conversation, origin), _WORD, "docx"
    elif kind == "md":
        content, media, suffix = as_markdown(conversation, origin).encode(), "text/markdown; charset=utf-8", "md"
    else:
        raise KeptError(say("Chỉ có docx và md.", "Only docx and md."))
    return Response(content, media_type=media, headers={"content-disposition": attachment(f"{stamp}.{suffix}")})


def _counted(counts: Mapping[str, int]) -> list[dict[str, Any]]:
    return [{"name": name, "documents": n} for name, n in list(counts.items())[:OFFERED]]


def _document(info: DocumentInfo) -> dict[str, str]:
    return {"id": info.id, "title": info.title or shown_name(info.source)}


__all__ = ["add_actions", "attachment", "judge", "offered_filters", "read_json", "reader"]
