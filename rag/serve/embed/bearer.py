"""Embedded sessions: what a page's token is exchanged for, once; and what the API then takes."""

from __future__ import annotations

from typing import Final

from starlette.requests import HTTPConnection

from rag.serve.addresses import client_address, proxy_networks
from rag.serve.auth.people import Person
from rag.serve.auth.rights import ANONYMOUS
from rag.serve.auth.sessions import Session
from rag.serve.auth.signed_in import Desk
from rag.serve.embed.origins import embed_origins
from rag.serve.embed.tokens import LONGEST_S, Claims
from rag.serve.identity import Identity
from rag.settings import Settings

PREFIX: Final = "emb_"
FROM_ORIGIN: Final = "rag.embedded_from"
"""Where the door leaves the origin of a request that another page's script sent."""


class EmbedBearer:
    """Finds the embedded session of a token; knows none while embedding is off."""

    def __init__(self, settings: Settings) -> None:
        self._origins = embed_origins(settings)
        self._anonymous = bool(settings.embed_anonymous)
        self._proxies = proxy_networks(settings)
        self.desk = Desk(settings)

    def owns(self, token: str) -> bool:
        """Whether it has the form of an embedded session's token."""
        return token.startswith(PREFIX)

    def identify(self, token: str, request: HTTPConnection) -> Identity | None:
        """Whose session it is; ``None`` when it ended, its page is no longer listed, or another page sent it."""
        session = self.session(token)
        if session is None or request.scope.get(FROM_ORIGIN, session.origin) != session.origin:
            return None
        is_anonymous = session.kind == "anonymous"
        if is_anonymous and not self._anonymous:
            return None
        address = client_address(request.scope, self._proxies)
        limit_key = f"anonymous:{address}" if is_anonymous else f"embed:{session.person.name}"
        rights = self.desk.rights
        return rights.identity(session.person, "embed-token", is_anonymous=is_anonymous, limit_key=limit_key)

    def session(self, token: str) -> Session | None:
        """The open session of a token."""
        found = self.desk.sessions.find(token.removeprefix(PREFIX), ("embed", "anonymous")) if self._origins else None
        return found if found and found.origin in self._origins else None

    def open(self, claims: Claims, now: float) -> str | None:
        """Exchange a valid token of the page for a session's; ``None`` when it was exchanged before."""
        if not self.desk.sessions.use_once(f"{claims.origin} {claims.token_id}", claims.expires):
            return None
        lasts_s = claims.expires - now
        return PREFIX + self.desk.sessions.open("embed", claims.person, lasts_s, claims.origin)

    def open_anonymous(self, origin: str) -> str:
        """A session of a visitor without a name."""
        return PREFIX + self.desk.sessions.open("anonymous", Person(ANONYMOUS), LONGEST_S, origin)
