"""One file that holds a store: taken while the store is in use, checked before anything is replaced by it.

The file is a zip archive of the databases, the settings and the uploaded originals, with a manifest of their checksums.
Derived indexes are left out: they are made again, from the same vectors.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path, PurePosixPath
from typing import IO, Any

from rag.errors import StoreError
from rag.index.files import fsync_path, sha256_file, told, write_atomic
from rag.index.ingest import publish
from rag.index.originals import ORIGINALS
from rag.index.sqlite import SqliteStore
from rag.index.sqlite.copying import copy_database, steps_of
from rag.index.sqlite.schema import FILE_NAME, STEPS
from rag.index.steps import step
from rag.lang import say
from rag.settings import Settings

MANIFEST = "manifest.json"
FORMAT = 1
BEFORE = f"{FILE_NAME}.before-restore"
"""Copy of the database that a restore replaced."""

_SETTINGS, _ACCESS = "rag.toml", "access.db"
_FOLDERS = (ORIGINALS,)
"""What is kept of the store's folder beside the database; all else is derived from it."""
_PIECE = 1 << 20
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, KeyError, ValueError, NotImplementedError)
"""What reading a damaged archive raises."""


@dataclass(frozen=True, slots=True)
class BackupInfo:
    """What a backup says of itself.

    :param steps: Version of the tables.
    :param files: SHA-256 and size of each file in it.
    """

    format: int
    product: str
    created: str
    steps: int
    index_version: str
    encoder: str
    n_documents: int
    n_passages: int
    files: dict[str, dict[str, Any]]


def backup(settings: Settings, target: Path) -> BackupInfo:
    """Write a store into one file; others go on reading and writing.

    :param target: Replaced when it is there, once the new one is whole.
    :raises StoreError: If there is no place for it.
    """
    store = SqliteStore.open(settings.store)
    with told(target.parent), _aside(target.parent, target.name) as aside:
        copy = aside / FILE_NAME
        store.copy_to(copy)
        if (settings.store / _ACCESS).is_file():
            copy_database(settings.store / _ACCESS, aside / _ACCESS)
        step("backup: database copied")
        info = _describe(aside, settings.store)
        archive = aside / target.name
        with archive.open("wb") as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed:
            packed.writestr(MANIFEST, json.dumps(asdict(info), ensure_ascii=False, indent=1))
            for name in info.files:
                packed.write((aside if (aside / name).is_file() else settings.store) / name, name)
        step("backup: archive written")
        archive.chmod(0o600)  # what a store holds is for those who may read the store
        fsync_path(archive)
        archive.replace(target)
        step("backup: archive in place")
        fsync_path(target.parent)
    return info


def _describe(aside: Path, folder: Path) -> BackupInfo:
    """What goes into the file; counted in the copies, because the store may have moved on."""
    store = SqliteStore.open(aside)
    paths = {name: aside / name for name in (FILE_NAME, _ACCESS) if (aside / name).is_file()}
    paths |= {name: folder / name for name in _beside(folder)}
    info = BackupInfo(
        format=FORMAT,
        product=version("news-rag"),
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        steps=len(STEPS),
        index_version=store.index_version,
        encoder=store.meta("encoder") or "",
        n_documents=store.count_documents(),
        n_passages=store.count_passages(),
        files={name: {"sha256": sha256_file(path), "size": path.stat().st_size} for name, path in paths.items()},
    )
    store.close()
    return info


def _beside(folder: Path) -> Iterator[str]:
    if (folder / _SETTINGS).is_file():
        yield _SETTINGS
    for name in _FOLDERS:
        for path in sorted((folder / name).rglob("*")):
            if path.is_file() and not path.is_symlink():
                yield path.relative_to(folder).as_posix()


