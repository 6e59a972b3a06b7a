"""The closer look: where two passages score nearly the same, reading them beside the question decides which is first.

Neighbouring paragraphs of one article share most words with a question about one of them, and no sum of scores tells
them apart. A network that reads question and passage together does, but it takes as long as the whole search; so it is
asked only where the first are that close, for a few in a hundred questions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol, runtime_checkable

from rag.types import Hit, Passage

CLOSE = 0.3
"""Difference from the first score up to which a hit is read. Chosen on one half of XQuAD-vi alone and among all news:
with wider limits the figures of both halves stay the same to a question or two, so the least reading was taken."""
_AT_MOST = 4
"""Hits that are read."""
WEIGHT = 0.05
"""What a unit of the reader's log-odds counts beside the scores; 0.03 to 0.08 do the same."""
_LEAST, _MOST = -8.0, 12.0
"""Log-odds beyond which nothing is told apart any more."""


@runtime_checkable
class CloserReader(Protocol):
    """Reads a passage beside a question."""

    def answers(self, question: str, passage: Passage) -> float | None:
        """Log-odds that the passage holds an answer; ``None`` where it cannot be read."""
        ...


def look_closer(question: str, hits: Sequence[Hit], reader: CloserReader | None) -> tuple[Hit, ...]:
    """The hits, those that score nearly as much as the first in the order that reading prefers.

    Scores belong to places: what comes after weighs how far the first is ahead of the second, not which it was.

    :param hits: Best first, reprints joined.
    """
    close = [hit for hit in hits[:_AT_MOST] if hits[0].score - hit.score <= CLOSE]
    if reader is None or len(close) < 2:
        return tuple(hits)
    odds = [reader.answers(question, hit.passage) for hit in close]
    counted = [hit.score + _counted(o) for hit, o in zip(close, odds, strict=True) if o is not None]
    if len(counted) < len(close):
        return tuple(hits)
    order = sorted(range(len(close)), key=lambda i: -counted[i])
    moved = [replace(close[i], score=place.score) for i, place in zip(order, close, strict=True)]
    return (*moved, *hits[len(close) :])


def _counted(odds: float) -> float:
    return WEIGHT * min(max(odds, _LEAST), _MOST)
