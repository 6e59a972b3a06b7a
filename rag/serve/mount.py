"""The chat page itself: its parts, how they are tied to what :mod:`rag.serve.chat` does, and Gradio made quiet."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import gradio as gr
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import Mount

from rag.lang import say
from rag.serve.addresses import root_path
from rag.serve.chat import Admits, Chat
from rag.serve.links import link, linking_under
from rag.serve.pages import product_name
from rag.serve.places import FullError
from rag.settings import Settings
from rag.types import Access

if TYPE_CHECKING:
    from rag.assistant import Assistant

AT_ONCE = 4
"""Events of one kind worked on at once; answers wait in a line of our own instead (:mod:`rag.serve.places`)."""
OTHER_EVENTS = 20
"""Room in Gradio for what goes on beside the answers."""
QUEUE_LENGTH = 40

_ON_CLICK = """
element.addEventListener('click', (event) => {
  const button = event.target.closest('[data-ask]');
  if (!button) return;
  trigger('click', { ask: button.dataset.ask, replace: 'replace' in button.dataset, filters: location.search });
});
// How our own scripts ask, or bring back a kept conversation.
element.addEventListener('rag:ask', (event) => trigger('click', event.detail));
"""


def mount_chat(
    app: FastAPI,
    assistant: Assistant,
    settings: Settings,
    access: Callable[[Any], Access | None],
    admit: Admits | None = None,
) -> None:
    """Mount the chat at ``/``; must be the last route of the application.

    :param access: Rule that turns a request into what it may read.
    :param admit: Counts a question and reserves a place for its answer.
    """

    async def build() -> None:
        with linking_under(root_path(settings)):
            _mount(app, build_page(Chat(assistant, access, admit), settings), settings)

    _finish(build())
    inner = app.router.routes[-1].app  # type: ignore[attr-defined]
    app.state.end_streams = inner.stop_event.set
    app.state.functions = frozenset(inner.blocks.fns)


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
        root_path=root_path(settings),
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
    mounted = app.routes[-1]
    if isinstance(mounted, Mount) and isinstance(mounted.app, FastAPI):
        mounted.app.add_exception_handler(RequestValidationError, _refuse_values)


def _refuse_values(request: Request, __: Exception) -> Response:
    """Refuse without repeating the body: the framework's own answer fails on values that JSON cannot carry (NaN).

    Gradio's page also cancels what has no number yet, when a person is quicker than the network; there is nothing to
    cancel then, and nothing to complain about.
    """
    if request.url.path.endswith(("/gradio_api/cancel", "/gradio_api/reset")):
        return JSONResponse({"success": True})
    return JSONResponse({"detail": say("Yêu cầu không hợp lệ.", "The request is not valid.")}, status_code=422)


@dataclass(frozen=True, slots=True)
class Parts:
    """The components of the page."""

    conversation: gr.State
    new: gr.Button
    past: gr.HTML
    now: gr.HTML
    next: gr.HTML
    wish: gr.Textbox
    box: gr.Textbox
    ask: gr.Button
    stop: gr.Button


def build_page(chat: Chat, settings: Settings) -> gr.Blocks:
    """Lay out the page and tie its events."""
    answers = settings.answers_at_once + settings.answers_waiting
    with gr.Blocks(title=product_name(), analytics_enabled=False, fill_width=True) as page:
        _tie(page, chat, _lay_out(settings.max_question), answers)
    page.max_threads = answers + OTHER_EVENTS  # each answer holds one of them, also while it waits in our line
    page.queue(max_size=QUEUE_LENGTH, api_open=False, default_concurrency_limit=AT_ONCE)
    # Gradio sums up all past events after each one, even where nobody can see it: a data frame for every answer.
    page._queue.ANAYLTICS_CACHE_FREQUENCY = sys.maxsize
    _speak_when_full(page)
    return page


def _speak_when_full(page: gr.Blocks) -> None:
    """Say in the person's language that too many wait; Gradio says it in English and with numbers."""
    push = page._queue.push

    async def told(*args: Any, **kwargs: Any) -> Any:
        done, text, state = await push(*args, **kwargs)
        return done, str(FullError()) if state == "queue_full" else text, state

    page._queue.push = told


