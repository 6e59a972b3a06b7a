"""Word lists written as text, so that they stay readable."""

from __future__ import annotations

import re
from typing import Final

_LATIN: Final = [chr(n) for n in (*range(0xC0, 0x250), *range(0x1E00, 0x1F00))]
CAPITALS: Final = "A-Z" + "".join(c for c in _LATIN if c.isupper())
"""Capital letters, marked ones too, for the inside of a character class; "À-Ỹ" would hold small letters as well."""
SMALL: Final = "a-z" + "".join(c for c in _LATIN if c.islower())
"""Small letters likewise."""


def words(text: str) -> frozenset[str]:
    """The words of a text, or its phrases where they are set apart by bars.

    >>> sorted(words("một hai")), sorted(words("dân tộc|chủ tịch"))
    (['hai', 'một'], ['chủ tịch', 'dân tộc'])
    """
    return frozenset(part.strip() for part in re.split(r"[|\n]" if "|" in text else r"\s+", text) if part.strip())


def alternation(text: str) -> str:
    r"""A pattern that matches any of the words or phrases, the longest first.

    >>> alternation("tỷ|tỷ lệ")
    '(?:tỷ\\ lệ|tỷ)'
    """
    return "(?:" + "|".join(re.escape(word) for word in sorted(words(text), key=lambda w: (-len(w), w))) + ")"
