"""Who asks: the value that every route works with, and the ways of finding it out.

A *way* is chosen by ``RAG_AUTH`` (one file each, listed in :data:`WAYS`). Beside it stand the *bearers*: credentials
in the header ``Authorization: Bearer …`` (API keys, tokens of the embed), listed in :data:`BEARERS`; they count under
every way. A request that carries a token of ours is judged by it alone, never by a cookie that came along.

The middleware :class:`rag.serve.gate.Gate` asks once a request and leaves the answer for :func:`identity_of`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, TypeAlias

from starlette.requests import HTTPConnection

from rag.errors import SettingError
from rag.lang import say
from rag.settings import Settings
from rag.types import Access

Role: TypeAlias = Literal["reader", "editor", "administrator"]
Scope: TypeAlias = Literal["ask", "read", "write", "admin"]
Kind: TypeAlias = Literal["local", "session", "proxy", "key", "embed-token"]

SCOPES: tuple[Scope, ...] = ("ask", "read", "write", "admin")
ROLE_SCOPES: Mapping[Role, frozenset[Scope]] = {
    "reader": frozenset({"ask", "read"}),
    "editor": frozenset({"ask", "read", "write"}),
    "administrator": frozenset(SCOPES),
}
IDENTITY = "rag.identity"
"""Where the gate leaves the identity in the ASGI scope."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who asks and what they may do.

    :param user: Stable name, for limits, the audit log and feedback; never shown to other users.
    :param display: Name for the page.
    :param scopes: What may be done; a key or token may have fewer than its role gives.
    :param access: What may be read; ``Access(collections=None)`` means everything.
    :param kind: How it was found out. ``local`` = whoever reaches the loopback address while nobody signs in.
    :param limit_key: Requests are counted together under it.
    """

    user: str
    display: str = ""
    role: Role = "reader"
    scopes: frozenset[Scope] = ROLE_SCOPES["reader"]
    access: Access = field(default_factory=Access)
    kind: Kind = "session"
    limit_key: str = ""

    def may(self, scope: Scope) -> bool:
        """Whether this is allowed."""
        return scope in self.scopes


class Way(Protocol):
    """One way of finding out who asks, made from the settings.

    :ivar sign_in: Path of the page that people without an identity are led to; empty where there is none.
    """

    sign_in: str

    def identify(self, request: HTTPConnection) -> Identity | None:
        """Who asks; ``None`` = nobody known. Must not raise for anything that a client sends."""


class Bearer(Protocol):
    """One kind of token in ``Authorization: Bearer``, made from the settings."""

    def owns(self, token: str) -> bool:
        """Whether a token has this kind's form; says nothing about whether it is valid."""

    def identify(self, token: str, request: HTTPConnection) -> Identity | None:
        """Whose token it is; ``None`` when it is not valid."""


LOCAL = Identity("local", role="administrator", scopes=ROLE_SCOPES["administrator"], kind="local", limit_key="local")


class LocalUser:
    """``RAG_AUTH=none``: whoever reaches this machine's loopback address may do everything."""

    sign_in = ""

    def __init__(self, settings: Settings) -> None:
        del settings

    def identify(self, request: HTTPConnection) -> Identity | None:
        """The local user, always."""
        del request
        return LOCAL


def _password(settings: Settings) -> Way:
    from rag.serve.auth.password import PasswordWay

    return PasswordWay(settings)


def _proxy(settings: Settings) -> Way:
    from rag.serve.auth.proxy import ProxyWay

    return ProxyWay(settings)


def _oidc(settings: Settings) -> Way:
    from rag.serve.auth.oidc import OidcWay

    return OidcWay(settings)


WAYS: Mapping[str, Callable[[Settings], Way]] = {
    "none": LocalUser,
    "password": _password,
    "proxy": _proxy,
    "oidc": _oidc,
}
"""Values of ``RAG_AUTH``."""


def _key(settings: Settings) -> Bearer:
    from rag.serve.auth.keys import KeyBearer

    return KeyBearer(settings)


def _embed(settings: Settings) -> Bearer:
    from rag.serve.embed.bearer import EmbedBearer

    return EmbedBearer(settings)


BEARERS: Sequence[Callable[[Settings], Bearer]] = (_key, _embed)
"""Kinds of tokens."""


class Identification:
    """The configured way with the tokens beside it.

    :raises SettingError: If ``RAG_AUTH`` names no way, or that way lacks a setting.
    """

    def __init__(self, settings: Settings) -> None:
        self.way = way_of(settings)(settings)
        self._bearers = tuple(make(settings) for make in BEARERS)
        self.sign_in = self.way.sign_in

    def identify(self, request: HTTPConnection) -> Identity | None:
        """Who asks; ``None`` = nobody known."""
        given = request.headers.getlist("authorization")
        kind, _, token = (given[0] if given else "").partition(" ")
        if kind.lower() != "bearer":
            return self.way.identify(request)
        token = token.strip()
        for bearer in self._bearers:
            if bearer.owns(token):
                return bearer.identify(token, request) if len(given) == 1 else None
        # Programs made for OpenAI's server always send some key; where nobody signs in it is as good as none.
        return self.way.identify(request) if isinstance(self.way, LocalUser) else None


def way_of(settings: Settings) -> Callable[[Settings], Way]:
    """What makes the configured way.

    :raises SettingError: If there is none of that name.
    """
    if settings.auth not in WAYS:
        known = ", ".join(WAYS)
        raise SettingError(
            say(f"RAG_AUTH là {settings.auth!r}; chỉ có: {known}.", f"RAG_AUTH is {settings.auth!r}; known: {known}.")
        )
    return WAYS[settings.auth]


def identity_of(request: Any) -> Identity:
    """Who sent this request, as the gate found out.

    :param request: A request of Starlette, FastAPI or Gradio (which wraps one).
    :raises LookupError: If the route is open to everybody and nobody was asked for.
    """
    inner: HTTPConnection = getattr(request, "request", request)
    found = inner.scope.get(IDENTITY)
    if not isinstance(found, Identity):
        raise LookupError("no identity: the route has no `needs`, or the request did not pass the gate")
    return found


def access_of(request: Any) -> Access:
    """What the sender of this request may read."""
    return identity_of(request).access
