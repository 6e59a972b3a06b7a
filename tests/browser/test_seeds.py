"""The page over the real assistant and the shipped article: what a newcomer sees first."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from rag.assistant import Assistant
from rag.settings import Settings
from tests.browser.visit import served, visited

pytestmark = [pytest.mark.browser, pytest.mark.encoder]


@pytest.fixture
def visit(browser: Any, seed_store: Settings) -> Iterator[Any]:
    assistant = Assistant.open(settings=seed_store)
    with closing(assistant), served(assistant) as address, visited(browser, address) as visit:
        yield visit


def ask(page: Any, question: str, number: int) -> str:
    """The text of the answer to one question, the ``number``-th of the conversation."""
    page.fill("#question textarea", question)
    page.keyboard.press("Enter")
    page.wait_for_selector(f"#now [data-exchange='{number}']:not([aria-busy])")
    return str(page.inner_text("#now .answer"))


def test_a_newcomer_asks_reads_and_opens_the_source(visit: Any) -> None:
    page = visit.page
    assert page.locator(".suggestion").count() > 0
    assert "112 công trình" in ask(page, "Năm 2020 khởi công mới bao nhiêu công trình thuộc Chương trình 135?", 1)
    page.hover("#now .cite")
    shown = page.inner_text("#now mark.shown")
    with page.context.expect_page() as opened:
        page.click("#now .open")
    viewer = opened.value
    viewer.wait_for_selector("#trich-dan")
    assert viewer.inner_text("#trich-dan") == re.sub(r"^\d+\s*", "", shown)
    viewer.close()
    assert "không nêu" in ask(page, "Tỷ lệ hộ nghèo năm 2018 là bao nhiêu?", 2)
    assert page.is_visible("#now .sources.near mark")
    visit.assert_clean()
