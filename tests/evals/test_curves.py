from __future__ import annotations

import pytest

from evals.curves import calibration_error, figures, fused_curve, reliability
from evals.score import Scored, Scores


def _scored(name: str, confidence: float, right: bool) -> Scored:
    return Scored(name, "number", True, "right" if right else "wrong", {}, confidence, right)


SAMPLES = (_scored("a", 0.9, True), _scored("b", 0.95, True), _scored("c", 0.1, False), _scored("d", 0.15, True))


def test_reliability_groups_like_confidence() -> None:
    low, high = reliability(SAMPLES)
    assert (low.n, low.confidence, low.right) == (2, pytest.approx(0.125), 0.5)
    assert (high.n, high.confidence, high.right) == (2, pytest.approx(0.925), 1.0)
    assert calibration_error((low, high)) == pytest.approx((2 * 0.375 + 2 * 0.075) / 4)


def test_fused_score_orders_the_same_answers() -> None:
    scores = Scores("s", (), SAMPLES, ((0.5, 0.0), (1.0, 0.25)))
    logged = {s.id: {"hits": [{"score": score}]} for s, score in zip(SAMPLES, (1.0, 2.0, 3.0, 0.5), strict=True)}
    assert fused_curve(scores, logged)[0] == (0.25, 1.0)
    page = figures(scores, logged)
    assert page.count("<svg") == 2
    assert "stroke-dasharray" in page


def test_run_without_answers_has_no_pictures() -> None:
    assert figures(Scores("s", (), ()), {}) == ""
