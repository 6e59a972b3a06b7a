"""Who there is: names, roles, groups and password hashes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from rag.errors import RagError
from rag.lang import say
from rag.serve.auth.database import Database
from rag.serve.auth.passwords import check_password, hash_password
from rag.serve.identity import ROLE_SCOPES, Role

_NAME = re.compile(r"[a-z0-9][a-z0-9._@-]{0,63}")
_GROUP = re.compile(r"[^\x00-\x1f\x7f,*]{1,100}")
MOST_GROUPS = 100


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who signed in, however.

    :param name: Stable name; small letters.
    :param groups: What collections are read through.
    """

    name: str
    display: str = ""
    role: Role = "reader"
    groups: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class User:
    """A person of our own list.

    :param password: Argon2 hash; empty for one who signs in elsewhere and only has a role or groups here.
    """

    person: Person
    password: str
    created: datetime


class People:
    """The list of users. Safe to use from several threads."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, name: str) -> User | None:
        """One user; ``None`` when there is none of that name."""
        found = self._database.rows("SELECT * FROM users WHERE name = ?", (name,))
        return self._user(found[0]) if found else None

    def all(self) -> tuple[User, ...]:
        """Everybody, by name."""
        return tuple(map(self._user, self._database.rows("SELECT * FROM users ORDER BY name")))

    def add(self, person: Person, password: str | None) -> None:
        """Add a user.

        :param password: ``None`` for one who signs in elsewhere.
        :raises RagError: If the name is taken or unusable, or the password too weak.
        """
        check_name(person.name)
        if self.find(person.name):
            raise RagError(say(f"Đã có người dùng {person.name}.", f"There is a user {person.name} already."))
        if password is not None:
            check_password(password, person.name)
        created = datetime.now(UTC).isoformat(timespec="seconds")
        hashed = "" if password is None else hash_password(password)
        values = (person.name, person.display, person.role, hashed, created)
        self._database.rows("INSERT INTO users VALUES (?, ?, ?, ?, ?)", values)
        self.set_groups(person.name, person.groups)

    def remove(self, name: str) -> None:
        """Remove a user and end the sessions.

        :raises RagError: If there is none.
        """
        self._must_exist(name)
        with self._database.connection() as connection:
            connection.execute("DELETE FROM sessions WHERE user = ?", (name,))
            connection.execute("DELETE FROM users WHERE name = ?", (name,))

    def set_password(self, name: str, password: str) -> None:
        """Give a new password and end the sessions that the old one opened.

        :raises RagError: If there is no such user, or the password is too weak.
        """
        self._must_exist(name)
        check_password(password, name)
        hashed = hash_password(password)
        with self._database.connection() as connection:
            connection.execute("UPDATE users SET password = ? WHERE name = ?", (hashed, name))
            connection.execute("DELETE FROM sessions WHERE user = ?", (name,))
            connection.execute("DELETE FROM failures WHERE subject = ?", (f"user:{name}",))

    def rehash(self, name: str, password: str) -> None:
        """Store the same password at today's cost."""
        self._database.rows("UPDATE users SET password = ? WHERE name = ?", (hash_password(password), name))

    def set_role(self, name: str, role: Role) -> None:
        """Change the role; counts from the next request on.

        :raises RagError: If there is no such user.
        """
        self._must_exist(name)
        if role not in ROLE_SCOPES:
            raise RagError(say(f"Không có vai trò {role}.", f"There is no role {role}."))
        self._database.rows("UPDATE users SET role = ? WHERE name = ?", (role, name))

    def set_groups(self, name: str, groups: Iterable[str]) -> None:
        """Change the groups; counts from the next request on.

        :raises RagError: If there is no such user, or a group's name is unusable.
        """
        self._must_exist(name)
        wanted = sorted(set(groups))
        for group in wanted:
            check_group(group)
        with self._database.connection() as connection:
            connection.execute("DELETE FROM members WHERE user = ?", (name,))
            connection.executemany("INSERT INTO members VALUES (?, ?)", ((name, group) for group in wanted))

    def _must_exist(self, name: str) -> None:
        if self.find(name) is None:
            raise RagError(say(f"Không có người dùng {name}.", f"There is no user {name}."))

    def _user(self, row: tuple[str, ...]) -> User:
        name, display, role, password, created = row
        groups = {team for (team,) in self._database.rows("SELECT team FROM members WHERE user = ?", (name,))}
        person = Person(name, display, _role(role), frozenset(groups))
        return User(person, password, datetime.fromisoformat(created))


def check_name(name: str) -> None:
    """:raises RagError: If a user cannot be called so."""
    if not _NAME.fullmatch(name):
        raise RagError(
            say(f"Tên {name!r} không dùng được: chỉ chữ thường không dấu, số và . _ @ - (tối đa 64 ký tự).",
                f"The name {name!r} cannot be used: small letters without marks, digits and . _ @ - (64 at most).")
        )  # fmt: skip


def check_group(group: str) -> None:
    """:raises RagError: If a group cannot be called so."""
    if not _GROUP.fullmatch(group) or group != group.strip():
        raise RagError(say(f"Tên nhóm {group!r} không dùng được.", f"The group name {group!r} cannot be used."))


def usable_groups(given: Iterable[object]) -> frozenset[str]:
    """The groups that somebody else's sign-in names, those left out that no rule could name."""
    names = [str(value).strip() for value in given if isinstance(value, str)][:MOST_GROUPS]
    return frozenset(name for name in names if _GROUP.fullmatch(name))


def _role(text: str) -> Role:
    return next(role for role in ROLE_SCOPES if role == text)
