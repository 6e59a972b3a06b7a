"""The load of a public generator, wrk, on loopback: 32 connections that ask without a pause while an ingest runs."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from tests.faults import articles
from tests.faults.test_load import (
    ADDED_AT_ONCE,
    BEFORE,
    EVERY_S,
    UNLIMITED,
    Watched,
    ask,
    filled,
    ingest_beside,
    server,
)

pytestmark = [pytest.mark.long, pytest.mark.manual, pytest.mark.encoder]

SECONDS = int(os.environ.get("LOAD_SECONDS", "600"))
CONNECTIONS = 32
__all__ = ["filled"]


def test_wrk_meets_no_error_while_an_ingest_runs(filled, tmp_path, figure):
    assert shutil.which("wrk"), "this test wants wrk (Debian and Ubuntu: apt-get install wrk)"
    questions = tmp_path / "questions"
    rows = [json.dumps({"question": articles.question(n)}) + "\n" for n in range(BEFORE)]
    questions.write_text("".join(rows), encoding="utf-8")
    watched, added, last = Watched(), BEFORE, 0.0
    with server(filled.store, **UNLIMITED) as (child, address):
        ask(address, 0)
        script = Path(__file__).with_name("wrk.lua")
        command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s", "--timeout", "60s", "-s", str(script), address]
        with subprocess.Popen(
            command, env={**os.environ, "QUESTIONS": str(questions)}, stdout=subprocess.PIPE, text=True
        ) as asking:
            while asking.poll() is None:
                watched.look(child.pid)
                if time.monotonic() - last > EVERY_S:
                    for n in range(added, added + ADDED_AT_ONCE):
                        articles.write(tmp_path / "tin", n)
                    added += ADDED_AT_ONCE
                    ingest_beside(tmp_path / "tin", filled.store)
                    last = time.monotonic()
                time.sleep(1)
            seen = json.loads(asking.stdout.read().strip().splitlines()[-1])
    assert seen["errors"] == 0
    assert seen["answers"] > CONNECTIONS
    figure("answers to wrk, no error", seen["answers"], seen["answers"])
    figure("seconds of wrk", SECONDS, seen["answers"])
    figure("time of an answer to wrk p50, s", seen["p50"], seen["answers"])
    figure("time of an answer to wrk p95, s", seen["p95"], seen["answers"])
    figure("documents added beside wrk", added - BEFORE, seen["answers"])
    figure("memory growth beside wrk after the first third, MB a minute", watched.slope(), len(watched.memory))
