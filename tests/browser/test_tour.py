"""One tour through the page in real Chromium: ask, read, follow the citation, stop, start over."""

from __future__ import annotations

import time
from typing import Any

import pytest
from fake_assistant import QUOTE, TEXT, FakeAssistant

pytestmark = pytest.mark.browser

ASKED = "Bao nhiêu công trình?"


def test_tour(visit: Any, assistant: FakeAssistant) -> None:
    page = visit.page
    _ask_with_the_keyboard(page)
    _see_it_stream(page)
    _show_the_source(page)
    _open_the_document(page)
    _stop_an_answer(page, assistant)
    _start_over_with_a_suggestion(page)
    visit.assert_clean()


def _ask_with_the_keyboard(page: Any) -> None:
    assert page.evaluate("document.documentElement.lang") == "vi"
    page.keyboard.type("Bao nhiêu")  # the box has the focus
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("công trình?")
    assert page.input_value("#question textarea") == "Bao nhiêu\ncông trình?"
    page.fill("#question textarea", ASKED)
    page.evaluate(SEEN)
    page.keyboard.press("Enter")


SEEN = """() => {
  window.seen = new Set();
  new MutationObserver(() => {
    for (const what of ['#now .exchange[aria-busy]', '#now .progress.running', '#now .draft', '#stop']) {
      if (document.querySelector(what)) window.seen.add(what);
    }
  }).observe(document.body, { childList: true, subtree: true });
}"""
"""Notes by itself what comes and goes: a busy machine asks too late."""


def _see_it_stream(page: Any) -> None:
    page.wait_for_selector("#now .exchange.done")
    assert page.evaluate("window.seen.size") == 4
    assert page.inner_text("#now .short") == "112 công trình"
    assert "Hiểu là: Năm 2020 khởi công bao nhiêu công trình?" in page.inner_text("#now")
    assert page.input_value("#question textarea") == ""
    assert page.is_visible("#ask")


def _show_the_source(page: Any) -> None:
    page.hover("#now .cite")
    assert QUOTE in page.inner_text("#now mark.shown")


def _open_the_document(page: Any) -> None:
    with page.context.expect_page() as opened:
        page.click("#now .cite")
    viewer = opened.value
    viewer.wait_for_selector("mark")
    start = TEXT.index(QUOTE)
    assert f"/documents/doc-1/v2?start={start}&end={start + len(QUOTE)}" in viewer.url
    assert viewer.inner_text("mark") == QUOTE
    assert viewer.evaluate("document.querySelector('mark').getBoundingClientRect().top < innerHeight")
    viewer.goto(viewer.url.partition("#")[0])  # the address as people hand it on
    assert viewer.evaluate("document.activeElement.id") == "trich-dan"
    assert viewer.evaluate("document.querySelector('mark').getBoundingClientRect().top < innerHeight")
    assert "<script>" in viewer.inner_text("main")  # the document's HTML is text
    viewer.close()


def _stop_an_answer(page: Any, assistant: FakeAssistant) -> None:
    closed = assistant.closed_streams
    assistant.pause_s = 0.3
    page.fill("#question textarea", ASKED)
    page.keyboard.press("Enter")
    page.wait_for_selector("#now [data-exchange='2'] .draft")
    page.click("#stop")
    page.wait_for_selector("#now .exchange.stopped")
    assert "Đã dừng." in page.inner_text("#now")
    end = time.monotonic() + 5
    while assistant.closed_streams == closed:  # the work on the server ends as well
        assert time.monotonic() < end
        time.sleep(0.05)
    assert page.is_visible("#past [data-exchange='1']")
    assistant.pause_s = 0.02


def _start_over_with_a_suggestion(page: Any) -> None:
    page.click("#new")
    page.wait_for_selector(".welcome")
    assert page.locator(".exchange").count() == 0
    page.click(f"button[data-ask='{ASKED}']")
    page.wait_for_selector("#now [data-exchange='1'].done")
