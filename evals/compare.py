"""Two runs of the same questions side by side: paired differences and the questions that flipped. Pure functions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from evals.samples import DatasetError
from evals.score import Scored, Scores
from evals.stats import Estimate, paired_difference
from rag.lang import say

BY_CATEGORY = ("fact_accuracy", "crag_score", "citation_recall", "document_recall@1", "passage_recall@1")
"""Figures also compared within each category; all of them would be a wall of numbers."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Mean of ``b - a`` of one figure over the questions that both runs judged."""

    metric: str
    category: str
    a: float
    b: float
    change: Estimate

    @property
    def is_certain(self) -> bool:
        """Whether the 95 % interval leaves out zero."""
        return self.change.low > 0 or self.change.high < 0


@dataclass(frozen=True, slots=True)
class Flip:
    """A question that one run got right and the other did not."""

    id: str
    category: str
    before: str
    after: str
    better: bool


@dataclass(frozen=True, slots=True)
class Comparison:
    """What changed from run ``a`` to run ``b``."""

    n: int
    only_a: int
    only_b: int
    differences: tuple[Difference, ...]
    flips: tuple[Flip, ...]


def compare(a: Scores, b: Scores, seed: int = 0) -> Comparison:
    """Pair the questions of two runs by id.

    :raises DatasetError: If they share no question.
    """
    left, right = {s.id: s for s in a.samples}, {s.id: s for s in b.samples}
    pairs = [(left[id_], right[id_]) for id_ in left if id_ in right]
    if not pairs:
        raise DatasetError(say("Hai lượt chạy không có câu hỏi chung.", "The two runs share no question."))
    categories = ["all", *sorted({before.category for before, _ in pairs})]
    names = dict.fromkeys(name for before, _ in pairs for name in before.values)
    differences = [
        found
        for category in categories
        for name in names
        if category == "all" or name in BY_CATEGORY
        if (found := _difference(name, category, pairs, seed))
    ]
    flips = tuple(flip for before, after in pairs if (flip := _flip(before, after)))
    return Comparison(len(pairs), len(left) - len(pairs), len(right) - len(pairs), tuple(differences), flips)


def is_right(sample: Scored) -> bool:
    """Answered rightly, or rightly declined; where only retrieval was asked, the right document first."""
    if not sample.outcome:
        return sample.values.get("document_recall@1") == 1.0
    return sample.outcome == "right" if sample.answerable else sample.outcome in ("declined", "tentative")


def _difference(name: str, category: str, pairs: Sequence[tuple[Scored, Scored]], seed: int) -> Difference | None:
    values = [
        (x, y)
        for before, after in pairs
        if category in ("all", before.category)
        if (x := before.values.get(name)) is not None and (y := after.values.get(name)) is not None
    ]
    if not values:
        return None
    first, second = [x for x, _ in values], [y for _, y in values]
    change = paired_difference(first, second, seed)
    return Difference(name, category, sum(first) / len(first), sum(second) / len(second), change)


def _flip(before: Scored, after: Scored) -> Flip | None:
    was, now = is_right(before), is_right(after)
    if was == now:
        return None
    return Flip(before.id, before.category, before.outcome or "miss", after.outcome or "miss", better=now)
