"""The signed tokens (JWT) by which the embedding page's server says who is asking.

The server and the assistant share a secret (HS256), or the assistant has the server's public key (RS256, PS256, ES256).
 Which algorithms count follows from the key alone, never from the token.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeGuard

from rag.errors import RagError, SettingError
from rag.lang import say
from rag.serve.auth.people import Person, check_name, usable_groups
from rag.serve.embed.origins import embed_origins
from rag.settings import Settings

if TYPE_CHECKING:
    from joserfc.jwk import ECKey, OctKey, RSAKey

    Key = OctKey | RSAKey | ECKey

LONGEST_S = 600
"""Between ``iat`` and ``exp``."""
CLOCKS_DIFFER_S = 30
"""How far the other server's clock may be ahead."""
SHORTEST_SECRET = 32
_LONGEST_TOKEN = 8192
_MOST_GROUPS = 50


class TokenError(Exception):
    """Why a token does not count; ``str()`` is one word for the page's developers."""


@dataclass(frozen=True, slots=True)
class Claims:
    """What a valid token says.

    :param origin: Page that it was made for.
    :param token_id: Value of ``jti``: each token opens one session.
    :param expires: Seconds since the epoch.
    """

    person: Person
    origin: str
    token_id: str
    expires: float


class TokenReader:
    """Checks tokens.

    :raises SettingError: If the secret is too short, the key unusable, or both are set.
    """

    def __init__(self, settings: Settings) -> None:
        self._audience = settings.embed_audience
        self._origins = embed_origins(settings)
        self._key, self._algorithms = _key(settings)

    @property
    def is_ready(self) -> bool:
        """Whether there is a key to check with."""
        return self._key is not None

    def read(self, token: str, now: float | None = None) -> Claims:
        """What a token says.

        :param now: Seconds since the epoch.
        :raises TokenError: If it does not count, whatever the reason.
        """
        from joserfc import jwt
        from joserfc.errors import JoseError

        if self._key is None:
            raise TokenError("no-key")
        if len(token) > _LONGEST_TOKEN or not token.isascii():
            raise TokenError("form")
        try:
            claims = jwt.decode(token, self._key, algorithms=list(self._algorithms)).claims
        except (JoseError, ValueError, TypeError, KeyError, AttributeError) as error:
            raise TokenError("signature") from error
        return self._checked(claims, time.time() if now is None else now)

    def _checked(self, claims: dict[str, Any], now: float) -> Claims:
        issued, expires, audience = claims.get("iat"), claims.get("exp"), claims.get("aud")
        if self._audience not in (audience if isinstance(audience, list) else [audience]):
            raise TokenError("audience")
        if not _is_time(issued) or not _is_time(expires):
            raise TokenError("times")
        if expires <= now:
            raise TokenError("expired")
        starts = claims.get("nbf", issued)
        if not _is_time(starts) or max(issued, starts) > now + CLOCKS_DIFFER_S or expires - issued > LONGEST_S:
            raise TokenError("times")
        token_id = claims.get("jti")
        if not isinstance(token_id, str) or not 8 <= len(token_id) <= 128:
            raise TokenError("jti")
        if not isinstance(claims.get("origin"), str) or claims["origin"].lower() not in self._origins:
            raise TokenError("origin")
        return Claims(_person(claims), claims["origin"].lower(), token_id, float(expires))


def make_token(
    settings: Settings, user: str, *, origin: str, name: str = "", groups: Sequence[str] = (), lasts_s: int = 300
) -> str:
    """A token as the embedding page's server would make it, for trying the embed.

    :raises RagError: If there is no secret to sign with, or the origin is not listed.
    """
    from joserfc import jwt

    key, algorithms = _key(settings)
    if key is None or "HS256" not in algorithms:
        raise RagError(
            say("Cần RAG_EMBED_SECRET để ký thử; với RAG_EMBED_PUBLIC_KEY chỉ máy chủ giữ khóa riêng mới ký được.",
                "RAG_EMBED_SECRET is needed to sign; with RAG_EMBED_PUBLIC_KEY only the holder of the private key can.")
        )  # fmt: skip
    if origin not in embed_origins(settings):
        raise RagError(say(f"{origin} không có trong RAG_EMBED_ORIGINS.", f"{origin} is not in RAG_EMBED_ORIGINS."))
    check_name(user)
    now = int(time.time())
    claims = {
        "sub": user, "name": name, "groups": list(groups), "origin": origin, "aud": settings.embed_audience,
        "iat": now, "exp": now + lasts_s, "jti": secrets.token_urlsafe(16),
    }  # fmt: skip
    return str(jwt.encode({"alg": "HS256"}, claims, key))


def _key(settings: Settings) -> tuple[Key | None, tuple[str, ...]]:
    secret, public = settings.embed_secret, settings.embed_public_key
    if secret and public:
        raise SettingError(
            say("Chỉ đặt một trong hai: RAG_EMBED_SECRET hoặc RAG_EMBED_PUBLIC_KEY.",
                "Set only one of RAG_EMBED_SECRET and RAG_EMBED_PUBLIC_KEY.")
        )  # fmt: skip
    if public:
        return _public_key(public)
    if not secret:
        return None, ()
    if len(secret.encode()) < SHORTEST_SECRET:
        raise SettingError(
            say(f"RAG_EMBED_SECRET cần ít nhất {SHORTEST_SECRET} ký tự ngẫu nhiên, ví dụ: openssl rand -base64 48",
                f"RAG_EMBED_SECRET needs {SHORTEST_SECRET} random characters at least: openssl rand -base64 48")
        )  # fmt: skip
    from joserfc.jwk import OctKey

    return OctKey.import_key(secret), ("HS256",)


def _public_key(pem: str) -> tuple[Key, tuple[str, ...]]:
    from joserfc.errors import JoseError
    from joserfc.jwk import ECKey, RSAKey

    kinds: tuple[tuple[type[RSAKey | ECKey], tuple[str, ...]], ...] = (
        (RSAKey, ("RS256", "PS256")),
        (ECKey, ("ES256",)),
    )
    for kind, algorithms in kinds:
        try:
            key = kind.import_key(pem)
        except (JoseError, ValueError, TypeError):
            continue
        if not key.is_private:
            return key, algorithms
    raise SettingError(
        say("RAG_EMBED_PUBLIC_KEY không phải khóa công khai dạng PEM (RSA hoặc EC P-256).",
            "RAG_EMBED_PUBLIC_KEY is no public key in PEM form (RSA or EC P-256).")
    )  # fmt: skip


def _is_time(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < 1e11


def _person(claims: dict[str, Any]) -> Person:
    user, name, groups = claims.get("sub"), claims.get("name", ""), claims.get("groups", [])
    if not isinstance(user, str) or not isinstance(name, str) or not isinstance(groups, list):
        raise TokenError("person")
    try:
        check_name(user.lower())
    except RagError as error:
        raise TokenError("person") from error
    if len(groups) > _MOST_GROUPS:
        raise TokenError("groups")
    # Whoever signs for the page decides what may be read, never what may be changed.
    return Person(user.lower(), name[:100], "reader", usable_groups(groups))
