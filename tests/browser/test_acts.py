"""What can be done with an answer, in real Chromium: point 1, 3 and 5 of the page."""

from __future__ import annotations

import io
import json
from typing import Any

import docx
import pytest
from fake_assistant import QUOTE, FakeAssistant

from rag.types import Answer
from tests.browser.visit import Visit

pytestmark = [pytest.mark.browser, pytest.mark.long]

ASKED = "Bao nhiêu công trình?"


def ask(page: Any, question: str = ASKED, number: int = 1) -> None:
    page.fill("#question textarea", question)
    page.keyboard.press("Enter")
    page.wait_for_selector(f"#now [data-exchange='{number}'].done")


def test_asking_again_takes_the_place_of_the_answer(visit: Visit, assistant: FakeAssistant) -> None:
    page = visit.page
    ask(page)
    page.click("[data-act=retry]")
    page.wait_for_function("() => document.querySelector('#now .done')")
    page.wait_for_selector("#now [data-exchange='1'].done")
    assert page.locator(".exchange").count() == 1
    assert len(assistant.histories) == 2
    assert assistant.histories[1] == ()
    visit.assert_clean()


def test_a_question_is_put_otherwise_in_its_place(visit: Visit, assistant: FakeAssistant) -> None:
    page = visit.page
    ask(page)
    page.click("[data-act=edit]")
    assert page.input_value(".rewrite") == ASKED
    page.keyboard.press("Escape")
    assert page.locator(".rewrite").count() == 0
    page.click("[data-act=correct]")
    assert page.input_value(".rewrite") == "Năm 2020 khởi công bao nhiêu công trình?"
    page.fill(".rewrite", "Câu hỏi khác?")
    page.keyboard.press("Enter")
    page.wait_for_selector("#now .done h2 >> text=Câu hỏi khác?")
    assert page.locator(".exchange").count() == 1
    visit.assert_clean()


def test_copied_text_has_sources_and_says_that_ai_wrote(browser: Any, visit: Visit, assistant: FakeAssistant) -> None:
    page = visit.page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    assistant.answers["AI?"] = Answer("AI?", "answered", f"{QUOTE[:-1]} [1].", "", assistant.answered("").citations,
                                      method="llm")  # fmt: skip
    ask(page, "AI?")
    page.click("[data-act=copy]")
    page.wait_for_selector("#told.shown")
    text = page.evaluate("navigator.clipboard.readText()")
    assert f"[1] “{QUOTE}”" in text
    assert f"{visit.address}/documents/doc-1/v2?start=" in text
    assert "do AI viết" in text
    assert "do AI viết" in page.inner_text("#now .answer")
    visit.assert_clean()


def test_without_a_clipboard_it_copies_the_old_way(visit: Visit) -> None:
    page = visit.page
    page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    page.evaluate(
        "document.execCommand = (name) => { window.copied = [name, document.activeElement.value]; return true; }"
    )
    ask(page)
    page.click("[data-act=copy]")
    page.wait_for_function("window.copied")
    assert page.evaluate("window.copied[0]") == "copy"
    assert QUOTE in page.evaluate("window.copied[1]")


def test_questions_to_go_on_with_are_asked_by_a_click(visit: Visit) -> None:
    page = visit.page
    ask(page)
    page.click("#now .next .chip")
    page.wait_for_selector("#now [data-exchange='2'].done")
    assert page.inner_text("#now .question") == "Tổng kinh phí là bao nhiêu?"
    assert page.locator("#past [data-act=edit]").is_hidden()
    visit.assert_clean()


def test_word_and_markdown_are_saved(visit: Visit) -> None:
    page = visit.page
    ask(page)
    with page.expect_download() as saved:
        page.click("[data-act=word]")
    with open(saved.value.path(), "rb") as file:
        texts = [p.text for p in docx.Document(io.BytesIO(file.read())).paragraphs]
    assert "112 công trình" in texts
    assert saved.value.suggested_filename.endswith(".docx")
    with page.expect_download() as saved:
        page.click("[data-act=markdown]")
    with open(saved.value.path(), encoding="utf-8") as file:
        assert f"[^1]: “{QUOTE}”" in file.read().replace("\\", "")
    ask(page, "Khác?", 2)
    with page.expect_download() as saved:
        page.click("[data-act=word-all]")
    with open(saved.value.path(), "rb") as file:
        headings = [p.text for p in docx.Document(io.BytesIO(file.read())).paragraphs if p.style.name == "Heading 1"]
    assert headings[:2] == [f"1. {ASKED}", "2. Khác?"]
    visit.assert_clean()


