"""Under a sub-path of another site: every address that leaves the server lies under it, whoever takes the path off."""

from __future__ import annotations

import json
import re
import secrets
from dataclasses import replace
from html import unescape
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx
import pytest
from fastapi import FastAPI
from lxml import html
from starlette.testclient import TestClient

from rag.errors import SettingError
from rag.lang import use_language
from rag.serve.addresses import OWN_PATHS, root_path
from rag.serve.admin import documents
from rag.serve.app import create_app
from rag.serve.embed.tokens import make_token
from rag.serve.links import link, linking_under
from rag.serve.routes import OPEN_ROUTES
from rag.settings import Settings
from tests.serve.api.conftest import running
from tests.serve.test_intruders import given, page_functions
from tests.serve.world import ADDRESS, FORM, PAGE, PASSWORD, SignIn, World

ROOT = "/tro-ly"
ORIGIN = "https://noibo.tinh.example"
QUESTION = "Năm 2020 khởi công bao nhiêu công trình nước sạch?"
OTHERS = {"X-Forwarded-Prefix": "/evil", "X-Script-Name": "/evil", "X-Original-URI": "/evil/admin"}


@pytest.fixture(scope="module")
def app(built: World) -> FastAPI:
    return create_app(built.assistant, replace(built.settings, root_path=ROOT))


@pytest.fixture(params=["", ROOT], ids=["stripped", "kept"])
def client(app: FastAPI, request: pytest.FixtureRequest) -> TestClient:
    """A browser behind a proxy that takes the sub-path off, or leaves it on."""
    return TestClient(app, base_url=ADDRESS + request.param, follow_redirects=False, headers=OTHERS)


@pytest.fixture
def chief(world: World, client: TestClient, sign_in: SignIn) -> TestClient:
    """Somebody signed in who may see every page."""
    entered = client.post("/sign-in", data={"name": "dung", "password": PASSWORD, "next": "/admin"}, headers=FORM)
    assert (entered.status_code, entered.headers["location"]) == (303, f"{ROOT}/admin")
    (cookie,) = entered.headers.get_list("set-cookie")
    assert f"Path={ROOT};" in cookie
    client.headers["cookie"] = cookie.partition(";")[0]  # sent whichever way the proxy has it
    return client


def addresses(page: str, at: str = "/admin/x") -> set[str]:
    """Every address that a page leads to or loads, as the browser would ask for it.

    :param at: Path of the page, without the sub-path.
    """
    tree = html.document_fromstring(page)
    base = tree.xpath("string(//base/@href)") or ROOT + at
    found = {urljoin(base, str(a)) for a in tree.xpath("//@href | //@src | //@action | //@formaction | //@poster")}
    return {a for a in found if not a.startswith(("data:", "http:", "https:"))}


def pages(world: World) -> list[str]:
    document = world.document("cong-khai")
    return [
        "/",
        f"/documents/{document.id}/{document.version}?start=3&end=20",
        "/documents/khong-co/v1",
        "/khong-co",
        "/admin",
        "/admin?sort=title&down=1&q=tin",
        f"/admin/search?q={QUESTION}",
        "/admin/feedback",
        "/admin/feedback?verdict=down",
        "/admin/status",
        "/embed/chat",
    ]


def judge(world: World, assistant: Any) -> None:
    """One verdict, so that its page has something to lead to."""
    answer = json.dumps(assistant.ask(QUESTION).to_dict(), ensure_ascii=False)
    assistant.store.add_feedback(QUESTION, answer, "down", "figure")


