"""The measurement of the first usable paint, in real Chromium."""

from __future__ import annotations

from typing import Any

import pytest
from fake_assistant import FakeAssistant

from evals.bench.paint import open_once
from tests.browser.visit import served

pytestmark = [pytest.mark.browser, pytest.mark.long]


def test_a_page_is_painted_before_it_can_be_used(browser: Any) -> None:
    with served(FakeAssistant()) as address:
        first, usable = open_once(browser, address)
    assert 0 < first <= usable < 60_000
