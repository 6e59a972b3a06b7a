"""The chat inside other pages, in real Chromium: the sample page of ``docs/demo``, a page that is not listed, a page of
the assistant's own origin; strict policies, third-party cookies blocked, light and dark, keyboard, screen reader.
"""

from __future__ import annotations

import importlib.util
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from fake_assistant import QUOTE, TEXT, FakeAssistant

from rag.settings import Settings
from tests.browser.axe import assert_accessible
from tests.browser.conftest import ARGUMENTS, find_browser
from tests.browser.visit import served
from tests.conftest import REPOSITORY

pytestmark = pytest.mark.browser

SECRET = "k" * 48
TRIED = "() => { try { return %s } catch (e) { return e.name } }"
FRAME = "document.querySelector('news-rag-chat').shadowRoot.querySelector('iframe').contentWindow"
ASKED = "Bao nhiêu công trình?"
SPEC = importlib.util.spec_from_file_location("demo_serve", REPOSITORY / "docs" / "demo" / "serve.py")
assert SPEC
assert SPEC.loader
demo = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(demo)


@dataclass
class Host:
    """The sample page's server; ``origin`` is another site than the assistant's 127.0.0.1."""

    server: Any

    @property
    def origin(self) -> str:
        return f"http://localhost:{self.server.server_port}"

    def point_to(self, assistant: str, origins: str) -> None:
        settings = Settings(store=Path("unused"), models=Path("unused"), embed_origins=origins, embed_secret=SECRET)
        self.server.RequestHandlerClass.keywords.update(assistant=assistant, settings=settings)


@contextmanager
def host() -> Iterator[Host]:
    settings = Settings(store=Path("unused"), models=Path("unused"))
    made = demo.server(0, "", settings, "an", ["to-chuc"])
    thread = threading.Thread(target=made.serve_forever)
    thread.start()
    try:
        yield Host(made)
    finally:
        made.shutdown()
        thread.join(timeout=20)
        made.server_close()


@dataclass
class Scene:
    """Two pages' servers and the assistant; only the first page is listed."""

    listed: Host
    other: Host
    assistant: str
    fake: FakeAssistant


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    fake = FakeAssistant(pause_s=0.02)
    fake.offered = (ASKED,)
    store = tmp_path_factory.mktemp("embed")
    with host() as listed, host() as other:
        options = {"embed_origins": listed.origin, "embed_secret": SECRET, "store": store, "limit_questions": 0}
        with served(fake, **options) as address:
            for page in (listed, other):
                page.point_to(address, f"{listed.origin} {other.origin}")
            yield Scene(listed, other, address, fake)


@pytest.fixture(scope="module")
def strict_browser() -> Iterator[Any]:
    """Chromium that blocks third-party cookies, as it will for everybody."""
    from playwright.sync_api import sync_playwright

    path = find_browser()
    if path is None:
        pytest.skip("no browser")
    arguments = [*ARGUMENTS, "--test-third-party-cookie-phaseout"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=arguments)
        yield browser
        browser.close()


@dataclass
class Look:
    """An open page with all that went on."""

    page: Any
    requests: list[Any] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    @property
    def frame(self) -> Any:
        for _ in range(100):
            found = [f for f in self.page.frames if "/embed/chat" in f.url]
            if found:
                return found[0]
            self.page.wait_for_timeout(100)
        raise AssertionError("the frame did not open")

    def open_chat(self) -> Any:
        """Press the button; returns the frame once it greets."""
        self.page.get_by_role("button", name="Hỏi đáp văn bản").click()
        self.page.wait_for_selector("news-rag-chat iframe")
        frame = self.frame
        frame.wait_for_selector(".welcome")
        return frame


Open = Callable[..., Look]


@pytest.fixture
def look(strict_browser: Any) -> Iterator[Open]:
    contexts = []

    def call(address: str, **options: Any) -> Look:
        context = strict_browser.new_context(
            **{"viewport": {"width": 1366, "height": 768}, "locale": "vi-VN", **options}
        )
        contexts.append(context)
        context.set_default_timeout(60_000)  # a busy machine is no failure
        found = Look(context.new_page())

        def keep(request: Any) -> None:  # the driver takes no method of a list
            found.requests.append(request)

        def watch(page: Any) -> None:
            page.on("request", keep)
            page.on("pageerror", lambda error: found.complaints.append(str(error)))
            page.on("console", lambda m: found.complaints.append(m.text) if m.type in ("error", "warning") else None)

        watch(found.page)
        context.on("page", watch)
        found.page.goto(address)
        return found

    yield call
    for context in contexts:
        context.close()


