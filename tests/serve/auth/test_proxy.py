"""The user's name from a proxy: believed from its address and with its secret, from nobody else."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from starlette.requests import HTTPConnection

from rag.errors import SettingError
from rag.serve.auth.proxy import ProxyWay
from rag.settings import Settings
from tests.serve.world import World

SECRET = "s" * 40
PROXY = ("10.1.2.3", 5000)


@pytest.fixture
def settings(world: World) -> Settings:
    return replace(
        world.settings, auth="proxy", trusted_proxies="10.1.2.3 192.168.7.0/24", proxy_secret=SECRET,
        editor_groups="bien-tap", admin_groups="CN=Quản trị hệ thống, quan-tri",
    )  # fmt: skip


def request(headers: list[tuple[str, str]], client: Any = PROXY) -> HTTPConnection:
    raw = [(name.lower().encode(), value.encode()) for name, value in headers]
    return HTTPConnection({"type": "http", "method": "GET", "headers": raw, "client": client, "path": "/"})


GOOD = [("X-Remote-User", "An"), ("X-Proxy-Secret", SECRET)]


def test_the_proxy_names_the_person(settings: Settings) -> None:
    way = ProxyWay(settings)
    for client in (PROXY, ("192.168.7.9", 1)):
        identity = way.identify(request(GOOD, client))
        assert identity
        assert (identity.user, identity.role, identity.kind) == ("an", "reader", "proxy")
        assert identity.access.collections == ("cong-khai",)


@pytest.mark.parametrize(("headers", "client"), [
    (GOOD, ("10.1.2.4", 1)), (GOOD, ("127.0.0.1", 1)), (GOOD, None), (GOOD, ("", 0)), (GOOD, ("::ffff:10.1.2.30", 1)),
    (GOOD[:1], PROXY), (GOOD[1:], PROXY),
    ([GOOD[0], ("X-Proxy-Secret", "s" * 39)], PROXY), ([GOOD[0], ("X-Proxy-Secret", "")], PROXY),
    ([GOOD[0], GOOD[1], GOOD[1]], PROXY), ([*GOOD, ("X-Remote-User", "dung")], PROXY),
    ([("X-Remote-User", ""), GOOD[1]], PROXY), ([("X-Remote-User", "a b"), GOOD[1]], PROXY),
    ([("X-Remote-User", "<script>"), GOOD[1]], PROXY), ([("X_Remote_User", "an"), GOOD[1]], PROXY),
    ([*GOOD, ("X-Forwarded-For", "10.1.2.3")], ("203.0.113.9", 1)),
    ([("X-Forwarded-User", "dung"), GOOD[1]], PROXY),
])  # fmt: skip
def test_a_forged_header_names_nobody(settings: Settings, headers: list[tuple[str, str]], client: Any) -> None:
    assert ProxyWay(settings).identify(request(headers, client)) is None


def test_over_the_wire_a_forged_header_opens_nothing(world: World, settings: Settings) -> None:
    names = ("auth", "trusted_proxies", "proxy_secret")
    client = world.client(**{name: getattr(settings, name) for name in names})
    for headers in (dict(GOOD), {"X-Remote-User": "dung"}, {"X-Remote-User": "dung", "X-Forwarded-For": "10.1.2.3"}):
        assert client.get("/", headers=headers).status_code == 401


@pytest.mark.parametrize(("groups", "role"), [
    ("", "reader"), ("khac", "reader"), ("bien-tap", "editor"), ("khac, quan-tri", "administrator"),
    ("bien-tap,quan-tri", "administrator"), ("bien-tap-gia", "reader"), ("*", "reader"),
])  # fmt: skip
def test_groups_give_roles(settings: Settings, groups: str, role: str) -> None:
    identity = ProxyWay(settings).identify(request([*GOOD, ("X-Remote-Groups", groups)]))
    assert identity
    assert identity.role == role


def test_groups_open_collections_and_our_own_list_adds_to_them(world: World, settings: Settings) -> None:
    identity = ProxyWay(settings).identify(request([*GOOD, ("X-Remote-Groups", "to-chuc")]))
    assert identity
    assert identity.access.collections == ("cong-khai", "noi-bo")
    world.desk.people.set_groups("an", ["thanh-tra"])
    identity = ProxyWay(settings).identify(request([*GOOD, ("X-Remote-Groups", "to-chuc")]))
    assert identity
    assert identity.access.collections == ("cong-khai", "mat", "noi-bo")


@pytest.mark.parametrize("change", [
    {"trusted_proxies": ""}, {"trusted_proxies": "0.0.0.0/0"}, {"trusted_proxies": "::/0 10.0.0.1"},
    {"trusted_proxies": "proxy.example"}, {"proxy_secret": ""}, {"proxy_secret": "ngắn"},
])  # fmt: skip
def test_an_open_door_is_refused_at_the_start(settings: Settings, change: dict[str, str]) -> None:
    with pytest.raises(SettingError):
        ProxyWay(replace(settings, **change))  # type: ignore[arg-type]
