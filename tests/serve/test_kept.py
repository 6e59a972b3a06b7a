"""What the browser keeps of an answer, and that nothing it sends back is believed further than its places."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest
from fake_assistant import QUOTE, FakeAssistant

from rag.serve.conversation import Exchange
from rag.serve.kept import KeptError, keep, recall, recall_all
from rag.types import Document, Filters


@pytest.fixture
def exchange(assistant: FakeAssistant) -> Exchange:
    wish = Filters(date_from=date(2021, 1, 1), publishers=("Báo Mẫu",))
    return Exchange("q", "done", answer=assistant.answered("q"), filters=wish, asked=datetime(2026, 11, 25, 9, 30))


def through_the_browser(exchange: Exchange) -> Any:
    return json.loads(json.dumps(keep(exchange)))


def test_an_answer_comes_back_with_its_quotes_read_again(assistant: FakeAssistant, exchange: Exchange) -> None:
    back = recall(through_the_browser(exchange), assistant.document)
    assert back.answer is not None
    assert exchange.answer is not None
    assert (back.question, back.filters, back.asked) == ("q", exchange.filters, exchange.asked)
    assert back.answer.text == exchange.answer.text
    assert [c.quote for c in back.answer.citations] == [QUOTE]
    assert QUOTE in back.answer.hits[0].passage.text


def test_a_place_that_may_not_be_read_any_more_is_left_out(exchange: Exchange) -> None:
    def nothing(_id: str, _version: str) -> Document | None:
        return None

    back = recall(through_the_browser(exchange), nothing)
    assert back.answer is not None
    assert back.answer.citations == ()
    assert back.answer.hits == ()


def test_an_unfinished_exchange_is_not_kept() -> None:
    assert keep(Exchange("q", "stopped", draft="Nửa")) is None


@pytest.mark.parametrize("change", [
    {"status": "sure"}, {"method": "magic"}, {"text": 5}, {"text": "x" * 70_000}, {"question": "\ud800"},
    {"citations": "x"}, {"citations": [[1, "doc-1", "v2", 0]]}, {"citations": [["1", "doc-1", "v2", 0, 5]]},
    {"citations": [[1, 2, 3, 4, 5]]}, {"confidence": "high"}, {"confidence": 7}, {"notes": "x"}, {"notes": [1]},
    {"asked": "yesterday"},
])  # fmt: skip
def test_what_is_no_exchange_is_refused(assistant: FakeAssistant, exchange: Exchange, change: dict[str, Any]) -> None:
    with pytest.raises(KeptError):
        recall({**through_the_browser(exchange), **change}, assistant.document)


@pytest.mark.parametrize("rows", [None, "x", [], {}, [None], [5], [{}] * 51])
def test_what_is_no_conversation_is_refused(assistant: FakeAssistant, rows: Any) -> None:
    with pytest.raises(KeptError):
        recall_all(rows, assistant.document)


@pytest.mark.parametrize("place", [[1, "doc-1", "v2", -1, 5], [1, "doc-1", "v2", 5, 5], [1, "doc-1", "v2", 0, 10**9]])
def test_a_place_outside_the_text_is_left_out(assistant: FakeAssistant, exchange: Exchange, place: list[Any]) -> None:
    back = recall({**through_the_browser(exchange), "citations": [place]}, assistant.document)
    assert back.answer is not None
    assert back.answer.citations == ()


def test_nearest_passages_are_kept_too(assistant: FakeAssistant, exchange: Exchange) -> None:
    assert exchange.answer is not None
    unsure = replace(exchange.answer, status="tentative", citations=(), nearest=exchange.answer.citations)
    back = recall(through_the_browser(replace(exchange, answer=unsure)), assistant.document)
    assert back.answer is not None
    assert [c.quote for c in back.answer.nearest] == [QUOTE]
