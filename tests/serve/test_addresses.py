"""The names of this server, the proxies it believes, the address of the person."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from rag.errors import SettingError
from rag.serve.addresses import client_address, is_trusted_proxy, own_hosts, proxy_networks, public_origin
from rag.settings import Settings


@pytest.mark.parametrize(
    ("given", "origin"),
    [
        ("", ""),
        ("https://Hoi-Dap.tinh.gov.vn", "https://hoi-dap.tinh.gov.vn"),
        ("https://hoi-dap.tinh.gov.vn:443/", "https://hoi-dap.tinh.gov.vn"),
        ("http://hoi-dap:8080", "http://hoi-dap:8080"),
    ],
)
def test_the_public_origin_is_written_as_browsers_write_it(settings: Settings, given: str, origin: str) -> None:
    assert public_origin(replace(settings, public_url=given)) == origin


@pytest.mark.parametrize(
    "given", ["hoi-dap.tinh.gov.vn", "ftp://a", "https://", "https://a/b", "https://u@a", "https://a?b"]
)
def test_what_is_no_origin_is_refused(settings: Settings, given: str) -> None:
    with pytest.raises(SettingError, match="RAG_PUBLIC_URL"):
        public_origin(replace(settings, public_url=given))


def test_the_public_name_is_one_of_ours(settings: Settings) -> None:
    assert "hoi-dap.tinh.gov.vn" in own_hosts(replace(settings, public_url="https://hoi-dap.tinh.gov.vn"))


def scope(peer: str, *forwarded: str) -> dict[str, Any]:
    headers = [(b"x-forwarded-for", value.encode()) for value in forwarded]
    return {"client": (peer, 50000), "headers": headers}


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("198.51.100.7", (), "198.51.100.7"),
        ("198.51.100.7", ("10.0.0.9",), "198.51.100.7"),  # not a trusted proxy: what it says counts for nothing
        ("10.1.0.1", ("198.51.100.7",), "198.51.100.7"),
        ("10.1.0.1", ("1.2.3.4, 198.51.100.7",), "198.51.100.7"),  # the person may write what she likes on the left
        ("10.1.0.1", ("1.2.3.4", "198.51.100.7, 10.1.0.2"), "198.51.100.7"),
        ("10.1.0.1", ("rubbish",), "10.1.0.1"),
        ("10.1.0.1", (), "10.1.0.1"),
    ],
)
def test_the_address_of_the_person(settings: Settings, peer: str, forwarded: tuple[str, ...], address: str) -> None:
    proxies = proxy_networks(replace(settings, trusted_proxies="10.1.0.0/24 ::1"))
    assert client_address(scope(peer, *forwarded), proxies) == address
    assert is_trusted_proxy(scope(peer), proxies) == peer.startswith("10.1.0.")


def test_no_proxy_is_trusted_unless_named(settings: Settings) -> None:
    assert client_address(scope("127.0.0.1", "10.0.0.9"), proxy_networks(settings)) == "127.0.0.1"
    with pytest.raises(SettingError, match="RAG_TRUSTED_PROXIES"):
        proxy_networks(replace(settings, trusted_proxies="proxy.tinh.vn"))
