"""Find the files to load under the paths that a person named. Opens none of them."""

from __future__ import annotations

import os
import stat
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rag.lang import say
from rag.load.formats import FORMATS, unsupported


@dataclass(frozen=True, slots=True)
class Source:
    """One file to load.

    :param path: Where it lies.
    :param root: The folder that was named, or the folder of the file that was named.
    :param name: Path relative to ``root`` with forward slashes, NFC; what readers see.
    :param problem: Why it cannot be loaded, in the user's language; empty when nothing is known against it.
    """

    path: Path
    root: Path
    name: str
    problem: str = ""

    @property
    def suffix(self) -> str:
        """Suffix in lower case, such as ``.docx``."""
        return Path(self.name).suffix.lower()


def find_sources(paths: Sequence[Path]) -> tuple[Source, ...]:
    """Find what to load, in a fixed order: as named, folders sorted by name.

    Hidden files are left out, and so is a ``README`` at the top of a named folder: it speaks about the documents and
    is not one of them. Everything else that cannot be loaded comes back with its ``problem``.

    :param paths: Files and folders.
    """
    return tuple(source for path in paths for source in _sources_of(Path(path)))


def _sources_of(path: Path) -> Iterator[Source]:
    try:
        real = path.resolve(strict=True)
    except (OSError, RuntimeError, ValueError):
        problem = say("không tìm thấy tệp hoặc thư mục này", "no such file or folder")
        yield Source(path, path.parent, _name(path.name or str(path)), problem)
        return
    if not real.is_dir():
        yield _source(real, real.parent, real.parent / path.name)
        return
    found = False
    for source in _walk(real):
        found = True
        yield source
    if not found:
        problem = say("thư mục không có tài liệu nào", "the folder has no documents")
        yield Source(real, real, _name(real.name), problem)


def _walk(root: Path) -> Iterator[Source]:
    unreadable: list[OSError] = []
    for folder, folders, files in os.walk(root, onerror=unreadable.append):
        yield from _unreadable(unreadable, root)
        here = Path(folder)
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in folders:
            if (here / name).is_symlink() and not _is_inside(here / name, root):
                yield Source(here / name, root, _name(str((here / name).relative_to(root))), _outside())
        for name in sorted(files):
            is_readme = here == root and Path(name).stem.lower() == "readme"
            if not name.startswith(".") and not is_readme:
                yield _source(here / name, root, here / name)
    yield from _unreadable(unreadable, root)


def _unreadable(errors: list[OSError], root: Path) -> Iterator[Source]:
    """Folders that could not be listed: said, lest their documents seem to be gone."""
    while errors:
        error = errors.pop()
        reason = os.strerror(error.errno or 0)
        folder = Path(error.filename or root)
        problem = say(f"không đọc được thư mục ({reason})", f"the folder cannot be read ({reason})")
        yield Source(folder, root, _name(str(folder.relative_to(root))), problem)


def _source(path: Path, root: Path, shown: Path) -> Source:
    name = _name(str(shown.relative_to(root)))
    if path.is_symlink():
        if not _is_inside(path, root):
            return Source(path, root, name, _outside())
        path = path.resolve()  # the reading process refuses links, so that none can be swapped in later
    return Source(path, root, name, _problem(path, shown.suffix.lower()))


def _problem(path: Path, suffix: str) -> str:
    try:
        is_regular = stat.S_ISREG(path.lstat().st_mode)
    except OSError:
        return say("không đọc được tệp", "the file cannot be read")
    if not is_regular:
        return say("không phải tệp thường (thiết bị, ống dẫn…)", "not a regular file (device, pipe…)")
    return "" if suffix in FORMATS else unsupported(suffix)


def _is_inside(path: Path, root: Path) -> bool:
    try:
        return path.resolve(strict=True).is_relative_to(root)
    except (OSError, RuntimeError):
        return False


def _outside() -> str:
    return say("liên kết trỏ ra ngoài thư mục", "the link points outside the folder")


def stored_path(path: Path) -> str:
    r"""A path that can be stored: bytes that are not UTF-8 are written as ``\xNN``."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def _name(relative: str) -> str:
    r"""A name that can be stored and printed: bytes that are not UTF-8 are written as ``\\xNN``."""
    return unicodedata.normalize("NFC", stored_path(Path(relative)).replace(os.sep, "/"))
