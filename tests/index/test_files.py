"""Writing aside and renaming."""

from __future__ import annotations

import pytest

from rag.index.files import build_folder, file_lock, write_atomic


def test_a_file_is_replaced_whole(tmp_path):
    path = tmp_path / "a"
    write_atomic(path, b"one")
    write_atomic(path, b"two")
    assert path.read_bytes() == b"two"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_whose_making_failed_does_not_appear(tmp_path):
    def fail(folder):
        (folder / "half").write_text("x")
        raise RuntimeError("stopped")

    with pytest.raises(RuntimeError, match="stopped"):
        build_folder(tmp_path / "final", fail)
    assert not (tmp_path / "final").exists()
    build_folder(tmp_path / "final", lambda folder: (folder / "whole").touch() or None)
    assert [path.name for path in (tmp_path / "final").iterdir()] == ["whole"]
    assert [path.name for path in tmp_path.iterdir()] == ["final"]


def test_a_lock_is_refused_while_held_and_free_afterwards(tmp_path):
    with file_lock(tmp_path / "lock"), pytest.raises(BlockingIOError), file_lock(tmp_path / "lock", wait=False):
        pass
    with file_lock(tmp_path / "lock", wait=False):
        pass
