"""Signing in and out on the page, and what AI wrote told wherever it goes: a real person, a real model server."""

from __future__ import annotations

import re
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fake_assistant import FakeAssistant

from rag.assistant import Assistant
from rag.serve.auth.people import Person
from rag.serve.auth.signed_in import Desk
from rag.settings import Settings
from tests.answer.openai_server import Script, openai_server
from tests.browser.axe import assert_accessible
from tests.browser.test_acts import ask
from tests.browser.visit import PATIENCE_MS, Visit, served, visited

pytestmark = [pytest.mark.browser, pytest.mark.long]

PASSWORD = "một câu dài dễ nhớ 7"  # noqa: S105


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1366, 1920])
def test_signing_in_and_out(browser: Any, assistant: FakeAssistant, tmp_path: Path, width: int, scheme: str) -> None:
    settings = Settings.load(tmp_path / "store", env={}, auth="password")
    Desk(settings).people.add(Person("an", "Nguyễn Văn An"), PASSWORD)
    with served(assistant, settings) as address:
        context = browser.new_context(viewport={"width": width, "height": 740}, color_scheme=scheme, locale="vi-VN")
        context.set_default_timeout(PATIENCE_MS)
        visit = Visit(context.new_page(), address)
        visit.watch(visit.page)
        page = visit.page
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert_accessible(page)
        page.keyboard.type("an")  # the field has the focus
        page.keyboard.press("Tab")
        page.keyboard.type("sai")
        page.keyboard.press("Enter")
        page.wait_for_selector("[role=alert]")
        assert_accessible(page)
        visit.complaints.clear()  # the browser notes the refusal on its console
        page.fill("#password", PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_selector(".welcome")
        assert page.is_hidden("#brand .admin")  # a reader
        if width < 431:
            page.click("[data-opens=history]")
            page.click("#history .leaves")
        else:
            page.click("#brand .leaves")
        page.wait_for_selector("#password")
        page.goto(address)
        assert page.url.startswith(f"{address}/sign-in")
        visit.assert_clean()
        context.close()


def test_nobody_signs_out_where_nobody_signs_in(visit: Visit) -> None:
    assert visit.page.locator(".leaves:visible").count() == 0


@pytest.mark.encoder
def test_what_a_model_wrote_says_so_on_the_page_and_in_copied_text(
    browser: Any, seed_store: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def written(prompt: str) -> list[str]:
        blocks = re.findall(r"\[(\w{4})\][^\n]*\n<<<\n(.*?)\n>>>", prompt, re.DOTALL)
        label = next(label for label, text in blocks if "112 công trình" in text)
        return list(f"Năm 2020 khởi công mới 112 công trình [{label}].")

    monkeypatch.setenv("OPENAI_API_KEY", "test")
    with openai_server(Script(written)) as model:
        settings = replace(seed_store, llm="openai:m", llm_base_url=model, llm_retries=0)
        with (
            closing(Assistant.open(settings=settings)) as assistant,
            served(assistant, settings) as address,
            visited(browser, address) as visit,
        ):
            page = visit.page
            page.context.grant_permissions(["clipboard-read", "clipboard-write"])
            ask(page, "Năm 2020 khởi công mới bao nhiêu công trình thuộc Chương trình 135?")
            assert "do AI viết" in page.inner_text("#now .answer")
            page.click("#now [data-act=copy]")
            page.wait_for_selector("#told.shown")
            copied = page.evaluate("navigator.clipboard.readText()")
            assert "do AI viết" in copied
            assert "[1] “" in copied
            assert "Năm 2020 khởi công mới 112 công trình. [1]" in copied
            visit.assert_clean()
