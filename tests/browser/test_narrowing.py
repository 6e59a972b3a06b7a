"""Sources beside the answer and filters in the address: points 2 and 4 of the page."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from fake_assistant import QUOTE, TITLE, FakeAssistant

from rag.types import Filters
from tests.browser.test_acts import ask
from tests.browser.visit import Visit, served, visited

pytestmark = [pytest.mark.browser, pytest.mark.long]


def test_filters_are_chosen_shown_as_chips_and_kept_in_the_address(visit: Visit, assistant: FakeAssistant) -> None:
    page = visit.page
    page.click("[data-opens=filters]")
    page.wait_for_selector("#filter-document label")
    page.fill("#filter-from", "32/1/2020")
    page.click("#filters .go")
    assert page.get_attribute("#filter-from", "aria-invalid") == "true"
    page.fill("#filter-from", "2020")
    page.fill("#filter-to", "8/1/2021")
    page.check("#filter-publisher input")
    page.check("#filter-document input")
    page.click("#filters .go")
    assert page.locator("#chips .wish").count() == 4
    assert "from=2020-01-01&to=2021-01-08" in page.url
    ask(page)
    wish = Filters(date(2020, 1, 1), date(2021, 1, 8), ("Báo Mẫu",), (), ("doc-1",))
    assert assistant.wishes == [wish]
    assert "từ 01/01/2020 · đến 08/01/2021 · Báo Mẫu · 1 tài liệu đã chọn" in page.inner_text("#now .within")
    page.reload()
    page.wait_for_selector(f"#chips .wish >> text={TITLE}")
    page.click("#chips .wish:nth-of-type(1) button")
    assert "from=" not in page.url
    assert page.locator("#chips .wish").count() == 3
    visit.assert_clean()


def test_a_shared_address_searches_the_same_way(browser: Any, assistant: FakeAssistant) -> None:
    with served(assistant) as address, visited(browser, address, "?publisher=B%C3%A1o+M%E1%BA%ABu") as visit:
        ask(visit.page)
        assert assistant.wishes == [Filters(publishers=("Báo Mẫu",))]


def test_a_marker_shows_its_source_by_mouse_and_by_keyboard(visit: Visit) -> None:
    page = visit.page
    ask(page)
    page.wait_for_selector("#now .next")
    page.hover("#now .cite")
    assert QUOTE in page.inner_text("#now mark.shown")
    page.hover("#bar h1")
    page.focus("#now .cite")
    assert QUOTE in page.inner_text("#now mark.shown")
    with page.context.expect_page() as opened:
        page.keyboard.press("Enter")
    viewer = opened.value
    viewer.wait_for_selector("#trich-dan")
    assert viewer.inner_text("#trich-dan") == QUOTE
    visit.assert_clean()


def test_an_old_version_still_opens_with_a_notice_and_the_way_to_the_new_one(visit: Visit) -> None:
    page = visit.page
    page.goto(f"{visit.address}/documents/doc-1/v1?start=0&end=5#trich-dan")
    assert page.is_visible(".outdated")
    page.click(".outdated a")
    assert page.url.endswith("/documents/doc-1/v2")
    assert page.locator(".outdated").count() == 0
    visit.assert_clean()
