"""Documents: listed, read, added, corrected, removed, and a removal taken back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated, Any

import anyio.to_thread
from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import JSONResponse, Response, StreamingResponse
from starlette.datastructures import UploadFile

from rag.errors import StoreBusyError
from rag.index.edit import Edit
from rag.index.store import Browse
from rag.lang import say
from rag.serve.api.asking import STREAM_HEADERS, sse
from rag.serve.api.models import (
    MAX_ID,
    DocumentFull,
    DocumentRow,
    DocumentsRow,
    EditGiven,
    ListGiven,
    RemovedRow,
    RestoredRow,
    UndoGiven,
    UploadedRow,
    UploadsRow,
    both,
    document_fields,
)
from rag.serve.api.services import EVENT_STREAM, Services, refusals, wants_stream
from rag.serve.guard import Refusal
from rag.serve.identity import access_of, identity_of
from rag.serve.library import UNDO_S, Uploaded, shown_name
from rag.types import Access, Filters

_MULTIPART = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["files"],
                    "properties": {
                        "files": {"type": "array", "minItems": 1, "items": {"type": "string", "format": "binary"}},
                        "collection": {"type": "string", "maxLength": MAX_ID, "default": "default"},
                    },
                }
            }
        },
    }
}
Id = Annotated[str, Path(max_length=MAX_ID, description=both("Mã tài liệu", "Id of the document"))]


def document_routes(services: Services) -> APIRouter:
    """The routes of documents."""
    router = APIRouter(tags=["documents"])
    _reading(router, services)
    _adding(router, services)
    _changing(router, services)
    return router


def _reading(router: APIRouter, services: Services) -> None:
    @router.get(
        "/documents",
        response_model=DocumentsRow,
        summary=both("Danh sách tài liệu", "List of documents"),
        responses=refusals(),
    )
    def listed(request: Request, given: Annotated[ListGiven, Query()]) -> DocumentsRow:
        filters = Filters(given.date_from, given.date_to, tuple(given.publisher), tuple(given.collection))
        wish = Browse(given.q, filters, given.order, given.descending, given.offset, given.limit)
        found, total = services.library.browse(wish, access_of(request))
        rows = [DocumentRow(**document_fields(one.info)) for one in found]
        return DocumentsRow(total=total, offset=given.offset, items=rows)

    @router.get(
        "/documents/{document_id}",
        response_model=DocumentFull,
        summary=both("Phiên bản mới nhất của một tài liệu", "The newest version of a document"),
        responses=refusals(404),
    )
    def newest(request: Request, document_id: Id) -> DocumentFull:
        return _full(services, document_id, None, access_of(request))

    @router.get(
        "/documents/{document_id}/{version}",
        response_model=DocumentFull,
        summary=both("Một phiên bản, cũng cả bản cũ đã được dẫn", "One version, also an old one that was cited"),
        responses=refusals(404),
    )
    def one(request: Request, document_id: Id, version: Annotated[str, Path(max_length=MAX_ID)]) -> DocumentFull:
        return _full(services, document_id, version, access_of(request))


def _full(services: Services, document_id: str, version: str | None, access: Access) -> DocumentFull:
    document = services.assistant.document(document_id, version, access)
    newest = services.assistant.document(document_id, access=access)
    if document is None or newest is None:
        raise _not_there()
    return DocumentFull(
        **document_fields(document.info),
        text=document.text,
        current_version=newest.version,
        versions=list(services.assistant.store.versions(document_id)),
    )


def _not_there() -> Refusal:
    return Refusal(404, say("Không có tài liệu này, hoặc anh chị không được xem.", "No such document, or not for you."))


def _adding(router: APIRouter, services: Services) -> None:
    @router.post(
        "/documents",
        response_model=UploadsRow,
        summary=both("Nạp tệp; mỗi tệp có kết quả và lý do riêng", "Add files; each has its own result and reason"),
        description=both(
            "Cùng tên tệp trong cùng bộ là phiên bản mới của tài liệu đó. Với Accept: text/event-stream, mỗi tệp xong "
            "là một sự kiện file.",
            "The same file name in a collection is a new version of that document. With Accept: text/event-stream, "
            "each finished file is an event file.",
        ),
        openapi_extra=_MULTIPART,
        responses={200: {"content": {EVENT_STREAM: {"schema": {"type": "string"}}}}, **refusals(400, 413, 503)},
    )
    async def add(request: Request) -> Response:
        identity = identity_of(request)
        async with request.form(max_files=services.settings.upload_files, max_fields=4, max_part_size=1024) as form:
            collection = str(form.get("collection") or "default")
            _check_collection(collection)
            services.library.check_may_add(collection, identity.access)
            files = [
                (part.filename or "", await part.read())
                for part in form.getlist("files")
                if isinstance(part, UploadFile)
            ]
        if not files:
            raise Refusal(422, say("Không có tệp nào trong trường files.", "There is no file in the field files."))
        services.limits.files(identity, len(files))
        added = _add(services, files, collection, identity.access)
        if wants_stream(request):
            return StreamingResponse(_file_events(added), media_type=EVENT_STREAM, headers=STREAM_HEADERS)
        return JSONResponse({"files": [row async for row in added]})


async def _add(
    services: Services, files: list[tuple[str, bytes]], collection: str, access: Access
) -> AsyncIterator[dict[str, Any]]:
    for name, content in files:
        try:
            done = await anyio.to_thread.run_sync(services.library.add, name, content, collection, access)
        except StoreBusyError as error:
            done = Uploaded(shown_name(name), "failed", str(error))
        yield _uploaded(done)


async def _file_events(added: AsyncIterator[dict[str, Any]]) -> AsyncIterator[str]:
    rows = []
    async for row in added:
        rows.append(row)
        yield sse("file", row)
    yield sse("done", {"files": rows})


def _uploaded(done: Uploaded) -> dict[str, Any]:
    row = UploadedRow(
        name=done.name, outcome=done.outcome, reason=done.reason, notes=list(done.notes), documents=list(done.ids)
    )
    return row.model_dump(mode="json")


def _check_collection(collection: str) -> None:
    """Whether it can be the name of a collection.

    :raises Refusal: 422.
    """
    if not 0 < len(collection) <= MAX_ID or not collection.isprintable():
        raise Refusal(422, say("Tên bộ tài liệu không hợp lệ.", "The name of the collection is not valid."))


def _changing(router: APIRouter, services: Services) -> None:
    @router.patch(
        "/documents/{document_id}",
        response_model=DocumentFull,
        summary=both("Sửa thông tin của tài liệu", "Correct the details of a document"),
        description=both(
            "Thông tin đã sửa được giữ qua các lần nạp lại tệp; bản trước vẫn xem được theo địa chỉ cũ.",
            "Corrected details stay when the file is loaded again; the version before stays readable.",
        ),
        responses=refusals(404, 503),
    )
    def edit(request: Request, document_id: Id, given: EditGiven) -> DocumentFull:
        access = access_of(request)
        document = services.assistant.document(document_id, access=access)
        if document is None:
            raise _not_there()
        info, named = document.info, given.model_fields_set
        kept = {name: getattr(info, name) for name in ("title", "publisher", "author", "published")}
        wanted = {name: getattr(given, name) for name in named}
        texts = {name: value or "" for name, value in wanted.items() if name != "published"}
        days = {name: value for name, value in wanted.items() if name == "published"}
        services.library.edit(document_id, Edit(**{**kept, **texts, **days}), access)
        return _full(services, document_id, None, access)

    @router.delete(
        "/documents/{document_id}",
        response_model=RemovedRow,
        summary=both("Gỡ tài liệu với mọi phiên bản", "Remove a document with all its versions"),
        responses=refusals(404, 503),
    )
    def remove(request: Request, document_id: Id) -> RemovedRow:
        removal = services.library.remove([document_id], access_of(request))
        return RemovedRow(removed=document_id, undo=removal.token, undo_s=UNDO_S)

    @router.post(
        "/documents/undo",
        response_model=RestoredRow,
        summary=both("Hoàn tác một lần gỡ", "Take a removal back"),
        responses=refusals(404, 413, 503),
    )
    def undo(request: Request, given: UndoGiven) -> RestoredRow:
        return RestoredRow(restored=services.library.undo(given.undo, access_of(request)))
