"""The part of OpenAI's interface that lets other programs use the assistant as a model.

The last message of the user is the question, earlier ones are the conversation. Citations come as ``annotations`` of
the message, in OpenAI's shape for cited addresses, with the place in our document beside it. Options of a model that
this one does not have (temperature, top_p …) are accepted and change nothing; tools are refused rather than ignored.
"""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import AsyncIterator, Generator, Iterator
from functools import partial
from typing import Annotated, Any, Literal

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response, StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from rag import __version__
from rag.lang import say
from rag.serve.addresses import public_origin
from rag.serve.api.app import tell_failures
from rag.serve.api.asking import STREAM_HEADERS, answered, broken, check_length, log, tellable
from rag.serve.api.services import EVENT_STREAM, Services, admit, request_id
from rag.serve.guard import Refusal
from rag.serve.identity import Identity, identity_of
from rag.serve.links import place_link
from rag.serve.places import Place, seated
from rag.serve.problems import openai_error
from rag.serve.steps import steps, unless_gone
from rag.types import Answer, Citation, Event, Turn

MODEL = "news-rag"
MAX_MESSAGES = 200
_STARTED = int(time.time())


class _Lenient(BaseModel):
    """OpenAI's clients send fields that come and go with their versions."""

    model_config = ConfigDict(extra="allow")


class Part(_Lenient):
    """A piece of a message."""

    type: str
    text: str = ""


class Message(_Lenient):
    """One message of the conversation."""

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: str | list[Part] | None = None

    @property
    def text(self) -> str:
        """Its words.

        :raises Refusal: 422 for a picture or a sound.
        """
        if self.content is None or isinstance(self.content, str):
            return self.content or ""
        if any(part.type not in ("text", "input_text", "output_text", "refusal") for part in self.content):
            raise Refusal(422, say("Chỉ nhận văn bản.", "Only text is understood."))
        return "\n".join(part.text for part in self.content)


class StreamOptions(_Lenient):
    """How to stream."""

    include_usage: bool = False


class Completion(_Lenient):
    """A request for an answer."""

    messages: Annotated[list[Message], Field(min_length=1, max_length=MAX_MESSAGES)]
    model: Annotated[str, Field(max_length=200)] = MODEL
    stream: bool = False
    stream_options: StreamOptions | None = None
    n: Annotated[int, Field(ge=1, le=1)] = 1
    tools: list[Any] | None = None
    functions: list[Any] | None = None


def make_openai(services: Services) -> FastAPI:
    """The application under ``/v1``."""
    app = FastAPI(version=__version__, docs_url=None, redoc_url=None, openapi_url=None)
    tell_failures(app)

    @app.get("/models")
    def models() -> dict[str, Any]:
        return {"object": "list", "data": [_model()]}

    @app.get("/models/{name}")
    def model(name: str) -> dict[str, Any]:
        _check_model(name)
        return _model()

    @app.post("/chat/completions")
    async def completions(request: Request, given: Completion) -> Response:
        identity = identity_of(request)
        _check(given)
        question, history = conversation(given.messages)
        check_length(question, services)
        place = admit(services, request)
        events = services.assistant.stream(question, history, None, identity.access)
        told = _Told(services, request, identity, question)
        if given.stream:
            with_usage = bool(given.stream_options and given.stream_options.include_usage)
            chunks = _chunks(told, place, events, with_usage=with_usage)
            return StreamingResponse(chunks, media_type=EVENT_STREAM, headers=STREAM_HEADERS)
        answer = await unless_gone(request, partial(answered, place, events))
        if not isinstance(answer, Answer):
            raise Refusal(502 if services.settings.llm else 500, tellable(answer or "", services))
        return JSONResponse(told.whole(answer))

    return app


def conversation(messages: list[Message]) -> tuple[str, list[Turn]]:
    """The question, and the exchanges before it. What the client's own system message says is not for us to obey.

    :raises Refusal: 422, if the user says nothing last.
    """
    said = [(message.role, message.text.strip()) for message in messages if message.role in ("user", "assistant")]
    if not said or said[-1][0] != "user" or not said[-1][1]:
        text = say("Tin cuối phải là câu hỏi của người dùng.", "The last message must be the user's question.")
        raise Refusal(422, text)
    turns: list[Turn] = []
    asked = ""
    for role, text in said[:-1]:
        if role == "user":
            asked = text
        elif asked:
            turns.append(Turn(asked, text))
            asked = ""
    return said[-1][1], turns[-20:]


