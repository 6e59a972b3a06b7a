"""Named moments between two states of what lies on the disk. They do nothing.

Tests stop a process at each of them and look at what is left; nothing in the product listens.
"""

from __future__ import annotations

from collections.abc import Callable

Listener = Callable[[str], None]
_listeners: list[Listener] = []


def step(name: str) -> None:
    """Say that a moment is reached."""
    for listener in _listeners:
        listener(name)


def listen(listener: Listener) -> None:
    """Have a function called at every moment from now on, with its name."""
    _listeners.append(listener)
