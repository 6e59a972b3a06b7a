"""``rag ingest`` killed at random moments: the store always opens, answers, and keeps what was acknowledged."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from rag.assistant import Assistant
from rag.index.encode import Encoder, load_encoder
from rag.index.index import Index
from rag.settings import Settings
from tests.faults import articles

pytestmark = [pytest.mark.long, pytest.mark.encoder]

REPOSITORY = Path(__file__).resolve().parents[2]
KILLS = 60
START = 30
RAG = "from rag.cli import main; main()"


@dataclass
class Trial:
    """A folder that changes, its store, and what a finished run has acknowledged."""

    folder: Path
    settings: Settings
    encoder: Encoder
    dice: random.Random
    revisions: dict[int, int] = field(default_factory=dict)
    acknowledged: dict[int, int] = field(default_factory=dict)
    duration: float = 0.0

    def put(self, n: int, revision: int = 0) -> None:
        articles.write(self.folder, n, revision)
        self.revisions[n] = revision

    def change(self, kind: str) -> None:
        """Three articles are new, or changed, or gone; never so many that none is left to ask for."""
        if kind == "add":
            for n in range(max(self.revisions) + 1, max(self.revisions) + 4):
                self.put(n)
            return
        for n in self.dice.sample(sorted(self.revisions), 3 if kind == "update" else 2):
            if kind == "update":
                self.put(n, self.revisions[n] + 1)
            else:
                (self.folder / f"bai-{n:03}.txt").unlink()
                del self.revisions[n]
                self.acknowledged.pop(n, None)

    def start(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-c", RAG, "ingest", str(self.folder), "--sync", "--store", str(self.settings.store)]
        env = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
        quiet = subprocess.DEVNULL
        return subprocess.Popen(command, env=env, stdout=quiet, stderr=quiet, start_new_session=True)

    def finish(self) -> None:
        """A run to the end: all that is in the folder is acknowledged."""
        started = time.monotonic()
        assert self.start().wait(120) == 0
        self.duration = time.monotonic() - started
        self.acknowledged = dict(self.revisions)

    def kill(self) -> bool:
        """Start a run and kill it; whether it was still running then."""
        child = self.start()
        try:
            code = child.wait(self.dice.uniform(0.2, 1.0) * self.duration)
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
            return child.wait() == -signal.SIGKILL
        assert code == 0
        self.acknowledged = dict(self.revisions)
        return False

    def check(self) -> None:
        """The store opens by itself, is sound, and holds each acknowledged article once, old or new."""
        assistant = Assistant(Index.open(self.settings, encoder=self.encoder), self.settings)
        store = assistant._index.store
        assert store.rows("PRAGMA integrity_check") == [("ok",)]  # type: ignore[attr-defined]
        infos = store.list_documents()
        found = {Path(info.source).name: info for info in infos}
        assert len(found) == len(infos)
        assert set(store.passage_ids()) == {p.id for info in infos for p in store.passages_of(info.id)}
        for n, revision in self.acknowledged.items():
            document = store.document(found[f"bai-{n:03}.txt"].id)
            assert document is not None
            assert document.text in {articles.text(n, r) for r in range(revision, self.revisions[n] + 1)}
        probe = self.dice.choice(sorted(self.acknowledged))
        answer = assistant.ask(articles.question(probe))
        assert found[f"bai-{probe:03}.txt"].id in {hit.document.id for hit in answer.hits}
        assistant.close()


def contents(settings: Settings, encoder: Encoder) -> tuple[dict[str, list[str]], int, int]:
    """The passages of each file, and how many documents and passages the indexes hold."""
    index = Index.open(settings, encoder=encoder)
    infos = index.store.list_documents()
    passages = {Path(i.source).name: [p.text for p in index.store.passages_of(i.id)] for i in infos}
    counts = index.n_documents, index.n_passages
    index.close()
    return passages, *counts


def test_sixty_kills_lose_nothing(tmp_path, settings, figure):
    trial = Trial(tmp_path / "tin", settings, load_encoder(settings), random.Random(20260601))
    for n in range(START):
        trial.put(n)
    trial.finish()
    trial.finish()  # how long a usual run takes, with nothing new to read
    kills = tries = 0
    while kills < KILLS:
        assert tries < 3 * KILLS, "most runs end before they are killed"
        trial.change(("add", "update", "remove")[tries % 3])
        kills += trial.kill()
        tries += 1
        trial.check()
        if tries % 12 == 0:
            trial.finish()
    trial.finish()
    once = Settings.load(tmp_path / "once", env={}, threads=1)
    trial.settings, killed = once, trial.settings
    trial.finish()
    assert contents(killed, trial.encoder) == contents(once, trial.encoder)
    figure("kills", kills, tries)
    figure("acknowledged documents lost", 0, kills)
