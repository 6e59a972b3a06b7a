"""Repair the layout of a text before it is stored: clean characters, whole words, one blank line at most.

A single line break stays inside its paragraph (a hard-wrapped line); a blank line ends a paragraph.
"""

from __future__ import annotations

import re

from rag.text.syllable import is_syllable
from rag.text.unicode import clean

_BLANK_RUN = re.compile(r"\n{3,}")
# One capital letter alone on its line, perhaps after an opening quote.
_DROP_CAP = re.compile(r"(?m)^([“\"'(]?)([^\W\d_])\n\n?(?=([^\W\d_]{1,6}))")


def tidy(text: str) -> str:
    r"""The text as it is stored. Tidying twice changes nothing.

    >>> tidy("Đ\\nồng chí Trưởng Ban  \\n\\n\\n\\ntặng giấy khen")
    'Đồng chí Trưởng Ban\\n\\ntặng giấy khen'
    """
    text = clean(text)
    # Not one pattern for the edges of lines: on a million spaces it would take hours.
    text = _BLANK_RUN.sub("\n\n", "\n".join(line.strip() for line in text.split("\n"))).strip()
    if "\n" not in text:
        return text
    return _DROP_CAP.sub(_join_drop_cap, text)


def _join_drop_cap(match: re.Match[str]) -> str:
    quote, capital, rest = match.groups()
    is_one_word = capital.isupper() and rest.islower() and is_syllable(capital + rest)
    return quote + capital if is_one_word else match.group()