def test_a_tour_with_the_keyboard(scene: Scene, look: Open) -> None:
    seen = look(scene.listed.origin)
    page = seen.page
    page.keyboard.press("Tab")
    page.get_by_role("button", name="Hỏi đáp văn bản").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("news-rag-chat iframe")
    frame = seen.frame
    frame.wait_for_selector(".suggestions")
    assert frame.evaluate("document.activeElement.id") == "question"
    page.keyboard.type(ASKED)
    page.keyboard.press("Enter")
    frame.wait_for_selector(".exchange:not([aria-busy]) .source")
    assert frame.inner_text(".short") == "112 công trình"
    assert QUOTE in frame.inner_text("blockquote")
    assert "Hiểu là: Năm 2020" in frame.inner_text(".understood")
    frame.focus(".cite")
    page.keyboard.press("Enter")
    assert frame.evaluate("document.activeElement.className") == "open"
    with page.context.expect_page() as opened:
        page.keyboard.press("Enter")
    viewer = opened.value
    viewer.wait_for_selector("mark")
    assert viewer.inner_text("mark") == QUOTE
    assert "token" not in viewer.url
    assert "emb_" not in viewer.content()
    page.bring_to_front()
    page.keyboard.press("Escape")
    page.wait_for_selector(".box", state="hidden")
    assert page.evaluate("document.activeElement.localName") == "news-rag-chat"
    assert seen.complaints == []
    addresses = [request.url for request in seen.requests]
    assert all(url.startswith((scene.listed.origin, scene.assistant)) for url in addresses)
    assert not [url for url in addresses if re.search(r"token=|eyJ|emb_", url)]


def test_who_asks_before_the_page_has_greeted_is_answered(scene: Scene, look: Open) -> None:
    """The page greets the frame when it has loaded; on a slow network a person types faster."""
    seen = look("about:blank")
    seen.page.add_init_script(
        "const add = EventTarget.prototype.addEventListener;"
        "EventTarget.prototype.addEventListener = function (kind, act, options) {"
        "  const late = kind === 'load' && this.nodeName === 'IFRAME';"
        "  return add.call(this, kind, late ? (event) => setTimeout(() => act(event), 2000) : act, options); };"
    )
    seen.page.goto(scene.listed.origin)
    seen.page.get_by_role("button", name="Hỏi đáp văn bản").click()
    seen.page.wait_for_selector("news-rag-chat iframe")
    frame = seen.frame
    frame.wait_for_load_state("domcontentloaded")
    frame.fill("#question", ASKED)
    frame.press("#question", "Enter")
    frame.wait_for_selector(".exchange[aria-busy]")
    assert frame.locator(".welcome").count() == 0
    frame.wait_for_selector(".exchange:not([aria-busy]) .source")
    assert frame.inner_text(".short") == "112 công trình"
    frame.wait_for_timeout(500)  # what the page offers at the beginning has come by now
    assert frame.locator(".welcome").count() == 0
    assert seen.complaints == []


def test_who_is_named_by_the_token_is_who_asks(scene: Scene, look: Open) -> None:
    seen = look(scene.listed.origin)
    frame = seen.open_chat()
    frame.click(".suggestions button")
    frame.wait_for_selector(".exchange:not([aria-busy]) .source")
    asked = next(request for request in seen.requests if request.url.endswith("/api/v1/ask"))
    headers = asked.all_headers()
    assert headers["authorization"].startswith("Bearer emb_")
    assert "cookie" not in headers
    exchanged = next(request for request in seen.requests if request.url.endswith("/embed/session"))
    assert exchanged.all_headers()["authorization"].startswith("Bearer ey")
    assert not [request for request in seen.requests if "cookie" in request.all_headers()]


def test_the_page_and_the_chat_cannot_reach_into_each_other(scene: Scene, look: Open) -> None:
    seen = look(scene.listed.origin)
    frame = seen.open_chat()
    page = seen.page
    assert page.evaluate(TRIED % f"{FRAME}.document.body.innerText") == "SecurityError"
    assert frame.evaluate(TRIED % "parent.document.title") == "SecurityError"
    assert frame.evaluate(TRIED % "top.location = 'about:blank'") == "SecurityError"
    # What other windows say is not heard, nor is a second line taken up.
    page.evaluate(f"{FRAME}.postMessage({{newsRag: 'hello'}}, '*')")
    page.evaluate(f"{FRAME}.postMessage({{newsRag: 'hello'}}, '*', [new MessageChannel().port2])")
    frame.fill("#question", ASKED)
    frame.press("#question", "Enter")
    frame.wait_for_selector(".exchange:not([aria-busy]) .source")
    assert page.evaluate("Object.keys(window).filter(k => /news.?rag/i.test(k))") == []


