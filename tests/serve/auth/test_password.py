"""Signing in by name and password, and everything that must not work."""

from __future__ import annotations

import statistics
import time
from dataclasses import replace
from typing import Any

import pytest

from rag.errors import RagError
from rag.serve.auth import passwords
from rag.serve.auth.password import PasswordWay
from rag.serve.auth.people import Person
from rag.serve.auth.safe import safe_next
from rag.serve.auth.throttle import FREE_TRIES, LONGEST_WAIT_S, Throttle
from rag.serve.run import check_exposure
from tests.serve.world import FORM, PASSWORD, SignIn, World

COOKIE = "rag-session"


def test_a_person_signs_in_and_reaches_the_page_that_was_asked_for(world: World, sign_in: SignIn) -> None:
    with world.client() as client:
        wanted = f"/documents/{world.document('cong-khai').id}?start=0&end=4"
        led = client.get(wanted)
        assert led.status_code == 303
        form = client.get(led.headers["location"])
        assert form.status_code == 200
        assert f'value="{wanted.replace("&", "&amp;")}"' in form.text
        entered = sign_in(client, "An ", next_path=wanted)
        assert (entered.status_code, entered.headers["location"]) == (303, wanted)
        assert client.get(wanted).status_code == 307
        assert client.get("/").status_code == 200


def test_the_form_has_no_script_and_a_strict_policy(world: World) -> None:
    with world.client() as client:
        form = client.get("/sign-in")
    assert "<script" not in form.text
    policy = form.headers["content-security-policy"]
    assert "script-src" not in policy
    assert "default-src 'none'" in policy
    assert "form-action 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert form.headers["referrer-policy"] == "same-origin"


def test_the_cookie_is_out_of_reach(world: World, sign_in: SignIn) -> None:
    with world.client() as client:
        plain = sign_in(client, "an").headers["set-cookie"].lower()
    assert "httponly" in plain
    assert "samesite=lax" in plain
    assert "secure" not in plain
    with world.client(public_url="https://hoi-dap.example") as client:
        client.base_url = "https://hoi-dap.example"  # type: ignore[assignment]
        headers = {"Host": "hoi-dap.example", "Origin": "https://hoi-dap.example"}
        secure = sign_in(client, "an", **headers).headers["set-cookie"]
    assert secure.startswith("__Host-rag-session=")
    assert "Secure" in secure
    assert "Path=/" in secure
    assert "Domain" not in secure


@pytest.mark.parametrize(("name", "password"), [
    ("an", "sai"), ("an", ""), ("khong-co", PASSWORD), ("", ""), ("an' OR '1'='1", PASSWORD), ("an", PASSWORD + " "),
    ("an\x00", PASSWORD), ("AN%", PASSWORD), ("an", PASSWORD.upper()), ("\ud800", PASSWORD),
])  # fmt: skip
def test_wrong_is_wrong_and_does_not_say_what(world: World, name: str, password: str) -> None:
    with world.client() as client:
        body = f"name={_quoted(name)}&password={_quoted(password)}&next=/"
        headers = {**FORM, "Content-Type": "application/x-www-form-urlencoded"}
        refused = client.post("/sign-in", content=body, headers=headers)
        assert refused.status_code == 401
        assert "Tên đăng nhập hoặc mật khẩu không đúng." in refused.text
        assert "set-cookie" not in refused.headers
        assert client.get("/").status_code == 303


def _quoted(text: str) -> str:
    from urllib.parse import quote

    return quote(text.encode("utf-8", "surrogatepass"), safe="")


def test_composed_and_decomposed_marks_are_the_same_password(world: World, sign_in: SignIn) -> None:
    import unicodedata

    with world.client() as client:
        assert sign_in(client, "an", unicodedata.normalize("NFD", PASSWORD)).status_code == 303


