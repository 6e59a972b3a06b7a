"""The API as an application of its own, mounted in ours: its OpenAPI document, and failures told as problems."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from rag import __version__
from rag.errors import LoadError, QuestionError, RagError, StoreBusyError
from rag.lang import say
from rag.serve.addresses import root_path
from rag.serve.api.asking import asking_routes, broken
from rag.serve.api.documents import document_routes
from rag.serve.api.models import FieldError, both
from rag.serve.api.other import other_routes
from rag.serve.api.services import Services, request_id
from rag.serve.guard import Refusal
from rag.serve.library import CollectionClosedError, DocumentMissingError
from rag.serve.limits import TooManyError, retry_after
from rag.serve.places import RETRY_AFTER_S, FullError
from rag.serve.problems import encoded, problem

log = logging.getLogger(__name__)

_ABOUT = both(
    "Hỏi đáp trên kho tài liệu, mỗi câu có trích dẫn. Gửi khóa trong Authorization: Bearer; lỗi theo RFC 9457.",
    "Questions on a store of documents, every sentence cited. Send the key in Authorization: Bearer; errors follow "
    "RFC 9457.",
)


def make_api(services: Services) -> FastAPI:
    """The application under ``/api/v1``."""
    api = FastAPI(
        title=both("Hỏi đáp tài liệu", "Ask the documents"),
        version=__version__,
        description=_ABOUT,
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json",
        servers=[{"url": f"{root_path(services.settings)}/api/v1"}],
        root_path_in_servers=False,
    )
    for router in (asking_routes(services), document_routes(services), other_routes(services)):
        api.include_router(router)
    tell_failures(api)
    return api


def tell_failures(app: FastAPI) -> None:
    """Have every failure of an application for programs answered in the shape that its clients read."""
    app.add_exception_handler(Refusal, _refused)
    app.add_exception_handler(RequestValidationError, _not_valid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RagError, _expected)
    app.add_exception_handler(Exception, _unexpected)


def failure(request: Request, status: int, detail: str, headers: Sequence[tuple[bytes, bytes]] = ()) -> Response:
    """One failure as a response."""
    path = str(request.scope["root_path"]) + "/"
    body, kind = encoded(path, status, detail, request_id(request))
    told = {name.decode("latin-1"): value.decode("latin-1") for name, value in headers}
    return Response(body, status, told, media_type=kind.decode("ascii"))


def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refusal)  # noqa: S101 - what it is registered for
    return failure(request, error.status, error.message, error.headers)


def _not_valid(request: Request, error: Exception) -> Response:
    """Say which fields are wrong; what was sent is not repeated."""
    assert isinstance(error, RequestValidationError)  # noqa: S101
    errors = [
        FieldError(field=".".join(str(part) for part in one["loc"]), message=str(one["msg"])).model_dump()
        for one in error.errors()[:20]
    ]
    detail = say("Yêu cầu không hợp lệ.", "The request is not valid.")
    if request.scope["root_path"].startswith("/v1"):
        named = "; ".join(f"{one['field']}: {one['message']}" for one in errors)
        return failure(request, 422, f"{detail} {named}")
    row = problem(422, detail, request_id(request), errors)
    return _Problem(row, 422)


class _Problem(Response):
    """A problem with more fields than :func:`failure` writes."""

    def __init__(self, row: dict[str, object], status: int) -> None:
        import json

        body = json.dumps(row, ensure_ascii=False).encode("utf-8", "replace")
        super().__init__(body, status, media_type="application/problem+json")


def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101
    detail = {
        400: say("Không đọc được nội dung yêu cầu.", "The body cannot be read."),
        404: say("Không có địa chỉ này.", "There is no such address."),
    }
    return failure(request, error.status_code, detail.get(error.status_code, ""))


def _expected(request: Request, error: Exception) -> Response:
    """An expected failure: those that speak to the client are told, the others only to the log."""
    if isinstance(error, FullError | StoreBusyError):
        return failure(request, 503, str(error), [(b"retry-after", str(RETRY_AFTER_S).encode())])
    if isinstance(error, TooManyError):
        return failure(request, 429, str(error), [retry_after(error)])
    if isinstance(error, CollectionClosedError):
        return failure(request, 403, str(error))
    if isinstance(error, DocumentMissingError):
        return failure(request, 404, str(error))
    if isinstance(error, QuestionError | LoadError):
        return failure(request, 422, str(error))
    return _unexpected(request, error)


def _unexpected(request: Request, error: Exception) -> Response:
    log.error("request %s failed", request_id(request), exc_info=error)
    return failure(request, 500, broken())
