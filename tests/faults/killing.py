"""Stores, what was acknowledged of them, and the killing of whoever changes them."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path

from rag.index.backup import read_info, restore
from rag.index.index import FOLDER, Index
from rag.index.ingest import ingest
from rag.index.verify import verify
from rag.settings import Settings
from tests.conftest import LetterEncoder
from tests.faults import articles

REPOSITORY = Path(__file__).resolve().parents[2]
OPS = ("ingest add", "ingest change", "ingest remove", "remove", "purge", "publish", "backup", "restore")
START = 12
TRIAL = "trial"

Contents = dict[str, tuple[str, ...]]
"""For each source the texts of its versions, the current one first."""


class Zygote:
    """The process that victims are forked from."""

    def __init__(self) -> None:
        env = {"PYTHONPATH": str(REPOSITORY), "PATH": os.environ["PATH"], "OMP_NUM_THREADS": "1"}
        command = [sys.executable, "-m", "tests.faults.victim"]
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(
            command, env={**env, "OPENBLAS_NUM_THREADS": "1"}, cwd=REPOSITORY, stdin=pipe, stdout=pipe, text=True
        )

    def run(self, task: dict[str, str | int], after_s: float | None = None) -> int:
        """How a victim ended: its exit code, or minus the signal.

        :param after_s: Kill it after so many seconds, if it is still there.
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(task) + "\n")
        self._process.stdin.flush()
        pid = int(self._process.stdout.readline())
        if after_s is not None:
            _wait(pid, after_s)
            os.kill(pid, signal.SIGKILL)
        # Until now the zygote has not waited for it, so that its number was no other process's.
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())

    def close(self) -> None:
        """End it."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        assert self._process.wait(30) == 0
        assert self._process.stdout is not None
        self._process.stdout.close()


def _wait(pid: int, seconds: float) -> None:
    """Wait until the time is over or the process has ended; nobody has asked yet how, so that its number stays."""
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
            return
        time.sleep(min(left, 0.005))


@dataclass
class Trial:
    """A store and its folder before something is done to them.

    :ivar before: What the store holds.
    :ivar after: What it will hold when the thing is done.
    """

    place: Path
    op: str
    before: Contents = field(default_factory=dict)
    after: Contents = field(default_factory=dict)

    @property
    def settings(self) -> Settings:
        return Settings.load(self.place / "store", env={}, threads=1)

    def task(self, stop: int = 0, **poor: int) -> dict[str, str | int]:
        """The line for the zygote.

        :param poor: What it has too little of: ``file_bytes``, ``disk_bytes`` or ``read_only``.
        """
        names = {"store": "store", "folder": "tin", "file": "sao.zip", "steps": "steps", "synced": "synced"}
        paths: dict[str, str | int] = {key: str(self.place / name) for key, name in names.items()}
        return {"op": self.op.split()[0], "stop": stop, **poor, **paths}

    def steps(self) -> list[str]:
        """Names of the steps that were reached."""
        return (self.place / "steps").read_text(encoding="utf-8").splitlines()

    def check(self) -> float:
        """Hold the store against what was acknowledged; the seconds that opening it took."""
        started = time.monotonic()
        index = Index.open(self.settings, encoder=LetterEncoder())
        seconds = time.monotonic() - started
        index.close()
        found = contents(self.settings)
        if self.op in ("remove", "restore", "publish", "backup"):
            assert found in (self.before, self.after)
        for source in {*self.before, *self.after}:
            allowed = {self.before.get(source), self.after.get(source)}
            if self.op == "ingest change":  # a version stored again and again is listed once
                allowed = {tuple(v) for v in (self.before[source], self.after[source])}
            assert found.get(source) in allowed, (source, found.get(source))
        assert set(found) <= {*self.before, *self.after}
        assert [finding for finding in verify(self.settings, encoder=LetterEncoder()) if finding.wrong] == []
        if (self.place / "sao.zip").exists():
            assert read_info(self.place / "sao.zip").n_documents in (START, len(self.before))
        if self.op == "backup":
            other = replace(self.settings, store=self.place / "khac")
            restore(self.place / "sao.zip", other)
            earlier = [f"tin/bai-{n:03}.txt" for n in range(START)]
            assert sorted(contents(other)) in (sorted(self.before), earlier)
            shutil.rmtree(other.store)
        return seconds


def contents(settings: Settings) -> Contents:
    """What a store holds."""
    from rag.index.sqlite import SqliteStore

    store = SqliteStore.open(settings.store)
    infos = store.list_documents()
    assert max(Counter(info.source for info in infos).values(), default=1) == 1
    found: Contents = {}
    for info in infos:
        versions = [store.document(info.id, version) for version in reversed(store.versions(info.id))]
        found[info.source] = tuple(document.text for document in versions if document)
    store.close()
    return found


def prepare(place: Path) -> None:
    """A store of twelve articles, each with an old version, two of them changed again since it was backed up."""
    from rag.index.backup import backup

    finished, place = place, place.parent / TRIAL  # documents remember where their files lay
    settings = Settings.load(place / "store", env={}, threads=1)
    for revision in (0, 1):
        for n in range(START):
            articles.write(place / "tin", n, revision)
        ingest([place / "tin"], settings, encoder=LetterEncoder())
    backup(settings, place / "sao.zip")
    articles.write(place / "tin", 0, 2)
    articles.write(place / "tin", START)
    ingest([place / "tin"], settings, encoder=LetterEncoder())
    place.rename(finished)


def make(prepared: Path, op: str) -> Trial:
    """A copy of a prepared store with everything ready for one operation, in the place of the one before."""
    place = prepared.parent / TRIAL
    shutil.rmtree(place, ignore_errors=True)
    shutil.copytree(prepared, place)
    trial = Trial(place, op)
    trial.before = contents(trial.settings)
    folder = place / "tin"
    after = dict(trial.before)
    if op == "ingest add":
        for n in range(START + 1, START + 5):
            articles.write(folder, n)
            after[f"tin/bai-{n:03}.txt"] = (articles.text(n),)
    elif op == "ingest change":
        for n in range(4):
            articles.write(folder, n, 9)
            after[f"tin/bai-{n:03}.txt"] = (articles.text(n, 9), *after[f"tin/bai-{n:03}.txt"])
    elif op == "ingest remove":
        for n in range(3):
            (folder / f"bai-{n:03}.txt").unlink()
            del after[f"tin/bai-{n:03}.txt"]
    elif op == "remove":
        from rag.index.sqlite import SqliteStore

        store = SqliteStore.open(trial.settings.store)
        for info in sorted(store.list_documents(), key=lambda info: info.id)[:3]:
            del after[info.source]
        store.close()
    elif op == "purge":
        after = {source: texts[:1] for source, texts in after.items()}
    elif op == "publish":
        shutil.rmtree(trial.settings.store / FOLDER)
    elif op == "restore":
        after = {f"tin/bai-{n:03}.txt": (articles.text(n, 1), articles.text(n, 0)) for n in range(START)}
    trial.after = after
    return trial


def sound(settings: Settings) -> None:
    """Open a store and see that it agrees with its own texts."""
    Index.open(settings, encoder=LetterEncoder()).close()
    assert len(contents(settings)) >= START - 3
    assert [finding for finding in verify(settings, encoder=LetterEncoder()) if finding.wrong] == []


def state(store: Path) -> dict[str, tuple[int, int]]:
    """Size and time of every file of a store: what a write changes."""
    found = {}
    for path in sorted(store.rglob("*")):
        try:
            status = path.stat()
        except FileNotFoundError:
            continue
        # Reading makes an empty log as well, and that is no write.
        if path.is_file() and status.st_size and path.name not in ("writer.lock", "rag.db-shm", "steps", "synced"):
            found[str(path)] = (status.st_size, status.st_mtime_ns)
    return found


def lose_unsynced(trial: Trial, before: dict[str, tuple[int, int]]) -> int:
    """What a power cut may do to a store whose process was just killed: empty every file that was not synced.

    A file is safe if it is as it was before, or was synced at its present size. SQLite's own files are left alone: it
    syncs them itself, at every commit, where we cannot see it.

    :return: How many files were emptied.
    """
    lines = (
        (trial.place / "synced").read_text(encoding="utf-8").split("\n") if (trial.place / "synced").exists() else []
    )
    synced = {tuple(map(int, line.split())) for line in lines if line}
    lost = 0
    # The backup as well, under its own name and under that of the work in progress.
    for path in (*(trial.place / "store").rglob("*"), *trial.place.glob("*sao.zip*")):
        status = path.stat()
        is_ours = path.is_file() and not path.name.startswith("rag.db") and status.st_size
        is_safe = before.get(str(path)) == (status.st_size, status.st_mtime_ns) or status.st_nlink > 1
        if is_ours and not is_safe and (status.st_ino, status.st_size) not in synced:
            path.write_bytes(b"")
            lost += 1
    return lost


def dice(seed: int) -> random.Random:
    """Random moments that come again with the same seed."""
    return random.Random(seed)
