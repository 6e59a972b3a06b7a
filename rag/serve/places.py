"""Places for answers: so many are worked on at once, so many wait in line, and more are told to come back.

A refusal costs nothing, so it comes at once; without the bound everybody would wait for everybody.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections import deque
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Future

from rag.errors import RagError
from rag.lang import say

LOOK_EVERY_S = 0.5
"""How often those who wait are told how many are before them."""
RETRY_AFTER_S = 5
"""What people who find no place are asked to wait: a few answers of a busy machine."""


class FullError(RagError):
    """All places are taken, and those in line too."""

    def __init__(self) -> None:
        super().__init__(
            say(
                "Nhiều người đang hỏi cùng lúc. Xin hỏi lại sau vài giây.",
                "Many people are asking at once. Please ask again in a few seconds.",
            )
        )


class Places:
    """The places of this process. Safe from threads and from the event loop.

    :param at_once: Answers worked on at the same time.
    :param waiting: How many more may wait.
    """

    def __init__(self, at_once: int, waiting: int) -> None:
        self._at_once = at_once
        self._may_wait = waiting
        self._lock = threading.Lock()
        self._busy = 0
        self._line: deque[Future[None]] = deque()

    @property
    def busy(self) -> int:
        """Answers being worked on."""
        return self._busy

    @property
    def waiting(self) -> int:
        """How many wait in line."""
        return len(self._line)

    @property
    def size(self) -> int:
        """Answers worked on at once at most."""
        return self._at_once

    def reserve(self) -> Place:
        """A place, or one in the line.

        :raises FullError: At once, when there is neither.
        """
        ticket: Future[None] = Future()
        with self._lock:
            if self._busy < self._at_once:
                self._busy += 1
                ticket.set_result(None)
            elif len(self._line) < self._may_wait:
                self._line.append(ticket)
            else:
                raise FullError
        return Place(ticket, self._leave, self._ahead)

    def _ahead(self, ticket: Future[None]) -> int:
        with self._lock:
            return self._busy + self._line.index(ticket) if ticket in self._line else 0

    def _leave(self, ticket: Future[None]) -> None:
        with self._lock:
            if not ticket.done():  # somebody in line went away
                ticket.cancel()
                self._line.remove(ticket)
                return
            while self._line:
                following = self._line.popleft()
                if following.set_running_or_notify_cancel():
                    following.set_result(None)
                    return
            self._busy -= 1


class Place:
    """One person's place, or her place in line; leave it exactly once (more does no harm)."""

    def __init__(
        self, ticket: Future[None], leave: Callable[[Future[None]], None], ahead: Callable[[Future[None]], int]
    ) -> None:
        self.ticket = ticket
        self._leave = leave
        self._ahead = ahead
        self._left = False
        self._after: list[Callable[[], None]] = []

    @property
    def is_ready(self) -> bool:
        """Whether work may begin."""
        return self.ticket.done()

    @property
    def ahead(self) -> int:
        """Unfinished answers before this one; 0 = its work may begin."""
        return self._ahead(self.ticket)

    async def wait(self) -> None:
        """Wait on the event loop until work may begin."""
        async for _ in self.line():
            pass

    async def line(self) -> AsyncIterator[int]:
        """How many are ahead, told again whenever that has changed, until work may begin."""
        told, turn = 0, asyncio.wrap_future(self.ticket)
        while not self.is_ready:
            if (ahead := self.ahead) != told:
                yield (told := ahead)
            # This leaves the future alone when the caller is cancelled: `leave` gives the ticket back.
            await asyncio.wait([turn], timeout=LOOK_EVERY_S)

    def leave(self) -> None:
        """Let the next one in."""
        if not self._left:
            self._left = True
            self._leave(self.ticket)
            for call in self._after:
                call()

    def then(self, call: Callable[[], None]) -> None:
        """Have something done when the place is left."""
        self._after.append(call)


@contextlib.asynccontextmanager
async def seated(place: Place) -> AsyncIterator[None]:
    """Wait for a reserved place, and leave it at the end."""
    try:
        await place.wait()
        yield
    finally:
        place.leave()
