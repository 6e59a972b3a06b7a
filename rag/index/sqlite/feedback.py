"""People's verdicts on answers."""

from __future__ import annotations

from datetime import UTC, datetime

from rag.index.sqlite.reading import Reading
from rag.index.store import Feedback


class FeedbackKeeping(Reading):
    """The feedback part of :class:`rag.index.store.Store`."""

    def add_feedback(self, question: str, answer_json: str, verdict: str, reason: str = "", comment: str = "") -> int:
        """Keep a person's verdict and return its number."""
        created = datetime.now(UTC).isoformat(timespec="seconds")
        values = (created, question, answer_json, verdict, reason, comment, self.index_version)
        sql = "INSERT INTO feedback VALUES (NULL, ?, ?, ?, ?, ?, ?, ?) RETURNING id"
        return int(self.value(sql, values))

    def feedback(self, limit: int | None = None) -> tuple[Feedback, ...]:
        """Verdicts, newest first."""
        rows = self.rows("SELECT * FROM feedback ORDER BY id DESC LIMIT ?", (-1 if limit is None else limit,))
        return tuple(Feedback(row[0], datetime.fromisoformat(row[1]), *row[2:]) for row in rows)
