"""Pictures of how far the confidence can be trusted: risk over coverage beside a baseline, and its reliability."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from evals import metrics
from evals.score import Scored, Scores
from rag.lang import say

_BINS = 5


@dataclass(frozen=True, slots=True)
class Bin:
    """Questions of like confidence.

    :param confidence: Their mean, 0 to 1.
    :param right: Share whose best answer is right.
    """

    n: int
    confidence: float
    right: float


def reliability(samples: Sequence[Scored], bins: int = _BINS) -> tuple[Bin, ...]:
    """Mean confidence and share of right answers in equal steps of confidence; empty steps are left out."""
    groups: dict[int, list[Scored]] = {}
    for sample in samples:
        if sample.outcome:
            groups.setdefault(min(bins - 1, int(sample.confidence * bins)), []).append(sample)
    return tuple(
        Bin(len(g), sum(s.confidence for s in g) / len(g), sum(s.forced_right for s in g) / len(g))
        for _, g in sorted(groups.items())
    )


def calibration_error(bins: Sequence[Bin]) -> float:
    """Expected calibration error: distance of confidence and share of right answers, weighted by questions."""
    n = sum(b.n for b in bins)
    return sum(b.n * abs(b.confidence - b.right) for b in bins) / n if n else 0.0


def fused_curve(scores: Scores, logged: Mapping[str, Mapping[str, Any]]) -> tuple[tuple[float, float], ...]:
    """Risk over coverage of the same answers, the fused score of the best passage in the confidence's place.

    :param logged: The run's samples by id.
    """
    asked = [s for s in scores.samples if s.outcome and s.id in logged]
    if not asked:
        return ()
    scored = [max((hit["score"] for hit in logged[s.id]["hits"]), default=-100.0) for s in asked]
    return tuple(metrics.risk_coverage(scored, [not s.forced_right for s in asked]))


def figures(scores: Scores, logged: Mapping[str, Mapping[str, Any]]) -> str:
    """Both pictures as HTML; empty where nothing was asked."""
    if not scores.curve:
        return ""
    fused = fused_curve(scores, logged)
    label = say("Rủi ro (dọc) theo độ phủ (ngang); nét đứt: điểm truy hồi gộp thay cho độ tin cậy",
                "Risk (up) over coverage (right); dashed: the fused retrieval score instead")  # fmt: skip
    lines = _line(fused, "#9aa0a6", "5 4") + _line(scores.curve, "#1a73e8")
    bins = reliability(scores.samples)
    error = calibration_error(bins)
    told = say(f"Độ tin cậy (ngang) và tỷ lệ đúng (dọc); sai lệch {error:.3f}",
               f"Confidence (right) and share of right answers (up); calibration error {error:.3f}")  # fmt: skip
    points = [(b.confidence, b.right) for b in bins]
    dots = "".join(
        f'<circle cx="{20 + 370 * x:.1f}" cy="{210 - 200 * y:.1f}" r="{2 + 8 * b.n / len(scores.samples):.1f}" '
        f'fill="#1a73e8"><title>n={b.n}: {x:.2f} → {y:.2f}</title></circle>'
        for b, (x, y) in zip(bins, points, strict=True)
    )
    return _picture(label, lines) + _picture(told, _line([(0, 0), (1, 1)], "#9aa0a6", "5 4") + dots)


def _line(points: Iterable[tuple[float, float]], color: str, dashes: str = "") -> str:
    line = " ".join(f"{20 + 370 * x:.1f},{210 - 200 * y:.1f}" for x, y in points)
    dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
    return f'<polyline points="{line}" fill="none" stroke="{color}" stroke-width="2"{dashed}/>'


def _picture(label: str, inside: str) -> str:
    name = escape(label)
    return (f'<h2>{name}</h2><svg viewBox="0 0 400 230" role="img" aria-label="{name}">'
            f'<path d="M20 10V210H390" fill="none" stroke="#5f6368"/>{inside}</svg>')  # fmt: skip
