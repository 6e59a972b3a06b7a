"""The steps of an answer on the event loop: each is worked out in a thread; going away ends the work."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from typing import TypeVar

import anyio
import anyio.to_thread
from starlette.requests import Request

from rag.types import Answer, Event

T = TypeVar("T")

_CLOSING_S = 0.05


async def steps(events: Generator[Event, None, None]) -> AsyncGenerator[Event, None]:
    """The events as they come. Closing the iterator, or cancelling who waits for it, closes the generator."""
    try:
        while (event := await anyio.to_thread.run_sync(next, events, None)) is not None:
            yield event
    finally:
        with anyio.CancelScope(shield=True):
            await _close(events)


async def _close(events: Generator[Event, None, None]) -> None:
    """Close the generator, after its running step where a thread is still at it."""
    while True:
        try:
            return await anyio.to_thread.run_sync(events.close)
        except ValueError:  # "generator already executing": the server was told to stop in the middle of a step
            await anyio.sleep(_CLOSING_S)


async def last_answer(events: Generator[Event, None, None]) -> Answer | str:
    """The answer that the events end with, or the message of their error."""
    found: Answer | str = ""
    async with contextlib.aclosing(steps(events)) as following:
        async for event in following:
            if event.kind in ("done", "error") and isinstance(event.data, Answer | str):
                found = event.data
    return found


async def unless_gone(request: Request, work: Callable[[], Awaitable[T]]) -> T | None:
    """What the work gives; ``None``, and the work cancelled, when the client leaves first."""
    found: T | None = None
    failed: Exception | None = None
    async with anyio.create_task_group() as group:

        async def watch() -> None:
            while (await request.receive())["type"] != "http.disconnect":
                pass
            group.cancel_scope.cancel()

        group.start_soon(watch)
        try:
            found = await work()
        except Exception as error:  # raised below: inside it would come out wrapped in a group
            failed = error
        group.cancel_scope.cancel()
    if failed is not None:
        raise failed
    return found