def test_an_unknown_name_takes_as_long_as_a_wrong_password(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from argon2 import PasswordHasher

    costly = PasswordHasher(time_cost=2, memory_cost=8192, parallelism=1)
    monkeypatch.setattr(passwords, "_hasher", lambda: costly)
    passwords._nobody.cache_clear()
    world.desk.people.set_password("an", PASSWORD)
    way = PasswordWay(world.settings)

    def took(name: str) -> float:
        times = []
        for n in range(7):
            way.desk.throttle.succeeded(f"user:{name}")
            started = time.perf_counter()
            way.check(name, "sai mật khẩu rồi", f"10.0.0.{n}")
            times.append(time.perf_counter() - started)
        return statistics.median(times)

    took("an")
    known, unknown = took("an"), took("khong-co")
    assert 0.5 < known / unknown < 2.0
    passwords._nobody.cache_clear()


def test_guessing_costs_waits_that_double(world: World) -> None:
    now = [1_000_000.0]
    throttle = Throttle(world.desk.database, lambda: now[0])
    waits = []
    for _ in range(16):
        throttle.failed(("user:an",))
        waits.append(throttle.wait_s(("user:an", "address:10.0.0.9")))
        now[0] += waits[-1]
    assert waits[: FREE_TRIES - 1] == [0] * (FREE_TRIES - 1)
    assert waits[FREE_TRIES - 1 : FREE_TRIES + 2] == [31, 61, 121]
    assert max(waits) == LONGEST_WAIT_S + 1
    throttle.succeeded("user:an")
    assert throttle.wait_s(("user:an",)) == 0


def test_while_locked_even_the_right_password_waits(world: World, sign_in: SignIn) -> None:
    with world.client() as client:
        for _ in range(FREE_TRIES):
            assert sign_in(client, "an", "sai").status_code == 401
        locked = sign_in(client, "an")
        assert locked.status_code == 429
        assert 0 < int(locked.headers["retry-after"]) <= 31
        assert sign_in(client, "binh").status_code == 303  # others are not held up


def test_an_address_that_tries_many_names_waits_too(world: World, sign_in: SignIn) -> None:
    with world.client() as client:
        for n in range(20):
            assert sign_in(client, f"nguoi{n}", "sai").status_code == 401
        assert sign_in(client, "an").status_code == 429


def test_a_session_that_was_planted_is_not_taken_over(world: World, sign_in: SignIn) -> None:
    with world.client() as client:
        client.cookies.set(COOKIE, "x" * 43)
        entered = sign_in(client, "an")
        assert "x" * 43 not in entered.headers["set-cookie"]
    with world.client() as thief:
        thief.cookies.set(COOKIE, "x" * 43)
        assert thief.get("/").status_code == 303


def test_signing_in_again_ends_the_session_before(world: World, sign_in: SignIn) -> None:
    with world.client() as client:
        sign_in(client, "an")
        first = client.cookies[COOKIE]
        sign_in(client, "binh")
        assert client.cookies[COOKIE] != first
    with world.client() as old:
        old.cookies.set(COOKIE, first)
        assert old.get("/").status_code == 303


def test_two_cookies_of_the_name_count_as_none(world: World, sign_in: SignIn) -> None:
    with world.client() as client:
        sign_in(client, "an")
        secret = client.cookies[COOKIE]
        client.cookies.clear()
        assert client.get("/", headers={"Cookie": f"{COOKIE}={secret}"}).status_code == 200
        assert client.get("/", headers={"Cookie": f"{COOKIE}=y; {COOKIE}={secret}"}).status_code == 303


def test_signing_out_ends_the_session_on_the_server(world: World, sign_in: SignIn) -> None:
    with world.client() as client:
        sign_in(client, "an")
        secret = client.cookies[COOKIE]
        assert client.post("/sign-out").status_code == 403  # no page of ours
        assert client.get("/sign-out").status_code == 405
        assert client.post("/sign-out", headers=FORM).status_code == 303
        client.cookies.set(COOKIE, secret)
        assert client.get("/").status_code == 303


def test_sessions_end_by_themselves(world: World, sign_in: SignIn) -> None:
    now = [time.time()]
    world.desk.sessions._clock = lambda: now[0]
    for hours, minutes, passed, is_open in [(1, 100, 3599, True), (1, 100, 3601, False), (9, 10, 601, False)]:
        way = PasswordWay(replace(world.settings, session_hours=float(hours), session_idle_min=float(minutes)))
        way.desk.sessions._clock = lambda: now[0]
        secret = way.desk.sessions.open("password", Person("an"), 3600.0 * hours)
        now[0] += passed
        found = way.desk.sessions.find(secret, ("password",), 60.0 * minutes)
        assert bool(found) is is_open


@pytest.mark.parametrize("act", ["revoke", "remove", "passwd"])
def test_an_administrator_ends_sessions_at_once(world: World, sign_in: SignIn, act: str) -> None:
    with world.client() as client:
        sign_in(client, "an")
        assert client.get("/").status_code == 200
        if act == "revoke":
            assert world.desk.sessions.close_all("an") == 1
        elif act == "remove":
            world.desk.people.remove("an")
        else:
            world.desk.people.set_password("an", "một câu khác hẳn 9")
        assert client.get("/").status_code == 303


def test_only_the_hash_of_a_session_is_stored(world: World, sign_in: SignIn) -> None:
    with world.client() as client:
        sign_in(client, "an")
        secret = client.cookies[COOKIE]
    content = b"".join(path.read_bytes() for path in world.settings.store.glob("access.db*"))
    assert secret.encode() not in content
    assert PASSWORD.encode() not in content
    assert (world.settings.store / "access.db").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("headers", [
    {"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"}, {},
])  # fmt: skip
def test_another_site_cannot_sign_anybody_in_or_act_for_them(
    world: World, sign_in: SignIn, headers: dict[str, str]
) -> None:
    fields = {"name": "an", "password": PASSWORD, "next": "/"}
    with world.client() as client:
        forced = client.post("/sign-in", data=fields, headers=headers)
        assert forced.status_code in (403, 415)
        assert "set-cookie" not in forced.headers
        sign_in(client, "an")
        acted = client.post("/gradio_api/queue/join", json={"data": []}, headers=headers)
        assert acted.status_code in (401, 403)


def test_the_form_must_be_a_form(world: World) -> None:
    with world.client() as client:
        fields = {"name": "an", "password": PASSWORD}
        assert client.post("/sign-in", json=fields, headers=FORM).status_code == 415
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        for body in ("name", "&".join(f"a{n}=1" for n in range(50)), b"\xff\xfe=1", "name=%zz&password=%ff"):
            assert client.post("/sign-in", content=body, headers={**FORM, **kind}).status_code in (401, 422)
        assert client.post("/sign-in", content="name=" + "a" * 9000, headers={**FORM, **kind}).status_code == 413


@pytest.mark.parametrize("given", [
    "//evil.example", "https://evil.example", "http:evil.example", "/\\evil.example", "\\\\evil.example", "///evil",
    "/\tevil", "javascript:alert(1)", "/ /evil", "%2f%2fevil", "evil", "", "/sign-out", "/sign-in?next=//evil",
    "/é", "/a\r\nSet-Cookie: x=1", "/" + "a" * 2000, "/embed/x", "/oidc/start",
])  # fmt: skip
def test_nobody_is_led_elsewhere(world: World, sign_in: SignIn, given: str) -> None:
    assert safe_next(given) == "/"
    with world.client() as client:
        assert sign_in(client, "an", next_path=given).headers["location"] == "/"


@pytest.mark.parametrize("given", ["/documents/a-1/v?start=1&end=2", "/admin", "/documents/%C4%91"])
def test_pages_of_ours_are_kept(given: str) -> None:
    assert safe_next(given) == given


@pytest.mark.parametrize("password", ["ngan", "a" * 30, "binhbinh 1", "x" * 201, "ababababababab"])
def test_weak_passwords_are_refused(world: World, password: str) -> None:
    with pytest.raises(RagError):
        world.desk.people.set_password("binh", password)


@pytest.mark.parametrize("name", ["", "An", "a b", "-an", "a/../b", "<b>", "a" * 65, "đan", "an\n"])
def test_unusable_names_are_refused(world: World, name: str) -> None:
    with pytest.raises(RagError):
        world.desk.people.add(Person(name), None)


def test_somebody_without_a_password_cannot_sign_in_with_one(world: World, sign_in: SignIn) -> None:
    world.desk.people.add(Person("ngoai"), None)
    with world.client() as client:
        for password in ("", PASSWORD):
            assert sign_in(client, "ngoai", password).status_code == 401


def test_a_hash_of_another_cost_is_made_anew(world: World, sign_in: SignIn) -> None:
    from argon2 import PasswordHasher

    old = PasswordHasher(time_cost=2, memory_cost=128, parallelism=1).hash(PASSWORD)
    world.desk.database.rows("UPDATE users SET password = ? WHERE name = 'an'", (old,))
    with world.client() as client:
        assert sign_in(client, "an").status_code == 303
        assert sign_in(client, "an").status_code == 303
    user = world.desk.people.find("an")
    assert user
    assert user.password != old


def test_todays_cost_is_that_of_the_standard() -> None:
    hashed = _real_hasher().hash("x")
    assert hashed.startswith("$argon2id$v=19$m=65536,t=3,p=1$")


def _real_hasher() -> Any:
    import importlib
    import sys

    module = importlib.util.find_spec("rag.serve.auth.passwords")
    assert module
    assert module.loader
    fresh = importlib.util.module_from_spec(module)
    module.loader.exec_module(fresh)
    assert sys.modules["rag.serve.auth.passwords"] is not fresh
    return fresh._hasher()


def test_off_loopback_a_way_of_signing_in_is_needed(world: World) -> None:
    check_exposure(replace(world.settings, host="0.0.0.0"))  # noqa: S104
    with pytest.raises(RagError):
        check_exposure(replace(world.settings, host="0.0.0.0", auth="none"))  # noqa: S104
