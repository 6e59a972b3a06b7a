"""What the chat page's events do: Gradio carries questions and answers, our own HTML shows them.

Two pieces of HTML make the conversation: ``past`` holds the settled exchanges and is sent once for each question,
``now`` holds the running one and is sent again with each step, so that a long conversation does not slow the stream.
"""

from __future__ import annotations

import contextlib
import logging
import secrets
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeAlias

import anyio.to_thread
import gradio as gr

from rag.errors import RagError
from rag.lang import say
from rag.serve.conversation import Conversation, Exchange, advance, settle, turns
from rag.serve.kept import KeptError, recall_all
from rag.serve.places import Place, Places
from rag.serve.render import render_conversation, render_exchange, render_follow_ups, render_welcome
from rag.serve.steps import steps
from rag.serve.wishes import parse_filters
from rag.types import Access, Event

if TYPE_CHECKING:
    from rag.assistant import Assistant

log = logging.getLogger(__name__)

STEP_S = 0.06
"""Shortest time between two updates of the page while text streams in: faster only burns the reader's processor."""
STEP_SHARE = 4.0
"""Nor before this many times what the last update cost: a very long answer must not be drawn for each of its words."""
KEPT_EXCHANGES = 50

Update: TypeAlias = dict[str, Any]
Admits: TypeAlias = Callable[[Any], Place]
"""Counts the question of a request and reserves a place for its answer; raises when there is none."""


