"""What is seen of each request and answer: one line in the log, and the counts that monitoring reads.

Nothing that a person asked stands in either, unless ``RAG_LOG_QUESTIONS=1``.
"""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Generator, Sequence
from typing import TYPE_CHECKING, Any

from rag.serve.limits import Limits, estimated_tokens
from rag.serve.metrics import Metrics
from rag.serve.seen import SEEN, Seen
from rag.settings import Settings
from rag.types import Access, Answer, Event, Filters, Turn

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from rag.assistant import Assistant

requests_log = logging.getLogger("rag.requests")
answers_log = logging.getLogger("rag.answers")


class Watched:
    """ASGI middleware around everything: a line and a count for each request."""

    def __init__(self, app: ASGIApp, *, metrics: Metrics, limits: Limits) -> None:
        self.app = app
        self.metrics = metrics
        self.limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the request and note how it went."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        seen, started, status = Seen(), time.perf_counter(), 0

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app({**scope, SEEN: seen}, receive, noting)
        finally:
            seconds = time.perf_counter() - started
            self.metrics.request(scope["method"], seen.route, status, seconds)
            requests_log.info(
                "request",
                extra={
                    "request_id": seen.request_id, "method": scope["method"], "route": seen.route, "status": status,
                    "seconds": round(seconds, 4), "user": seen.user, "kind": seen.kind,
                    "address": self.limits.address(scope),
                },
            )  # fmt: skip


class WatchedAssistant:
    """An assistant whose answers are counted and noted; everything else is the assistant's own."""

    def __init__(self, assistant: Assistant, settings: Settings, metrics: Metrics, limits: Limits) -> None:
        self._assistant = assistant
        self._settings = settings
        self._metrics = metrics
        self._limits = limits

    def __getattr__(self, name: str) -> Any:
        return getattr(self._assistant, name)

    def stream(
        self,
        question: str,
        history: Sequence[Turn] = (),
        filters: Filters | None = None,
        access: Access | None = None,
    ) -> Generator[Event, None, None]:
        """As :meth:`rag.assistant.Assistant.stream`."""
        started, first, outcome = time.perf_counter(), 0.0, "left"
        answer: Answer | None = None
        events = self._assistant.stream(question, history, filters, access)
        try:
            for event in events:
                first = first or time.perf_counter() - started
                if isinstance(event.data, Answer):
                    answer, outcome = event.data, event.data.status
                elif event.kind == "error":
                    outcome = "error"
                yield event
        except Exception:
            outcome = "error"
            raise
        finally:
            events.close()
            seconds = time.perf_counter() - started
            self._metrics.answer(outcome, answer.method if answer else "none", first, seconds)
            self._charge(answer, access)
            answers_log.info("answer", extra=self._facts(question, answer, outcome, seconds, access))

    def _charge(self, answer: Answer | None, access: Access | None) -> None:
        """Count what a model read and wrote, by the length of the texts: providers count differently or not at all."""
        if answer is not None and answer.method == "llm" and access is not None:
            read = [hit.passage.text for hit in answer.hits]
            self._limits.spent(access.user, estimated_tokens(answer.question, answer.text, *read))

    def _facts(
        self, question: str, answer: Answer | None, outcome: str, seconds: float, access: Access | None
    ) -> dict[str, Any]:
        facts: dict[str, Any] = {
            "outcome": outcome,
            "seconds": round(seconds, 4),
            "question_hash": hashlib.sha256(question.encode("utf-8", "replace")).hexdigest()[:12],
            "question_chars": len(question),
            "user": access.user if access else "",
        }
        if answer is not None:
            facts |= {
                "method": answer.method,
                "citations": len(answer.citations),
                "index_version": answer.index_version,
            }
        if self._settings.log_questions:
            facts["question"] = question
        return facts
