"""Sixteen people ask for a minute while documents are indexed into the same store and the server answers."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import pytest

from rag.assistant import Assistant
from rag.index.ingest import ingest
from tests.browser.visit import served
from tests.faults import articles

pytestmark = [pytest.mark.long, pytest.mark.encoder]

REPOSITORY = Path(__file__).resolve().parents[2]
SECONDS = 60
ASKERS = 16
BEFORE, AFTER = 40, 160


def resident_mb() -> float:
    """Memory of this process that is in use."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


class Crowd:
    """Askers, and what they saw: times, and everything that went wrong."""

    def __init__(self, assistant: Assistant, address: str) -> None:
        self.assistant, self.address = assistant, address
        self.until = time.monotonic() + SECONDS
        self.times: list[float] = []
        self.wrong: list[str] = []
        self.cited = 0

    def run(self, first: int) -> None:
        n = first
        while time.monotonic() < self.until:
            n += ASKERS
            try:
                self.ask_once(n % BEFORE)
            except Exception as error:
                self.wrong.append(repr(error))

    def ask_once(self, n: int) -> None:
        started = time.perf_counter()
        answer = self.assistant.ask(articles.question(n))
        self.times.append(time.perf_counter() - started)
        for citation in answer.citations:
            document = self.assistant.document(citation.document_id, citation.version)
            if document is None or document.text[citation.start : citation.end] != citation.quote:
                self.wrong.append(f"citation of {citation.document_id}")
            self.cited += 1
            path = f"/documents/{citation.document_id}/{citation.version}?start={citation.start}&end={citation.end}"
            self.fetch(path)
        self.fetch("/readyz")

    def fetch(self, path: str) -> None:
        connection = HTTPConnection(urlsplit(self.address).netloc, timeout=30)
        connection.request("GET", path)
        status = connection.getresponse().status
        connection.close()
        if status != 200:
            self.wrong.append(f"{status} for {path}")


def test_sixteen_askers_and_an_ingest_share_a_store(settings, tmp_path, figure):
    folder = tmp_path / "tin"
    for n in range(BEFORE):
        articles.write(folder, n)
    ingest([REPOSITORY / "seeds", folder], settings)
    assistant = Assistant.open(settings=settings)
    assistant.ask(articles.question(0))
    for n in range(BEFORE, AFTER):
        articles.write(folder, n)
    command = [sys.executable, "-c", "from rag.cli import main; main()", "ingest", str(folder)]
    env = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    quiet = subprocess.DEVNULL
    memory = []
    with served(assistant) as address:
        crowd = Crowd(assistant, address)
        threads = [threading.Thread(target=crowd.run, args=(n,)) for n in range(ASKERS)]
        for thread in threads:
            thread.start()
        time.sleep(5)
        child = subprocess.Popen([*command, "--store", str(settings.store)], env=env, stdout=quiet, stderr=quiet)
        while any(thread.is_alive() for thread in threads):
            memory.append((time.monotonic(), resident_mb()))
            time.sleep(1)
        assert child.wait(120) == 0
    assert crowd.wrong == []
    assert crowd.cited > 0
    assistant.ask(articles.question(AFTER - 1))
    assert assistant.n_documents == AFTER + 1
    assistant.close()
    seconds, mb = np.array(memory[len(memory) // 3 :]).T
    n = len(crowd.times)
    p50, p95 = np.percentile(crowd.times, [50, 95])
    figure("answers, none wrong", n, n)
    figure("citations checked, none wrong", crowd.cited, crowd.cited)
    figure("time of an answer p50, s", float(p50), n)
    figure("time of an answer p95, s", float(p95), n)
    figure("memory growth after the first third, MB a minute", float(np.polyfit(seconds, mb, 1)[0] * 60), len(mb))
