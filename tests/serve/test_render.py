"""Answers as HTML: everything escaped, three states that differ, markers that lead somewhere."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import get_args

import pytest
from fake_assistant import QUOTE, FakeAssistant, cite, make_document, make_hit
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from rag.serve.conversation import Exchange
from rag.serve.render import differs, render_conversation, render_exchange, render_text, render_welcome
from rag.types import Answer, Citation, Status

PAYLOADS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "\"><svg onload=alert(1)>",
    "' onmouseover='alert(1)",
    "</p></div></article><h1>x",
    "<a href=\"javascript:alert(1)\">x</a>",
    "[1](javascript:alert(1))",
    "![x](https://evil.example/leak.png)",
    "&lt;script&gt;",
    "`${alert(1)}` {{constructor.constructor('alert(1)')()}}",
    "<!-- -->", "<style>*{display:none}</style>", "<base href=https://evil.example>",
]  # fmt: skip
TAGS = {"article", "div", "h2", "h3", "h4", "p", "ul", "li", "a", "aside", "section", "mark", "span", "button", "code"}
ATTRIBUTES = {"class", "id", "href", "data-exchange", "data-source", "data-ask", "aria-label", "aria-busy", "title",
              "role", "type", "target", "rel", "aria-expanded", "data-kept", "data-copy", "data-act", "data-replace",
              "aria-pressed"}  # fmt: skip


class Inventory(HTMLParser):
    """Everything that the HTML is made of."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.hrefs: list[str] = []
        self.open: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.hrefs += [value or "" for name, value in attrs if name == "href"]
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def assert_tame(html: str) -> None:
    inventory = Inventory(html)
    assert inventory.open == []
    assert inventory.tags <= TAGS
    assert inventory.attributes <= ATTRIBUTES
    assert all(href.startswith("/documents/") for href in inventory.hrefs)


def hostile(text: str, status: str = "answered") -> Exchange:
    document = make_document(f"{text}\n{QUOTE}\n{text}", title=text, document_id=text[:40], version=text[:40])
    citation = cite(document, QUOTE)
    answer = Answer(
        text, status, f"{text} [1]\n- {text} [1]", text, (citation,), (citation,), (make_hit(document),),  # type: ignore[arg-type]
        understood=text + "!", notes=(text,), method="llm",
    )  # fmt: skip
    return Exchange(text, "done", text, answer=answer)


@pytest.mark.parametrize("status", ["answered", "tentative", "abstained"])
@pytest.mark.parametrize("payload", PAYLOADS)
def test_nothing_from_outside_becomes_markup(payload: str, status: str) -> None:
    assert_tame(render_exchange(hostile(payload, status), 1))
    assert_tame(render_exchange(Exchange(payload, "writing", payload, payload), 1))
    assert_tame(render_exchange(Exchange(payload, "failed", problem=payload, incident=payload), 1))
    assert_tame(render_welcome(3, [payload]))


@hypothesis_settings(deadline=None)  # the first text waits for imports
@given(st.text(max_size=80))
def test_any_text_stays_text(text: str) -> None:
    assert_tame(render_exchange(hostile(text), 1))


def test_a_marker_leads_to_its_source_and_to_the_document(assistant: FakeAssistant) -> None:
    html = render_exchange(Exchange("q", "done", answer=assistant.answered("q")), 2)
    link = re.search(r'<a class="cite" href="([^"]+)" target="_blank" rel="noopener" data-source="([^"]+)"', html)
    assert link
    start = assistant.document_.text.index(QUOTE)
    assert link[1] == f"/documents/doc-1/v2?start={start}&amp;end={start + len(QUOTE)}#trich-dan"
    assert f'id="{link[2]}"' in html


def test_a_marker_that_points_nowhere_is_not_shown() -> None:
    html = render_text("Có [7] công trình [1].", lambda n: "<i></i>" if n == 1 else "")
    assert "[7]" not in html
    assert "<i></i>" in html


def test_lines_become_paragraphs_and_lists() -> None:
    html = render_text("Gồm:\n- một [1]\n- hai\n\nHết", lambda n: f"<b>{n}</b>")
    assert re.sub(r"</?span[^>]*>", "", html) == "<p>Gồm:</p><ul><li>một<b>1</b></li><li>hai</li></ul><p>Hết</p>"


