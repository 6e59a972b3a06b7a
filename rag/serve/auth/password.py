"""``RAG_AUTH=password``: people of our own list, each with a password."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from starlette.requests import HTTPConnection

from rag.serve.auth.passwords import is_outdated, is_right
from rag.serve.auth.people import Person
from rag.serve.auth.sessions import Session
from rag.serve.auth.signed_in import SignedIn
from rag.settings import Settings

_AT_ONCE = 2
"""Passwords compared at the same time: each takes 64 MiB and a tenth of a second of one core."""


@dataclass(frozen=True, slots=True)
class Refused:
    """Nobody was signed in.

    :param wait_s: Seconds to wait before the next try; 0 = name or password was wrong.
    """

    wait_s: int = 0


class PasswordWay(SignedIn):
    """Signs in by name and password."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings, "password")
        self._turn = threading.Semaphore(_AT_ONCE)

    def today(self, session: Session) -> Person | None:
        """The user as the list has it now."""
        user = self.desk.people.find(session.person.name)
        return user.person if user and user.password else None

    def check(self, name: str, password: str, address: str) -> Person | Refused:
        """Whose name and password these are. Says the same, and takes as long, whichever of the two is wrong.

        :param address: Where the request comes from; wrong passwords are counted for it too.
        """
        name = name.strip().lower()[:64]
        subjects = (f"user:{name}", f"address:{address}")
        wait_s = self.desk.throttle.wait_s(subjects)
        if wait_s:
            return Refused(wait_s)
        user = self.desk.people.find(name)
        hashed = user.password if user else ""
        with self._turn:
            is_known = is_right(hashed, password)
        if user is None or not is_known:
            self.desk.throttle.failed(subjects)
            return Refused()
        self.desk.throttle.succeeded(subjects[0])
        if is_outdated(hashed):
            self.desk.people.rehash(name, password)
        return user.person


def is_form(request: HTTPConnection) -> bool:
    """Whether a body is that of a plain form."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower() == (
        "application/x-www-form-urlencoded"
    )
