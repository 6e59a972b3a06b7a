"""Prepares the default encoder once: from the package's quantised file to a checked folder of models.

``<models>/e5-small`` is an ordinary sentence-transformers folder; its ``onnx`` subfolder is what asking loads. The
folder appears whole or not at all, and a manifest with sizes, times and checksums tells whether it still is whole.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from rag.errors import EncoderError
from rag.index.encode import onnx, package
from rag.index.encode.base import Progress
from rag.index.encode.bulk import BundledEncoder
from rag.index.encode.onnx import OnnxEncoder
from rag.index.files import build_folder, file_lock, sha256_file
from rag.lang import say

FORMAT = 3
"""Raise when the files written here change, so that older folders are made anew."""

DIM = 384
NAME = f"bundled-e5-small@{package.SHA256[:12]}"
MANIFEST = "manifest.json"

_KNOWN_TEXT = "Hà Nội là thủ đô của Việt Nam."
_KNOWN_VALUES = (0.01918, -0.03886, -0.00031, -0.02134, 0.08402, -0.00715, 0.05733, 0.02904)
"""First values of this text's vector as a query: torch gave them, and the package's own engine at cosine 0.9999."""
_TOLERANCE = 1e-4


def prepare_bundled(models: Path, progress: Progress | None = None) -> Path:
    """Make the folder unless it is there and whole.

    :param models: Folder of all prepared encoders.
    :return: The sentence-transformers folder.
    :raises EncoderError: If the package is missing, is another version, or the result fails its check.
    """
    folder = models / "e5-small"
    if is_ready(folder):
        return folder
    models.mkdir(parents=True, exist_ok=True)
    with file_lock(models / "e5-small.lock"):
        if not is_ready(folder):  # another process may have made it while we waited
            build_folder(folder, lambda aside: _build(aside, progress or _silent))
    return folder


def is_ready(folder: Path, *, thorough: bool = False) -> bool:
    """Whether the folder is complete and of this version.

    :param thorough: Hash every file; otherwise files whose size and time are as written are taken as whole.
    """
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        if manifest["format"] != FORMAT or manifest["source_sha256"] != package.SHA256:
            return False
        return all(_is_whole(folder / name, entry, thorough) for name, entry in manifest["files"].items())
    except (OSError, ValueError, KeyError, TypeError):
        return False


def load_bundled(models: Path, threads: int) -> BundledEncoder:
    """The default encoder, prepared first where needed."""
    folder = prepare_bundled(models)
    return BundledEncoder(folder, OnnxEncoder(folder / onnx.FOLDER, NAME, DIM, threads))


def _is_whole(path: Path, entry: dict[str, int | str], thorough: bool) -> bool:
    status = path.stat()
    if status.st_size != entry["size"]:
        return False
    touched = status.st_mtime_ns != entry["mtime_ns"]  # copied or restored: look at the bytes
    return not (thorough or touched) or sha256_file(path) == entry["sha256"]


def _build(folder: Path, progress: Progress) -> None:
    from rag.index.encode.folder import write_folder
    from rag.index.encode.network import check_network, write_network

    stage = say("chuẩn bị bộ mã hoá", "preparing the encoder")
    progress(stage, 0, 4)
    weights = package.parse(package.read_checked(package.find_file()))
    progress(stage, 1, 4)
    serving = folder / onnx.FOLDER
    serving.mkdir()
    write_network(weights, serving)
    check_network(serving)
    _write_segmenter(weights.pieces, serving)
    progress(stage, 2, 4)
    write_folder(weights, folder)
    progress(stage, 3, 4)
    _check_known_vector(serving)
    _write_manifest(folder)
    progress(stage, 4, 4)


def _write_segmenter(pieces: package.Pieces, folder: Path) -> None:
    from rag.index.encode.folder import own_replacements

    (folder / onnx.PIECES).write_text("\n".join(piece for piece, _score in pieces.scored), encoding="utf-8")
    np.save(folder / onnx.SCORES, np.array([score for _piece, score in pieces.scored], dtype=np.float32))
    specials = [pieces.bos, pieces.eos, pieces.pad, pieces.unk]
    table = {"specials": specials, "replacements": own_replacements(pieces)}
    (folder / onnx.TABLE).write_text(json.dumps(table), encoding="utf-8")


def _check_known_vector(serving: Path) -> None:
    found = OnnxEncoder(serving, NAME, DIM, threads=1).encode_queries([_KNOWN_TEXT])[0]
    if not np.allclose(found[: len(_KNOWN_VALUES)], _KNOWN_VALUES, atol=_TOLERANCE):
        raise EncoderError(
            say("Bộ mã hoá vừa tạo cho kết quả sai trên máy này; hãy báo lỗi kèm kết quả `rag doctor`.",
                "The encoder just made gives wrong vectors on this machine; please report it with `rag doctor`.")
        )  # fmt: skip


def _write_manifest(folder: Path) -> None:
    files = {
        str(path.relative_to(folder)): {
            "size": path.stat().st_size,
            "mtime_ns": path.stat().st_mtime_ns,
            "sha256": sha256_file(path),
        }
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    manifest = {"format": FORMAT, "encoder": NAME, "source_sha256": package.SHA256, "dim": DIM, "files": files}
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=1), encoding="utf-8")


def _silent(stage: str, done: int, total: int | None) -> None:
    """Ignore progress."""