def read_info(archive: Path) -> BackupInfo:
    """What a backup says of itself.

    :raises StoreError: If it is no backup, or of a newer version.
    """
    try:
        with zipfile.ZipFile(archive) as packed:
            content = json.loads(packed.read(MANIFEST))
        found = content["format"]
        if found == FORMAT:
            return BackupInfo(**content)
    except OSError as error:
        raise StoreError(
            say(f"Không đọc được {archive.name}: {error.strerror}.", f"Cannot read {archive.name}: {error.strerror}.")
        ) from error
    except (*_BROKEN, TypeError) as error:
        raise StoreError(
            say(f"{archive.name} không phải là bản sao lưu, hoặc đã hỏng.", f"{archive.name} is no backup, or damaged.")
        ) from error
    raise StoreError(
        say(f"{archive.name} do phiên bản news-rag mới hơn tạo ra (định dạng {found}); hãy cập nhật news-rag.",
            f"A newer version of news-rag made {archive.name} (format {found}); update news-rag.")
    )  # fmt: skip


def restore(archive: Path, settings: Settings) -> BackupInfo:
    """Put what a backup holds in the place of the store, then make the indexes again.

    Everything is unpacked and checked first; the database is then replaced in one commit, under the eyes of running
    servers, which take it up by themselves. The database before is kept as ``rag.db.before-restore``. Settings and
    people (``rag.toml``, ``access.db``) that are there already stay: an old backup must not let anybody in again.

    :raises StoreError: If the backup is damaged or of a newer version; the store is then as it was.
    :raises StoreBusyError: If another process is writing.
    """
    info = read_info(archive)
    settings.store.mkdir(parents=True, exist_ok=True)
    with told(settings.store), _aside(settings.store, "restore") as aside:
        _unpack(archive, info, aside)
        step("restore: unpacked")
        steps_of(aside / FILE_NAME)
        SqliteStore.open(aside).close()  # brings an older copy up to date
        store = SqliteStore.open(settings.store, create=True)
        with store.writer() as writer:
            if store.count_documents():
                store.copy_to(settings.store / BEFORE)
                step("restore: old database kept")
            _place_originals(aside, info, settings.store)
            store.take_over(aside / FILE_NAME)
            step("restore: database replaced")
            for name in (_SETTINGS, _ACCESS):
                if name in info.files and not (settings.store / name).exists():
                    write_atomic(settings.store / name, (aside / name).read_bytes())
                    (settings.store / name).chmod(0o600)
            publish(store, writer, settings, keep_previous=False)
    return info


def _unpack(archive: Path, info: BackupInfo, target: Path) -> None:
    try:
        with zipfile.ZipFile(archive) as packed:
            for name, entry in info.files.items():
                _check_name(name)
                path = target / name
                path.parent.mkdir(parents=True, exist_ok=True)
                with packed.open(name) as source, path.open("wb") as file:
                    found = _copy(source, file, int(entry["size"]))
                if found != entry["sha256"]:
                    raise StoreError(_damaged(archive, name))
    except _BROKEN as error:
        raise StoreError(_damaged(archive, "")) from error


def _copy(source: IO[bytes], target: IO[bytes], size: int) -> str:
    """Copy at most the bytes that were announced and return their hash."""
    digest = hashlib.sha256()
    left = size + 1
    while left > 0 and (piece := source.read(min(_PIECE, left))):
        digest.update(piece)
        target.write(piece)
        left -= len(piece)
    return digest.hexdigest() if left == 1 else ""


def _check_name(name: str) -> None:
    path = PurePosixPath(name)
    is_known = name in (FILE_NAME, _SETTINGS, _ACCESS) or (len(path.parts) > 1 and path.parts[0] in _FOLDERS)
    if not is_known or path.is_absolute() or ".." in path.parts or "\\" in name:
        raise ValueError(name)


def _damaged(archive: Path, name: str) -> str:
    which = f" ({name})" if name else ""
    return say(
        f"Bản sao lưu {archive.name} bị hỏng{which}; kho giữ nguyên như trước.",
        f"The backup {archive.name} is damaged{which}; the store is as it was.",
    )


def _place_originals(aside: Path, info: BackupInfo, folder: Path) -> None:
    for name in info.files:
        if name not in (FILE_NAME, _SETTINGS, _ACCESS):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            write_atomic(folder / name, (aside / name).read_bytes())


@contextmanager
def _aside(parent: Path, name: str) -> Iterator[Path]:
    """A folder for unfinished work, removed at the end; one that a killed run left is removed first."""
    folder = parent / f".{name}.tmp"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    os.chmod(folder, 0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
