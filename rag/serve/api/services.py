"""What the routes of the API work with, and the small things that they share."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from starlette.requests import Request

from rag.serve.api.models import ProblemRow, both
from rag.serve.given_answers import GivenAnswers
from rag.serve.guard import REQUEST_ID
from rag.serve.identity import identity_of
from rag.serve.limits import Limits
from rag.serve.places import Place
from rag.settings import Settings

if TYPE_CHECKING:
    from rag.assistant import Assistant
    from rag.serve.library import Library

EVENT_STREAM = "text/event-stream"


@dataclass(frozen=True, slots=True)
class Services:
    """The parts of the application that routes use."""

    assistant: Assistant
    settings: Settings
    library: Library
    limits: Limits
    answers: GivenAnswers = field(default_factory=GivenAnswers)


def request_id(request: Request) -> str:
    """Under which log, response header and problem name this request."""
    return str(request.scope.get(REQUEST_ID, ""))


def admit(services: Services, request: Request) -> Place:
    """Count a question and reserve a place for its answer.

    :raises TooManyError: If the sender asks for more than she may.
    :raises FullError: If there is no place.
    """
    return services.limits.admit(identity_of(request), services.limits.address(request.scope))


def wants_stream(request: Request) -> bool:
    """Whether the client asked for events rather than for one JSON value."""
    return EVENT_STREAM in request.headers.get("accept", "")


def refusals(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The problems that a route may answer with, for the OpenAPI document."""
    told = {
        400: both("Yêu cầu không đọc được", "Bad request"),
        401: both("Cần khóa hoặc đăng nhập", "A key or sign-in is needed"),
        403: both("Không có quyền", "Not allowed"),
        404: both("Không có, hoặc không được xem", "Not there, or not for you"),
        413: both("Quá lớn", "Too large"),
        422: both("Giá trị không hợp lệ", "A value is not valid"),
        429: both("Quá nhiều yêu cầu; xem Retry-After", "Too many requests; see Retry-After"),
        503: both("Máy chủ bận; xem Retry-After", "The server is busy; see Retry-After"),
    }
    content = {"application/problem+json": {"schema": ProblemRow.model_json_schema()}}
    return {status: {"description": told[status], "content": content} for status in (*statuses, 401, 403, 422, 429)}
