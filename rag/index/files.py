"""Writing so that a kill or a power cut leaves the old state or the new one: write aside, fsync, rename, fsync."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from rag.errors import StoreError
from rag.index.steps import step
from rag.lang import say

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_WORKER_FAILED = "io::Error"
"""What tantivy says when a thread of its own could not write; the reason stays in that thread."""
_LITTLE = 4 << 20
"""Bytes left on a disk that is as good as full: what did not fit was taken away again."""
_REFUSED = (errno.EROFS, errno.EACCES, errno.EPERM)


def sha256_file(path: Path) -> str:
    """SHA-256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def fsync_path(path: Path) -> None:
    """Have the system put a file or a folder's entries on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_atomic(path: Path, data: bytes) -> None:
    """Replace a file by new contents; readers see the old ones or the new ones, whole."""
    aside = path.with_name(path.name + ".tmp")
    with aside.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    step(f"{path.name}: written aside")
    aside.replace(path)
    step(f"{path.name}: renamed")
    fsync_path(path.parent)


def publish_folder(aside: Path, final: Path) -> None:
    """Give a finished folder its name, after everything in it is on the disk.

    :param final: Must not exist; a folder cannot be replaced in one step.
    """
    for path in sorted(aside.rglob("*")):
        fsync_path(path)
    fsync_path(aside)
    step("folder: on the disk")
    aside.rename(final)
    step("folder: renamed")
    fsync_path(final.parent)


def build_folder(final: Path, build: Callable[[Path], None]) -> Path:
    """Make a folder from nothing beside its final name, then publish it; leftovers of a killed run are cleared first.

    :param build: Fills the empty folder that it is given.
    """
    aside = final.with_name(final.name + ".tmp")
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(parents=True)
    build(aside)
    step("folder: built")
    remove_folder(final)
    publish_folder(aside, final)
    return final


def remove_folder(path: Path) -> None:
    """Remove a folder under another name first, so that a kill in between leaves no half folder under its own."""
    if not path.exists():
        return
    grave = path.with_name(path.name + ".old.tmp")
    shutil.rmtree(grave, ignore_errors=True)
    path.rename(grave)
    shutil.rmtree(grave, ignore_errors=True)


@contextmanager
def told(folder: Path) -> Iterator[None]:
    """Raise what the system refuses a writer as a :class:`StoreError` in the user's language.

    FAISS and tantivy tell of a full disk in exceptions of their own kinds; what the system said stands in their text.

    :param folder: Named in the message.
    """
    try:
        yield
    except OSError as error:
        reason = _why_refused(folder, {error.errno or 0})
        if not reason:
            raise
        raise StoreError(reason) from error
    except (RuntimeError, ValueError) as error:
        numbers = {number for number in (*_FULL, *_REFUSED, errno.EIO) if os.strerror(number) in str(error)}
        if not numbers and _WORKER_FAILED in str(error):
            status = os.statvfs(folder)
            numbers = {errno.ENOSPC if status.f_bavail * status.f_frsize < _LITTLE else errno.EIO}
        reason = _why_refused(folder, numbers)
        if not reason:
            raise
        raise StoreError(reason) from error


def _why_refused(folder: Path, numbers: set[int]) -> str:
    if numbers.intersection(_FULL):
        return say(f"Hết chỗ trên đĩa khi ghi vào {folder}; kho giữ nguyên như trước.",
                   f"The disk is full, writing to {folder}; the store is as it was.")  # fmt: skip
    if numbers.intersection(_REFUSED):
        return say(f"Không ghi được vào {folder}; hãy kiểm tra quyền ghi và ổ đĩa.",
                   f"{folder} cannot be written to; check its permissions and the disk.")  # fmt: skip
    if errno.EIO in numbers:
        return say(f"Ổ đĩa báo lỗi khi ghi vào {folder}; hãy kiểm tra ổ đĩa.",
                   f"The disk failed, writing to {folder}; check it.")  # fmt: skip
    return ""


@contextmanager
def file_lock(path: Path, *, wait: bool = True) -> Iterator[None]:
    """Hold a lock that the system frees when this process ends, however it ends.

    :param wait: ``False`` raises :class:`BlockingIOError` at once when another process holds it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def lock_holder(path: Path) -> str:
    """Number of the process that holds a lock, or held it last; empty when it is not known."""
    try:
        return path.read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        return ""
