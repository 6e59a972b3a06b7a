"""How good the page is in use: point 8. Narrow and wide, light and dark, keyboard, print, extremes, first paint."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from fake_assistant import FakeAssistant, cite, make_document, make_hit

from rag.types import Answer
from tests.browser.axe import assert_accessible
from tests.browser.test_acts import ASKED, ask
from tests.browser.visit import Visit, served, visited

pytestmark = [pytest.mark.browser, pytest.mark.long]

LONG_NAME = "Thông báo " * 30
PAINT = """() => new Promise((done) => {
  const paints = performance.getEntriesByType('paint').filter((p) => p.name === 'first-contentful-paint');
  done(paints.length ? paints[0].startTime : -1);
})"""


def extreme(assistant: FakeAssistant) -> None:
    """An answer of 200 lines with 50 sources, names of 300 characters and HTML in everything."""
    hostile = f"{LONG_NAME}<img src=x onerror=alert(1)><script>alert(2)</script>"
    documents = [
        make_document(f"{hostile}\nCâu thứ {n} của tài liệu {n}. {'Đoạn dài. ' * 80}", hostile, document_id=f"doc-{n}")
        for n in range(2, 52)
    ]
    assistant.documents += documents
    citations = tuple(cite(d, f"Câu thứ {n} của tài liệu {n}.", n - 1) for n, d in enumerate(documents, 2))
    text = "\n".join(f"- Ý {n}: {hostile} [{n % 50 + 1}]" for n in range(200))
    assistant.answers["cực đoan"] = Answer(
        "cực đoan", "answered", text, hostile, citations, hits=tuple(map(make_hit, documents)),
        understood="cực đoan?", notes=(hostile,),
    )  # fmt: skip


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1366, 1920])
def test_nothing_serious_stands_in_the_way(browser: Any, assistant: FakeAssistant, width: int, scheme: Any) -> None:
    near = assistant.answered("").citations
    assistant.answers["gần?"] = Answer("gần?", "tentative", "Có thể là 112 [1].", nearest=near, understood="gần đây?")
    assistant.answers["không?"] = Answer("không?", "abstained", "Không nêu.", nearest=near, understood="không có?")
    size = {"width": width, "height": 800}
    with (
        served(assistant) as address,
        visited(browser, address, "?from=2020-01-01&publisher=Báo Mẫu", viewport=size, color_scheme=scheme) as visit,
    ):
        page = visit.page
        assert_accessible(page)
        for number, question in enumerate((ASKED, "gần?", "không?"), 1):
            ask(page, question, number)
        page.click("#now [data-act=down]")
        page.click("#now [data-act=edit]")
        assert_accessible(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        for dialog in ("filters", "history"):
            page.click(f"[data-opens={dialog}]")
            page.wait_for_timeout(300)
            assert_accessible(page)
            page.keyboard.press("Escape")
        page.goto(f"{address}/documents/doc-1/v1?start=0&end=20")
        assert_accessible(page)
        visit.assert_clean()


def test_extremes_fit_and_stay_text(visit: Visit, assistant: FakeAssistant) -> None:
    extreme(assistant)
    assistant.pause_s = 0.0
    page = visit.page
    page.set_viewport_size({"width": 360, "height": 740})
    ask(page, "cực đoan")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.locator("#now .source").count() == 50
    assert page.locator("#now img, #now script").count() == 0
    assert_accessible(page)
    visit.assert_clean()


def test_the_whole_tour_by_keyboard_alone(visit: Visit) -> None:
    page = visit.page
    page.keyboard.type(ASKED)
    page.keyboard.press("Enter")
    page.wait_for_selector("#now .done .next")
    reached = set()
    page.evaluate("document.activeElement.blur(); window.scrollTo(0, 0)")
    for _ in range(40):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("(document.activeElement.dataset.act || document.activeElement.className || "
                                  "document.activeElement.id).toString().split(' ')[0]"))  # fmt: skip
        outline = page.evaluate("(getComputedStyle(document.activeElement)).outlineStyle")
        is_body = page.evaluate("document.activeElement === document.body")
        assert is_body or outline != "none", page.evaluate("document.activeElement.outerHTML")[:200]
    assert {"edit", "cite", "copy", "word", "markdown", "retry", "up", "down", "chip", "number", "narrow"} <= reached
    page.focus("[data-opens=history]")
    page.keyboard.press("Enter")
    assert page.evaluate("document.getElementById('history').contains(document.activeElement)")
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.dataset.opens") == "history"  # where one came from
    visit.assert_clean()


def test_the_running_answer_is_announced_when_it_is_complete(visit: Visit) -> None:
    page = visit.page
    assert page.get_attribute("#now", "aria-live") == "polite"
    page.fill("#question textarea", ASKED)
    page.keyboard.press("Enter")
    page.wait_for_selector("#now [aria-busy=true]")
    page.wait_for_selector("#now .done")
    assert page.locator("#now [aria-busy=true]").count() == 0


def test_printed_are_questions_answers_and_sources(visit: Visit) -> None:
    page = visit.page
    ask(page)
    page.emulate_media(media="print")
    assert page.is_visible("#now .answer")
    assert page.is_visible("#now .sources")
    for gone in ("#composer", "#bar", "#narrowed", "#now .acts"):
        assert page.is_hidden(gone)


def test_first_usable_paint_and_no_word_of_gradio_in_english(browser: Any, assistant: FakeAssistant) -> None:
    with served(assistant) as address, visited(browser, address) as visit:
        page = visit.page
        page.reload()
        page.wait_for_selector("#question textarea")
        assert 0 < page.evaluate(PAINT) < 1500
        words = page.inner_text("body") + " ".join(page.locator("[aria-label]").evaluate_all(
            "all => all.map((one) => one.getAttribute('aria-label'))"))  # fmt: skip
        for english in ("Loading", "Submit", "Settings", "Built with", "Error", "Clear", "Textbox"):
            assert english not in words


def test_a_browser_that_cannot_run_it_gets_a_readable_message(browser: Any, assistant: FakeAssistant) -> None:
    with served(assistant) as address:
        context = browser.new_context(java_script_enabled=False)
        page = context.new_page()
        page.goto(address)
        assert page.is_visible("#boot .brand")
        page.wait_for_timeout(6500)
        assert page.is_visible("#boot .needs")
        assert "Chrome hoặc Edge từ bản 109, Firefox từ bản 115" in page.inner_text("#boot .needs")
        context.close()


def test_our_scripts_use_nothing_newer_than_the_oldest_browsers() -> None:
    """Syntax and interfaces that Chrome 109 or Firefox 115 lack."""
    import re
    from pathlib import Path

    too_new = re.compile(
        r"Object\.groupBy|Promise\.withResolvers|\.toSorted\(|\.with\(|structuredClone\(|:has\(|showPopover|popover=|"
        r"startViewTransition|Array\.fromAsync|@scope|@starting-style|\busing \w+ =|isWellFormed|@container"
    )
    folder = Path(__file__).resolve().parents[2] / "rag" / "serve" / "static"
    files = [*folder.glob("*.js"), *folder.glob("*.css")]
    assert len(files) > 8
    assert [path.name for path in files if too_new.search(path.read_text(encoding="utf-8"))] == []
    nested = re.compile(r"\{[^{}]*&[^{}]*\{")
    assert [path.name for path in folder.glob("*.css") if nested.search(path.read_text(encoding="utf-8"))] == []


def test_an_answer_without_sources_and_an_empty_store_look_calm(browser: Any, assistant: FakeAssistant) -> None:
    assistant.documents.clear()
    with served(assistant) as address, visited(browser, address) as visit:
        page = visit.page
        assert "Chưa có tài liệu nào" in page.inner_text(".welcome")
        assistant.answers["chào"] = replace(Answer("chào", "abstained", "Xin chào."))
        ask(page, "chào")
        assert page.locator("#now .sources").count() == 0
        assert_accessible(page)
        visit.assert_clean()
