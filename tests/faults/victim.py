"""A process that forks a victim for every task it reads, so that each is ready at once; its parent kills some of them.

In: a task ``{"op", "store", "folder", "file", "steps", "stop"}``; out: the victim's number; in: an empty line, once the
parent will not kill it any more; out: how it ended. With ``stop`` the victim kills itself when it reaches the step of
that number; it always leaves the names of the steps that it reached.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import shutil
import signal
import sys
import traceback
from pathlib import Path
from typing import Any

from rag.errors import RagError
from rag.index.backup import backup, restore
from rag.index.index import Index
from rag.index.ingest import ingest, remove
from rag.index.retention import purge
from rag.index.sqlite import SqliteStore
from rag.index.steps import listen
from rag.settings import Settings
from tests.conftest import LetterEncoder

EXPECTED, NO_MOUNT = 3, 77
"""Exit codes: an expected failure, told as the last line of the steps; no right to mount on this machine."""

_NEW_MOUNTS, _NEW_USERS = 0x20000, 0x10000000
_READ_ONLY, _REMOUNT, _BIND, _RECURSIVE, _PRIVATE = 0x1, 0x20, 0x1000, 0x4000, 0x40000


class NoMountError(Exception):
    """The machine does not let us mount."""


def main() -> None:
    """Serve until the input ends."""
    while line := sys.stdin.readline():
        task = json.loads(line)
        pid = os.fork()
        if not pid:
            _be_victim(task)
        sys.stdout.write(f"{pid}\n")
        sys.stdout.flush()
        sys.stdin.readline()
        sys.stdout.write(f"{os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])}\n")
        sys.stdout.flush()


def _be_victim(task: dict[str, Any]) -> None:
    code = 1
    try:
        _make_poor(task)
        steps = open(task["steps"], "a", encoding="utf-8")  # noqa: SIM115 - lives as long as this process
        reached = 0

        def note(name: str) -> None:
            nonlocal reached
            steps.write(f"{name}\n")
            steps.flush()
            reached += 1
            if reached == int(task.get("stop") or 0):
                os.kill(os.getpid(), signal.SIGKILL)

        listen(note)
        _note_syncs(task)
        try:
            do(task["op"], Settings.load(task["store"], env={}, threads=1), Path(task["folder"]), Path(task["file"]))
            code = 0
        except RagError as error:
            steps.write(f"{error}\n")
            steps.flush()
            code = EXPECTED
        if task.get("look"):  # its disk goes with it, so it looks at what is left there itself
            _look(task)
    except NoMountError:
        code = NO_MOUNT
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)


def _note_syncs(task: dict[str, Any]) -> None:
    """Keep a list of the files that were synced, by number and size, for whoever plays a power cut afterwards."""
    synced = open(task["synced"], "a", encoding="utf-8")  # noqa: SIM115 - lives as long as this process
    real = os.fsync

    def fsync(handle: int) -> None:
        real(handle)
        status = os.fstat(handle)
        synced.write(f"{status.st_ino} {status.st_size}\n")
        synced.flush()

    os.fsync = fsync


def _look(task: dict[str, Any]) -> None:
    from tests.faults.killing import sound

    place = f"{task['store']}.left"
    shutil.copytree(task["store"], place)
    sound(Settings.load(place, env={}, threads=1))


def _make_poor(task: dict[str, Any]) -> None:
    """Bound the size of files or of the disk, or take the right to write away, for this process alone."""
    if task.get("file_bytes"):
        resource.setrlimit(resource.RLIMIT_FSIZE, (task["file_bytes"], task["file_bytes"]))
    if task.get("disk_bytes"):
        _mount(task["store"], b"tmpfs", 0, f"size={task['disk_bytes']}".encode())
        shutil.copytree(f"{task['store']}.origin", task["store"], dirs_exist_ok=True)
    if task.get("read_only"):
        _mount(task["store"], None, _BIND, None)
        _mount(task["store"], None, _BIND | _REMOUNT | _READ_ONLY, None, fresh=False)


def _mount(place: str, kind: bytes | None, flags: int, options: bytes | None, *, fresh: bool = True) -> None:
    """Mount in a name space of this process's own; nobody else sees it, and it goes with the process."""
    libc = ctypes.CDLL(None, use_errno=True)
    spaces = _NEW_MOUNTS if os.geteuid() == 0 else _NEW_MOUNTS | _NEW_USERS
    if fresh and libc.unshare(spaces):
        raise NoMountError
    if fresh and libc.mount(None, b"/", None, _RECURSIVE | _PRIVATE, None):
        raise NoMountError
    source = place.encode() if kind is None else b"none"
    if libc.mount(source, place.encode(), kind, ctypes.c_ulong(flags), options):
        raise NoMountError


def do(op: str, settings: Settings, folder: Path, file: Path) -> None:
    """Carry out one of the things that change a store."""
    if op == "ingest":
        report = ingest([folder], settings, encoder=LetterEncoder(), sync=True)
        if report.failed:
            raise RagError(str(report.failed))
    elif op == "remove":
        store = SqliteStore.open(settings.store)
        remove(sorted(info.id for info in store.list_documents())[:3], settings)
    elif op == "purge":
        purge(settings)
    elif op == "publish":
        Index.open(settings, encoder=LetterEncoder())
    elif op == "backup":
        backup(settings, file)
    elif op == "restore":
        restore(file, settings)


if __name__ == "__main__":
    main()
