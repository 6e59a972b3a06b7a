"""A watched folder is ingested once its files hold still, and a share that went away takes nothing with it."""

from __future__ import annotations

import os
import shutil
import threading
import time

import pytest

from rag.errors import StoreBusyError
from rag.index.ingest import ingest
from rag.index.sqlite import SqliteStore
from rag.index.watch import watch

EVERY_S = 0.05
WAIT_S = 20.0


@pytest.fixture
def folder(tmp_path):
    root = tmp_path / "tin"
    root.mkdir()
    (root / "a.txt").write_text("Bài a\n\nNội dung của bài a.", encoding="utf-8")
    return root


class Watching:
    """A watch in a thread of its own, and what it told."""

    def __init__(self, folder, run):
        self.reports, self.troubles = [], []
        self._stop = threading.Event()
        told = {"on_report": self.reports.append, "on_trouble": self.troubles.append, "stop": self._stop}
        self._thread = threading.Thread(target=lambda: watch([folder], run, every_s=EVERY_S, **told))

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        self._thread.join(WAIT_S)

    def until(self, condition):
        deadline = time.monotonic() + WAIT_S
        while not condition():
            assert time.monotonic() < deadline
            time.sleep(0.01)


@pytest.fixture
def watching(folder, settings, letters):
    return Watching(folder, lambda: ingest([folder], settings, encoder=letters, sync=True))


def sources(settings):
    return {info.source for info in SqliteStore.open(settings.store).list_documents()}


def test_what_comes_changes_and_goes_is_taken_up(watching, folder, settings):
    with watching:
        watching.until(lambda: len(watching.reports) == 1)
        (folder / "b.txt").write_text("Bài b\n\nNội dung của bài b.", encoding="utf-8")
        watching.until(lambda: len(watching.reports) == 2)
        assert watching.reports[1].added == 1
        (folder / "b.txt").write_text("Bài b\n\nNội dung khác của bài b.", encoding="utf-8")
        watching.until(lambda: len(watching.reports) == 3)
        assert watching.reports[2].updated == 1
        (folder / "a.txt").unlink()
        watching.until(lambda: len(watching.reports) == 4)
    assert sources(settings) == {"tin/b.txt"}
    assert watching.troubles == []


def test_a_folder_that_goes_away_for_a_while_takes_nothing_with_it(watching, folder, settings, tmp_path):
    with watching:
        watching.until(lambda: watching.reports)
        folder.rename(tmp_path / "unmounted")
        watching.until(lambda: len(watching.troubles) == 1)
        folder.mkdir()  # a mount point without its mount
        time.sleep(4 * EVERY_S)
        assert sources(settings) == {"tin/a.txt"}
        folder.rmdir()
        (tmp_path / "unmounted").rename(folder)
        (folder / "b.txt").write_text("Bài b\n\nNội dung của bài b.", encoding="utf-8")
        watching.until(lambda: len(watching.reports) == 2)
    assert sources(settings) == {"tin/a.txt", "tin/b.txt"}
    assert len(watching.troubles) == 1


def test_a_file_that_still_grows_is_waited_for(watching, folder):
    with watching:
        watching.until(lambda: watching.reports)
        with (folder / "lon.txt").open("w", encoding="utf-8") as file:
            for n in range(8):
                file.write(f"Câu số {n} của bài đang được chép.\n")
                file.flush()
                time.sleep(EVERY_S)
        watching.until(lambda: len(watching.reports) == 2)
    assert [(report.added, report.updated) for report in watching.reports] == [(1, 0), (1, 0)]


def test_a_busy_store_is_told_once_and_tried_again(folder, settings, letters):
    tries = []

    def run():
        tries.append(1)
        if len(tries) < 4:
            raise StoreBusyError("Kho đang được tiến trình khác ghi.")
        return ingest([folder], settings, encoder=letters)

    with Watching(folder, run) as watching:
        watching.until(lambda: watching.reports)
    assert watching.troubles == ["Kho đang được tiến trình khác ghi."]


def test_a_subfolder_that_cannot_be_read_keeps_its_documents(folder, settings, letters, monkeypatch):
    (folder / "con").mkdir()
    shutil.copy(folder / "a.txt", folder / "con" / "c.txt")
    ingest([folder], settings, encoder=letters)
    real = os.scandir

    def scandir(path):
        if os.fspath(path).endswith("con"):
            raise OSError(116, "Stale file handle", os.fspath(path))
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    report = ingest([folder], settings, encoder=letters, sync=True)
    assert report.removed == 0
    assert [(f.source, "không đọc được thư mục" in f.reason) for f in report.failed] == [("tin/con", True)]
    assert sources(settings) == {"tin/a.txt", "tin/con/c.txt"}
