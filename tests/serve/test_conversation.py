"""A conversation as it grows."""

from __future__ import annotations

import pytest
from fake_assistant import FakeAssistant

from rag.serve.conversation import Exchange, advance, settle, turns
from rag.types import Answer, Event, Turn


def test_the_events_of_a_stream_lead_to_the_answer(assistant: FakeAssistant) -> None:
    exchange, phases = Exchange("Bao nhiêu công trình?"), []
    for event in assistant.stream(exchange.question):
        exchange = advance(exchange, event)
        phases.append(exchange.phase)
    assert list(dict.fromkeys(phases)) == ["searching", "reading", "writing", "done"]
    assert exchange.answer is not None
    assert exchange.draft.strip() == exchange.answer.text
    assert exchange.citations == exchange.answer.citations


def test_an_error_ends_it() -> None:
    exchange = advance(Exchange("q"), Event("error", "Mô hình không trả lời."))
    assert (exchange.phase, exchange.problem, exchange.is_running) == ("failed", "Mô hình không trả lời.", False)


def test_an_event_with_the_wrong_content_is_a_bug() -> None:
    with pytest.raises(TypeError, match="'done' does not carry str"):
        advance(Exchange("q"), Event("done", "text"))


def test_only_a_running_last_exchange_is_stopped() -> None:
    done = Exchange("a", "done")
    assert settle((done, Exchange("b", "writing", draft="x"))) == (done, Exchange("b", "stopped", draft="x"))
    assert settle((done,)) == (done,)
    assert settle(()) == ()


def test_only_complete_exchanges_are_history() -> None:
    answer = Answer("a", "answered", "Có.")
    conversation = (Exchange("a", "done", answer=answer), Exchange("b", "stopped", draft="x"), Exchange("c", "failed"))
    assert turns(conversation) == (Turn("a", "Có."),)
