"""The machinery on the real assistant, kept to the seed article."""

from pathlib import Path

import pytest

from evals.gates import exit_code, judge_gates, read_gates
from evals.perform import Plan, perform
from evals.score import score_run
from evals.suite import load_suite

pytestmark = pytest.mark.encoder


def test_the_seed_questions_hold_their_gates_and_a_second_run_embeds_nothing(tmp_path: Path) -> None:
    first, second = list[str](), list[str]()
    suite = load_suite("seeds")
    scores = score_run(perform(suite, Plan(tmp_path), lambda stage, done, total: first.append(stage)))
    assert exit_code(judge_gates(read_gates("seeds"), scores)) == 0
    perform(suite, Plan(tmp_path, limit=1), lambda stage, done, total: second.append(stage))
    encoding = "mã hoá đoạn"
    assert encoding in first
    assert encoding not in second
