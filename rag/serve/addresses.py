"""The names that this server answers to, the proxies it believes, and the address that a request comes from."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeAlias
from urllib.parse import urlsplit

from rag.errors import SettingError
from rag.lang import say
from rag.settings import Settings

if TYPE_CHECKING:
    from starlette.types import Scope

_ROOT = re.compile(r"(/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)+")
_LONGEST_ROOT = 100
OWN_PATHS = frozenset(
    {"admin", "api", "assets", "documents", "embed", "export", "feedback", "filters", "gradio_api", "healthz",
     "metrics", "oidc", "readyz", "sign-in", "sign-out", "theme.css", "ui", "v1"}
)  # fmt: skip
"""How our own paths begin. Under a sub-path of the same name nobody could tell which of the two is meant."""
LOOPBACK_NAMES = ("127.0.0.1", "localhost", "[::1]")
Networks: TypeAlias = Sequence[ipaddress.IPv4Network | ipaddress.IPv6Network]


def own_hosts(settings: Settings) -> frozenset[str]:
    """The values of ``Host`` that name this server: its address, the loopback names, the host of ``RAG_PUBLIC_URL``.

    :param settings: ``host`` and ``port`` as listened on; port 80 may be left out by browsers.
    """
    host, port = settings.host, settings.port
    named = f"[{host}]" if ":" in host else host
    names = {*LOOPBACK_NAMES, named.lower()}
    public = urlsplit(public_origin(settings)).netloc
    return frozenset({f"{name}:{port}" for name in names} | (names if port == 80 else set()) | ({public} - {""}))


def public_origin(settings: Settings) -> str:
    """The origin of ``RAG_PUBLIC_URL`` in the form that browsers send; empty where there is none.

    :raises SettingError: If it is not just scheme, host and port.
    """
    given = settings.public_url
    if not given:
        return ""
    parts = urlsplit(given.strip().lower())
    is_plain = parts.path in ("", "/") and "@" not in parts.netloc and not (parts.query or parts.fragment)
    if parts.scheme not in ("http", "https") or not parts.hostname or not is_plain:
        raise SettingError(
            say(
                f"RAG_PUBLIC_URL là {given!r}; cần dạng https://ten-may; đường dẫn con thì đặt ở RAG_ROOT_PATH.",
                f"RAG_PUBLIC_URL is {given!r}; expected https://host; a sub-path goes into RAG_ROOT_PATH.",
            )
        )
    usual = {"http": ":80", "https": ":443"}[parts.scheme]
    return f"{parts.scheme}://{parts.netloc.removesuffix(usual)}"


def root_path(settings: Settings) -> str:
    """The sub-path of ``RAG_ROOT_PATH`` without a slash at its end; empty where there is none.

    :raises SettingError: If it is no plain path, or begins as one of our own.
    """
    given = settings.root_path.strip().rstrip("/")
    if not given:
        return ""
    if not _ROOT.fullmatch(given) or len(given) > _LONGEST_ROOT:
        raise SettingError(
            say(
                f"RAG_ROOT_PATH là {settings.root_path!r}; cần dạng /tro-ly: bắt đầu bằng /, chỉ gồm chữ không dấu, "
                f"số và - . _ ~, không quá {_LONGEST_ROOT} ký tự.",
                f"RAG_ROOT_PATH is {settings.root_path!r}; expected something like /tro-ly: a / first, then plain "
                f"letters, digits and - . _ ~, {_LONGEST_ROOT} characters at most.",
            )
        )
    first = given.split("/")[1]
    if first in OWN_PATHS:
        raise SettingError(
            say(
                f"RAG_ROOT_PATH là {given!r}, nhưng /{first} là đường dẫn của chính trợ lý; hãy chọn tên khác.",
                f"RAG_ROOT_PATH is {given!r}, but /{first} is a path of the assistant itself; choose another name.",
            )
        )
    return given


def is_loopback(host: str) -> bool:
    """Whether an address or name can only be reached from this machine."""
    address = _parsed(host)
    return host.lower() == "localhost" or (address is not None and address.is_loopback)


def sends_plainly(settings: Settings) -> bool:
    """Whether people's machines and this server talk over a network without TLS, passwords and sessions included.

    :raises SettingError: As :func:`public_origin`.
    """
    origin = public_origin(settings)
    if origin:
        return origin.startswith("http://") and not is_loopback(urlsplit(origin).hostname or "")
    return not is_loopback(settings.host)


def proxy_networks(settings: Settings) -> Networks:
    """The proxies whose ``X-Forwarded-For`` (and, where sign-in is by proxy, user header) is believed.

    :raises SettingError: If one is neither an address nor a network.
    """
    try:
        return tuple(ipaddress.ip_network(text) for text in settings.trusted_proxies.replace(",", " ").split())
    except ValueError as error:
        raise SettingError(
            say(
                f"RAG_TRUSTED_PROXIES có giá trị không phải địa chỉ hay dải mạng: {error}.",
                f"RAG_TRUSTED_PROXIES names something that is neither an address nor a network: {error}.",
            )
        ) from error


def is_trusted_proxy(scope: Scope, proxies: Networks) -> bool:
    """Whether the request comes straight from a trusted proxy."""
    return _is_in(_peer(scope), proxies)


def client_address(scope: Scope, proxies: Networks) -> str:
    """The address of the person's machine: the peer's, or what trusted proxies say, read from the right.

    :param proxies: As :func:`proxy_networks` gives them.
    """
    address = _peer(scope)
    forwarded = b",".join(value for name, value in scope["headers"] if name == b"x-forwarded-for").decode("latin-1")
    chain = [part.strip() for part in forwarded.split(",") if part.strip()]
    while _is_in(address, proxies) and chain and _parsed(chain[-1]) is not None:
        address = chain.pop()
    return address


def _peer(scope: Scope) -> str:
    return str((scope.get("client") or ("",))[0])


def _parsed(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def _is_in(text: str, networks: Networks) -> bool:
    address = _parsed(text)
    return address is not None and any(address in network for network in networks)