def test_every_address_of_every_page_lies_under_it_and_answers(
    world: World, chief: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    judge(world, world.assistant)
    monkeypatch.setattr(documents, "ROWS", 1)  # so that the list has several pages
    chief.headers["accept"] = "text/html"
    seen: set[str] = set()
    for page in pages(world):
        answer = chief.get(page)
        assert "text/html" in answer.headers["content-type"], page
        found = addresses(answer.text, page)
        assert found, page
        assert [a for a in found if not a.startswith(f"{ROOT}/")] == [], page
        seen |= found
    assert len(seen) > 30
    assert any("page=2" in a for a in seen)
    outside = TestClient(chief.app, base_url=ADDRESS, follow_redirects=False, headers=chief.headers)
    for address in sorted(seen - {f"{ROOT}/embed/view"}):  # takes a form
        assert outside.get(address).status_code == 200, address
        assert outside.get(address.removeprefix(ROOT)).status_code == 200, address


def test_pages_are_the_same_in_english(world: World, chief: TestClient) -> None:
    chief.headers["accept"] = "text/html"
    use_language("en")
    try:
        found = {page: chief.get(page).text for page in pages(world)}
    finally:
        use_language("vi")
    for page, text in found.items():
        assert '<html lang="en">' in text
        assert all(a.startswith(f"{ROOT}/") for a in addresses(text, page)), page


def test_the_way_in_and_out_stays_under_it(world: World, client: TestClient) -> None:
    document = world.document("cong-khai")
    wanted = f"/documents/{document.id}/{document.version}?start=3&end=20"
    led = client.get(wanted)
    assert led.status_code == 303
    assert led.headers["location"].startswith(f"{ROOT}/sign-in?next=%2Fdocuments%2F")
    form = client.get(led.headers["location"].removeprefix(ROOT)).text
    assert addresses(form) > {f"{ROOT}/sign-in"}
    target = unescape(html.document_fromstring(form).xpath("string(//input[@name='next']/@value)"))
    fields = {"name": "an", "password": PASSWORD, "next": target}
    entered = client.post("/sign-in", data=fields, headers=FORM)
    assert entered.headers["location"] == ROOT + wanted
    cookie = entered.headers["set-cookie"].partition(";")[0]
    assert client.get(wanted, headers={"cookie": cookie}).status_code == 200
    newest = client.get(f"/documents/{document.id}", headers={"cookie": cookie})
    assert newest.headers["location"] == f"{ROOT}/documents/{document.id}/{document.version}"
    left = client.post("/sign-out", headers={**FORM, "cookie": cookie})
    assert left.headers["location"] == f"{ROOT}/sign-in"
    assert f"Path={ROOT};" in left.headers["set-cookie"]
    assert client.get(wanted, headers={"cookie": cookie}).status_code == 303


def test_a_foreign_address_to_go_to_is_still_refused(world: World, client: TestClient, sign_in: SignIn) -> None:
    for evil in ("//evil.example", "https://evil.example", f"{ROOT}//evil.example/..", "/\\evil.example"):
        entered = client.post("/sign-in", data={"name": "an", "password": PASSWORD, "next": evil}, headers=FORM)
        target = urlsplit(entered.headers["location"])
        assert (target.scheme, target.netloc) == ("", "")
        assert target.path.startswith(f"{ROOT}/")


def test_under_tls_the_cookie_is_not_sent_to_the_rest_of_the_host(built: World, world: World) -> None:
    app = create_app(built.assistant, replace(built.settings, root_path=ROOT, public_url=ORIGIN))
    client = TestClient(app, base_url=ORIGIN + ROOT, follow_redirects=False)
    headers = {"Origin": ORIGIN, "Sec-Fetch-Site": "same-origin"}
    entered = client.post("/sign-in", data={"name": "an", "password": PASSWORD, "next": "/"}, headers=headers)
    cookie = entered.headers["set-cookie"]
    assert cookie.startswith("__Secure-rag-session=")
    assert {"Secure", "HttpOnly", f"Path={ROOT}", "SameSite=lax"} <= set(cookie.split("; "))
    assert client.get("/").status_code == 200


def test_programs_are_told_addresses_under_it(world: World, chief: TestClient) -> None:
    described = chief.get("/api/v1/openapi.json").json()
    assert described["servers"] == [{"url": f"{ROOT}/api/v1"}]
    body = {"model": "news-rag", "messages": [{"role": "user", "content": QUESTION}]}
    message = chief.post("/v1/chat/completions", json=body, headers=FORM).json()["choices"][0]["message"]
    cited = message["annotations"][0]["url_citation"]["url"]
    assert cited.startswith(f"{ADDRESS}{ROOT}/documents/")
    assert chief.get(cited.removeprefix(ADDRESS + ROOT)).status_code == 200


def test_what_is_taken_along_leads_back_to_it(world: World, chief: TestClient) -> None:
    answer = world.assistant.ask(QUESTION)
    places = [[c.n, c.document_id, c.version, c.start, c.end] for c in answer.citations]
    row = {
        "question": QUESTION, "asked": "2026-11-25T10:00:00", "filters": "", "understood": "", "status": answer.status,
        "method": answer.method, "text": answer.text, "short": answer.short_answer, "confidence": 0.9, "notes": [],
        "index_version": "", "citations": places, "nearest": [],
    }  # fmt: skip
    taken = chief.post("/export?format=md", json={"exchanges": [row]}, headers=FORM).text
    (first, *_) = re.findall(rf"<{ADDRESS}([^>#]+)", taken)
    assert first.startswith(f"{ROOT}/documents/")


def test_the_embedded_chat_finds_its_server(world: World, client: TestClient) -> None:
    frame = client.get("/embed/chat", headers={"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Dest": "iframe"})
    assert addresses(frame.text) == {
        f"{ROOT}/{path}" for path in ("ui/tokens.css", "embed/chat.css", "embed/chat.js", "embed/view")
    }
    token = make_token(world.settings, "an", origin=PAGE)
    headers = {"Origin": PAGE, "Authorization": f"Bearer {token}"}
    opened = client.post("/embed/session", json={"origin": PAGE}, headers=headers)
    assert opened.status_code == 200
    document = world.document("cong-khai")
    form = {"token": opened.json()["token"], "document": document.id, "version": document.version}
    shown = client.post("/embed/view", data=form, headers=FORM)
    assert all(a.startswith(f"{ROOT}/") for a in addresses(shown.text))


@pytest.mark.parametrize("kept", ["", ROOT], ids=["stripped", "kept"])
def test_an_answer_of_the_page_cites_under_it(world: World, kept: str) -> None:
    """Gradio works its answers out in tasks of its own, apart from the request."""
    with (
        running(world.assistant, replace(world.settings, root_path=ROOT)) as server,
        httpx.Client(base_url=server + kept, headers={"Origin": server, "Sec-Fetch-Site": "same-origin"}) as browser,
    ):
        entered = browser.post("/sign-in", data={"name": "an", "password": PASSWORD})
        browser.headers["cookie"] = entered.headers["set-cookie"].partition(";")[0]
        functions, session = page_functions(browser), secrets.token_hex(5)
        browser.post("/gradio_api/run/predict", json=given(functions, "begin", session, QUESTION))
        browser.post("/gradio_api/queue/join", json=given(functions, "answer", session))
        told = browser.get("/gradio_api/queue/data", params={"session_hash": session}, timeout=60).text
        page = browser.get("/").text
    said = " ".join(str(json.loads(line[5:])) for line in told.splitlines() if line.startswith("data:"))
    links = re.findall(r'href="([^"]+)"', said)
    assert any("?start=" in one for one in links)
    assert [one for one in links if not one.startswith(f"{ROOT}/documents/")] == []
    config = json.loads(page.split("window.gradio_config = ")[1].split(";</script>")[0])
    assert urlsplit(config["root"]).path == ROOT


def test_what_lies_beside_it_is_not_ours(client: TestClient) -> None:
    for path in (f"{ROOT}x/healthz", f"{ROOT}{ROOT}{ROOT}/healthz", f"/other{ROOT}/healthz", "/healthz/"):
        assert client.get(path).status_code == 404, path


def test_without_a_sub_path_there_is_none(world: World) -> None:
    client = world.client()
    assert client.get(f"{ROOT}/healthz").status_code == 404
    assert client.get("/", headers=OTHERS).headers["location"] == "/sign-in"
    assert link("/admin") == "/admin"
    with linking_under(ROOT):
        assert link("/admin") == f"{ROOT}/admin"


@pytest.mark.parametrize(
    ("given", "root"),
    [
        ("", ""),
        ("/", ""),
        ("/tro-ly", "/tro-ly"),
        ("/tro-ly/", "/tro-ly"),
        (" /van-phong/tro_ly.2 ", "/van-phong/tro_ly.2"),
    ],
)
def test_the_sub_path_is_written_in_one_way(settings: Settings, given: str, root: str) -> None:
    assert root_path(replace(settings, root_path=given)) == root


@pytest.mark.parametrize(
    "given",
    ["tro-ly", "https://noibo/tro-ly", "//tro-ly", "/a//b", "/../x", "/a/./b", "/trợ-lý", "/a b", "/a?b", "/a#b",
     "/a%20b", '/a"b', "/a;b", "/" + "a" * 100],
)  # fmt: skip
def test_what_is_no_sub_path_is_refused(settings: Settings, given: str) -> None:
    with pytest.raises(SettingError, match="RAG_ROOT_PATH"):
        root_path(replace(settings, root_path=given))


def test_it_may_not_be_called_like_a_path_of_ours(settings: Settings) -> None:
    begun = [re.match(r"/\(?([\w.|-]*)", route.pattern.replace("\\", "")) for route in OPEN_ROUTES]
    names = {name for found in begun if found for name in found[1].split("|")} - {""}
    assert names | {"theme.css"} == OWN_PATHS
    for name in sorted(OWN_PATHS):
        with pytest.raises(SettingError, match=re.escape(f"/{name}")):
            root_path(replace(settings, root_path=f"/{name}/x"))
