"""``RAG_AUTH=oidc``: people sign in at the organisation's OpenID Connect server (authorization code with PKCE).

The server's address is configured; its other addresses come from its own description, over TLS unless on loopback.
Nothing of what it sends is followed elsewhere.
"""

from __future__ import annotations

import hmac
import json
import secrets
import threading
import time
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from rag.errors import RagError, SettingError
from rag.lang import say
from rag.serve.addresses import is_loopback, public_origin, root_path
from rag.serve.auth.cookies import Cookie
from rag.serve.auth.outside import person_from_outside
from rag.serve.auth.people import Person, check_name, usable_groups
from rag.serve.auth.sessions import Session
from rag.serve.auth.signed_in import SignedIn
from rag.settings import Settings

if TYPE_CHECKING:
    from authlib.integrations.requests_client import OAuth2Session

CALLBACK: Final = "/oidc/callback"
PENDING_S = 600
"""Time to sign in at the other server."""
ALGORITHMS: Final = ("RS256", "PS256", "ES256", "RS384", "RS512", "ES384", "PS384", "PS512")
_TIMEOUT_S = 10.0
_KEYS_KEPT_S = 3600.0
_CLOCKS_DIFFER_S = 60
_NEEDED = ("authorization_endpoint", "token_endpoint", "jwks_uri")


class OidcError(RagError):
    """The sign-in at the other server did not work out."""


@dataclass(frozen=True, slots=True)
class Pending:
    """A sign-in that was begun. Kept on our side; the browser has only its secret, in a cookie.

    :param verifier: Secret of PKCE: whoever steals the code cannot use it.
    """

    state: str
    nonce: str
    verifier: str
    next_path: str


@dataclass(frozen=True, slots=True)
class _Server:
    """What the server says of itself, and its keys."""

    about: dict[str, Any]
    keys: Any
    read_at: float


