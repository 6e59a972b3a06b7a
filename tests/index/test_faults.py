"""A stop at every step of publishing: afterwards the store answers from a complete state, before or after."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from rag.index import files
from rag.index.index import Index
from rag.index.ingest import ingest, remove
from rag.index.lexical import LexicalTerm


class Stop(BaseException):
    """As a kill: no handler of the product catches it."""


@pytest.fixture
def base(settings, letters, tmp_path):
    folder = tmp_path / "tin"
    folder.mkdir()
    for name in "abc":
        (folder / f"{name}.txt").write_text(f"Bài {name}\n\nNội dung của bài {name}.", encoding="utf-8")
    ingest([folder], settings, encoder=letters)
    ingest([folder], settings, encoder=letters, collection="hai")
    return settings


def stop_at(monkeypatch, step):
    """Stop just before the given write step; returns the steps counted."""
    done = []

    def counted(original):
        def call(*args, **kwargs):
            done.append(original.__name__)
            if len(done) == step:
                raise Stop
            return original(*args, **kwargs)

        return call

    monkeypatch.setattr(files, "fsync_path", counted(files.fsync_path))
    monkeypatch.setattr(Path, "rename", counted(Path.rename))
    monkeypatch.setattr(Path, "replace", counted(Path.replace))
    return done


def is_complete(settings, letters):
    """Both indexes hold exactly the store's passages, and each is found."""
    index = Index.open(settings, encoder=letters)
    ids = set(index.store.passage_ids().tolist())
    dense = {hit.id for hit in index.search_dense(index.encode_query("bài"), 9999)}
    lexical = {hit.id for hit in index.search_lexical([LexicalTerm("exact", "bài")], 9999)}
    assert dense == lexical == ids
    assert index.store.rows("PRAGMA integrity_check") == [("ok",)]
    return index.n_documents


def test_a_stop_before_each_step_of_publishing_loses_nothing(base, letters, tmp_path, monkeypatch):
    gone = Index.open(base, encoder=letters).store.list_documents()[0].id
    with monkeypatch.context() as patch:
        trial = replace(base, store=tmp_path / "count")
        shutil.copytree(base.store, trial.store)
        steps = stop_at(patch, 0)
        remove([gone], trial)
    assert len(steps) > 10
    for step in range(1, len(steps) + 1):
        trial = replace(base, store=tmp_path / f"trial{step}")
        shutil.copytree(base.store, trial.store)
        with monkeypatch.context() as patch:
            stop_at(patch, step)
            with pytest.raises(Stop):
                remove([gone], trial)
        assert is_complete(trial, letters) == 5
        shutil.rmtree(trial.store)


INGEST = """
import sys
from pathlib import Path
from rag.index.ingest import ingest
from rag.settings import Settings
sys.path.insert(0, sys.argv[3])
from conftest import LetterEncoder
ingest([Path(sys.argv[1])], Settings.load(sys.argv[2], env={}), encoder=LetterEncoder())
"""


def test_a_killed_ingest_keeps_what_it_committed_and_the_next_one_completes_it(settings, letters, tmp_path):
    path = tmp_path / "tin.jsonl"
    rows = (f'{{"id": "r{n}", "title": "Bài {n}", "text": "Nội dung của bài số {n}."}}\n' for n in range(3000))
    path.write_text("".join(rows), encoding="utf-8")
    tests = str(Path(__file__).parent.parent)
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join([str(Path(tests).parent), tests])}
    command = [sys.executable, "-c", INGEST, str(path), str(settings.store), tests]
    child = subprocess.Popen(command, env=environ, start_new_session=True)
    wal = settings.store / "rag.db-wal"
    deadline = time.monotonic() + 30
    while not (wal.exists() and wal.stat().st_size > 400_000):  # some batches are committed, more are to come
        assert child.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.005)
    os.killpg(child.pid, signal.SIGKILL)
    child.wait()
    stored = is_complete(settings, letters)
    assert 0 < stored < 3000
    report = ingest([path], settings, encoder=letters)
    assert (report.added, report.unchanged) == (3000 - stored, stored)
    assert is_complete(settings, letters) == 3000
