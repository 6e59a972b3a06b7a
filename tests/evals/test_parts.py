"""The comparison of the two vector indexes."""

from __future__ import annotations

import json

from click.testing import CliRunner

from evals.bench.parts import command


def test_both_indexes_are_measured_and_agree():
    done = CliRunner().invoke(command, ["dense", "--vectors", "3000"])
    assert done.exit_code == 0, done.output
    exact, quantised = map(json.loads, done.output.splitlines())
    assert exact["recall_at_10"] == 1.0
    assert quantised["recall_at_10"] >= 0.98
    assert quantised["file_mb"] < 0.4 * exact["file_mb"]
