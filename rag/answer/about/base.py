"""What the checks share: a difference, and where a sentence stands."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Literal

DifferenceKind = Literal[
    "year", "part", "day", "reference", "number", "name", "office", "level", "means", "subject", "total"
]


@dataclass(frozen=True, slots=True)
class Difference:
    """Something the question names that the evidence is not about.

    :param asked: As in the question ("2018").
    :param found: What the evidence is about instead ("2020"), empty when it says nothing of the kind.
    """

    kind: DifferenceKind
    asked: str
    found: str = ""


@dataclass(frozen=True, slots=True)
class Setting:
    """Where a sentence stands: what a reader of the article knows when reaching it.

    :param before: The text of its passage before it.
    :param passage: The whole passage.
    :param lead: The sentence that opens the document.
    """

    before: str
    passage: str
    title: str
    published: date | None
    lead: str = ""


def sentences_backwards(before: str) -> tuple[str, ...]:
    """The sentences of a text, the last one first."""
    return tuple(reversed([s for s in re.split(r"(?<=[.!?…])\s+|\n+", before) if s.strip()]))
