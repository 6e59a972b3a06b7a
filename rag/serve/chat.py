"""What the chat page's events do: Gradio carries questions and answers, our own HTML shows them.

Two pieces of HTML make the conversation: ``past`` holds the settled exchanges and is sent once for each question,
``now`` holds the running one and is sent again with each step, so that a long conversation does not slow the stream.
"""

from __future__ import annotations

import contextlib
import logging
import secrets
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeAlias

import gradio as gr

from rag.errors import RagError
from rag.lang import say
from rag.serve.conversation import Conversation, Exchange, advance, settle, turns
from rag.serve.render import render_conversation, render_exchange, render_welcome
from rag.types import Access, Event

if TYPE_CHECKING:
    from rag.assistant import Assistant

log = logging.getLogger(__name__)

STEP_S = 0.06
"""Shortest time between two updates of the page while text streams in: faster only burns the reader's processor."""
KEPT_EXCHANGES = 50

Update: TypeAlias = dict[str, Any]


class Chat:
    """What the page's events do. Stateless: the conversation travels with the page's session."""

    def __init__(self, assistant: Assistant, access: Callable[[Any], Access | None]) -> None:
        self.assistant = assistant
        self.access = access

    def welcome(self, request: gr.Request) -> str:
        """First content of a page that was just opened."""
        suggestions = self.assistant.suggestions(4, access=self.access(request))
        return render_welcome(self.assistant.n_documents, suggestions)

    def begin(self, question: str | None, conversation: Conversation) -> tuple[Any, ...]:
        """Show the question at once, before anything is searched.

        :return: Text of the box, conversation, past, now, visibility of ask and stop.
        """
        words = (question or "").strip()
        if not words:
            return (gr.skip(), gr.skip(), gr.skip(), gr.skip(), gr.skip(), gr.skip())
        settled = settle(conversation)[-KEPT_EXCHANGES:]
        exchange = Exchange(words)
        now = render_exchange(exchange, len(settled) + 1, self.assistant.n_documents)
        return ("", (*settled, exchange), render_conversation(settled), now, *_buttons(is_running=True))

    def begin_suggested(self, conversation: Conversation, event: gr.EventData) -> tuple[Any, ...]:
        """The same for a question offered on the page, such as a suggestion."""
        return self.begin(str(event._data.get("ask", "")), conversation)

    def answer(self, conversation: Conversation, request: gr.Request) -> Iterator[tuple[Any, ...]]:
        """Stream the answer to the last question.

        :return: Steps of conversation, now, visibility of ask and stop.
        """
        if not conversation or not conversation[-1].is_running:
            yield (gr.skip(), gr.skip(), gr.skip(), gr.skip())
            return
        earlier, number = conversation[:-1], len(conversation)
        for exchange in self._steps(conversation, self.access(request)):
            html = render_exchange(exchange, number, self.assistant.n_documents)
            yield ((*earlier, exchange), html, *_buttons(is_running=exchange.is_running))

    def stop(self, conversation: Conversation) -> tuple[Any, ...]:
        """Keep what has come so far, marked as stopped."""
        settled = settle(conversation)
        now = render_exchange(settled[-1], len(settled)) if settled else gr.skip()
        return (settled, now, *_buttons(is_running=False))

    def restart(self, request: gr.Request) -> tuple[Any, ...]:
        """A new conversation."""
        return ("", (), "", self.welcome(request), *_buttons(is_running=False))

    def _steps(self, conversation: Conversation, who: Access | None) -> Iterator[Exchange]:
        """The last exchange as it grows; never raises, a failure is its last step."""
        exchange = conversation[-1]
        shown_at = time.monotonic()
        try:
            events = self.assistant.stream(exchange.question, turns(conversation[:-1]), access=who)
            with contextlib.closing(events):  # closing the stream is what cancels the work
                for event in events:
                    exchange = advance(exchange, event)
                    if _is_worth_showing(event, time.monotonic() - shown_at):
                        shown_at = time.monotonic()
                        yield exchange
        except RagError as error:
            exchange = replace(exchange, phase="failed", problem=str(error))
        except Exception:
            incident = secrets.token_hex(5)
            log.exception("answer failed, incident %s", incident)
            problem = say("Máy chủ gặp sự cố khi tìm câu trả lời.", "The server had a problem while answering.")
            exchange = replace(exchange, phase="failed", problem=problem, incident=incident)
        if exchange.is_running:
            problem = say("Câu trả lời bị ngắt giữa chừng.", "The answer ended before it was complete.")
            exchange = replace(exchange, phase="failed", problem=problem)
        yield exchange


def _buttons(*, is_running: bool) -> tuple[Update, Update]:
    return gr.update(visible=not is_running), gr.update(visible=is_running)


def _is_worth_showing(event: Event, since_s: float) -> bool:
    """Text arrives in many small pieces, and a citation is shown with the text after it."""
    return since_s >= STEP_S if event.kind in ("text", "citation") else True
