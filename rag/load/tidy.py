"""Repair the layout of a text before it is stored: clean characters, whole words, one blank line at most.

A single line break stays inside its paragraph (a hard-wrapped line); a blank line ends a paragraph.
"""

from __future__ import annotations

import re
import unicodedata

from rag.text.syllable import is_syllable
from rag.text.unicode import clean

_BLANK_RUN = re.compile(r"\n{3,}")
# One capital letter alone on its line, perhaps after an opening quote.
_DROP_CAP = re.compile(r"(?m)^([“\"'(]?)([^\W\d_])\n\n?(?=([^\W\d_]{1,6}))")


def tidy(text: str) -> str:
    r"""The text as it is stored. Tidying twice changes nothing.

    >>> tidy("Đ\nồng chí Trưởng Ban  \n\n\n\ntặng giấy khen")
    'Đồng chí Trưởng Ban\n\ntặng giấy khen'
    """
    if not is_clean(text):
        text = clean(text)
    # Not one pattern for the edges of lines: on a million spaces it would take hours.
    lines = [line.strip() for line in text.split("\n")]
    text = "\n".join(lines).strip()
    if "\n\n\n" in text:
        text = _BLANK_RUN.sub("\n\n", text)
    return _DROP_CAP.sub(_join_drop_cap, text) if any(0 < len(line) <= 2 for line in lines) else text


def is_clean(text: str) -> bool:
    """Whether cleaning would change nothing, found quickly: most text of news needs none, and rows come in thousands.

    A text may be clean though this says no.
    """
    is_plain = text.replace("\n", " ").isprintable() and "\u034f" not in text  # a mark that prints nothing
    return is_plain and "ð" not in text and "Ð" not in text and unicodedata.is_normalized("NFC", text)


def _join_drop_cap(match: re.Match[str]) -> str:
    quote, capital, rest = match.groups()
    is_one_word = capital.isupper() and rest.islower() and is_syllable(capital + rest)
    return quote + capital if is_one_word else match.group()