def test_a_verdict_with_its_reason_reaches_the_store(visit: Visit, assistant: FakeAssistant) -> None:
    page = visit.page
    ask(page)
    page.click("[data-act=down]")
    page.keyboard.press("Escape")  # thought better of it
    assert page.locator(".complaint").count() == 0
    assert page.evaluate("document.activeElement.dataset.act") == "down"
    page.click("[data-act=down]")
    assert page.locator(".complaint input:checked").count() == 0  # the reason is the person's own
    page.check("input[value=source]")
    page.fill(".complaint textarea", "Nguồn năm khác")
    page.click(".complaint .go")
    page.wait_for_selector("[data-act=down][aria-pressed=true]")
    (row,) = assistant.store.feedback()
    assert (row.verdict, row.reason, row.comment) == ("down", "source", "Nguồn năm khác")
    assert json.loads(row.answer_json)["citations"][0]["quote"] == QUOTE
    assert page.locator(".complaint").count() == 0
    assert page.is_disabled("[data-act=up]")
    visit.assert_clean()


def test_a_verdict_without_a_reason_goes_as_another_one(visit: Visit, assistant: FakeAssistant) -> None:
    page = visit.page
    ask(page)
    page.click("[data-act=down]")
    page.fill(".complaint textarea", "Thiếu một xã")
    page.click(".complaint .go")
    page.wait_for_selector("[data-act=down][aria-pressed=true]")
    (row,) = assistant.store.feedback()
    assert (row.verdict, row.reason, row.comment) == ("down", "other", "Thiếu một xã")
    visit.assert_clean()


def test_the_three_states_look_different(visit: Visit, assistant: FakeAssistant) -> None:
    page = visit.page
    near = assistant.answered("").citations
    assistant.answers["gần?"] = Answer("gần?", "tentative", "Có thể là 112 [1].", nearest=near, understood="gần?")
    assistant.answers["không?"] = Answer(
        "không?", "abstained", "Tài liệu không nêu.", nearest=near, understood="không?"
    )
    looks = set()
    for number, question in enumerate((ASKED, "gần?", "không?"), 1):
        ask(page, question, number)
        style = "getComputedStyle(document.querySelector('#now .answer'))"
        looks.add(page.evaluate(f"[{style}.backgroundColor, {style}.borderLeftWidth].join()"))
        if question == "gần?":
            assert "đoạn gần nhất, xin kiểm tra lại" in page.inner_text("#now .state")
    assert len(looks) == 3
    assert "Có thể thử" in page.inner_text("#now .advice")
    assert page.locator("#now [role=alert]").count() == 0  # abstaining is no error
    visit.assert_clean()


def test_history_comes_back_can_be_switched_off_and_cleared(visit: Visit, assistant: FakeAssistant) -> None:
    page = visit.page
    ask(page)
    page.wait_for_function("JSON.stringify(localStorage).includes('Bao nhiêu')")
    page.reload()
    page.wait_for_selector("#now [data-exchange='1'].done")  # a reload loses nothing
    assert QUOTE in page.inner_text("#now .sources")
    page.click("#new")
    page.wait_for_selector(".welcome")
    page.click("[data-opens=history]")
    page.click(".past-one")
    page.wait_for_selector("#now [data-exchange='1'].done")
    ask(page, "Khác?", 2)
    assert len(assistant.histories[-1]) == 1  # the conversation goes on where it was
    page.wait_for_timeout(400)
    page.click("[data-opens=history]")
    assert page.locator(".past-one").count() == 1
    page.uncheck("#history-on")
    page.click("#history-clear")
    assert page.is_visible("#history-none")
    page.keyboard.press("Escape")
    page.click("#new")
    page.wait_for_selector(".welcome")
    ask(page, "Không lưu?")
    page.wait_for_timeout(500)
    assert "Không lưu" not in page.evaluate("JSON.stringify(localStorage)")
    visit.assert_clean()


def test_a_kept_conversation_shows_no_document_that_is_gone(visit: Visit, assistant: FakeAssistant) -> None:
    page = visit.page
    ask(page)
    page.wait_for_function("JSON.stringify(localStorage).includes('Bao nhiêu')")
    assistant.documents.clear()
    page.reload()
    page.wait_for_selector("#now [data-exchange='1'].done")
    assert page.locator("#now .sources, #now .cite").count() == 0
    visit.assert_clean()
