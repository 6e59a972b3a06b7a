"""A killed ingest keeps what it committed; see tests/faults for kills of everything else."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from rag.index.index import Index
from rag.index.ingest import ingest
from rag.index.lexical import LexicalTerm


def is_complete(settings, letters):
    """Both indexes hold exactly the store's passages, and each is found."""
    index = Index.open(settings, encoder=letters)
    ids = set(index.store.passage_ids().tolist())
    dense = {hit.id for hit in index.search_dense(index.encode_query("bài"), 9999)}
    lexical = {hit.id for hit in index.search_lexical([LexicalTerm("exact", "bài")], 9999)}
    assert dense == lexical == ids
    assert index.store.rows("PRAGMA integrity_check") == [("ok",)]
    return index.n_documents


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
