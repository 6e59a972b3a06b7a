"""Readers and a writer in processes of their own: no answer mixes two states, and a second writer is told."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from rag.assistant import Assistant
from rag.index.index import Index
from rag.index.ingest import ingest
from rag.index.sqlite import SqliteStore

TESTS = Path(__file__).resolve().parents[1]
DOCUMENTS, READERS = 6, 3
WRITER = """
import sys
from pathlib import Path
from rag.index.ingest import ingest
from rag.settings import Settings
from tests.conftest import LetterEncoder
from tests.index.test_live import write
folder, settings = Path(sys.argv[1]), Settings.load(sys.argv[2], env={})
for revision in range(1, int(sys.argv[3]) + 1):
    write(folder, revision)
    ingest([folder], settings, encoder=LetterEncoder())
"""


def write(folder, revision):
    """All documents in one revision, which each names twice: in its title and in its text."""
    folder.mkdir(exist_ok=True)
    for n in range(DOCUMENTS):
        text = f"Hội chợ xã {n} bản {revision}\n\nHội chợ nông sản của xã {n} có {revision} gian hàng bản {revision}."
        (folder / f"bai-{n}.txt").write_text(text, encoding="utf-8")


@pytest.fixture
def written(tmp_path, settings, letters):
    write(tmp_path / "tin", 0)
    ingest([tmp_path / "tin"], settings, encoder=letters)
    return tmp_path / "tin"


def writer_process(code, *arguments):
    env = {**os.environ, "PYTHONPATH": str(TESTS.parent)}
    return subprocess.Popen([sys.executable, "-c", code, *map(str, arguments)], env=env)


def revisions_of(hit):
    return set(re.findall(r"bản (\d+)", f"{hit.document.title}\n{hit.passage.text}"))


@pytest.mark.parametrize("revisions", [4, pytest.param(100, marks=pytest.mark.long)])
def test_no_answer_mixes_two_states_while_another_process_writes(written, settings, letters, revisions):
    assistant = Assistant(Index.open(settings, encoder=letters), settings)
    seen, wrong = set(), []
    child = writer_process(WRITER, written, settings.store, revisions)

    def ask():
        while child.poll() is None:
            answer = assistant.ask("Hội chợ nông sản của xã 3 có bao nhiêu gian hàng?")
            met = {r for hit in answer.hits for r in revisions_of(hit)}
            versions = {(hit.passage.version, hit.document.version) for hit in answer.hits}
            if len(met) > 1 or any(a != b for a, b in versions) or not answer.hits:
                wrong.append((answer.index_version, met, len(answer.hits)))
            seen.update(met)
            time.sleep(0.02)
            for citation in answer.citations:
                document = assistant.document(citation.document_id, citation.version)
                if document is None or document.text[citation.start : citation.end] != citation.quote:
                    wrong.append(citation)

    threads = [threading.Thread(target=ask) for _ in range(READERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert child.wait(60) == 0
    assert wrong == []
    assert len(seen) > revisions / 2
    answer = assistant.ask("Hội chợ nông sản của xã 3 có bao nhiêu gian hàng?")
    assert {r for hit in answer.hits for r in revisions_of(hit)} == {str(revisions)}
    assert answer.index_version == SqliteStore.open(settings.store).index_version


def test_a_second_writing_process_is_told_at_once_who_writes(written, settings):
    command = [sys.executable, "-c", "from rag.cli import main; main()", "ingest", written, "--store", settings.store]
    env = {**os.environ, "PYTHONPATH": str(TESTS.parent)}
    with SqliteStore.open(settings.store).writer():
        done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert f"Kho đang được tiến trình khác ghi (số hiệu {os.getpid()})" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
