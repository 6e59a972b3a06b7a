"""Scores as tables for a terminal and for Markdown: one row a figure, always with n and interval."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from evals.gates import Verdict
from evals.score import Measure, Scores
from rag.lang import say

MAIN = (
    "document_recall@1", "passage_recall@1", "document_recall@10", "fact_accuracy", "accuracy_when_answered",
    "coverage", "citation_precision", "citation_recall", "false_answer_rate_near", "false_answer_rate_far",
    "crag_score", "aurc",
)  # fmt: skip
"""What a table of several runs shows when nothing else is asked for."""


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


def runs_table(runs: Sequence[tuple[Mapping[str, Any], Scores]], metrics: Sequence[str]) -> str:
    """One Markdown line a run, for documents that quote figures.

    :param runs: What ``run.json`` says, and the scores.
    :param metrics: Figures to show; the main ones of the runs when empty.
    """
    chosen = metrics or [name for name in MAIN if any(scores.find(name) for _, scores in runs)]
    body = [_run_row(run, scores, chosen) for run, scores in runs]
    return markdown((say("Bộ", "Suite"), "baseline", say("Ngày", "Day"), "n", *chosen), body)


def _run_row(run: Mapping[str, Any], scores: Scores, metrics: Sequence[str]) -> tuple[str, ...]:
    cells = []
    for name in metrics:
        found = scores.find(name)
        cells.append(" ".join(_row(found)[1:3]).replace(" – ", "–") if found else "–")
    return run["suite"], run["baseline"] or "–", run["started"][:10], str(run["n_cases"]), *cells


def verdict_rows(verdicts: Iterable[Verdict]) -> list[tuple[str, str, str]]:
    """(gate, measured, holds) of each gate."""
    return [
        (str(v.gate), figure(v.measure.value, v.gate.metric) if v.measure else "–", "✓" if v.holds else "✗")
        for v in verdicts
    ]
