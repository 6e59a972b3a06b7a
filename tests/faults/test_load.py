"""A server of its own under load: askers and an ingest at once, dropped and idle listeners, a model that hangs.

How long the load lasts: ``LOAD_SECONDS`` (600 unless the environment says otherwise); the soak ``SOAK_SECONDS`` (3600).
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import pytest

from rag.index.ingest import ingest
from tests.faults import articles

pytestmark = [pytest.mark.long, pytest.mark.encoder]

REPOSITORY = Path(__file__).resolve().parents[2]
SECONDS = float(os.environ.get("LOAD_SECONDS", "600"))
SOAK_SECONDS = float(os.environ.get("SOAK_SECONDS", "3600"))
ASKERS = 32
BEFORE = 40
ADDED_AT_ONCE, EVERY_S = 5, 10.0
LISTENERS = 1000
RESET = b"\1\0\0\0\0\0\0\0"
"""Ends a connection as a lost network does."""
RAG = [sys.executable, "-c", "from rag.cli import main; main()"]


@contextlib.contextmanager
def server(store: Path, **settings: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """`rag serve` in a process of its own, and its address."""
    env = {**os.environ, "PYTHONPATH": str(REPOSITORY), **settings}
    command = [*RAG, "serve", "--port", "0", "--store", str(store)]
    child = subprocess.Popen(command, env=env, stderr=subprocess.PIPE, text=True, start_new_session=True)
    assert child.stderr is not None
    try:
        address = ""
        for line in child.stderr:
            if found := re.search(r"http://127\.0\.0\.1:\d+", line):
                address = found.group()
                break
        assert address
        drain = threading.Thread(target=child.stderr.read)
        drain.start()
        yield child, address
        assert child.poll() is None, "the server died"
    finally:
        child.send_signal(signal.SIGTERM)
        child.wait(180)  # a machine under load takes its time
        drain.join(10)
        child.stderr.close()


def resident_mb(pid: int) -> float:
    """Memory of a process that is in use."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


def open_files(pid: int) -> int:
    return len(os.listdir(f"/proc/{pid}/fd"))


def ask(address: str, n: int, timeout: float = 60) -> tuple[int, dict]:
    connection = HTTPConnection(urlsplit(address).netloc, timeout=timeout)
    body = json.dumps({"question": articles.question(n)})
    connection.request("POST", "/api/v1/ask", body, {"Content-Type": "application/json"})
    reply = connection.getresponse()
    data = reply.read()
    connection.close()
    return reply.status, json.loads(data) if reply.status == 200 else {}


@pytest.fixture
def filled(settings, tmp_path):
    for n in range(BEFORE):
        articles.write(tmp_path / "tin", n)
    ingest([tmp_path / "tin"], settings)
    return settings


UNLIMITED = {"RAG_LIMIT_ASK_USER": "1000000", "RAG_LIMIT_ASK_ADDRESS": "1000000"}


