"""Askers in a process of their own: they ask over HTTP, check what comes back, and tell as one line of JSON.

``python -m tests.faults.crowd ADDRESS ASKERS SECONDS ARTICLES PAUSE``. The memory and the open files of the server are
not its business; it stops by itself.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from http.client import HTTPConnection
from urllib.parse import urlsplit

from tests.faults import articles

PATIENCE_S = float(os.environ.get("ASK_PATIENCE", "60"))


@dataclass
class Crowd:
    """What the askers saw."""

    host: str
    until: float
    n_articles: int
    pause: float
    seconds: list[float] = field(default_factory=list)
    wrong: Counter[str] = field(default_factory=Counter)
    cited: int = 0
    refused: int = 0
    versions: set[str] = field(default_factory=set)

    def run(self, first: int, step: int) -> None:
        """Ask one question after the other on one connection, as a program would."""
        n = first
        while time.monotonic() < self.until:
            n += step
            time.sleep(self.pause)
            try:
                self._ask(n % self.n_articles)
            except Exception as error:
                self.wrong[f"{type(error).__name__}: {error}"[:200]] += 1

    def _ask(self, n: int) -> None:
        started = time.monotonic()
        status, answer = self._send("POST", "/api/v1/ask", {"question": articles.question(n)})
        if status in (429, 503):  # no place just now: come back, as one is told to
            self.refused += 1
            time.sleep(1)
            return
        if status != 200:
            self.wrong[f"status {status}"] += 1
            return
        self.seconds.append(time.monotonic() - started)
        self.versions.add(answer["index_version"])
        for citation in answer["citations"]:
            self.cited += 1
            if articles.PLACES[n % len(articles.PLACES)].split()[0] not in citation["quote"]:
                self.wrong["quote of another place"] += 1

    def _send(self, method: str, path: str, body: object) -> tuple[int, dict]:
        connection = HTTPConnection(self.host, timeout=PATIENCE_S)
        try:
            connection.request(method, path, json.dumps(body), {"Content-Type": "application/json"})
            reply = connection.getresponse()
            data = reply.read()
            return reply.status, json.loads(data) if reply.status == 200 else {}
        finally:
            connection.close()


def main(address: str, askers: str, seconds: str, n_articles: str, pause: str) -> None:
    """Run the crowd and print what it saw."""
    crowd = Crowd(urlsplit(address).netloc, time.monotonic() + float(seconds), int(n_articles), float(pause))
    threads = [threading.Thread(target=crowd.run, args=(n, int(askers))) for n in range(int(askers))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    row = {"seconds": crowd.seconds, "wrong": crowd.wrong, "cited": crowd.cited, "refused": crowd.refused}
    sys.stdout.write(json.dumps({**row, "versions": len(crowd.versions)}) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
