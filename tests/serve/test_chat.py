"""What the page's events do, without a browser."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import gradio as gr
import pytest
from fake_assistant import FakeAssistant

from rag.errors import QuestionError
from rag.serve.chat import KEPT_EXCHANGES, Chat
from rag.serve.conversation import Conversation, Exchange
from rag.serve.places import Places
from rag.types import Access, Answer, Event, Turn

REQUEST: Any = object()
ASKED = "Bao nhiêu công trình?"


@pytest.fixture
def chat(assistant: FakeAssistant) -> Chat:
    return Chat(assistant, lambda _request: None)  # type: ignore[arg-type]


async def collected(steps: AsyncIterator[Any]) -> list[Any]:
    return [step async for step in steps]


def ask(chat: Chat, question: str, conversation: Conversation = ()) -> tuple[Conversation, list[str]]:
    """One whole exchange: the conversation after it, and every HTML shown on the way."""
    _, conversation, _, now, *_ = chat.begin(question, conversation, "", REQUEST)
    steps = asyncio.run(collected(chat.answer(conversation, REQUEST)))
    return steps[-1][0], [now, *(step[1] for step in steps)]


def test_a_question_is_shown_before_it_is_searched(chat: Chat) -> None:
    text, conversation, _, now, ask_button, stop_button = chat.begin(f"  {ASKED} ", (), "", REQUEST)
    assert text == ""
    assert [(e.question, e.phase) for e in conversation] == [(ASKED, "searching")]
    assert "Đang tìm trong 1 tài liệu…" in now
    assert (ask_button["visible"], stop_button["visible"]) == (False, True)


@pytest.mark.parametrize("question", ["", "   ", None])
def test_an_empty_question_changes_nothing(chat: Chat, question: str | None) -> None:
    assert all(part == gr.skip() for part in chat.begin(question, (), "", REQUEST))


def test_the_answer_streams_and_ends_with_the_answer(chat: Chat) -> None:
    conversation, shown = ask(chat, ASKED)
    assert conversation[-1].phase == "done"
    assert "Đang tìm" in shown[0]
    assert "112 công trình" in shown[-1]
    assert 'aria-busy="true"' not in shown[-1]


def test_earlier_exchanges_are_handed_on_as_turns(chat: Chat, assistant: FakeAssistant) -> None:
    conversation, _ = ask(chat, ASKED)
    ask(chat, "Còn năm 2019?", conversation)
    assert assistant.histories[-1] == (Turn(ASKED, assistant.answers[ASKED].text),)  # type: ignore[union-attr]


def test_who_asks_decides_what_is_searched(assistant: FakeAssistant, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Access | None] = []
    stream = assistant.stream
    monkeypatch.setattr(assistant, "stream", lambda q, h, f, access: (seen.append(access), stream(q))[1])
    ask(Chat(assistant, lambda _request: Access("lan", ("a",))), ASKED)  # type: ignore[arg-type]
    assert seen == [Access("lan", ("a",))]


def test_an_expected_failure_is_told_as_it_stands(chat: Chat, assistant: FakeAssistant) -> None:
    assistant.answers["x"] = QuestionError("Câu hỏi dài quá.")
    conversation, shown = ask(chat, "x")
    assert conversation[-1].phase == "failed"
    assert "Câu hỏi dài quá." in shown[-1]
    assert conversation[-1].incident == ""


def test_a_bug_shows_a_code_and_its_details_only_in_the_log(
    chat: Chat, assistant: FakeAssistant, caplog: pytest.LogCaptureFixture
) -> None:
    assistant.answers["x"] = RuntimeError("geheim")
    conversation, shown = ask(chat, "x")
    assert conversation[-1].incident in shown[-1]
    assert "geheim" not in shown[-1]
    assert "geheim" in caplog.text
    assert conversation[-1].incident in caplog.text


def test_a_stream_that_ends_early_is_told(
    chat: Chat, assistant: FakeAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(assistant, "_events", lambda _answer: iter([Event("text", "Nửa")]))
    conversation, shown = ask(chat, ASKED)
    assert conversation[-1].phase == "failed"
    assert "giữa chừng" in shown[-1]


async def test_closing_the_answer_cancels_the_work(chat: Chat, assistant: FakeAssistant) -> None:
    _, conversation, *_ = chat.begin(ASKED, (), "", REQUEST)
    answer: Any = chat.answer(conversation, REQUEST)
    await anext(answer)
    await answer.aclose()
    assert assistant.closed_streams == 1


async def test_who_waits_in_line_sees_how_many_are_ahead(assistant: FakeAssistant) -> None:
    places = Places(1, 2)
    chat = Chat(assistant, lambda _request: None, lambda _request: places.reserve())  # type: ignore[arg-type]
    running, before = places.reserve(), places.reserve()
    _, conversation, *_ = chat.begin(ASKED, (), "", REQUEST)
    answer: Any = chat.answer(conversation, REQUEST)
    assert "phía trước có 2 câu hỏi" in (await anext(answer))[1]
    before.leave()
    assert "phía trước có 1 câu hỏi" in (await anext(answer))[1]
    running.leave()
    *_, last = await collected(answer)
    assert "112 công trình" in last[1]
    assert (places.busy, places.waiting) == (0, 0)


async def test_who_leaves_the_line_gives_her_place_up(assistant: FakeAssistant) -> None:
    places = Places(1, 2)
    chat = Chat(assistant, lambda _request: None, lambda _request: places.reserve())  # type: ignore[arg-type]
    running = places.reserve()
    _, conversation, *_ = chat.begin(ASKED, (), "", REQUEST)
    answer: Any = chat.answer(conversation, REQUEST)
    await anext(answer)
    waiting = asyncio.create_task(anext(answer))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert (places.busy, places.waiting) == (1, 0)
    running.leave()
    assert places.busy == 0


def test_stopping_keeps_what_has_come(chat: Chat) -> None:
    conversation, now, ask_button, _ = chat.stop((Exchange("q", "writing", draft="Nửa câu"),))
    assert conversation[-1].phase == "stopped"
    assert "Nửa câu" in now
    assert ask_button["visible"] is True


def test_a_new_question_settles_the_one_before(chat: Chat) -> None:
    _, conversation, past, *_ = chat.begin("b", (Exchange("a", "writing", draft="Nửa câu"),), "", REQUEST)
    assert [e.phase for e in conversation] == ["stopped", "searching"]
    assert "Nửa câu" in past


def test_a_suggestion_is_asked_as_it_stands(chat: Chat) -> None:
    _, conversation, *_ = chat.begin_offered((), gr.EventData(None, {"ask": ASKED}), REQUEST)
    assert conversation[-1].question == ASKED


def test_starting_over_forgets_the_conversation_and_offers_questions(chat: Chat) -> None:
    text, conversation, past, now, *_ = chat.restart(REQUEST)
    assert (text, conversation, past) == ("", (), "")
    assert f'data-ask="{ASKED}"' in now


def test_a_conversation_does_not_grow_without_end(chat: Chat) -> None:
    long = tuple(Exchange(str(n), "done", answer=Answer("", "answered", "")) for n in range(KEPT_EXCHANGES + 10))
    _, conversation, *_ = chat.begin("q", long, "", REQUEST)
    assert len(conversation) == KEPT_EXCHANGES + 1