def test_a_page_that_is_not_listed_shows_no_chat(scene: Scene, look: Open) -> None:
    seen = look(scene.other.origin)
    seen.page.get_by_role("button", name="Hỏi đáp văn bản").click()
    seen.page.wait_for_timeout(800)
    assert [text for text in seen.complaints if "frame-ancestors" in text]
    assert not [request for request in seen.requests if request.url.endswith(("/embed/session", "/api/v1/ask"))]
    assert all(frame.url.startswith(("http://localhost", "chrome-error:")) for frame in seen.page.frames)
    token = seen.page.evaluate("fetch('/ma-truy-cap', {method: 'POST'}).then(a => a.text())")
    assert token.startswith("ey")
    # Its token is signed with the right secret, and yet names a page that is not listed.
    assert _post_from(seen, f"{scene.assistant}/embed/session", token) == "refused"


def _post_from(seen: Look, address: str, token: str) -> Any:
    """What a script of the page gets; its own policy is lifted, as a hostile page's would be."""
    script = """([address, token]) => fetch(address, {method: 'POST', headers: {Authorization: `Bearer ${token}`,
      'Content-Type': 'application/json'}, body: '{}'}).then(a => a.status, () => 'refused')"""
    context = seen.page.context.browser.new_context(bypass_csp=True)
    page = context.new_page()
    page.goto(seen.page.url)
    answer = page.evaluate(script, [address, token])
    context.close()
    return answer


def test_scripts_of_a_listed_page_may_exchange_and_ask_by_cors(scene: Scene, look: Open) -> None:
    seen = look(scene.listed.origin)
    token = seen.page.evaluate("fetch('/ma-truy-cap', {method: 'POST'}).then(a => a.text())")
    assert _post_from(seen, f"{scene.assistant}/embed/session", token) == 200
    assert _post_from(seen, f"{scene.assistant}/embed/session", token) == 401  # exchanged before
    assert _post_from(seen, f"{scene.assistant}/api/v1/ask", "rag_x") == "refused"
    assert _post_from(seen, f"{scene.assistant}/sign-in", token) == "refused"


def test_a_page_of_the_assistants_own_origin_is_refused_and_told(scene: Scene, look: Open) -> None:
    seen = look(f"{scene.assistant}/sign-in")
    with seen.page.context.browser.new_context(bypass_csp=True) as context:
        page = context.new_page()
        page.goto(f"{scene.assistant}/healthz")
        page.evaluate("""() => { const s = document.createElement('script'); s.src = '/embed/widget.js';
                         document.body.append(s); }""")
        page.wait_for_selector("news-rag-chat")
        assert "phải chạy ở địa chỉ khác" in page.get_by_role("alert").inner_text()
        assert page.locator("iframe").count() == 0


def test_inline_it_stands_where_the_line_stands(scene: Scene, look: Open) -> None:
    seen = look(f"{scene.listed.origin}/hoi-dap")
    seen.page.wait_for_selector("news-rag-chat iframe")
    seen.frame.wait_for_selector(".welcome")
    box = seen.page.locator("news-rag-chat").bounding_box()
    assert box["height"] == 560
    assert seen.page.evaluate("document.querySelector('news-rag-chat').previousElementSibling.localName") == "script"
    assert not seen.frame.is_visible("#close")
    assert seen.complaints == []


@pytest.mark.parametrize(("wish", "system", "is_dark"), [
    ("light", "dark", False), ("dark", "light", True), ("", "dark", True), ("", "light", False),
])  # fmt: skip
def test_light_and_dark(scene: Scene, look: Open, wish: str, system: str, is_dark: bool) -> None:
    seen = look(f"{scene.listed.origin}/hoi-dap", color_scheme=system)
    seen.page.wait_for_selector("news-rag-chat iframe")
    frame = seen.frame
    frame.wait_for_selector(".welcome")
    if wish:
        frame.evaluate(f"document.documentElement.dataset.theme = '{wish}'")
    paper = frame.evaluate("getComputedStyle(document.body).backgroundColor")
    light = sum(map(int, paper.removeprefix("rgb(").removesuffix(")").split(","))) / 3
    assert (light < 80) is is_dark


def test_a_screen_reader_finds_its_way(scene: Scene, look: Open) -> None:
    seen = look(scene.listed.origin)
    frame = seen.open_chat()
    frame.click(".suggestions button")
    frame.wait_for_selector(".exchange:not([aria-busy]) .source")
    assert frame.get_by_role("log", name="Hội thoại").count() == 1
    assert frame.get_by_role("textbox", name="Câu hỏi").count() == 1
    assert frame.get_by_role("heading", name="Hỏi đáp văn bản", level=1).count() == 1
    assert frame.get_by_role("heading", name=ASKED, level=2).count() == 1
    assert frame.get_by_role("link", name="Nguồn 1: Tổng kết công tác năm 2020").count() == 1
    assert frame.get_by_role("button", name="Mở toàn văn: Tổng kết công tác năm 2020 (mở trong thẻ mới)").count() == 1
    assert seen.page.locator("news-rag-chat").get_by_role("dialog", name="Hỏi đáp văn bản").count() == 1
    frame.get_by_role("button", name="Chưa đúng").click()
    for theme in ("light", "dark"):
        frame.evaluate(f"document.documentElement.dataset.theme = '{theme}'")
        assert_accessible(frame)


