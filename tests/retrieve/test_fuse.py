from __future__ import annotations

import numpy as np
import pytest

from rag.retrieve.fuse import fuse, zscore


def test_zscore_has_mean_zero_and_deviation_one() -> None:
    scores = zscore(np.array([2.0, 4.0, 9.0]))
    assert scores.mean() == pytest.approx(0.0)
    assert scores.std() == pytest.approx(1.0)


@pytest.mark.parametrize("scores", [[], [3.0], [5.0, 5.0]])
def test_scores_that_do_not_differ_prefer_nothing(scores: list[float]) -> None:
    assert zscore(np.array(scores)).tolist() == [0.0] * len(scores)


def test_weight_chooses_the_leg() -> None:
    dense, lexical = np.array([0.9, 0.8]), np.array([1.0, 30.0])
    assert fuse(dense, lexical, 1.0).argmax() == 0
    assert fuse(dense, lexical, 0.0).argmax() == 1


def test_a_leg_that_does_not_tell_leaves_the_other_alone() -> None:
    dense = np.array([0.9, 0.8, 0.7])
    assert fuse(dense, np.zeros(3), 0.5).argsort().tolist() == dense.argsort().tolist()
