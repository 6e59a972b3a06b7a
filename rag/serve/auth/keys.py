"""API keys: what programs sign in with. Only a hash of each is kept, in ``access.db``.

A key is ``rag_<id>_<secret>``. The secret is 256 random bits, so that one round of SHA-256 keeps it safe; a slow hash
is for what people think up. The id finds the row, and the hash is compared in constant time.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import secrets
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from starlette.requests import HTTPConnection

from rag.errors import RagError
from rag.lang import say
from rag.serve.auth.database import Database
from rag.serve.auth.people import check_group
from rag.serve.auth.rights import Rights
from rag.serve.identity import SCOPES, Identity, Role, Scope
from rag.settings import Settings
from rag.types import Access

PREFIX = "rag_"
_TOKEN = re.compile(r"rag_([0-9a-f]{12})_([A-Za-z0-9_-]{43})")
_TABLE = """
CREATE TABLE IF NOT EXISTS keys (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    hash BLOB NOT NULL,
    scopes TEXT NOT NULL,
    teams TEXT NOT NULL,
    created REAL NOT NULL,
    expires REAL,
    used REAL,
    revoked REAL
) WITHOUT ROWID
"""
_COLUMNS = "id, name, scopes, teams, created, expires, used, revoked"
_USED_EVERY_S = 60.0
"""How exactly the last use is known: noting each one would write to the disk with each request."""


@dataclass(frozen=True, slots=True)
class Key:
    """One key without its secret. Times are seconds since 1970; ``None`` = never.

    :param scopes: What it may do.
    :param groups: It reads what members of these groups may read; one with the scope ``admin`` reads everything.
    """

    id: str
    name: str
    scopes: tuple[Scope, ...]
    groups: tuple[str, ...]
    created: float
    expires: float | None = None
    used: float | None = None
    revoked: float | None = None

    def is_valid(self, now: float) -> bool:
        """Whether it still opens anything."""
        return self.revoked is None and (self.expires is None or now < self.expires)

    @property
    def role(self) -> Role:
        """The least role that may do what the key may do."""
        return "administrator" if "admin" in self.scopes else "editor" if "write" in self.scopes else "reader"


class Keys:
    """The keys of one store. Safe to use from several threads."""

    def __init__(self, database: Database) -> None:
        self._database = database
        database.rows(_TABLE)

    def create(
        self, name: str, scopes: Iterable[Scope], groups: Iterable[str] = (), days: int | None = None
    ) -> tuple[Key, str]:
        """Make a key.

        :param days: How long it is valid; ``None`` = until it is revoked.
        :return: The key, and the text that its owner must keep: it cannot be had again.
        :raises RagError: If the name or a group is unusable.
        """
        if not name.strip() or len(name) > 100 or not name.isprintable():
            raise RagError(
                say("Tên khóa phải có từ 1 đến 100 ký tự in được.", "A key needs a name of 1 to 100 characters.")
            )
        wanted = tuple(scope for scope in SCOPES if scope in set(scopes))
        teams = tuple(sorted(set(groups)))
        for group in teams:
            check_group(group)
        key_id, secret, now = secrets.token_hex(6), secrets.token_urlsafe(32), time.time()
        expires = None if days is None else now + 86_400.0 * days
        row = (key_id, name, _hashed(secret), " ".join(wanted), json.dumps(teams), now, expires)
        self._database.rows("INSERT INTO keys VALUES (?, ?, ?, ?, ?, ?, ?, NULL, NULL)", row)
        return Key(key_id, name, wanted, teams, now, expires), f"{PREFIX}{key_id}_{secret}"

    def all(self) -> tuple[Key, ...]:
        """All keys, newest first, those that no longer open anything too."""
        return tuple(map(_to_key, self._database.rows(f"SELECT {_COLUMNS} FROM keys ORDER BY created DESC")))  # noqa: S608

    def revoke(self, key_id: str) -> bool:
        """Make a key worthless from the next request on.

        :return: Whether there was one that still counted.
        """
        sql = "UPDATE keys SET revoked = ? WHERE id = ? AND revoked IS NULL RETURNING id"
        return bool(self._database.rows(sql, (time.time(), key_id)))

    def find(self, token: str) -> Key | None:
        """The key that a token is, if it is valid; its use is noted."""
        match = _TOKEN.fullmatch(token)
        if match is None:
            return None
        rows = self._database.rows(f"SELECT hash, {_COLUMNS} FROM keys WHERE id = ?", (match[1],))  # noqa: S608
        kept = bytes(rows[0][0]) if rows else bytes(32)  # the same work for an id that is not there
        if not hmac.compare_digest(kept, _hashed(match[2])) or not rows:
            return None
        key, now = _to_key(rows[0][1:]), time.time()
        if not key.is_valid(now):
            return None
        if key.used is None or now - key.used > _USED_EVERY_S:
            self._database.rows("UPDATE keys SET used = ? WHERE id = ?", (now, key.id))
        return key


class KeyBearer:
    """API keys in ``Authorization: Bearer`` (:class:`rag.serve.identity.Bearer`)."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._database = Database(settings)
        self._rights = Rights(settings, self._database)
        self._keys: Keys | None = None

    def owns(self, token: str) -> bool:
        """Whether a token looks like one of our keys."""
        return token.startswith(PREFIX)

    def identify(self, token: str, request: HTTPConnection) -> Identity | None:
        """Whose key it is."""
        del request
        self._keys = self._keys or Keys(self._database)  # made at first use: most stores never have a key
        key = self._keys.find(token)
        return self._identity(key) if key else None

    def _identity(self, key: Key) -> Identity:
        name = f"key:{key.id}"
        collections = None if "admin" in key.scopes else self._rights.readable(frozenset(key.groups))
        return Identity(name, key.name, key.role, frozenset(key.scopes), Access(name, collections), "key", name)


def shown_time(seconds: float | None) -> str:
    """A time as ISO text, empty for never."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds") if seconds is not None else ""


def _hashed(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("ascii")).digest()


def _to_key(row: tuple[object, ...]) -> Key:
    key_id, name, scopes, teams, created, expires, used, revoked = row
    known = tuple(scope for scope in SCOPES if scope in str(scopes).split())
    times = (None if value is None else float(str(value)) for value in (expires, used, revoked))
    return Key(str(key_id), str(name), known, tuple(json.loads(str(teams))), float(str(created)), *times)
