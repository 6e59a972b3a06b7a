"""What commands print: readable text for people, JSON for programs, nothing that could steer a terminal."""

from __future__ import annotations

import json
import sys
import unicodedata
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console

    from rag.types import Citation, DocumentInfo


def printable(text: str) -> str:
    """Text from documents with control and direction characters replaced, line ends and tabs kept.

    >>> printable("tỉnh" + chr(27) + "[31m")
    'tỉnh�[31m'
    """
    return "".join("\ufffd" if _steers_terminal(char) else char for char in text)


def _steers_terminal(char: str) -> bool:
    # Cf holds the direction marks that reorder a line; the two joiners are harmless and belong to words.
    return char not in "\n\t\u200c\u200d" and unicodedata.category(char) in ("Cc", "Cf", "Cs")


def console(*, err: bool = False) -> Console:
    """A console on the process's output that takes text literally: no markup, no colouring of numbers.

    :param err: Write to stderr instead.
    """
    from rich.console import Console

    return Console(stderr=err, markup=False, highlight=False, emoji=False)


def print_json(value: Any) -> None:
    """Print one JSON value: indented for a person at a terminal, on one line for a program."""
    indent = 2 if sys.stdout.isatty() else None
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=indent, allow_nan=False) + "\n")


def shown_date(value: Any) -> str:
    """A date as people here write it, ``22/01/2021``; empty for ``None``."""
    return value.strftime("%d/%m/%Y") if value else ""


def describe(thing: Citation | DocumentInfo) -> str:
    """Title, publisher and date of what is cited, as one line."""
    title = thing.title or thing.source
    facts = ", ".join(fact for fact in (thing.publisher, shown_date(thing.published)) if fact)
    return printable(f"{title} ({facts})" if facts else title)