def test_an_answer_is_judged_inside_the_frame(scene: Scene, look: Open) -> None:
    seen = look(scene.listed.origin)
    frame = seen.open_chat()
    frame.click(".suggestions button")
    frame.wait_for_selector(".exchange:not([aria-busy]) .verdicts")
    assert frame.get_by_role("group", name="Đánh giá câu trả lời").count() == 1
    frame.get_by_role("button", name="Chưa đúng").click()
    assert frame.evaluate("document.activeElement.value") == "figure"
    assert frame.locator(".complaint input:checked").count() == 0  # the reason is the person's own
    frame.get_by_label("Sai nguồn").check()
    frame.get_by_label("Góp ý thêm (không bắt buộc)").fill("Nguồn của năm khác.")
    frame.get_by_role("button", name="Gửi").click()
    frame.wait_for_selector("text=Đã ghi nhận")
    kept = scene.fake.store.judged[0]
    assert (kept.question, kept.verdict, kept.reason, kept.comment) == (ASKED, "down", "source", "Nguồn của năm khác.")
    assert "112 công trình" in kept.answer_json
    assert frame.get_by_role("button", name="Đúng", exact=True).is_disabled()
    assert seen.complaints == []


def test_who_waits_sees_how_many_are_ahead(scene: Scene, look: Open) -> None:
    seen = look(scene.listed.origin)
    frame = seen.open_chat()
    told = 'event: waiting\ndata: {"ahead": 7}\n\n'
    seen.page.route(
        "**/api/v1/ask", lambda route: route.fulfill(status=200, content_type="text/event-stream", body=told)
    )
    frame.evaluate("""() => new MutationObserver(() => { window.shown = [...(window.shown || []),
        document.querySelector('.progress')?.textContent]; }).observe(document, {subtree: true, childList: true})""")
    frame.click(".suggestions button")
    frame.wait_for_selector(".failure")  # the stream ends there
    assert [text for text in frame.evaluate("shown") if text and "phía trước có 7 câu hỏi" in text]


def test_a_session_that_ended_is_made_anew_without_a_word(scene: Scene, look: Open) -> None:
    seen = look(scene.listed.origin)
    frame = seen.open_chat()
    refused = {"n": 0}

    def once(route: Any) -> None:
        refused["n"] += 1
        if refused["n"] == 1:
            route.fulfill(status=401, body="{}")
        else:
            route.continue_()

    seen.page.route("**/api/v1/ask", once)
    frame.click(".suggestions button")
    frame.wait_for_selector(".exchange:not([aria-busy]) .source")
    assert len([r for r in seen.requests if r.url.endswith("/embed/session")]) == 2


def test_failures_are_told(scene: Scene, look: Open) -> None:
    seen = look(scene.listed.origin)
    frame = seen.open_chat()
    scene.fake.answers["hỏng"] = RuntimeError("geheim")
    frame.fill("#question", "hỏng")
    frame.press("#question", "Enter")
    frame.wait_for_selector(".failure")
    told = frame.inner_text(".failure")
    assert "Chưa trả lời được" in told
    assert "geheim" not in frame.content()
    seen.page.route("**/api/v1/ask", lambda route: route.fulfill(status=429, headers={"Retry-After": "7"}, body="{}"))
    frame.click(".failure button")
    frame.wait_for_selector("text=sau 7 giây")


def test_text_of_documents_and_models_never_becomes_markup(scene: Scene, look: Open) -> None:
    evil = '<img src=x onerror="parent.hacked=1"><script>hacked=1</script>[x](javascript:hacked=1) ![a](http://evil.example/p)'
    answer = scene.fake.answered("tấn công")
    from dataclasses import replace

    scene.fake.answers["tấn công"] = replace(
        answer,
        text=f"{evil} [1].",
        short_answer=evil,
        understood=evil,
        notes=(evil,),
        citations=(replace(answer.citations[0], title=evil, publisher=evil, quote=evil),),
    )
    seen = look(scene.listed.origin)
    frame = seen.open_chat()
    frame.fill("#question", "tấn công")
    frame.press("#question", "Enter")
    frame.wait_for_selector(".exchange:not([aria-busy]) .source")
    assert frame.evaluate("document.querySelectorAll('img, script:not([src]):not([type])').length") == 0
    assert frame.evaluate("typeof hacked") == "undefined"
    assert frame.inner_text("h4") == evil
    assert not [request for request in seen.requests if "evil.example" in request.url]
    assert TEXT
