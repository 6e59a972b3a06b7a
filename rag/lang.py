"""The language of the interface: Vietnamese first, English where asked (``RAG_LANG=en``).

Both texts stand side by side where they are used, so that neither is forgotten when the other changes.
"""

from __future__ import annotations

from typing import Literal

Language = Literal["vi", "en"]
_current: Language = "vi"


def use_language(language: Language) -> None:
    """Choose the language of all later messages of this process."""
    global _current
    _current = language


def language() -> Language:
    """The language in use."""
    return _current


def say(vi: str, en: str) -> str:
    """The text in the language in use.

    >>> say("Đã xong", "Done")
    'Đã xong'
    """
    return en if _current == "en" else vi
