"""What a check of ``rag doctor`` reports."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

State: TypeAlias = Literal["ok", "note", "problem"]


@dataclass(frozen=True, slots=True)
class Check:
    """What was looked at, how it is, and the facts."""

    name: str
    state: State
    detail: str
