"""Intervals of 95 %: Wilson for shares, bootstrap for other figures, paired bootstrap for differences."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

ROUNDS = 2000
_Z = 1.959964  # two-sided 95 % of the normal distribution


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with its 95 % interval and the number of questions behind it."""

    value: float
    low: float
    high: float
    n: int


def mean_estimate(values: Sequence[float], seed: int = 0) -> Estimate:
    """The mean; of shares (all values 0 or 1) with Wilson's interval, which stays honest at 0 and 1."""
    if set(values) <= {0.0, 1.0}:
        return wilson(sum(values), len(values))
    return estimate(values, lambda rows: float(np.mean(rows)), seed)


def estimate(values: Sequence[float], statistic: Callable[[npt.NDArray[np.float64]], float], seed: int = 0) -> Estimate:
    """Any statistic of the values with a percentile bootstrap interval."""
    rows = np.asarray(values, dtype=np.float64)
    rng = np.random.default_rng(seed)
    draws = [statistic(rows[rng.integers(0, len(rows), len(rows))]) for _ in range(_rounds(len(rows)))]
    low, high = np.quantile(draws, [0.025, 0.975])
    return Estimate(statistic(rows), float(low), float(high), len(rows))


def paired_difference(a: Sequence[float], b: Sequence[float], seed: int = 0) -> Estimate:
    """Mean of ``b - a`` over the same questions, with a paired bootstrap interval."""
    difference = [y - x for x, y in zip(a, b, strict=True)]
    return estimate(difference, lambda rows: float(np.mean(rows)), seed)


def grouped_estimate(groups: Sequence[Sequence[float]], statistic: Callable[..., float], seed: int = 0) -> Estimate:
    """A statistic of several samples (such as AUROC of two), each resampled on its own."""
    rng = np.random.default_rng(seed)
    arrays = [np.asarray(group, dtype=np.float64) for group in groups]
    n = sum(len(group) for group in arrays)
    draws = [statistic(*(group[rng.integers(0, len(group), len(group))].tolist() for group in arrays))
             for _ in range(min(200, _rounds(n)))]  # fmt: skip
    low, high = np.quantile(draws, [0.025, 0.975])
    return Estimate(statistic(*(list(group) for group in groups)), float(low), float(high), n)


def _rounds(n: int) -> int:
    return ROUNDS if n <= 5000 else 500


def wilson(successes: float, n: int) -> Estimate:
    """A share with Wilson's 95 % interval."""
    share = successes / n
    scale = 1 + _Z**2 / n
    middle = (share + _Z**2 / (2 * n)) / scale
    half = _Z * math.sqrt(share * (1 - share) / n + _Z**2 / (4 * n * n)) / scale
    return Estimate(share, min(share, max(0.0, middle - half)), max(share, min(1.0, middle + half)), n)
