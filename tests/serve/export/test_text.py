"""Copied and Markdown text: every marker has its note, and nothing of a document becomes markup."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from fake_assistant import QUOTE, FakeAssistant, cite, make_document
from markdown_it import MarkdownIt

from rag.serve.conversation import Exchange
from rag.serve.export import as_markdown, as_text
from rag.types import Answer

ORIGIN = "http://127.0.0.1:7860"


@pytest.fixture
def assistant() -> FakeAssistant:
    return FakeAssistant()


def exchange(assistant: FakeAssistant, **changes: Any) -> Exchange:
    answer = replace(assistant.answered("Bao nhiêu công trình?"), **changes)
    return Exchange("Bao nhiêu công trình?", "done", answer=answer, asked=datetime(2026, 11, 25, 9, 5))


def test_copied_text_has_its_sources_as_footnotes(assistant: FakeAssistant) -> None:
    text = as_text(exchange(assistant), ORIGIN)
    assert text.startswith("Bao nhiêu công trình?\n\n112 công trình\n\n")
    assert f"[1] “{QUOTE}” Tổng kết công tác năm 2020, Báo Mẫu, 22/01/2021. {ORIGIN}/documents/doc-1/v2?start=" in text
    assert "AI" not in text


def test_what_ai_wrote_says_so_wherever_it_goes(assistant: FakeAssistant) -> None:
    by_model = exchange(assistant, method="llm")
    assert "do AI viết" in as_text(by_model)
    assert "do AI viết" in as_markdown((by_model,))


def test_an_unsure_answer_says_so(assistant: FakeAssistant) -> None:
    unsure = exchange(assistant, status="tentative", nearest=assistant.answered("q").citations)
    assert "xin kiểm tra lại" in as_text(unsure)
    assert "112 công trình\n" not in as_text(unsure)
    assert "Đoạn gần nhất:\n[1]" in as_text(unsure)


def test_markdown_numbers_its_footnotes_through_the_conversation(assistant: FakeAssistant) -> None:
    text = as_markdown((exchange(assistant), exchange(assistant)), ORIGIN)
    assert re.findall(r"\[\^(\d+)\](?!:)", text) == ["1", "2"]
    assert re.findall(r"^\[\^(\d+)\]: “", text, re.MULTILINE) == ["1", "2"]
    assert "Hỏi lúc 09 giờ 05 phút, ngày 25/11/2026." in text


@pytest.mark.parametrize("hostile", [
    "<img src=x onerror=alert(1)>", "[x](javascript:alert(1))", "![x](http://a/b)", "`x`", "# tiêu đề", "1. một",
    "a\n\n---\n\nb", "**đậm**", "| a | b |",
])  # fmt: skip
def test_nothing_from_outside_becomes_markup(hostile: str) -> None:
    document = make_document(f"{hostile}\n{QUOTE}", title=hostile)
    answer = Answer(hostile, "answered", f"{hostile} [1]", hostile, (cite(document, QUOTE),), notes=(hostile,))
    html = MarkdownIt().enable("table").render(as_markdown((Exchange(hostile, "done", answer=answer),)))
    tags = set(re.findall(r"<([a-z][a-z0-9]*)", html))
    assert tags <= {"h1", "h2", "p", "em", "strong", "a"}
    assert re.findall(r'href="([^"]*)"', html) == []  # our own relative address is no autolink
