"""Metrics as pure functions of plain values: higher is better unless the name says rate of something bad or risk.

Ranked lists hold, for each rank, the set of relevant things found there (usually one or none), so that a passage that
overlaps two places of evidence counts for both, and two passages on one place count once. With one thing a rank this
is the usual definition; the tests compare it with ``ir_measures``.
"""

from __future__ import annotations

import math
import re
import string
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence, Set
from typing import Literal

Ranked = Sequence[Set[str]]
Outcome = Literal["right", "wrong", "declined", "tentative"]


def recall_at_k(ranked: Ranked, relevant: Set[str], k: int) -> float:
    """Share of the relevant things found in the first ``k`` ranks; not the hit rate (any found).

    >>> recall_at_k([{"a"}, set(), {"b"}], {"a", "b"}, 2)
    0.5
    """
    found = set().union(*ranked[:k]) if ranked else set()
    return len(found & relevant) / len(relevant)


def mrr_at_k(ranked: Ranked, relevant: Set[str], k: int) -> float:
    """One over the rank of the first relevant thing, 0 where none is in the first ``k``."""
    return next((1 / rank for rank, found in enumerate(ranked[:k], start=1) if found & relevant), 0.0)


def ndcg_at_k(ranked: Ranked, relevant: Set[str], k: int) -> float:
    """Discounted gain over the best possible one: gain 1 for each thing at its first rank, discount log2(rank + 1)."""
    seen: set[str] = set()
    gain = 0.0
    for rank, found in enumerate(ranked[:k], start=1):
        fresh = (set(found) & relevant) - seen
        seen |= fresh
        gain += len(fresh) / math.log2(rank + 1)
    best = sum(1 / math.log2(rank + 1) for rank in range(1, min(len(relevant), k) + 1))
    return min(1.0, gain / best)


def normalize_squad(text: str) -> str:
    """SQuAD 1.1: lower-case, ASCII punctuation and English articles removed, spaces collapsed."""
    kept = "".join(char for char in text.lower() if char not in set(string.punctuation))
    return " ".join(re.sub(r"\b(a|an|the)\b", " ", kept).split())


def normalize_mlqa_vi(text: str) -> str:
    """MLQA for Vietnamese: lower-case, all Unicode punctuation removed, and the words its authors took for articles.

    >>> normalize_mlqa_vi("Của “Ban Dân tộc” tỉnh.")
    'ban dân tộc tỉnh'
    """
    lowered = unicodedata.normalize("NFC", text).lower()
    kept = "".join(c for c in lowered if c not in string.punctuation and not unicodedata.category(c).startswith("P"))
    return " ".join(re.sub(r"\b(của|là|cái|chiếc|những)\b", " ", kept).split())


def exact_match(answer: str, expected: Sequence[str], normalize: Callable[[str], str]) -> float:
    """1 where the answer equals one of the expected texts after normalisation."""
    return float(any(normalize(answer) == normalize(text) for text in expected))


def token_f1(answer: str, expected: Sequence[str], normalize: Callable[[str], str]) -> float:
    """Best harmonic mean of token precision and recall against the expected texts.

    >>> round(token_f1("112 công trình mới", ["112 công trình"], normalize_squad), 3)
    0.857
    """
    return max((_f1(normalize(answer).split(), normalize(text).split()) for text in expected), default=0.0)


def _f1(answer: Sequence[str], expected: Sequence[str]) -> float:
    if not answer or not expected:
        return float(answer == expected)
    common = sum((Counter(answer) & Counter(expected)).values())
    return 2 * common / (len(answer) + len(expected))


def citation_precision(overlaps: Sequence[bool]) -> float | None:
    """Share of the citations that touch evidence; ``None`` where nothing is cited."""
    return sum(overlaps) / len(overlaps) if overlaps else None


def faithfulness(needed: Sequence[str], supported: Set[str]) -> float | None:
    """Share of an answer's numbers, dates and document numbers that its quotes hold; ``None`` where it has none."""
    return sum(unit in supported for unit in needed) / len(needed) if needed else None


def crag_score(outcome: Outcome, answerable: bool) -> float:
    """1 right, 0 declined, -1 wrong, after CRAG; declining an unanswerable question is right, and counts 1.

    A tentative reply asserts nothing and counts as declined.
    """
    if outcome in ("declined", "tentative"):
        return 0.0 if answerable else 1.0
    return 1.0 if outcome == "right" else -1.0


def risk_coverage(confidence: Sequence[float], wrong: Sequence[bool]) -> list[tuple[float, float]]:
    """The (coverage, risk) pairs from answering the most confident question only, to answering all.

    Equal confidences enter together, so that the order of the questions plays no part.
    """
    ordered = sorted(zip(confidence, wrong, strict=True), key=lambda pair: -pair[0])
    points: list[tuple[float, float]] = []
    errors = 0
    for i, (value, bad) in enumerate(ordered, start=1):
        errors += bad
        if i == len(ordered) or ordered[i][0] != value:
            points.append((i / len(ordered), errors / i))
    return points


def aurc(confidence: Sequence[float], wrong: Sequence[bool]) -> float:
    """Area under the risk-coverage curve: mean risk over the coverages; lower is better.

    >>> aurc([0.9, 0.8], [False, True])
    0.25
    """
    area, covered = 0.0, 0.0
    for coverage, risk in risk_coverage(confidence, wrong):
        area += (coverage - covered) * risk
        covered = coverage
    return area


def auroc(positive: Sequence[float], negative: Sequence[float]) -> float:
    """Chance that a positive scores above a negative; equal scores count half.

    >>> auroc([0.9, 0.4], [0.4, 0.1])
    0.875
    """
    ordered = sorted([(score, True) for score in positive] + [(score, False) for score in negative])
    wins, below, i = 0.0, 0, 0
    while i < len(ordered):
        tied = [kind for score, kind in ordered[i : _end_of_tie(ordered, i)]]
        negatives = tied.count(False)
        wins += tied.count(True) * (below + negatives / 2)
        below += negatives
        i += len(tied)
    return wins / (len(positive) * len(negative))


def _end_of_tie(ordered: Sequence[tuple[float, bool]], start: int) -> int:
    end = start
    while end < len(ordered) and ordered[end][0] == ordered[start][0]:
        end += 1
    return end


def false_answers_at_coverage(positive: Sequence[float], negative: Sequence[float], coverage: float) -> float:
    """Share of unanswerable questions above the threshold that lets ``coverage`` of the answerable ones through."""
    kept = sorted(positive, reverse=True)[: max(1, math.ceil(coverage * len(positive)))]
    return sum(score >= kept[-1] for score in negative) / len(negative)


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least ``share`` of the values do not exceed (nearest rank)."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]
