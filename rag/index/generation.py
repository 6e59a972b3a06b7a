"""The derived indexes of one moment: a folder that appears whole, with a manifest that says what is in it.

``index/CURRENT`` names the folder in use; it changes in one step, and the folder before is kept for those still
reading it. Any of it may be deleted: it is made again from the store.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import uuid
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rag.index.chunk import CHUNK_FORMAT
from rag.index.dense import DenseIndex
from rag.index.files import build_folder, sha256_file, write_atomic
from rag.index.lexical import LEXICAL_FORMAT, LexicalIndex
from rag.index.steps import step
from rag.lang import say

FORMAT = 2
CURRENT, MANIFEST, DENSE, LEXICAL = "CURRENT", "manifest.json", "dense.faiss", "lexical"
NORMAL_FORM = "NFC"

_ALWAYS_HASHED = 32 << 20
"""Files up to this size are hashed at every start (20 ms); larger ones when their time changed, or when asked to."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What built an index, and what it covers.

    :param seq: Last change of the store that is in it.
    :param index_version: State of the store that it shows.
    :param n_ghosts: Removed passages that the word index no longer finds but still counts in its statistics.
    """

    encoder: str
    dim: int
    chunk_size: int
    seq: int
    index_version: str
    n_passages: int
    n_documents: int
    n_ghosts: int = 0
    metric: str = "inner product of unit vectors"
    normal_form: str = NORMAL_FORM
    format: int = FORMAT
    chunk_format: int = CHUNK_FORMAT
    lexical_format: int = LEXICAL_FORMAT

    def is_readable(self) -> bool:
        """Whether this version of the program wrote it."""
        return (self.format, self.lexical_format) == (FORMAT, LEXICAL_FORMAT)

    def is_of(self, index_version: str) -> bool:
        """Whether it was made from the store of that version, perhaps at another time."""
        return self.index_version.partition(".")[0] == index_version.partition(".")[0]


@dataclass(frozen=True, slots=True)
class Generation:
    """Both indexes of one moment, open for searching."""

    name: str
    manifest: Manifest
    dense: DenseIndex
    lexical: LexicalIndex


def current_name(index: Path) -> str | None:
    """Name of the folder in use."""
    try:
        return (index / CURRENT).read_text(encoding="ascii").strip() or None
    except (OSError, ValueError):
        return None


def open_generation(index: Path, name: str, *, thorough: bool = False) -> Generation | None:
    """Open a generation; ``None`` when it is missing, damaged or of another format.

    :param thorough: Hash all files, also large ones whose size and time are as written.
    """
    folder = index / name
    manifest = _read_manifest(folder)
    if manifest is None or not manifest.is_readable() or _first_damaged(folder, thorough):
        return None
    try:
        dense, lexical = DenseIndex.read(folder / DENSE), LexicalIndex(folder / LEXICAL)
    except (OSError, RuntimeError, ValueError):  # faiss and tantivy on files that their checksums let through
        return None
    whole = len(dense) == len(lexical) == manifest.n_passages
    return Generation(name, manifest, dense, lexical) if whole else None


def complaint(index: Path) -> str:
    """Why the generation in use cannot be opened, for people; empty where there is none, or one of another version."""
    name = current_name(index)
    if name is None:
        is_left = next(index.glob("gen-*"), None) is not None
        return say(f"tệp {CURRENT} thiếu hoặc hỏng", f"the file {CURRENT} is missing or damaged") if is_left else ""
    folder = index / name
    manifest = _read_manifest(folder)
    if manifest is not None and not manifest.is_readable():
        return ""
    which = f"{name}/{MANIFEST}" if manifest is None else _first_damaged(folder, thorough=True) or name
    return say(f"{which} thiếu hoặc hỏng", f"{which} is missing or damaged")


def publish(index: Path, manifest: Manifest, dense: DenseIndex, lexical: Path) -> str:
    """Make a folder of both indexes and put it in use.

    :param lexical: Folder of the finished word index; it is moved.
    :return: The new folder's name; no folder ever gets the name of one before.
    """
    previous = current_name(index)
    name = f"gen-{_number(previous) + 1}-{uuid.uuid4().hex[:8]}"

    def build(folder: Path) -> None:
        dense.write(folder / DENSE)
        step("publish: dense written")
        lexical.rename(folder / LEXICAL)
        step("publish: lexical moved")
        content = asdict(manifest) | {"files": {path: _entry(folder / path) for path in _files(folder)}}
        content |= {_CHECKSUM: _checksum(content)}
        (folder / MANIFEST).write_text(json.dumps(content, indent=1), encoding="utf-8")

    build_folder(index / name, build)
    write_atomic(index / CURRENT, name.encode("ascii"))
    clear(index, keep={name, previous})
    return name


def copy_lexical(source: Path, target: Path) -> None:
    """Copy a word index by linking its files: tantivy never changes a file's contents, it writes new ones."""
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    for path in source.iterdir():
        if path.suffix == ".lock":
            continue
        if path.suffix == ".json":
            shutil.copyfile(path, target / path.name)
        else:
            _link(path, target / path.name)


def _link(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except OSError:  # a file system without links
        shutil.copyfile(source, target)


def _number(name: str | None) -> int:
    number = name.removeprefix("gen-").partition("-")[0] if name else ""
    return int(number) if number.isdigit() else 0


def clear(index: Path, keep: set[str | None]) -> None:
    """Remove all generations but these. Whoever has one open goes on reading it."""
    for path in index.glob("gen-*"):
        if path.name not in keep:
            shutil.rmtree(path, ignore_errors=True)


def _files(folder: Path) -> Iterator[str]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix != ".lock":
            yield str(path.relative_to(folder))


def _entry(path: Path) -> dict[str, int | str]:
    status = path.stat()
    return {"size": status.st_size, "mtime_ns": status.st_mtime_ns, "sha256": sha256_file(path)}


_CHECKSUM = "sha256"
"""Field of the manifest that holds the hash of all the others."""


def _checksum(content: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode("utf-8")).hexdigest()


def _content(folder: Path) -> dict[str, Any]:
    """The manifest as it was written; empty when it is missing or damaged."""
    try:
        content = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        found = content.pop(_CHECKSUM, None)  # there was none before format 2
        return content if found in (None, _checksum(content)) else {}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def _read_manifest(folder: Path) -> Manifest | None:
    content = _content(folder)
    content.pop("files", None)
    try:
        return Manifest(**content)
    except TypeError:  # damaged, or of another version
        return None


def _first_damaged(folder: Path, thorough: bool) -> str:
    """Path of the first file that is missing or not as the manifest says; empty when all are whole."""
    for path, entry in _content(folder)["files"].items():
        try:
            if not _is_whole(folder / path, entry, thorough):
                return f"{folder.name}/{path}"
        except OSError:
            return f"{folder.name}/{path}"
    return ""


def _is_whole(path: Path, entry: dict[str, int | str], thorough: bool) -> bool:
    status = path.stat()
    if status.st_size != entry["size"]:
        return False
    sure = not thorough and status.st_mtime_ns == entry["mtime_ns"] and status.st_size > _ALWAYS_HASHED
    return sure or sha256_file(path) == entry["sha256"]
