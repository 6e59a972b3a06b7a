"""Stores of older versions are brought up to date with a copy kept; those of newer ones are refused."""

from __future__ import annotations

from contextlib import closing

import apsw
import pytest

from rag.errors import StoreBusyError, StoreError, StoreMissingError
from rag.index.files import file_lock
from rag.index.sqlite import SqliteStore, upgrade
from rag.index.sqlite.schema import FILE_NAME, STEPS
from tests.index.test_store import FIRST, put

NEXT = "CREATE TABLE later (name TEXT); INSERT INTO later VALUES ('mới');"


@pytest.fixture
def path(tmp_path):
    store = SqliteStore.open(tmp_path, create=True)
    put(store, FIRST)
    store.close()
    return tmp_path / FILE_NAME


def version(path):
    with closing(apsw.Connection(str(path))) as connection:
        return connection.pragma("user_version")


def test_a_new_store_has_taken_all_steps(path):
    assert version(path) == len(STEPS)


def test_an_older_store_takes_the_missing_steps_and_a_copy_is_kept(path):
    upgrade.prepare(path, (*STEPS, NEXT), create=False)
    copy = path.with_name(f"{FILE_NAME}.v{len(STEPS)}")
    assert (version(path), version(copy)) == (len(STEPS) + 1, len(STEPS))
    with closing(apsw.Connection(str(path))) as connection:
        assert connection.execute("SELECT name FROM later").fetchall() == [("mới",)]
    copy.rename(path.parent / "rag-old.db")
    path.unlink()
    (path.parent / "rag-old.db").rename(path)
    with closing(SqliteStore.open(path.parent)) as store:
        assert store.document("a") == FIRST.document


def test_a_step_that_fails_leaves_the_store_as_it_was(path):
    with pytest.raises(apsw.SQLError):
        upgrade.prepare(path, (*STEPS, NEXT, "DROP TABLE nothing"), create=False)
    assert version(path) == len(STEPS)
    with closing(SqliteStore.open(path.parent)) as store:
        assert store.document("a") == FIRST.document


def test_an_upgrade_waits_for_no_writer(path):
    with file_lock(path.with_name(upgrade.LOCK)), pytest.raises(StoreBusyError, match="nâng cấp"):
        upgrade.prepare(path, (*STEPS, NEXT), create=False)
    assert version(path) == len(STEPS)


def test_a_newer_store_is_refused_and_not_changed(path):
    with closing(apsw.Connection(str(path))) as connection:
        connection.execute(f"PRAGMA user_version={len(STEPS) + 5}")
    with pytest.raises(StoreError, match=r"mới hơn.*cập nhật news-rag"):
        SqliteStore.open(path.parent)
    assert version(path) == len(STEPS) + 5


def test_a_file_that_was_only_begun_is_no_store_and_can_be_completed(tmp_path):
    (tmp_path / FILE_NAME).touch()
    with pytest.raises(StoreMissingError):
        SqliteStore.open(tmp_path)
    SqliteStore.open(tmp_path, create=True).close()
    assert version(tmp_path / FILE_NAME) == len(STEPS)


def test_a_file_that_is_no_database_is_said(tmp_path):
    (tmp_path / FILE_NAME).write_bytes(b"x" * 4096)
    with pytest.raises(StoreError, match="hỏng"):
        SqliteStore.open(tmp_path)
