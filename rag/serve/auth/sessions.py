"""Who is here: sessions kept on the server, found by a random value of which only the hash is stored."""

from __future__ import annotations

import hashlib
import json
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from rag.serve.auth.database import Database
from rag.serve.auth.people import Person
from rag.serve.identity import ROLE_SCOPES

SessionKind: TypeAlias = Literal["password", "oidc", "embed", "anonymous"]

_SEEN_EVERY_S = 60.0
"""A session's last use is noted to the minute: not every request has to write."""


@dataclass(frozen=True, slots=True)
class Session:
    """An open session.

    :param person: As signed in; for ``password`` the list of users has the last word on role and groups.
    :param origin: Page that embeds the assistant, for ``embed`` and ``anonymous``.
    :param created: Seconds since the epoch, as all times here.
    """

    kind: SessionKind
    person: Person
    created: float
    seen: float
    expires: float
    origin: str = ""


class Sessions:
    """The open sessions. Safe to use from several threads.

    :param clock: Seconds since the epoch.
    """

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock

    def open(self, kind: SessionKind, person: Person, lasts_s: float, origin: str = "") -> str:
        """Begin a session and return its secret; always a new one, whatever the browser had before."""
        secret, now = secrets.token_urlsafe(32), self._clock()
        values = {"display": person.display, "role": person.role, "groups": sorted(person.groups), "origin": origin}
        row = (_id(secret), kind, person.name, json.dumps(values), now, now, now + lasts_s)
        with self._database.connection() as connection:
            connection.execute("DELETE FROM sessions WHERE expires < ?", (now,))
            connection.execute("INSERT INTO sessions VALUES (?, ?, ?, ?, ?, ?, ?)", row)
        return secret

    def find(self, secret: str, kinds: tuple[SessionKind, ...], idle_s: float = float("inf")) -> Session | None:
        """The session of a secret; ``None`` when it ended, was not used for ``idle_s``, or never was."""
        if not 20 <= len(secret) <= 100:
            return None
        now = self._clock()
        found = self._database.rows("SELECT * FROM sessions WHERE id = ? AND expires > ?", (_id(secret), now))
        if not found or found[0][1] not in kinds or found[0][5] + idle_s <= now:
            return None
        if now - found[0][5] > _SEEN_EVERY_S:
            self._database.rows("UPDATE sessions SET seen = ? WHERE id = ?", (now, _id(secret)))
        return _session(found[0])

    def close(self, secret: str) -> None:
        """End one session."""
        self._database.rows("DELETE FROM sessions WHERE id = ?", (_id(secret),))

    def close_all(self, user: str) -> int:
        """End all sessions of a user, the embedded ones too, and return how many there were."""
        return len(self._database.rows("DELETE FROM sessions WHERE user = ? RETURNING user", (user,)))

    def of(self, user: str) -> tuple[Session, ...]:
        """The open sessions of a user, newest first."""
        sql = "SELECT * FROM sessions WHERE user = ? AND expires > ? ORDER BY created DESC"
        return tuple(_session(row) for row in self._database.rows(sql, (user, self._clock())))

    def put_aside(self, value: str, lasts_s: float) -> str:
        """Keep a value for a browser that will come back, and return the secret to take it with."""
        secret, now = secrets.token_urlsafe(32), self._clock()
        self._database.rows("DELETE FROM aside WHERE expires < ?", (now,))
        self._database.rows("INSERT INTO aside VALUES (?, ?, ?)", (_id(secret), value, now + lasts_s))
        return secret

    def take(self, secret: str) -> str:
        """The value put aside, once; empty when there is none or it is too late."""
        sql = "DELETE FROM aside WHERE id = ? RETURNING value, expires"
        found = self._database.rows(sql, (_id(secret),))
        return str(found[0][0]) if found and found[0][1] > self._clock() else ""

    def use_once(self, token: str, expires: float) -> bool:
        """Note that a one-time token was used; false when it was before.

        :param expires: Until when it has to be remembered.
        """
        self._database.rows("DELETE FROM used WHERE expires < ?", (self._clock(),))
        sql = "INSERT INTO used VALUES (?, ?) ON CONFLICT DO NOTHING RETURNING token"
        return bool(self._database.rows(sql, (token, expires)))


def _id(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()


def _session(row: tuple[object, ...]) -> Session:
    _hash, kind, user, text, created, seen, expires = row
    values = json.loads(str(text))
    role = next(role for role in ROLE_SCOPES if role == values["role"])
    person = Person(str(user), values["display"], role, frozenset(values["groups"]))
    return Session(kind, person, created, seen, expires, values["origin"])  # type: ignore[arg-type]
