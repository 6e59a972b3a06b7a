"""The language of the interface: Vietnamese first, English where asked (``RAG_LANG=en``).

Both texts stand side by side where they are used, so that neither is forgotten when the other changes.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Literal

Language = Literal["vi", "en"]
_current: Language = "vi"
_asked: ContextVar[Language | None] = ContextVar("asked", default=None)


def use_language(language: Language) -> None:
    """Choose the language of all later messages of this process."""
    global _current
    _current = language


def language() -> Language:
    """The language in use."""
    return _asked.get() or _current


@contextmanager
def speaking(language: Language | None) -> Iterator[None]:
    """Use another language inside the block and in what it starts, such as for one request.

    :param language: ``None`` leaves it as it is.
    """
    token = _asked.set(language or _asked.get())
    try:
        yield
    finally:
        _asked.reset(token)


def say(vi: str, en: str) -> str:
    """The text in the language in use.

    >>> say("Đã xong", "Done")
    'Đã xong'
    """
    return en if language() == "en" else vi