def _lay_out(max_question: int) -> Parts:
    conversation = gr.State(())
    with gr.Row(elem_id="bar"):
        gr.HTML(_brand(), apply_default_css=False, js_on_load=None, elem_id="brand")
        new = gr.Button(say("Câu hỏi mới", "New question"), elem_id="new", size="sm", scale=0)
    past = gr.HTML("", apply_default_css=False, js_on_load=_ON_CLICK, elem_id="past")
    now = gr.HTML("", apply_default_css=False, js_on_load=_ON_CLICK, elem_id="now")
    following = gr.HTML("", apply_default_css=False, js_on_load=None, elem_id="next")  # shown where the answer ends
    gr.HTML('<div id="chips"></div>', apply_default_css=False, js_on_load=None, elem_id="narrowed")
    # Filled by the page's script when a question is sent; a component because only those travel with an event.
    wish = gr.Textbox("", visible=False)
    with gr.Row(elem_id="composer"):
        box = _question_box(max_question)
        ask = gr.Button(say("Hỏi", "Ask"), variant="primary", elem_id="ask", scale=0, min_width=72)
        stop = gr.Button(say("Dừng", "Stop"), elem_id="stop", scale=0, min_width=72, visible=False)
    return Parts(conversation, new, past, now, following, wish, box, ask, stop)


def _brand() -> str:
    history, saved = say("Lịch sử", "History"), say("Tải cả cuộc hỏi đáp", "Save the conversation")
    return (
        f'<div class="brand"><h1>{product_name()}</h1><nav>'
        f'<button type="button" class="top saves" data-act="word-all" hidden>{saved}</button>'
        f'<button type="button" class="top" data-opens="history" aria-haspopup="dialog">{history}</button>'
        f'<a class="top admin" href="{link("/admin")}" hidden>{say("Quản trị", "Administration")}</a>'
        f'<button type="button" class="top leaves" data-act="sign-out" hidden>{say("Đăng xuất", "Sign out")}</button>'
        "</nav></div>"
    )


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


def _tie(page: gr.Blocks, chat: Chat, parts: Parts, answers: int) -> None:
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
        [parts.box.submit, parts.ask.click],
        chat.begin,
        [parts.box, parts.conversation, parts.wish],
        begun,
        js="(question, conversation) => [question, conversation, location.search]",
        queue=False,
        **quiet,
    )
    offered = gr.on(
        [parts.past.click, parts.now.click], chat.begin_offered, [parts.conversation], begun, queue=False, **quiet
    )
    running = [
        begin.then(
            chat.answer,
            [parts.conversation],
            stepped,
            concurrency_id="answer",
            concurrency_limit=answers,
            **quiet,
        )
        for begin in (typed, offered)
    ]
    for run in running:
        run.then(chat.follow, [parts.conversation], [parts.next], **quiet)
    page.fns[drop["id"]].cancels = [run["id"] for run in running]
    parts.stop.click(chat.stop, [parts.conversation], stepped, queue=False, **quiet)
    parts.new.click(chat.restart, None, begun, queue=False, **quiet)


def _theme() -> Any:
    """Gradio's plainest theme on system fonts: the default one asks a foreign host for its fonts."""
    sans = ["Segoe UI", "Roboto", "Noto Sans", "Liberation Sans", "Arial", "sans-serif"]
    mono = ["Consolas", "Noto Sans Mono", "Liberation Mono", "monospace"]
    fonts = [[gr.themes.Font(name) for name in names] for names in (sans, mono)]
    return gr.themes.Base(font=fonts[0], font_mono=fonts[1])
