"""Slowing down whoever guesses: after some wrong passwords each further one costs a wait that doubles.

Counted for the name and for the address. A name can thus be locked by somebody else, but never for longer than the
longest wait, and the address of the person itself is not what is slow.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from rag.serve.auth.database import Database

FREE_TRIES = 5
FREE_TRIES_ADDRESS = 20
"""An office behind one address has many people who mistype."""
FIRST_WAIT_S = 30
LONGEST_WAIT_S = 900
FORGOTTEN_S = 24 * 3600
"""Failures older than this no longer count."""


class Throttle:
    """Counts wrong passwords and tells how long to wait.

    :param clock: Seconds since the epoch.
    """

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock

    def wait_s(self, subjects: Sequence[str]) -> int:
        """Seconds that have to pass before the next try; 0 = now.

        :param subjects: ``user:NAME`` and ``address:IP``.
        """
        now = self._clock()
        marks = ",".join("?" * len(subjects))
        until = self._database.value(f"SELECT max(until) FROM failures WHERE subject IN ({marks})", subjects)  # noqa: S608
        return max(0, int(until - now) + 1) if until and until > now else 0

    def failed(self, subjects: Sequence[str]) -> None:
        """Count a wrong password."""
        now = self._clock()
        with self._database.connection() as connection:
            connection.execute("DELETE FROM failures WHERE seen < ?", (now - FORGOTTEN_S,))
            for subject in subjects:
                sql = (
                    "INSERT INTO failures VALUES (?, 1, 0, ?) "
                    "ON CONFLICT DO UPDATE SET count = count + 1, seen = excluded.seen RETURNING count"
                )
                count = int(str(connection.execute(sql, (subject, now)).fetchall()[0][0]))
                until = now + _wait_after(count, subject)
                connection.execute("UPDATE failures SET until = ? WHERE subject = ?", (until, subject))

    def succeeded(self, subject: str) -> None:
        """Forget the failures of a name that signed in; those of the address stay."""
        self._database.rows("DELETE FROM failures WHERE subject = ?", (subject,))


def _wait_after(count: int, subject: str) -> float:
    free = FREE_TRIES_ADDRESS if subject.startswith("address:") else FREE_TRIES
    if count < free:
        return 0.0
    return float(min(FIRST_WAIT_S * 2 ** min(count - free, 10), LONGEST_WAIT_S))
