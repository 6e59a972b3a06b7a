"""Behind a portal that gives the assistant a sub-path of its own: everything works there, and nothing leaves it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.browser.tour import (
    ASKED,
    Tour,
    ask_and_look_around,
    ask_inside_another_page,
    look_after_the_documents,
    sign_in,
    touring,
)
from tests.conftest import Figure
from tests.serve.real_nginx import free_port, nginx, sub_path_example
from tests.serve.small_proxy import Portal, portal
from tests.serve.world import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.long]

ROOT = "/tro-ly"


@pytest.fixture(params=[False, True], ids=["stripped", "kept"])
def site(request: pytest.FixtureRequest) -> Iterator[Portal]:
    with portal(ROOT, keeps=request.param) as found:
        yield found


class NginxPortal(Portal):
    """A site with TLS, whose nginx has the example of the document."""

    folder: Path

    @contextmanager
    def leading_to(self, behind: str) -> Iterator[None]:
        with nginx(self.folder, sub_path_example(), int(self.origin.rsplit(":", 1)[1]), behind):
            yield


def test_a_whole_tour_stays_under_the_sub_path(site: Portal, tmp_path: Path, letters: Any, figure: Figure) -> None:
    with touring(tmp_path, letters, site) as tour:
        n = go_everywhere(tour)
    assert site.strays == []
    figure("requests of a whole tour under a sub-path, none beside it", n, n)


@pytest.mark.manual
def test_it_does_behind_a_real_nginx_with_tls(tmp_path: Path, letters: Any, figure: Figure) -> None:
    site = NginxPortal(f"https://localhost:{free_port()}", ROOT, keeps=False)
    site.folder = tmp_path
    with touring(tmp_path, letters, site) as tour:
        n = go_everywhere(tour)
    figure("requests of a whole tour under a sub-path of nginx, none beside it", n, n)


def go_everywhere(tour: Tour) -> int:
    """Do everything that can be done on the pages; every request must go to the sub-path and be answered.

    :return: How many there were.
    """
    sign_in(tour)
    (cookie,) = tour.page.context.cookies()
    assert (cookie["path"], cookie["secure"]) == (ROOT, tour.address.startswith("https:"))
    ask_and_look_around(tour)
    shared = copied_address(tour)
    look_after_the_documents(tour)
    remove_and_take_back(tour)
    ask_inside_another_page(tour)
    open_as_somebody_else(tour, shared)
    leave(tour)
    own = (f"{tour.address}/", tour.host.origin, "data:", "blob:")
    assert [url for url in tour.requests if not url.startswith(own)] == []
    assert [line for line in tour.refused if not line.endswith(f"{ROOT}/documents/khong-co")] == []
    paths = {url.removeprefix(tour.address).split("?")[0] for url in tour.requests}
    assert {"/sign-in", "/sign-out", "/", "/admin", "/admin/remove", "/embed/chat", "/api/v1/ask"} <= paths
    return len(tour.requests)


def copied_address(tour: Tour) -> str:
    """The address of the source in the text that the page copies."""
    page = tour.page
    page.goto(f"{tour.address}/")
    page.wait_for_selector("#now .exchange.done")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.click("#now [data-act=copy]")
    page.wait_for_selector("#told.shown")
    text = page.evaluate("navigator.clipboard.readText()")
    (found, *_) = re.findall(r"https?://\S+", text)
    assert found.startswith(f"{tour.address}/documents/")
    return str(found)


def open_as_somebody_else(tour: Tour, shared: str) -> None:
    """Whoever is sent the address signs in and stands before the cited words."""
    context = tour.page.context.browser.new_context(locale="vi-VN", ignore_https_errors=True)
    page = context.new_page()
    page.goto(shared)
    assert page.url.startswith(f"{tour.address}/sign-in?next=")
    page.fill("#name", "dung")
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_selector("#trich-dan")
    assert page.url == shared.partition("#")[0]
    context.close()


def remove_and_take_back(tour: Tour) -> None:
    page = tour.page
    page.click("#refresh")
    page.wait_for_load_state()
    page.click("[data-remove] >> nth=0")
    page.wait_for_selector("#told.shown >> text=Đã xóa")
    page.click("#told button")
    page.wait_for_selector("#told.shown >> text=Đã khôi phục")


def leave(tour: Tour) -> None:
    page = tour.page
    page.goto(f"{tour.address}/")
    page.wait_for_selector("#now .exchange, #now .welcome")
    page.click("#brand .leaves")
    page.wait_for_selector("#password")
    assert page.url == f"{tour.address}/sign-in"
    page.goto(f"{tour.address}/?q={ASKED}")
    assert page.url.startswith(f"{tour.address}/sign-in")
