"""Scores as tables for a terminal and for Markdown: one row a figure, always with n and interval."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from evals.gates import Verdict
from evals.score import Measure, Scores
from rag.lang import say


def figure(value: float, metric: str) -> str:
    """A figure as shown: milliseconds with one decimal, shares with three."""
    return f"{value:.1f}" if metric.endswith("_ms") else f"{value:.3f}"


def rows(scores: Scores, category: str = "all") -> list[tuple[str, ...]]:
    """(figure, value, interval, n, not judged) of a category."""
    return [_row(measure) for measure in scores.measures if measure.category == category]


def _row(m: Measure) -> tuple[str, ...]:
    interval = f"{figure(m.low, m.metric)} – {figure(m.high, m.metric)}"
    return m.metric, figure(m.value, m.metric), interval, str(m.n), str(m.unjudged or "")


def headings() -> tuple[str, ...]:
    """Heads of the columns of :func:`rows`."""
    return (say("Thước đo", "Metric"), say("Giá trị", "Value"), say("Khoảng 95 %", "95 % interval"), "n",
            say("Chưa đánh giá", "Not judged"))  # fmt: skip


def markdown(head: Sequence[str], body: Iterable[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *body]
    return "\n".join(
        "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in line) + " |" for line in lines
    )


def verdict_rows(verdicts: Iterable[Verdict]) -> list[tuple[str, str, str]]:
    """(gate, measured, holds) of each gate."""
    return [
        (str(v.gate), figure(v.measure.value, v.gate.metric) if v.measure else "–", "✓" if v.holds else "✗")
        for v in verdicts
    ]
