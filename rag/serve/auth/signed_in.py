"""What the ways of signing in with a session share: the cookie, the session behind it, and who that is today."""

from __future__ import annotations

from starlette.requests import HTTPConnection
from starlette.responses import Response

from rag.serve.auth.cookies import Cookie
from rag.serve.auth.database import Database
from rag.serve.auth.people import People, Person
from rag.serve.auth.rights import Rights
from rag.serve.auth.sessions import Session, SessionKind, Sessions
from rag.serve.auth.throttle import Throttle
from rag.serve.identity import Identity
from rag.settings import Settings

SIGN_IN = "/sign-in"
_CHANGES_NOTHING = ("GET", "HEAD")


class Desk:
    """Everything that signing in works with, over one database."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.database = Database(settings)
        self.people = People(self.database)
        self.sessions = Sessions(self.database)
        self.rights = Rights(settings, self.database)
        self.throttle = Throttle(self.database)
        self.cookie = Cookie("rag-session", settings)


class SignedIn:
    """A way in which a cookie names a session.

    :param kind: Sessions that count.
    """

    sign_in = SIGN_IN

    def __init__(self, settings: Settings, kind: SessionKind) -> None:
        self.desk = Desk(settings)
        self._kind = kind

    def identify(self, request: HTTPConnection) -> Identity | None:
        """Who signed in; ``None`` = nobody, or somebody who has been removed since."""
        session = self.session(request)
        if session is None or not _is_meant(request):
            return None
        person = self.today(session)
        return self.desk.rights.identity(person, "session") if person else None

    def session(self, request: HTTPConnection) -> Session | None:
        """The open session of a request."""
        idle_s = 60.0 * self.desk.settings.session_idle_min
        return self.desk.sessions.find(self.desk.cookie.read(request), (self._kind,), idle_s)

    def today(self, session: Session) -> Person | None:
        """Who a session belongs to, with the role and groups of now; ``None`` = no longer a user."""
        raise NotImplementedError

    def begin(self, request: HTTPConnection, response: Response, person: Person) -> None:
        """Open a session: a new one whatever cookie the browser came with, and the old one ends."""
        self.end(request)
        lasts_s = 3600.0 * self.desk.settings.session_hours
        secret = self.desk.sessions.open(self._kind, person, lasts_s)
        self.desk.cookie.write(response, secret, lasts_s)

    def end(self, request: HTTPConnection) -> None:
        """End the session of a request, if it has one."""
        secret = self.desk.cookie.read(request)
        if secret:
            self.desk.sessions.close(secret)


def _is_meant(request: HTTPConnection) -> bool:
    """Whether a request that changes something says which page it comes from.

    The guard refuses those that name another page. A browser always names one on such requests; one that comes with a
    cookie and names none is no browser that we know, and does not get the cookie's rights.
    """
    is_change = request.scope["method"] not in _CHANGES_NOTHING
    return not is_change or "origin" in request.headers or "sec-fetch-site" in request.headers