def _check(given: Completion) -> None:
    _check_model(given.model)
    if given.tools or given.functions:
        raise Refusal(422, say("Mô hình này không dùng công cụ (tools).", "This model uses no tools."))


def _check_model(name: str) -> None:
    if name != MODEL:
        raise Refusal(404, say(f"Không có mô hình này; chỉ có {MODEL}.", f"There is no such model, only {MODEL}."))


def _model() -> dict[str, Any]:
    return {"id": MODEL, "object": "model", "created": _STARTED, "owned_by": MODEL}


class _Told:
    """One answer in OpenAI's words."""

    def __init__(self, services: Services, request: Request, identity: Identity, question: str) -> None:
        self.services = services
        self.identity = identity
        self.question = question
        self.code = request_id(request)
        self.origin = public_origin(services.settings) or f"{request.url.scheme}://{request.url.netloc}"
        self.common = {"id": f"chatcmpl-{self.code}", "created": int(time.time()), "model": MODEL}

    def whole(self, answer: Answer) -> dict[str, Any]:
        """The answer as one object."""
        message = {
            "role": "assistant",
            "content": answer.text,
            "refusal": None,
            "annotations": [self.annotation(citation, answer.text) for citation in answer.citations],
        }
        choice = {"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}
        return {**self.common, "object": "chat.completion", "choices": [choice], "usage": self.usage(answer),
                "news_rag": self.ours(answer)}  # fmt: skip

    def chunk(self, delta: dict[str, Any], finish: str | None = None, **more: Any) -> str:
        """One piece of a streamed answer."""
        choice = {"index": 0, "delta": delta, "finish_reason": finish, "logprobs": None}
        return _data({**self.common, "object": "chat.completion.chunk", "choices": [choice], **more})

    def annotation(self, citation: Citation, text: str) -> dict[str, Any]:
        """A citation in OpenAI's shape: the address opens our viewer at the quoted words."""
        marker = f"[{citation.n}]"
        at = max(text.find(marker), 0)
        url = self.origin + place_link(citation.document_id, citation.version, citation.start, citation.end)
        shown = {"url": url, "title": citation.title, "start_index": at, "end_index": at + len(marker)}
        ours = {"n": citation.n, "quote": citation.quote, "document_id": citation.document_id,
                "version": citation.version, "start": citation.start, "end": citation.end}  # fmt: skip
        return {"type": "url_citation", "url_citation": shown, "news_rag": ours}

    def usage(self, answer: Answer) -> dict[str, int]:
        """Words, since there are no tokens where no language model wrote."""
        asked, written = len(self.question.split()), len(answer.text.split())
        return {"prompt_tokens": asked, "completion_tokens": written, "total_tokens": asked + written}

    def ours(self, answer: Answer) -> dict[str, Any]:
        """What OpenAI's shape has no place for."""
        kept = self.services.answers.keep(answer, self.identity)
        return {"answer_id": kept, "status": answer.status, "short_answer": answer.short_answer,
                "confidence": round(answer.confidence, 4), "understood": answer.understood}  # fmt: skip


async def _chunks(
    told: _Told, place: Place, events: Generator[Event, None, None], *, with_usage: bool
) -> AsyncIterator[str]:
    try:
        yield told.chunk({"role": "assistant", "content": ""})
        async with seated(place), contextlib.aclosing(steps(events)) as following:
            async for event in following:
                for piece in _pieces(told, event, with_usage=with_usage):
                    yield piece
    except Exception:
        log.exception("request %s failed", told.code)
        yield _data(openai_error(500, broken(), told.code))
    finally:
        place.leave()


def _pieces(told: _Told, event: Event, *, with_usage: bool) -> Iterator[str]:
    match event.data:
        case Answer() as answer:
            notes = [told.annotation(citation, answer.text) for citation in answer.citations]
            yield told.chunk({"annotations": notes} if notes else {}, "stop", news_rag=told.ours(answer))
            if with_usage:
                row = {**told.common, "object": "chat.completion.chunk", "choices": [], "usage": told.usage(answer)}
                yield _data(row)
            yield "data: [DONE]\n\n"
        case str(text) if event.kind == "text":
            yield told.chunk({"content": text})
        case str(text) if event.kind == "error":
            status = 502 if told.services.settings.llm else 500
            yield _data(openai_error(status, tellable(text, told.services), told.code))


def _data(row: Any) -> str:
    return f"data: {json.dumps(row, ensure_ascii=False)}\n\n"
