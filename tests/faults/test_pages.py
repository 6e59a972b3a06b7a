"""The page at three widths, light and dark, in each of its states: quiet, at home, nothing cut off at the side."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from fake_assistant import FakeAssistant

from tests.browser.conftest import ARGUMENTS, NO_BROWSER, find_browser
from tests.browser.visit import Visit, served, visited
from tests.conftest import REPOSITORY

pytestmark = [pytest.mark.long, pytest.mark.browser]

SHOTS = REPOSITORY / "screenshots"
FITS = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Chromium; without it this test fails, for it was asked for by name."""
    path = find_browser()
    assert path, NO_BROWSER
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


def keep(page: Any, name: str) -> None:
    """A picture of a state, which fits its window."""
    assert page.evaluate(FITS), name
    page.screenshot(path=SHOTS / f"long-{name}.png")


def ask(page: Any, question: str, n: int) -> None:
    page.fill("#question textarea", question)
    page.keyboard.press("Enter")
    page.wait_for_selector(f"#now [data-exchange='{n}'].done")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1366, 1920])
def test_each_state_fits_and_is_quiet(browser, width, scheme, figure):
    SHOTS.mkdir(exist_ok=True)
    name = f"{width}-{scheme}"
    options = {"viewport": {"width": width, "height": 800}, "color_scheme": scheme}
    with served(FakeAssistant()) as address, visited(browser, address, **options) as visit:
        look_around(visit, name)
        visit.assert_clean()
        figure("states seen, none with a complaint", 4, 4)


def look_around(visit: Visit, name: str) -> None:
    page = visit.page
    keep(page, f"{name}-empty")
    ask(page, "Bao nhiêu công trình?", 1)
    keep(page, f"{name}-answered")
    page.click("#now .cite")
    with page.context.expect_page() as opened:
        page.click("#now .open")
    opened.value.wait_for_selector("mark")
    keep(opened.value, f"{name}-viewer")
    opened.value.close()
    ask(page, "Năm 2018 thì sao?", 2)
    keep(page, f"{name}-abstained")