def test_the_short_answer_stands_alone_but_is_not_said_twice(assistant: FakeAssistant) -> None:
    answer = assistant.answered("q")
    assert '<p class="short">112 công trình</p>' in render_exchange(Exchange("q", "done", answer=answer), 1)
    same = Answer("q", "answered", "112 công trình [1].", "112 công trình", answer.citations)
    assert 'class="short"' not in render_exchange(Exchange("q", "done", answer=same), 1)


def test_three_states_look_different(assistant: FakeAssistant) -> None:
    near: tuple[Citation, ...] = (cite(assistant.document_, QUOTE),)
    answers = {s: Answer("q", s, "Câu [1].", citations=near, nearest=near) for s in get_args(Status)}
    html = {status: render_exchange(Exchange("q", "done", answer=answer), 1) for status, answer in answers.items()}
    assert "Chưa chắc chắn" in html["tentative"]
    assert "Chưa chắc chắn" not in html["answered"] + html["abstained"]
    assert "Có thể thử" in html["abstained"]
    assert "<h3>Nguồn</h3>" in html["answered"]
    assert "<h3>Đoạn gần nhất</h3>" in html["tentative"]
    assert "<h3>Đoạn gần nhất</h3>" in html["abstained"]


def test_a_greeting_is_answered_like_a_greeting() -> None:
    html = render_exchange(Exchange("chào", "done", answer=Answer("chào", "abstained", "Xin chào.")), 1)
    assert "Xin chào." in html
    assert "không nêu" not in html
    assert "data-act" not in html.replace('data-act="edit"', "")  # nothing to keep, nothing to judge


def test_a_model_s_answer_says_so(assistant: FakeAssistant) -> None:
    by_model = Answer("q", "answered", "Câu.", method="llm")
    assert "do AI viết" in render_exchange(Exchange("q", "done", answer=by_model), 1)
    assert "do AI viết" not in render_exchange(Exchange("q", "done", answer=assistant.answered("q")), 1)


@pytest.mark.parametrize(("typed", "understood", "expected"), [
    ("Ai phát biểu?", "ai phát biểu", False),
    ("ai phat bieu", "Ai phát biểu?", True),
    ("còn năm 2019?", "Năm 2019 có bao nhiêu công trình?", True),
    ("Ai?", "", False),
])  # fmt: skip
def test_what_was_understood_is_told_only_when_it_differs(typed: str, understood: str, expected: bool) -> None:
    assert differs(typed, understood) is expected
    assert ('class="understood"' in render_exchange(Exchange(typed, understood=understood), 1)) is expected


def test_while_it_works_it_says_what_it_does(assistant: FakeAssistant) -> None:
    assert "Đang tìm trong 12.345 tài liệu…" in render_exchange(Exchange("q"), 1, 12_345)
    hits = (make_hit(assistant.document_),)
    assert "Đang đọc 1 đoạn gần nhất…" in render_exchange(Exchange("q", "reading", hits=hits), 1)
    assert 'aria-busy="true"' in render_exchange(Exchange("q"), 1)


def test_a_stopped_answer_keeps_what_had_come() -> None:
    html = render_exchange(Exchange("q", "stopped", draft="Nửa câu"), 1)
    assert "Nửa câu" in html
    assert "Đã dừng." in html


def test_a_failure_shows_its_code_and_offers_to_ask_again() -> None:
    html = render_exchange(Exchange("Câu?", "failed", problem="Hỏng.", incident="ab12"), 1)
    assert 'role="alert"' in html
    assert "<code>ab12</code>" in html
    assert 'data-ask="Câu?"' in html


def test_ids_are_unique_across_a_conversation(assistant: FakeAssistant) -> None:
    exchange = Exchange("q", "done", answer=assistant.answered("q"))
    ids = re.findall(r' id="([^"]+)"', render_conversation((exchange, exchange)))
    assert len(ids) == len(set(ids)) == 2


def test_without_documents_it_says_how_to_add_some() -> None:
    assert "rag ingest" in render_welcome(0, [])
