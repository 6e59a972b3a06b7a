"""A tour through everything that has a page, in real Chromium, with every request recorded: none asks another host.

Chromium sends whatever is not for this machine through a proxy of the test's own, so that nothing can slip past the
record of the pages; names of other machines are never even looked up.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser.tour import (
    Tour,
    ask_and_look_around,
    ask_inside_another_page,
    look_after_the_documents,
    sign_in,
    touring,
)
from tests.conftest import Figure

pytestmark = [pytest.mark.browser, pytest.mark.long]

BROWSERS_OWN = re.compile(r"\w+ (http://)?(?!fonts\.)[\w-]+\.(google|googleapis|gvt1)\.com[:/]")
"""What Chromium asks its maker for by itself (updates, hints); what our pages ask for stands in their own record."""


@pytest.fixture
def tour(tmp_path: Path, letters: Any) -> Iterator[Tour]:
    with touring(tmp_path, letters) as found:
        yield found


def test_nobody_else_is_asked(tour: Tour, figure: Figure) -> None:
    sign_in(tour)
    ask_and_look_around(tour)
    look_after_the_documents(tour)
    ask_inside_another_page(tour)
    own = (tour.address, tour.host.origin, "data:", "blob:")
    assert [url for url in tour.requests if not url.startswith(own)] == []
    assert [line for line in tour.through_proxy if not BROWSERS_OWN.search(line)] == []
    paths = {url.removeprefix(tour.address).split("?")[0] for url in tour.requests}
    assert {"/sign-in", "/", "/admin", "/admin/status", "/embed/chat", "/embed/view", "/api/v1/ask"} <= paths
    figure("requests of a whole tour, none to another host", len(tour.requests), len(tour.requests))


def test_the_record_would_show_a_foreign_request(tour: Tour) -> None:
    tour.page.goto(f"{tour.address}/healthz")
    tour.page.evaluate("navigator.sendBeacon('http://evil.example/x'); new Image().src = 'http://evil.example/y'")
    tour.page.goto("http://evil.example/z")
    assert any("evil.example/z" in line for line in tour.through_proxy)
    assert any("evil.example/z" in url for url in tour.requests)
