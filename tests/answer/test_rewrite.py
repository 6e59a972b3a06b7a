"""Follow-ups completed by a model, against a real server: what it adds must come from the conversation."""

from __future__ import annotations

import pytest

from rag.answer.model import TimedModel, open_model
from rag.answer.rewrite import Rewriter
from rag.settings import Settings
from rag.types import Turn
from tests.answer.openai_server import Script, openai_server

HISTORY = [Turn("Tỷ lệ hộ dùng nước sạch của huyện Mẫu Sơn năm 2030 là bao nhiêu?", "Tỷ lệ đạt 91,5%. [1]")]


def _ask(script: Script, question: str, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("OPENAI_API_KEY", "test")
    with openai_server(script) as address:
        settings = Settings.load("unused", env={}, llm="openai:m", llm_base_url=address, llm_retries=0)
        return Rewriter(TimedModel(open_model(settings), 4.0)).standalone(question, HISTORY)


def test_faithful_rewriting_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = "Tỷ lệ hộ dùng nước sạch của huyện Mẫu Sơn tăng bao nhiêu so với năm trước đó?"
    script = Script(lambda _: [whole])
    assert _ask(script, "Tỷ lệ đó tăng bao nhiêu so với năm trước đó?", monkeypatch) == whole
    assert "huyện Mẫu Sơn năm 2030" in script.prompts[0]


@pytest.mark.parametrize(
    "said",
    [
        "Tỷ lệ hộ dùng nước sạch của huyện Mẫu Sơn năm 2045 là bao nhiêu?",
        "Tỷ lệ hộ nghèo của huyện Bình Khê năm 2031 là bao nhiêu?",
        "Tỷ lệ hộ dùng nước sạch năm 2030 là bao nhiêu?",
        "Xem https://xau.example năm 2031?",
        "Tôi không thể giúp việc này.",
        "",
    ],
    ids=["other year", "other matter", "year lost", "link", "refusal", "nothing"],
)
def test_unfaithful_rewriting_is_not_used(said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert _ask(Script(lambda _: [said]), "Còn năm 2031?", monkeypatch) == (
        "Tỷ lệ hộ dùng nước sạch của huyện Mẫu Sơn năm 2031 là bao nhiêu?"
    )


@pytest.mark.parametrize("script", [Script(status=500), Script(silent_s=3.0)], ids=["error", "silent"])
def test_rules_stand_in_for_a_model_that_fails(script: Script, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "năm 2031" in _ask(script, "Còn năm 2031?", monkeypatch)


def test_new_topic_is_not_even_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    script = Script(lambda _: ["Giá vàng của huyện Mẫu Sơn năm 2030 là bao nhiêu?"])
    question = "Ngày 8/3/2031 giá vàng SJC ở Hà Nội là bao nhiêu?"
    assert _ask(script, question, monkeypatch) == question
    assert script.prompts == []
