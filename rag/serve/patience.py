"""How long the server waits for a request to be told: whoever dawdles must not hold its connections for ever.

A reverse proxy in front does this too; without one a single machine could otherwise use up the open files of the
server by beginning many requests and never ending them.
"""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD_S = 20.0
"""From the opening of a connection, or the first byte of a further request on it, to the end of its headers."""


class PatientProtocol(H11Protocol):
    """HTTP/1.1 that closes a connection on which a request was begun and not told to the end of its headers."""

    _limit: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait."""
        super().connection_made(transport)
        self._wait()

    def data_received(self, data: bytes) -> None:
        """Wait no longer once a request is being answered; else go on."""
        super().data_received(data)
        if self._is_answering():
            self._stop_waiting()
        else:
            self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nobody left to wait for."""
        self._stop_waiting()
        super().connection_lost(exc)

    def _is_answering(self) -> bool:
        cycle: Any = self.cycle
        return cycle is not None and not cycle.response_complete

    def _wait(self) -> None:
        if self._limit is None:
            self._limit = self.loop.call_later(HEAD_S, self._give_up)

    def _stop_waiting(self) -> None:
        if self._limit is not None:
            self._limit.cancel()
            self._limit = None

    def _give_up(self) -> None:
        self._limit = None
        if not self._is_answering():
            self.transport.close()