class OidcWay(SignedIn):
    """Signs in by OpenID Connect.

    :raises SettingError: If a setting is missing, or the server would be spoken to in the clear.
    """

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings, "oidc")
        self.settings = settings
        self.pending_cookie = Cookie("rag-oidc", settings)
        self._lock = threading.Lock()
        self._server: _Server | None = None
        for value, name in (
            (settings.oidc_issuer, "RAG_OIDC_ISSUER"),
            (settings.oidc_client_id, "RAG_OIDC_CLIENT_ID"),
            (public_origin(settings), "RAG_PUBLIC_URL"),
        ):
            if not value:
                raise SettingError(say(f"RAG_AUTH=oidc cần {name}.", f"RAG_AUTH=oidc needs {name}."))
        if not _is_safe(settings.oidc_issuer):
            raise SettingError(
                say("RAG_OIDC_ISSUER phải là https:// (hoặc ở ngay máy này).",
                    "RAG_OIDC_ISSUER must be https:// (or on this machine).")
            )  # fmt: skip

    def today(self, session: Session) -> Person | None:
        """Who signed in, with the role and groups that our own list adds now."""
        person = session.person
        return person_from_outside(self.desk, person.name, person.display, person.groups)

    def start(self, next_path: str) -> tuple[str, str]:
        """Begin a sign-in.

        :param next_path: Where to go afterwards, already found safe.
        :return: The address at the other server, and the secret of the pending sign-in for the cookie.
        :raises OidcError: If the other server cannot be reached.
        """
        random = secrets.token_urlsafe
        pending = Pending(random(32), random(32), random(48), next_path)
        about = self._described().about
        with self._client() as client:
            address, _ = client.create_authorization_url(
                about["authorization_endpoint"], state=pending.state, nonce=pending.nonce,
                code_verifier=pending.verifier, response_type="code",
            )  # fmt: skip
        return str(address), self.desk.sessions.put_aside(json.dumps(asdict(pending)), PENDING_S)

    def finish(self, secret: str, state: str, code: str) -> tuple[Person, str]:
        """Complete a sign-in with what the other server sent back.

        :param secret: From the cookie; it works once.
        :return: Who signed in, and where to go.
        :raises OidcError: If anything does not fit.
        """
        kept = self.desk.sessions.take(secret)
        values = json.loads(kept) if kept else {}
        if (
            not values
            or not hmac.compare_digest(values["state"].encode(), state.encode("utf-8", "replace"))
            or not code
        ):
            raise OidcError(_begin_again())
        claims = self._claims(self._id_token(code, values["verifier"]), values["nonce"])
        return self._person(claims), values["next_path"]

    def _id_token(self, code: str, verifier: str) -> str:
        from authlib.common.errors import AuthlibBaseError
        from requests import RequestException

        about = self._described().about
        try:
            with self._client() as client:
                answer = client.fetch_token(
                    about["token_endpoint"], grant_type="authorization_code", code=code, code_verifier=verifier
                )
        except (AuthlibBaseError, RequestException, ValueError) as error:
            raise OidcError(_did_not_work()) from error
        token = answer.get("id_token")
        if not isinstance(token, str):
            raise OidcError(_did_not_work())
        return token

    def _claims(self, token: str, nonce: str) -> dict[str, Any]:
        """The claims of an ID token whose signature, issuer, audience, times and nonce are right."""
        from joserfc import jwt
        from joserfc.errors import JoseError

        server, client_id = self._described(), self.settings.oidc_client_id
        registry = jwt.JWTClaimsRegistry(
            leeway=_CLOCKS_DIFFER_S,
            iss={"essential": True, "value": server.about["issuer"]},
            aud={"essential": True, "value": client_id},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
            nonce={"essential": True, "value": nonce},
        )
        try:
            try:
                claims = jwt.decode(token, server.keys, algorithms=list(ALGORITHMS)).claims
            except (JoseError, ValueError):  # the server may have changed its keys
                claims = jwt.decode(token, self._described(anew=True).keys, algorithms=list(ALGORITHMS)).claims
            registry.validate(claims)
        except (JoseError, ValueError, TypeError, KeyError) as error:
            raise OidcError(_did_not_work()) from error
        audience = claims["aud"]
        if claims.get("azp", client_id) != client_id or (isinstance(audience, list) and len(audience) > 1):
            raise OidcError(_did_not_work())
        return claims

    def _person(self, claims: dict[str, Any]) -> Person:
        name = claims.get(self.settings.oidc_user_claim)
        try:
            check_name(name.lower() if isinstance(name, str) else "")
        except RagError as error:
            raise OidcError(
                say(f"Tài khoản không có tên dùng được ở mục {self.settings.oidc_user_claim}.",
                    f"The account has no usable name in {self.settings.oidc_user_claim}.")
            ) from error  # fmt: skip
        groups = claims.get(self.settings.oidc_groups_claim, [])
        display = claims.get("name", "")
        return Person(
            str(name).lower(),
            display[:100] if isinstance(display, str) else "",
            groups=usable_groups(groups if isinstance(groups, list) else []),
        )

    def _described(self, *, anew: bool = False) -> _Server:
        """What the server says of itself, asked for once an hour, or anew when its keys do not fit."""
        now = time.monotonic()
        with self._lock:
            known = self._server
            if known and now - known.read_at < (60.0 if anew else _KEYS_KEPT_S):
                return known
            self._server = self._read(now)
            return self._server

    def _read(self, now: float) -> _Server:
        from joserfc.errors import JoseError
        from joserfc.jwk import KeySet
        from requests import RequestException

        issuer = self.settings.oidc_issuer.rstrip("/")
        try:
            with self._client() as client:
                about = client.get(f"{issuer}/.well-known/openid-configuration", withhold_token=True).json()
                if str(about["issuer"]).rstrip("/") != issuer or not all(_is_safe(str(about[n])) for n in _NEEDED):
                    raise OidcError(_did_not_work())
                keys = KeySet.import_key_set(client.get(about["jwks_uri"], withhold_token=True).json())
        except (RequestException, JoseError, ValueError, KeyError, TypeError) as error:
            raise OidcError(
                say("Không liên lạc được máy chủ đăng nhập của cơ quan. Xin thử lại sau.",
                    "The organisation's sign-in server cannot be reached. Please try again later.")
            ) from error  # fmt: skip
        return _Server(about, keys, now)

    def _client(self) -> OAuth2Session:
        """A client that takes nothing from the environment and follows no redirect."""
        from authlib.integrations.requests_client import OAuth2Session

        settings = self.settings
        client = OAuth2Session(
            settings.oidc_client_id,
            settings.oidc_client_secret or None,
            scope=settings.oidc_scopes,
            redirect_uri=public_origin(settings) + root_path(settings) + CALLBACK,
            code_challenge_method="S256",
            token_endpoint_auth_method="client_secret_basic" if settings.oidc_client_secret else "none",
            default_timeout=_TIMEOUT_S,
        )
        client.trust_env = False
        client.max_redirects = 0
        return client


def _is_safe(address: str) -> bool:
    parts = urlsplit(address)
    return parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname or ""))


def _begin_again() -> str:
    return say("Phiên đăng nhập không khớp hoặc đã hết hạn. Xin đăng nhập lại.",
               "The sign-in does not fit or took too long. Please sign in again.")  # fmt: skip


def _did_not_work() -> str:
    return say("Máy chủ đăng nhập của cơ quan trả lời không hợp lệ. Xin thử lại hoặc báo người quản trị.",
               "The organisation's sign-in server gave no valid answer. Try again or tell your admin.")  # fmt: skip
