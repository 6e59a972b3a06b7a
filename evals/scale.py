"""``python -m evals.scale --store DIR``: do answers stay what they are when unrelated documents are added?

The questions of a suite are asked of its own documents alone, and of the same documents added to a copy of a store of
other ones. Printed: how many change their status, and coverage and false answers at each size. Questions on anything
else ("far": the price of gold) are set apart: documents that speak of it are not unrelated to them.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from evals.samples import Case
from evals.suite import Suite, load_suite, prepare
from rag.types import Answer, Turn

_CHANGED = 0.02
"""Share of the questions that may change their status."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Ask both ways and compare; 1 where too many change."""
    parser = argparse.ArgumentParser(prog="python -m evals.scale", description=__doc__)
    parser.add_argument("--suite", default="articles")
    parser.add_argument("--store", type=Path, action="append", required=True, help="stores of other documents")
    given = parser.parse_args(arguments)
    suite = load_suite(given.suite)
    alone = _asked(suite, None)
    _print("alone", suite, alone, alone)
    shares = [_print(store.name, suite, alone, _asked(suite, store)) for store in given.store]
    return int(max(shares) > _CHANGED)


def _asked(suite: Suite, store: Path | None) -> list[Answer]:
    with tempfile.TemporaryDirectory() as folder:
        if store:
            shutil.copytree(store, Path(folder) / "store")
        assistant, _ = prepare(suite, Path(folder), lambda *_: None)
        print(f"{assistant.n_documents} documents")
        answers = [_ask(assistant.ask, case) for case in suite.cases]
        assistant.close()
        return answers


def _ask(ask: object, case: Case) -> Answer:
    assert callable(ask)  # noqa: S101
    history = tuple(Turn(t.question, t.answer) for t in case.history)
    answer = ask(case.question, history)
    assert isinstance(answer, Answer)  # noqa: S101
    return answer


def _print(name: str, suite: Suite, alone: Sequence[Answer], answers: Sequence[Answer]) -> float:
    """Both groups; the share of the first one's questions that change."""
    rows = list(zip(suite.cases, alone, answers, strict=True))
    share = _print_group(name, [row for row in rows if row[0].category != "far"])
    if far := [row for row in rows if row[0].category == "far"]:
        _print_group(f"{name}, far questions", far)
    return share


def _print_group(name: str, pairs: Sequence[tuple[Case, Answer, Answer]]) -> float:
    changed = [(case, a.status, b.status) for case, a, b in pairs if a.status != b.status]
    answerable = [b.status == "answered" for case, _, b in pairs if case.answerable]
    others = [b.status == "answered" for case, _, b in pairs if not case.answerable]
    share = len(changed) / len(pairs)
    print(f"{name}: n={len(pairs)} changed {share:.3f}, coverage {sum(answerable) / max(1, len(answerable)):.3f}, "
          f"false answers {sum(others) / max(1, len(others)):.3f}")  # fmt: skip
    for case, before, after in changed:
        print(f"  {case.id} {before} -> {after}: {case.question}")
    return share


if __name__ == "__main__":
    sys.exit(main())
