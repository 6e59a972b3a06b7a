"""Gates: what a suite's figures must reach, in a small file each (``gates/<suite>.toml``).

::

    gates = ["fact_accuracy >= 0.9", "fact_accuracy[number] >= 0.95", "false_answer_rate_far <= 0.01"]

A gate on a figure that was not measured cannot be judged: that is "could not run", not a pass.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from evals.samples import DatasetError
from evals.score import Measure, Scores
from rag.lang import say

GATES = Path(__file__).parent / "gates"
_GATE = re.compile(r"\s*(?P<metric>[\w@]+)(?:\[(?P<category>\w+)\])?\s*(?P<sign>>=|<=)\s*(?P<bound>-?\d+(?:\.\d+)?)\s*")


@dataclass(frozen=True, slots=True)
class Gate:
    """One condition on one figure."""

    metric: str
    category: str
    at_least: bool
    bound: float

    def __str__(self) -> str:
        where = "" if self.category == "all" else f"[{self.category}]"
        return f"{self.metric}{where} {'>=' if self.at_least else '<='} {self.bound:g}"


@dataclass(frozen=True, slots=True)
class Verdict:
    """A gate and what was measured; ``measure`` is ``None`` where nothing was."""

    gate: Gate
    measure: Measure | None

    @property
    def holds(self) -> bool:
        """Whether the figure is on the right side of the bound."""
        if self.measure is None:
            return False
        return self.measure.value >= self.gate.bound if self.gate.at_least else self.measure.value <= self.gate.bound


def read_gates(suite: str, path: Path | None = None) -> tuple[Gate, ...]:
    """The gates of a suite; none where it has no file.

    :param path: Another file than the shipped one.
    :raises DatasetError: If the file or one of its lines cannot be understood.
    """
    chosen = path or GATES / f"{suite}.toml"
    if path is None and not chosen.is_file():
        return ()
    try:
        lines = tomllib.loads(chosen.read_text(encoding="utf-8"))["gates"]
    except (OSError, ValueError, KeyError) as error:
        raise DatasetError(say(f"{chosen}: cần một danh sách 'gates' ({error!r}).",
                               f"{chosen}: expected a list 'gates' ({error!r}).")) from error  # fmt: skip
    return tuple(_parse(line, chosen) for line in lines)


def _parse(line: str, path: Path) -> Gate:
    found = _GATE.fullmatch(line)
    if not found:
        raise DatasetError(say(f"{path}: không hiểu '{line}'; mẫu: 'fact_accuracy[number] >= 0.9'.",
                               f"{path}: cannot read '{line}'; example: 'fact_accuracy[number] >= 0.9'."))  # fmt: skip
    return Gate(found["metric"], found["category"] or "all", found["sign"] == ">=", float(found["bound"]))


def judge_gates(gates: Iterable[Gate], scores: Scores) -> tuple[Verdict, ...]:
    """Each gate with the figure it is about."""
    return tuple(Verdict(gate, scores.find(gate.metric, gate.category)) for gate in gates)


def exit_code(verdicts: Iterable[Verdict]) -> int:
    """0 all gates hold, 1 one failed, 2 one could not be judged and none failed."""
    judged = list(verdicts)
    if any(verdict.measure and not verdict.holds for verdict in judged):
        return 1
    return 2 if any(verdict.measure is None for verdict in judged) else 0


def verdict_line(verdicts: Iterable[Verdict]) -> str:
    """One line that agrees with :func:`exit_code`."""
    judged = list(verdicts)
    if not judged:
        return say("ĐẠT: không có ngưỡng nào để xét.", "PASSED: there is no gate to judge.")
    missing = [str(v.gate) for v in judged if v.measure is None]
    failed = [f"{v.gate} ({v.measure.value:.4g})" for v in judged if v.measure and not v.holds]
    if failed:
        return say("KHÔNG ĐẠT: ", "FAILED: ") + "; ".join(failed)
    if missing:
        return say("KHÔNG ĐÁNH GIÁ ĐƯỢC: chưa đo ", "COULD NOT RUN: not measured: ") + "; ".join(missing)
    return say(f"ĐẠT: {len(judged)}/{len(judged)} ngưỡng.", f"PASSED: {len(judged)}/{len(judged)} gates.")