class Chat:
    """What the page's events do. Stateless: the conversation travels with the page's session."""

    def __init__(
        self, assistant: Assistant, access: Callable[[Any], Access | None], admit: Admits | None = None
    ) -> None:
        self.assistant = assistant
        self.access = access
        self.admit = admit or (lambda _request: Places(1, 0).reserve())

    def welcome(self, request: gr.Request) -> str:
        """First content of a page that was just opened."""
        who = self.access(request)
        suggestions = self.assistant.suggestions(access=who)
        return render_welcome(self.assistant.store.count_documents(access=who), suggestions)

    def begin(
        self,
        question: str | None,
        conversation: Conversation,
        wish: str,
        request: gr.Request,
        *,
        replaces: bool = False,
    ) -> tuple[Any, ...]:
        """Show the question at once, before anything is searched.

        :param wish: Filters, as in the page's address.
        :param replaces: Whether it takes the place of the last exchange (asked again, or put otherwise).
        :return: Text of the box, conversation, past, now, visibility of ask and stop.
        """
        words = (question or "").strip()
        if not words:
            return (gr.skip(), gr.skip(), gr.skip(), gr.skip(), gr.skip(), gr.skip())
        settled = settle(conversation)[-KEPT_EXCHANGES:]
        settled = settled[:-1] if replaces else settled
        exchange = Exchange(words, filters=parse_filters(wish), asked=datetime.now())
        now = render_exchange(exchange, len(settled) + 1, self._searched(exchange, request))
        return ("", (*settled, exchange), render_conversation(settled), now, *_buttons(is_running=True))

    def begin_offered(self, conversation: Conversation, event: gr.EventData, request: gr.Request) -> tuple[Any, ...]:
        """The same for a question that stands on the page (suggested, put otherwise), or a conversation kept there."""
        data = event._data if isinstance(event._data, dict) else {}
        if "restore" in data:
            return self._restore(data["restore"], request)
        asked, wish = str(data.get("ask", "")), str(data.get("filters", ""))
        return self.begin(asked, conversation, wish, request, replaces=data.get("replace") is True)

    def _restore(self, rows: Any, request: gr.Request) -> tuple[Any, ...]:
        """A conversation from the browser's history, its quotes read again."""
        who = self.access(request)
        try:
            conversation = recall_all(rows, lambda i, version: self.assistant.document(i, version, access=who))
        except KeptError:
            return (gr.skip(),) * 6
        now = render_exchange(conversation[-1], len(conversation))
        shown = (render_conversation(conversation[:-1]), now)
        # What is being typed stays.
        return (gr.skip(), conversation, *shown, *_buttons(is_running=False))

    def _searched(self, exchange: Exchange, request: gr.Request) -> int:
        """How many documents are searched for a question."""
        return self.assistant.store.count_documents(exchange.filters, self.access(request))

    async def answer(self, conversation: Conversation, request: gr.Request) -> AsyncIterator[tuple[Any, ...]]:
        """Stream the answer to the last question, after waiting for a place where need be.

        On the event loop, so that those who wait hold no thread; what takes time is done in threads.

        :return: Steps of conversation, now, visibility of ask and stop.
        """
        if not conversation or not conversation[-1].is_running:
            yield (gr.skip(), gr.skip(), gr.skip(), gr.skip())
            return
        earlier, number = conversation[:-1], len(conversation)
        searched = await anyio.to_thread.run_sync(self._searched, conversation[-1], request)
        async with contextlib.aclosing(self._steps(conversation, request)) as growing:
            async for exchange in growing:
                html = await anyio.to_thread.run_sync(render_exchange, exchange, number, searched)
                yield ((*earlier, exchange), html, *_buttons(is_running=exchange.is_running))

    def follow(self, conversation: Conversation, request: gr.Request) -> str:
        """Questions to go on with; none where they cannot be had, for the answer stands without them.

        They come after the answer and apart from it: sent with it, they would wipe what the person is doing there.
        """
        answer = conversation[-1].answer if conversation else None
        if answer is None or not answer.hits:
            return ""
        try:
            asked = [exchange.question for exchange in conversation]
            questions = self.assistant.follow_ups(answer, asked, access=self.access(request))
        except Exception:
            log.exception("no questions to go on with")
            return ""
        return render_follow_ups(questions, len(conversation))

    def stop(self, conversation: Conversation) -> tuple[Any, ...]:
        """Keep what has come so far, marked as stopped."""
        settled = settle(conversation)
        now = render_exchange(settled[-1], len(settled)) if settled else gr.skip()
        return (settled, now, *_buttons(is_running=False))

    def restart(self, request: gr.Request) -> tuple[Any, ...]:
        """A new conversation."""
        return ("", (), "", self.welcome(request), *_buttons(is_running=False))

    async def _steps(self, conversation: Conversation, request: gr.Request) -> AsyncGenerator[Exchange, None]:
        """The last exchange as it grows; never raises, a failure is its last step."""
        exchange = conversation[-1]
        shown_at, pause_s = time.monotonic(), STEP_S
        place: Place | None = None
        try:
            place = self.admit(request)
            async for ahead in place.line():
                yield replace(exchange, phase="waiting", ahead=ahead)
            events = self.assistant.stream(
                exchange.question, turns(conversation[:-1]), exchange.filters or None, access=self.access(request)
            )
            async with contextlib.aclosing(steps(events)) as following:  # closing it is what cancels the work
                async for event in following:
                    exchange = advance(exchange, event)
                    if _is_worth_showing(event, time.monotonic() - shown_at, pause_s):
                        began = time.monotonic()
                        yield exchange
                        shown_at = time.monotonic()
                        pause_s = max(STEP_S, STEP_SHARE * (shown_at - began))
        except RagError as error:
            exchange = replace(exchange, phase="failed", problem=str(error))
        except Exception:
            incident = secrets.token_hex(5)
            log.exception("answer failed, incident %s", incident)
            problem = say("Máy chủ gặp sự cố khi tìm câu trả lời.", "The server had a problem while answering.")
            exchange = replace(exchange, phase="failed", problem=problem, incident=incident)
        finally:
            if place is not None:
                place.leave()
        if exchange.is_running:
            problem = say("Câu trả lời bị ngắt giữa chừng.", "The answer ended before it was complete.")
            exchange = replace(exchange, phase="failed", problem=problem)
        yield exchange


def _buttons(*, is_running: bool) -> tuple[Update, Update]:
    return gr.update(visible=not is_running), gr.update(visible=is_running)


def _is_worth_showing(event: Event, since_s: float, pause_s: float) -> bool:
    """Text arrives in many small pieces, and a citation is shown with the text after it."""
    return since_s >= pause_s if event.kind in ("text", "citation") else True