@dataclass
class Watched:
    """What a process had while it was under load.

    :ivar memory: Moments in seconds, and megabytes in use.
    """

    memory: list[tuple[float, float]] = field(default_factory=list)
    files: list[int] = field(default_factory=list)

    def look(self, pid: int) -> None:
        self.memory.append((time.monotonic(), resident_mb(pid)))
        self.files.append(open_files(pid))

    def slope(self) -> float:
        """Growth after the first third, in megabytes a minute."""
        moments, mb = np.array(self.memory[len(self.memory) // 3 :]).T
        return float(np.polyfit(moments, mb, 1)[0] * 60)

    def thirds(self) -> list[float]:
        """Mean memory of the first, the second and the last third, in megabytes."""
        return [float(part[:, 1].mean()) for part in np.array_split(np.array(self.memory), 3)]


@contextlib.contextmanager
def crowd(address: str, askers: int, seconds: float, told: Path, pause: float = 0.0) -> Iterator[subprocess.Popen[str]]:
    """Askers in a process of their own.

    :param told: Where they write what they saw; a pipe that nobody reads meanwhile would fill and hold them up.
    """
    command = [sys.executable, "-m", "tests.faults.crowd", address, str(askers), str(seconds), str(BEFORE), str(pause)]
    with told.open("w") as out, subprocess.Popen(command, cwd=REPOSITORY, stdout=out, text=True) as asking:
        yield asking


def ingest_beside(folder: Path, store: Path, *options: str) -> None:
    """`rag ingest` in a process of its own."""
    command = [*RAG, "ingest", str(folder), "--store", str(store), *options]
    env = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr


def test_thirty_two_askers_and_an_ingest(filled, tmp_path, figure):
    watched = Watched()
    with server(filled.store, **UNLIMITED) as (child, address):
        ask(address, 0)
        with crowd(address, ASKERS, SECONDS, tmp_path / "told") as asking:
            added, last = BEFORE, 0.0
            while asking.poll() is None:
                watched.look(child.pid)
                if time.monotonic() - last > EVERY_S:
                    for n in range(added, added + ADDED_AT_ONCE):
                        articles.write(tmp_path / "tin", n)
                    added += ADDED_AT_ONCE
                    ingest_beside(tmp_path / "tin", filled.store)
                    last = time.monotonic()
                time.sleep(1)
        seen = json.loads((tmp_path / "told").read_text())
        status, answer = ask(address, added - 1)
        assert (status, bool(answer["text"])) == (200, True)
        assert open_files(child.pid) < max(watched.files) + 8
    assert seen["wrong"] == {}
    assert seen["cited"] > 0
    assert seen["versions"] > 1
    n = len(seen["seconds"])
    p50, p95 = np.percentile(seen["seconds"], [50, 95])
    figure("answers over HTTP, none wrong", n, n)
    figure("seconds of load", SECONDS, n)
    figure("told to come back (503 or 429)", seen["refused"], n)
    figure("citations, all of the place asked for", seen["cited"], seen["cited"])
    figure("states of the index met", seen["versions"], n)
    figure("documents added meanwhile", added - BEFORE, n)
    figure("time of an answer p50, s", float(p50), n)
    figure("time of an answer p95, s", float(p95), n)
    for which, mean in zip(("first", "second", "last"), watched.thirds(), strict=True):
        figure(f"memory in the {which} third, MB", mean, len(watched.memory))
    figure("memory growth after the first third, MB a minute", watched.slope(), len(watched.memory))
    figure("open files, last less first third", float(np.mean(watched.files[-10:]) - np.mean(watched.files[:10])), n)


def test_a_soak_leaves_nothing_behind(filled, tmp_path, figure, monkeypatch):
    """Few askers, and documents that come, change and go, so that there are always as many."""
    rounds, watched = 0, Watched()
    folder, aside = tmp_path / "tin", tmp_path / "tam"
    aside.mkdir()
    monkeypatch.setenv("TMPDIR", str(aside))
    with server(filled.store, **UNLIMITED) as (child, address):
        ask(address, 0)
        with crowd(address, 2, SOAK_SECONDS, tmp_path / "told", 1.0) as asking:
            while asking.poll() is None:
                watched.look(child.pid)
                if time.monotonic() - watched.memory[0][0] > 20 * rounds:
                    rounds += 1
                    for n in range(3):
                        articles.write(folder, BEFORE - 1 - n, rounds)
                        articles.write(folder, BEFORE + 3 * rounds + n)
                        (folder / f"bai-{BEFORE + 3 * (rounds - 1) + n:03}.txt").unlink(missing_ok=True)
                    ingest_beside(folder, filled.store, "--sync")
                time.sleep(1)
        seen = json.loads((tmp_path / "told").read_text())
        assert Path(f"/proc/{child.pid}/task/{child.pid}/children").read_text().split() == []
    left = [path for path in (*aside.rglob("*"), *filled.store.rglob("*")) if path.name.endswith(".tmp")]
    assert seen["wrong"] == {}
    assert left == []
    assert {path.name for path in aside.iterdir()} <= {"gradio", ".ses"}  # the web framework's, as many as at the start
    first, second, last = watched.thirds()
    n = len(seen["seconds"])
    figure("answers in the soak, none wrong", n, n)
    figure("seconds of the soak", SOAK_SECONDS, n)
    figure("ingests in the soak", rounds, rounds)
    figure("memory of the last third, times that of the second", last / second, len(watched.memory))
    figure("memory of the last third, MB", last, len(watched.memory))
    figure("memory of the first third, MB", first, len(watched.memory))
    figure("memory growth after the first third of the soak, MB a minute", watched.slope(), len(watched.memory))
    figure("open files, last less first", float(np.mean(watched.files[-30:]) - np.mean(watched.files[:30])), n)


def listen(address: str) -> socket.socket:
    """Open a stream of the API and read nothing of it."""
    host, port = urlsplit(address).netloc.split(":")
    opened = socket.create_connection((host, int(port)), timeout=60)
    body = json.dumps({"question": articles.question(1)})
    head = f"POST /api/v1/ask HTTP/1.1\r\nHost: {host}:{port}\r\nAccept: text/event-stream\r\n"
    opened.sendall(f"{head}Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode())
    return opened


def idle(address: str, n: int) -> socket.socket:
    """Open an endless event stream of the page, and leave it be."""
    host, port = urlsplit(address).netloc.split(":")
    opened = socket.create_connection((host, int(port)), timeout=60)
    path = f"/gradio_api/heartbeat/nhanroi{n}"
    opened.sendall(f"GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\nAccept: text/event-stream\r\n\r\n".encode())
    return opened


def times_of(address: str, count: int) -> list[float]:
    found = []
    for n in range(count):
        started = time.monotonic()
        status, answer = ask(address, n)
        assert (status, bool(answer["text"])) == (200, True)
        found.append(time.monotonic() - started)
    return found


def test_a_thousand_idle_listeners_and_a_hundred_that_drop_leave_the_others_alone(filled, figure):
    with server(filled.store, **UNLIMITED) as (child, address), contextlib.ExitStack() as opened_ones:
        times_of(address, 5)
        quiet, before_mb, before_files = times_of(address, 20), resident_mb(child.pid), open_files(child.pid)
        listeners = [opened_ones.enter_context(idle(address, n)) for n in range(LISTENERS)]
        assert sum(b"200" in opened.recv(64) for opened in listeners) == LISTENERS
        assert open_files(child.pid) - before_files >= LISTENERS - 5  # connections of before may have closed
        with_idle, with_mb = times_of(address, 20), resident_mb(child.pid)
        for opened in listeners:
            opened.close()
        for _ in range(100):
            opened = listen(address)
            time.sleep(0.02)
            opened.setsockopt(
                socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0"
            )  # a reset, as a lost network gives
            opened.close()
        slow = [opened_ones.enter_context(listen(address)) for _ in range(4)]  # they never read
        with_slow = times_of(address, 20)
        for opened in slow:
            opened.close()
        deadline = time.monotonic() + 60
        while open_files(child.pid) > before_files + 10:
            assert time.monotonic() < deadline, open_files(child.pid)
            time.sleep(0.5)
    middle = float(np.median(quiet))
    figure("idle event streams held", LISTENERS, LISTENERS)
    figure("time of an answer beside them, times that without", float(np.median(with_idle)) / middle, 20)
    figure("memory of an idle event stream, kB", (with_mb - before_mb) * 1024 / LISTENERS, LISTENERS)
    figure(
        "time of an answer beside dropped and slow clients, times that without",
        float(np.median(with_slow)) / middle,
        20,
    )


def test_a_model_that_hangs_holds_nobody_up(filled, figure):
    """The endpoint takes the connection and says nothing: answers come as quotes once its time is over."""
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen(64)
        model = {
            "RAG_LLM": "openai:hang", "RAG_LLM_BASE_URL": f"http://127.0.0.1:{silent.getsockname()[1]}/v1",
            "RAG_LLM_TIMEOUT": "2", "RAG_LLM_RETRIES": "0", "OPENAI_API_KEY": "x", **UNLIMITED,
        }  # fmt: skip
        with server(filled.store, **model) as (_child, address):
            ask(address, 0)
            times: list[float] = []
            threads = [threading.Thread(target=lambda: times.extend(times_of(address, 3))) for _ in range(4)]
            for thread in threads:
                thread.start()
            started = time.monotonic()
            connection = HTTPConnection(urlsplit(address).netloc, timeout=10)
            connection.request("GET", "/readyz")
            assert connection.getresponse().status == 200
            connection.close()
            ready_s = time.monotonic() - started
            for thread in threads:
                thread.join()
    assert len(times) == 12
    assert max(times) < 15
    figure("answers beside a model that hangs, all given", len(times), len(times))
    figure("slowest of them, s", max(times), len(times))
    figure("readiness meanwhile, s", ready_s, 1)
