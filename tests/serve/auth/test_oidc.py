"""Sign-in by OpenID Connect against a server that runs: the way through, and every lie that must not work."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from fastapi import FastAPI
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey
from starlette.testclient import TestClient

from rag.errors import SettingError
from rag.serve.app import create_app
from rag.serve.auth.oidc import OidcError, OidcWay
from rag.settings import Settings
from tests.serve.auth.oidc_server import CLIENT, CLIENT_SECRET, Issuer, running
from tests.serve.world import ADDRESS, FORM, World

BASE: dict[str, Any] = {"sub": "u-1", "preferred_username": "An", "name": "Văn An", "groups": ["to-chuc"]}


@pytest.fixture(scope="module")
def served() -> Iterator[Issuer]:
    with running(Issuer()) as issuer:
        yield issuer


@pytest.fixture(scope="module")
def oidc_settings(built: World, served: Issuer) -> Settings:
    return replace(
        built.settings, auth="oidc", oidc_issuer=served.address, oidc_client_id=CLIENT,
        oidc_client_secret=CLIENT_SECRET, public_url=ADDRESS, editor_groups="bien-tap", admin_groups="quan-tri",
    )  # fmt: skip


@pytest.fixture(scope="module")
def app(built: World, oidc_settings: Settings) -> FastAPI:
    return create_app(built.assistant, oidc_settings)


@pytest.fixture
def issuer(served: Issuer) -> Issuer:
    served.person, served.lie, served.description = dict(BASE), lambda _claims: None, {}
    served.problems.clear()
    served.codes.clear()
    return served


@pytest.fixture
def client(world: World, app: FastAPI, issuer: Issuer) -> TestClient:
    return TestClient(app, base_url=ADDRESS, follow_redirects=False)


def away(client: TestClient, next_path: str = "/") -> str:
    """Press the button; returns the address at the other server."""
    led = client.get("/oidc/start", params={"next": next_path})
    assert led.status_code == 303
    return str(led.headers["location"])


def back(client: TestClient, address: str) -> Any:
    """Sign in there and come back, as a browser does: from another site, by a navigation."""
    answer = requests.get(address, allow_redirects=False, timeout=10)
    parts = urlsplit(answer.headers["location"])
    headers = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
    return client.get(f"{parts.path}?{parts.query}", headers=headers)


def test_a_person_signs_in_there_and_lands_where_she_wanted(world: World, client: TestClient, issuer: Issuer) -> None:
    wanted = f"/documents/{world.document('noi-bo').id}"
    led = client.get(wanted)
    assert led.headers["location"].startswith("/sign-in?next=")
    page = client.get(led.headers["location"])
    assert "/oidc/start?next=" in page.text
    assert "<script" not in page.text
    landed = back(client, away(client, wanted))
    assert (landed.status_code, landed.headers["location"]) == (303, wanted)
    assert client.get(wanted).status_code == 307  # her groups came along
    assert client.get(f"/documents/{world.document('mat').id}").status_code == 404
    assert issuer.problems == []


@pytest.mark.parametrize(("groups", "role"), [
    ([], "reader"), (["bien-tap"], "editor"), (["quan-tri", "x"], "administrator"), ("quan-tri", "reader"),
    ([["quan-tri"]], "reader"), (None, "reader"),
])  # fmt: skip
def test_groups_of_the_token_give_roles(
    world: World, oidc_settings: Settings, issuer: Issuer, groups: Any, role: str
) -> None:
    issuer.person["groups"] = groups
    way = OidcWay(oidc_settings)
    person, _ = _through(way)
    session = way.desk.sessions.find(way.desk.sessions.open("oidc", person, 60), ("oidc",))
    assert session
    assert way.today(session).role == role  # type: ignore[union-attr]


def _through(way: OidcWay) -> Any:
    address, secret = way.start("/")
    answer = requests.get(address, allow_redirects=False, timeout=10)
    given = parse_qs(urlsplit(answer.headers["location"]).query)
    return way.finish(secret, given["state"][0], given["code"][0])


OTHER = RSAKey.generate_key(2048, {"kid": "one"})


def _sign(claims: dict[str, Any], key: Any = OTHER, alg: str = "RS256") -> str:
    return str(jwt.encode({"alg": alg, "kid": "one"}, claims, key, algorithms=[alg]))


LIES = {
    "issuer": lambda c: c.update(iss="http://127.0.0.1:1"),
    "no issuer": lambda c: c.pop("iss"),
    "audience": lambda c: c.update(aud="other"),
    "audiences": lambda c: c.update(aud=[CLIENT, "other"]),
    "no audience": lambda c: c.pop("aud"),
    "party": lambda c: c.update(azp="other"),
    "expired": lambda c: c.update(exp=int(time.time()) - 100, iat=int(time.time()) - 200),
    "no expiry": lambda c: c.pop("exp"),
    "future": lambda c: c.update(iat=int(time.time()) + 1000, exp=int(time.time()) + 2000),
    "nonce": lambda c: c.update(nonce="replayed"),
    "no nonce": lambda c: c.pop("nonce"),
    "no subject": lambda c: c.pop("sub"),
    "name": lambda c: c.update(preferred_username="<b>an</b>"),
    "no name": lambda c: c.pop("preferred_username"),
    "another key": _sign,
    "shared secret": lambda c: _sign(c, OctKey.import_key(CLIENT_SECRET), "HS256"),
    "unsigned": lambda c: "eyJhbGciOiJub25lIn0." + _sign(c).split(".")[1] + ".",
    "no token": lambda c: "x",
}


@pytest.mark.parametrize("lie", LIES)
def test_a_token_that_does_not_fit_signs_nobody_in(client: TestClient, issuer: Issuer, lie: str) -> None:
    def told(claims: dict[str, Any]) -> str | None:
        made = LIES[lie](claims)
        return made if (isinstance(made, str) and made.count(".") != 0) or made == "x" else None

    issuer.lie = told
    refused = back(client, away(client))
    assert refused.status_code == 401
    assert "rag-session" not in refused.headers.get("set-cookie", "")
    assert client.get("/").status_code == 303


@pytest.mark.parametrize("query", ["", "?code=x", "?state=x", "?code=x&state=x", "?error=access_denied",
                                   "?code=&state=", "?code=x&state=%ff"])  # fmt: skip
def test_coming_back_without_having_left_signs_nobody_in(client: TestClient, query: str) -> None:
    assert client.get(f"/oidc/callback{query}").status_code == 401


def test_a_sign_in_begun_elsewhere_cannot_be_finished_here(client: TestClient, app: FastAPI) -> None:
    """An attacker's own code, given to a victim's browser (login CSRF)."""
    attacker = TestClient(app, base_url=ADDRESS, follow_redirects=False)
    address = away(attacker)
    assert back(client, address).status_code == 401
    away(client)  # the victim began one too, with another state
    assert back(client, address).status_code == 401


def test_what_came_back_works_once(client: TestClient) -> None:
    answer = requests.get(away(client), allow_redirects=False, timeout=10)
    parts = urlsplit(answer.headers["location"])
    cookie = client.cookies["rag-oidc"]
    assert client.get(f"{parts.path}?{parts.query}").status_code == 303
    client.cookies.set("rag-oidc", cookie)
    assert client.get(f"{parts.path}?{parts.query}").status_code == 401


def test_new_keys_of_the_server_are_taken_up(oidc_settings: Settings, issuer: Issuer, monkeypatch: Any) -> None:
    way = OidcWay(oidc_settings)
    assert _through(way)[0].name == "an"
    old = issuer.key
    issuer.key = RSAKey.generate_key(2048, {"kid": "two", "use": "sig"})
    issuer.lie = lambda claims: jwt.encode({"alg": "RS256", "kid": "two"}, claims, issuer.key)
    try:
        with pytest.raises(OidcError):
            _through(way)  # asked only a moment ago: not again for every forged token
        way._server = replace(way._server, read_at=way._server.read_at - 100)  # type: ignore[arg-type, union-attr]
        assert _through(way)[0].name == "an"
    finally:
        issuer.key = old


@pytest.mark.parametrize("description", [
    {"issuer": "https://evil.example"}, {"token_endpoint": "http://10.0.0.1/token"}, {"jwks_uri": "file:///etc/passwd"},
    {"authorization_endpoint": None}, {"issuer": None},
])  # fmt: skip
def test_a_server_that_describes_itself_oddly_is_not_used(
    oidc_settings: Settings, issuer: Issuer, description: dict[str, Any]
) -> None:
    issuer.description = description
    with pytest.raises(OidcError):
        OidcWay(oidc_settings).start("/")


def test_a_server_that_is_down_is_told_on_the_page(world: World, oidc_settings: Settings) -> None:
    way = OidcWay(replace(oidc_settings, oidc_issuer="http://127.0.0.1:9"))
    with pytest.raises(OidcError, match="Không liên lạc được"):
        way.start("/")


@pytest.mark.parametrize("change", [
    {"oidc_issuer": ""}, {"oidc_client_id": ""}, {"public_url": ""}, {"oidc_issuer": "http://sso.example"},
    {"oidc_issuer": "ftp://127.0.0.1"},
])  # fmt: skip
def test_missing_settings_are_told_at_the_start(oidc_settings: Settings, change: dict[str, str]) -> None:
    with pytest.raises(SettingError):
        OidcWay(replace(oidc_settings, **change))  # type: ignore[arg-type]


@pytest.mark.parametrize("kept", ["", "/tro-ly"], ids=["stripped", "kept"])
def test_under_a_sub_path_the_way_back_leads_there(
    world: World, oidc_settings: Settings, issuer: Issuer, kept: str
) -> None:
    app = create_app(world.assistant, replace(oidc_settings, root_path="/tro-ly"))
    client = TestClient(app, base_url=ADDRESS, follow_redirects=False)
    there = client.get(f"{kept}/oidc/start", params={"next": "/documents/x"})
    cookie = there.headers["set-cookie"]
    assert "Path=/tro-ly;" in cookie
    answer = requests.get(there.headers["location"], allow_redirects=False, timeout=10)
    address = answer.headers["location"]
    assert address.startswith(f"{ADDRESS}/tro-ly/oidc/callback?")
    headers = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
    path = kept + address.removeprefix(f"{ADDRESS}/tro-ly")
    landed = client.get(path, headers={**headers, "cookie": cookie.partition(";")[0]})
    assert (landed.status_code, landed.headers["location"]) == (303, "/tro-ly/documents/x")


def test_signing_out_and_revoking_end_it(world: World, client: TestClient) -> None:
    back(client, away(client))
    assert client.get("/").status_code == 200
    assert world.desk.sessions.close_all("an") == 1
    assert client.get("/").status_code == 303
    back(client, away(client))
    client.post("/sign-out", headers=FORM)
    assert client.get("/").status_code == 303
