"""Asking and searching: one JSON value, or the events of the answer as they come."""

from __future__ import annotations

import contextlib
import json
import logging
from collections.abc import AsyncIterator, Generator
from functools import partial
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response, StreamingResponse

from rag.lang import say
from rag.serve.api.models import AnswerRow, AskGiven, HitsRow, SearchGiven, both, hit_row
from rag.serve.api.services import EVENT_STREAM, Services, admit, refusals, request_id, wants_stream
from rag.serve.guard import Refusal
from rag.serve.identity import Identity, access_of, identity_of
from rag.serve.places import Place, seated
from rag.serve.problems import problem
from rag.serve.steps import last_answer, steps, unless_gone
from rag.types import Answer, Citation, Event, citation_to_dict

log = logging.getLogger(__name__)

STREAM_HEADERS = {"x-accel-buffering": "no"}
"""A proxy in front must hand each event on at once."""

_STREAM_DOC = both(
    "Với Accept: text/event-stream, trả lời là các sự kiện understood, hits, text, citation, done hoặc error; "
    "waiting khi phải đợi đến lượt.",
    "With Accept: text/event-stream, the answer comes as the events understood, hits, text, citation, done or "
    "error; waiting while others are first.",
)


def asking_routes(services: Services) -> APIRouter:
    """The routes of questions."""
    router = APIRouter(tags=["ask"])

    @router.post(
        "/ask",
        response_model=AnswerRow,
        summary=both("Hỏi, nhận câu trả lời có trích dẫn", "Ask, get a cited answer"),
        description=_STREAM_DOC,
        responses={200: {"content": {EVENT_STREAM: {"schema": {"type": "string"}}}}, **refusals(413, 503)},
    )
    async def ask(request: Request, given: AskGiven) -> Response:
        identity = identity_of(request)
        check_length(given.question, services)
        place = admit(services, request)
        events = begin(services, identity, given)
        if wants_stream(request):
            stream = _sse(services, identity, place, events, request_id(request))
            return StreamingResponse(stream, media_type=EVENT_STREAM, headers=STREAM_HEADERS)
        answer = await unless_gone(request, partial(answered, place, events))
        if not isinstance(answer, Answer):
            raise Refusal(502 if services.settings.llm else 500, tellable(answer or "", services))
        return JSONResponse(answer_row(services, identity, answer))

    @router.post(
        "/search",
        response_model=HitsRow,
        summary=both("Tìm các đoạn liên quan, không trả lời", "Find passages, without an answer"),
        responses=refusals(413, 503),
    )
    def search(request: Request, given: SearchGiven) -> HitsRow:
        filters = given.filters.filters() if given.filters else None
        check_length(given.query, services)
        limits = services.limits
        with limits.admitted(identity_of(request), limits.address(request.scope)):
            hits = services.assistant.search(given.query, filters, given.top_k, access_of(request))
        return HitsRow(hits=[hit_row(hit) for hit in hits])

    return router


def check_length(question: str, services: Services) -> None:
    """Refuse a question that is too long, before it costs anything.

    :raises Refusal: 422.
    """
    most = services.settings.max_question
    if len(question) > most:
        raise Refusal(
            422,
            say(f"Câu hỏi dài {len(question)} ký tự; tối đa {most}.",
                f"The question has {len(question)} characters; at most {most} are allowed."),
        )  # fmt: skip


def begin(services: Services, identity: Identity, given: AskGiven) -> Generator[Event, None, None]:
    """The events of an answer; nothing is worked out before the first is taken."""
    history = [turn.turn() for turn in given.history]
    filters = given.filters.filters() if given.filters else None
    return services.assistant.stream(given.question, history, filters, identity.access)


async def answered(place: Place, events: Generator[Event, None, None]) -> Answer | str:
    """The whole answer, or the message of its error, after waiting for the place."""
    async with seated(place):
        return await last_answer(events)


def answer_row(services: Services, identity: Identity, answer: Answer) -> dict[str, Any]:
    """An answer for the wire, kept for a verdict."""
    return {"answer_id": services.answers.keep(answer, identity), **answer.to_dict()}


async def _sse(
    services: Services, identity: Identity, place: Place, events: Generator[Event, None, None], code: str
) -> AsyncIterator[str]:
    try:
        async for ahead in place.line():
            yield sse("waiting", {"ahead": ahead})
        async with seated(place), contextlib.aclosing(steps(events)) as following:
            async for event in following:
                yield sse(event.kind, event_data(services, identity, event, code))
    except Exception:
        log.exception("request %s failed", code)
        yield sse("error", problem(500, broken(), code))
    finally:
        place.leave()


def event_data(services: Services, identity: Identity, event: Event, code: str) -> Any:
    """What an event carries, for the wire."""
    match event.data:
        case Answer() as answer:
            return answer_row(services, identity, answer)
        case Citation() as citation:
            return citation_to_dict(citation)
        case str(text) if event.kind == "error":
            return problem(502 if services.settings.llm else 500, tellable(text, services), code)
        case str(text):
            return {"text": text}
        case hits:
            return {"hits": [hit_row(hit).model_dump(mode="json") for hit in hits]}


def tellable(message: str, services: Services) -> str:
    """A failure's message without the folders of this server."""
    for folder in (services.settings.store, services.settings.models):
        message = message.replace(str(folder), folder.name)
    return message or broken()


def broken() -> str:
    """What is said of a failure that nobody expected."""
    return say("Máy chủ gặp sự cố. Xin thử lại.", "The server had a problem. Please try again.")


def sse(event: str, data: Any) -> str:
    """One server-sent event."""
    return f"event: {event}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"
