"""What both legs of the search return."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scored:
    """A passage's number and its score; higher is better."""

    id: int
    score: float
