"""A disk that is full or read-only, and a clock that jumps: a clear line, and a store that is whole."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from rag.index.ingest import ingest
from rag.index.sqlite import SqliteStore, writing
from rag.index.verify import verify
from tests.conftest import LetterEncoder
from tests.faults import articles, victim
from tests.faults.killing import OPS, Zygote, make, prepare

CLEAR = ("đĩa", "chỗ trống", "quyền ghi")


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    place = tmp_path_factory.mktemp("prepared") / "kho"
    prepare(place)
    return place


@pytest.fixture(scope="module")
def zygote():
    opened = Zygote()
    yield opened
    opened.close()


def refuse(zygote, trial, **poor):
    """Whether it was refused; if so, with a clear line and the store whole, else with the work done."""
    code = zygote.run(trial.task(**poor))
    assert code in (0, victim.EXPECTED), trial.steps()[-3:]
    if code == 0:
        trial.before = trial.after
    else:
        assert any(word in trial.steps()[-1] for word in CLEAR), trial.steps()[-1]
    trial.check()
    return code != 0


@pytest.mark.parametrize("op", ["ingest change"])
def test_files_that_may_not_grow_are_told_and_nothing_is_lost(prepared, zygote, op):
    trial = make(prepared, op)
    assert refuse(zygote, trial, file_bytes=60_000)


def test_a_read_only_folder_is_told(prepared, zygote):
    trial = make(prepared, "ingest add")
    code = zygote.run(trial.task(read_only=1))
    if code == victim.NO_MOUNT:  # then at least the rights of the files
        for path in (trial.place / "store", *(trial.place / "store").rglob("*")):
            path.chmod(0o555 if path.is_dir() else 0o444)
        code = zygote.run(trial.task())
        for path in (trial.place / "store", *(trial.place / "store").rglob("*")):
            path.chmod(0o755 if path.is_dir() else 0o644)
    assert code == victim.EXPECTED
    assert "quyền ghi" in trial.steps()[-1]
    trial.check()


@pytest.mark.long
@pytest.mark.parametrize("op", OPS)
def test_a_full_disk_at_many_sizes(prepared, zygote, figure, op):
    full = done = 0
    for kilobytes in (8, 32, 64, 96, 128, 192, 256, 320, 384, 512, 768):
        trial = make(prepared, op)
        full += refuse(zygote, trial, file_bytes=1024 * kilobytes)
        done += 1
    assert full
    figure("times the disk was full, each told, none lost anything", full, done)


@pytest.mark.long
def test_a_small_disk_of_its_own(prepared, zygote, figure):
    """A tmpfs is filled by all files together, as a disk is; the store there is looked at by the process itself."""
    full = done = 0
    for op in ("ingest add", "ingest change", "ingest remove", "remove", "purge", "publish", "restore"):
        for kilobytes in (64, 128, 256, 384, 512, 1024):  # left free beside the store
            trial = make(prepared, op)
            origin = trial.place / "store.origin"
            (trial.place / "store").rename(origin)
            (trial.place / "store").mkdir()
            taken = sum(-(-path.stat().st_size // 4096) * 4096 for path in origin.rglob("*"))
            code = zygote.run({**trial.task(disk_bytes=taken + 1024 * kilobytes), "look": 1})
            if code == victim.NO_MOUNT:
                return  # no right to mount: the test above has bounded the files instead
            assert code in (0, victim.EXPECTED), (op, kilobytes, trial.steps()[-3:])
            full += code == victim.EXPECTED
            done += 1
    assert full
    figure("times a small disk was full, each told, none lost anything", full, done)


def test_a_clock_that_jumps_changes_nothing_but_the_times(settings, tmp_path, monkeypatch):
    folder = tmp_path / "tin"
    today = datetime.now(UTC)
    for revision, shift in enumerate((timedelta(0), timedelta(days=-3650), timedelta(days=3650), timedelta(days=-1))):

        class Clock(datetime):
            moment = today + shift

            @classmethod
            def now(cls, tz=None):
                return cls.moment.astimezone(tz)

        monkeypatch.setattr(writing, "datetime", Clock)
        articles.write(folder, 0, revision)
        report = ingest([folder], settings, encoder=LetterEncoder(), sync=True)
        assert (report.added + report.updated, report.removed) == (1, 0)
    store = SqliteStore.open(settings.store)
    (info,) = store.list_documents()
    texts = [store.document(info.id, version).text for version in store.versions(info.id)]
    assert texts == [articles.text(0, revision) for revision in range(4)]
    assert [finding for finding in verify(settings, encoder=LetterEncoder()) if finding.wrong] == []
