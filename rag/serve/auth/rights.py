"""What people may read: each collection by the groups that its rule names.

- A collection with a rule is read by the groups it names; ``*`` means everybody who signed in.
- A collection without one follows the rule for the others: ``open`` (everybody who signed in) or ``closed``.
- Visitors of an embedded chat without a sign-in read only what names the group ``anonymous``.
- Administrators read everything: they could change the rules.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from rag.errors import StoreMissingError
from rag.serve.auth.database import Database
from rag.serve.auth.people import Person, check_group
from rag.serve.identity import ROLE_SCOPES, Identity, Kind
from rag.settings import Settings
from rag.types import Access

if TYPE_CHECKING:
    from rag.index.store import Store

EVERYBODY = "*"
ANONYMOUS = "anonymous"

Rules = Mapping[str, frozenset[str]]


class Rights:
    """The rules. Safe to use from several threads."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self._settings = settings
        self._database = database
        self._known: tuple[str, tuple[str, ...]] = ("", ())
        self._store: Store | None = None

    def rules(self) -> Rules:
        """The collections that have a rule, with the groups that may read them."""
        found: dict[str, set[str]] = {}
        for collection, group in self._database.rows("SELECT collection, team FROM readers"):
            found.setdefault(collection, set()).add(group)
        return {name: frozenset(groups) for name, groups in found.items()}

    def set_readers(self, collection: str, groups: Iterable[str]) -> None:
        """Replace the rule of a collection; no groups = no rule.

        :raises RagError: If a group's name is unusable.
        """
        wanted = sorted(set(groups))
        for group in wanted:
            if group != EVERYBODY:
                check_group(group)
        with self._database.connection() as connection:
            connection.execute("DELETE FROM readers WHERE collection = ?", (collection,))
            connection.executemany("INSERT INTO readers VALUES (?, ?)", ((collection, group) for group in wanted))

    @property
    def others_are_open(self) -> bool:
        """Whether collections without a rule are read by everybody who signed in."""
        return bool(self._database.value("SELECT value FROM options WHERE name = 'others'") != "closed")

    def open_others(self, is_open: bool) -> None:
        """Say so, or the contrary."""
        value = "open" if is_open else "closed"
        self._database.rows("INSERT OR REPLACE INTO options VALUES ('others', ?)", (value,))

    def readable(self, groups: frozenset[str], *, is_anonymous: bool = False) -> tuple[str, ...]:
        """The collections that members of these groups may read."""
        rules, is_open = self.rules(), self.others_are_open and not is_anonymous
        own = {ANONYMOUS} if is_anonymous else {EVERYBODY, ANONYMOUS} | groups
        return tuple(name for name in self.collections() if (bool(rules[name] & own) if name in rules else is_open))

    def collections(self) -> tuple[str, ...]:
        """The collections that hold documents now."""
        from rag.index.opening import open_store

        if self._store is None:
            try:
                self._store = open_store(self._settings.store)
            except StoreMissingError:
                return ()
        store = self._store
        version = store.index_version
        if self._known[0] != version:
            self._known = (version, tuple(store.collections()))
        return self._known[1]

    def identity(self, person: Person, kind: Kind, *, is_anonymous: bool = False, limit_key: str = "") -> Identity:
        """What a person may do and read now."""
        is_all = person.role == "administrator"
        collections = None if is_all else self.readable(person.groups, is_anonymous=is_anonymous)
        return Identity(
            person.name,
            display=person.display or person.name,
            role=person.role,
            scopes=ROLE_SCOPES[person.role],
            access=Access(person.name, collections),
            kind=kind,
            limit_key=limit_key or f"user:{person.name}",
        )
