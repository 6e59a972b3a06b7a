"""The chat page: Gradio carries questions and answers, our own HTML shows them.

Two pieces of HTML make the conversation: ``past`` holds the settled exchanges and is sent once for each question,
``now`` holds the running one and is sent again with each step, so that a long conversation does not slow the stream.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
import sys
import time
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeAlias

import gradio as gr

from rag.errors import RagError
from rag.lang import say
from rag.serve.conversation import Conversation, Exchange, advance, settle, turns
from rag.serve.pages import product_name
from rag.serve.render import render_conversation, render_exchange, render_welcome
from rag.settings import Settings
from rag.types import Access, Event

if TYPE_CHECKING:
    from fastapi import FastAPI

    from rag.assistant import Assistant

log = logging.getLogger(__name__)

AT_ONCE = 4
"""Answers worked on at the same time; more people wait their turn."""
QUEUE_LENGTH = 40
STEP_S = 0.06
"""Shortest time between two updates of the page while text streams in: faster only burns the reader's processor."""
KEPT_EXCHANGES = 50

_ON_CLICK = """
element.addEventListener('click', (event) => {
  const button = event.target.closest('[data-ask]');
  if (button) trigger('click', { ask: button.dataset.ask });
});
"""

Update: TypeAlias = dict[str, Any]


def mount_chat(app: FastAPI, assistant: Assistant, settings: Settings, access: Callable[[Any], Access | None]) -> None:
    """Mount the chat at ``/``; must be the last route of the application.

    :param access: Rule that turns a request into what it may read.
    """

    async def build() -> None:
        _mount(app, build_page(Chat(assistant, access), settings), settings)

    _finish(build())
    inner = app.router.routes[-1].app  # type: ignore[attr-defined]
    app.state.end_streams = inner.stop_event.set


def _finish(building: Coroutine[Any, Any, None]) -> None:
    """Run what never waits. Outside a running loop Gradio opens one for each of its locks and leaves them all open."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        asyncio.run(building)
    else:
        with contextlib.suppress(StopIteration):
            building.send(None)


def _mount(app: FastAPI, page: gr.Blocks, settings: Settings) -> None:
    """Everything that Gradio can switch off is off."""
    gr.mount_gradio_app(
        app,
        page,
        path="/",
        server_name=settings.host,
        server_port=settings.port,
        footer_links=[],
        run_history=False,
        show_error=False,
        enable_monitoring=False,
        max_file_size=1,
        ssr_mode=False,
        pwa=False,
        mcp_server=False,
        theme=_theme(),
    )


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


@dataclass(frozen=True, slots=True)
class Parts:
    """The components of the page."""

    conversation: gr.State
    new: gr.Button
    past: gr.HTML
    now: gr.HTML
    box: gr.Textbox
    ask: gr.Button
    stop: gr.Button


def build_page(chat: Chat, settings: Settings) -> gr.Blocks:
    """Lay out the page and tie its events."""
    with gr.Blocks(title=product_name(), analytics_enabled=False, fill_width=True) as page:
        _tie(page, chat, _lay_out(settings.max_question))
    page.queue(max_size=QUEUE_LENGTH, api_open=False, default_concurrency_limit=AT_ONCE)
    # Gradio sums up all past events after each one, even where nobody can see it: a data frame for every answer.
    page._queue.ANAYLTICS_CACHE_FREQUENCY = sys.maxsize
    return page


def _lay_out(max_question: int) -> Parts:
    conversation = gr.State(())
    with gr.Row(elem_id="bar"):
        gr.HTML(f"<h1>{product_name()}</h1>", apply_default_css=False, js_on_load=None, elem_id="brand")
        new = gr.Button(say("Câu hỏi mới", "New question"), elem_id="new", size="sm", scale=0)
    past = gr.HTML("", apply_default_css=False, js_on_load=_ON_CLICK, elem_id="past")
    now = gr.HTML("", apply_default_css=False, js_on_load=_ON_CLICK, elem_id="now")
    with gr.Row(elem_id="composer"):
        box = _question_box(max_question)
        ask = gr.Button(say("Hỏi", "Ask"), variant="primary", elem_id="ask", scale=0, min_width=72)
        stop = gr.Button(say("Dừng", "Stop"), elem_id="stop", scale=0, min_width=72, visible=False)
    return Parts(conversation, new, past, now, box, ask, stop)


def _question_box(max_length: int) -> gr.Textbox:
    label = say("Câu hỏi", "Question")
    return gr.Textbox(
        placeholder=say("Gõ câu hỏi rồi nhấn Enter", "Type a question and press Enter"),
        label=label,
        show_label=False,
        container=False,
        lines=1,
        max_lines=6,
        max_length=max_length,
        autofocus=True,
        elem_id="question",
        html_attributes=gr.InputHTMLAttributes(autocomplete="off", spellcheck=False),
    )


def _tie(page: gr.Blocks, chat: Chat, parts: Parts) -> None:
    quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    begun = [parts.box, parts.conversation, parts.past, parts.now, parts.ask, parts.stop]
    stepped = [parts.conversation, parts.now, parts.ask, parts.stop]
    page.load(chat.welcome, None, parts.now, queue=False, **quiet)
    # Whoever asks anew, stops or starts over has no more use for the answer that still runs. Gradio works through the
    # events of a click in the order of their making, so this one must be made before the answers it cancels exist:
    # made after them, it would cancel the new answer.
    drop = gr.on(
        [parts.box.submit, parts.ask.click, parts.past.click, parts.now.click, parts.stop.click, parts.new.click],
        None,
        **quiet,
    )
    typed = gr.on(
        [parts.box.submit, parts.ask.click], chat.begin, [parts.box, parts.conversation], begun, queue=False, **quiet
    )
    offered = gr.on(
        [parts.past.click, parts.now.click], chat.begin_suggested, [parts.conversation], begun, queue=False, **quiet
    )
    running = [
        begin.then(chat.answer, [parts.conversation], stepped, concurrency_id="answer", **quiet)
        for begin in (typed, offered)
    ]
    page.fns[drop["id"]].cancels = [run["id"] for run in running]
    parts.stop.click(chat.stop, [parts.conversation], stepped, queue=False, **quiet)
    parts.new.click(chat.restart, None, begun, queue=False, **quiet)


def _buttons(*, is_running: bool) -> tuple[Update, Update]:
    return gr.update(visible=not is_running), gr.update(visible=is_running)


def _is_worth_showing(event: Event, since_s: float) -> bool:
    """Text arrives in many small pieces, and a citation is shown with the text after it."""
    return since_s >= STEP_S if event.kind in ("text", "citation") else True


def _theme() -> Any:
    """Gradio's plainest theme on system fonts: the default one asks a foreign host for its fonts."""
    sans = ["Segoe UI", "Roboto", "Noto Sans", "Liberation Sans", "Arial", "sans-serif"]
    mono = ["Consolas", "Noto Sans Mono", "Liberation Mono", "monospace"]
    fonts = [[gr.themes.Font(name) for name in names] for names in (sans, mono)]
    return gr.themes.Base(font=fonts[0], font_mono=fonts[1])
