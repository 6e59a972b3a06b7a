"""Who changed what: every act of looking after the documents, the people and the keys, one JSON line each.

Kept beside the store in ``audit/YYYY-MM.jsonl``, for its owner's eyes only, and dropped after ``RAG_AUDIT_DAYS``.
"""

from __future__ import annotations

import json
import logging
import os
import pwd
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag.serve.guard import ROUTE
from rag.serve.identity import IDENTITY, Identity
from rag.serve.limits import Limits
from rag.settings import Settings

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

FOLDER = "audit"
log = logging.getLogger("rag.audit")
_MOST_CHARS = 300


class Audit:
    """The audit log of one store. Appending a short line is one write, so processes may share it."""

    def __init__(self, settings: Settings) -> None:
        self._folder = settings.store / FOLDER
        self._days = settings.audit_days

    def record(self, user: str, act: str, **what: Any) -> None:
        """Note an act.

        :param user: Who did it.
        :param what: Facts; texts are cut at 300 characters.
        """
        if not self._folder.parent.is_dir():
            return  # no store, nothing that could have been changed
        now = datetime.now(UTC)
        facts = {name: value[:_MOST_CHARS] if isinstance(value, str) else value for name, value in what.items()}
        row = {"time": now.isoformat(timespec="seconds"), "user": user, "act": act, **facts}
        line = json.dumps(row, default=str) + "\n"
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT
        handle = os.open(self._folder / f"{now:%Y-%m}.jsonl", flags, 0o600)
        try:
            os.write(handle, line.encode("ascii"))
            os.fsync(handle)
        finally:
            os.close(handle)
        log.info("audit", extra={"act": act, "user": user})

    def rows(self) -> Iterator[dict[str, Any]]:
        """Everything kept, oldest first; a line that a power cut left half written is passed over."""
        for path in sorted(self._folder.glob("*.jsonl")):
            for line in path.read_text("ascii", "replace").splitlines():
                try:
                    yield json.loads(line)
                except ValueError:
                    continue

    def expire(self, today: datetime | None = None) -> Sequence[Path]:
        """Drop the months that ended longer ago than they are to be kept."""
        oldest = (today or datetime.now(UTC)) - timedelta(days=self._days)
        gone = [path for path in sorted(self._folder.glob("*.jsonl")) if path.stem < f"{oldest:%Y-%m}"]
        for path in gone:
            path.unlink(missing_ok=True)
        return gone


def shell_user() -> str:
    """Who runs this process, by name where the system knows one."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())


class Audited:
    """ASGI middleware, innermost: notes each request that changes something, and how it ended."""

    def __init__(self, app: ASGIApp, *, audit: Audit, limits: Limits) -> None:
        self.app = app
        self.audit = audit
        self.limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the request; note it when it was one of an editor or administrator that changes something."""
        if scope["type"] != "http" or scope["method"] in ("GET", "HEAD") or not _is_act(scope):
            await self.app(scope, receive, send)
            return
        status = 0

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, noting)
        finally:
            identity = scope.get(IDENTITY)
            self.audit.record(
                identity.user if isinstance(identity, Identity) else "-",
                f"{scope['method']} {scope['path']}",
                status=status,
                request_id=scope.get("rag.request_id", ""),
                address=self.limits.address(scope),
            )


def _is_act(scope: Scope) -> bool:
    return scope[ROUTE].needs in ("write", "admin") or scope["path"] in ("/sign-in", "/sign-out")
