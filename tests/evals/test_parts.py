"""Single parts are measured: both vector indexes, an ingest without its encoding."""

from __future__ import annotations

import json

from click.testing import CliRunner

from evals.bench.parts import command


def test_both_indexes_are_measured_and_agree():
    done = CliRunner().invoke(command, ["dense", "--vectors", "3000"])
    assert done.exit_code == 0, done.output
    exact, quantised = map(json.loads, done.output.splitlines())
    assert exact["recall_at_10"] >= 0.99
    assert quantised["recall_at_10"] >= 0.98
    assert quantised["file_mb"] < 0.6 * exact["file_mb"]


def test_an_ingest_without_encoding_is_timed() -> None:
    done = CliRunner().invoke(command, ["ingest", "--n", "5"], catch_exceptions=False)
    told = json.loads(done.output.splitlines()[-1])
    assert told["passages"] >= 5
    assert told["cpu_ms_per_passage"] > 0
