"""Chooses, once for a machine, what encodes the bundled encoder's passages in bulk.

Questions and small jobs go through ONNX Runtime, which is ready at once. When a job has grown large, a faster network
is tried on passages that ONNX has just encoded: it is taken only if its vectors agree and it saves time, and the
finding is kept beside the prepared encoder. Either way the vectors are of the same model and stand under its name.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Protocol

import numpy as np

from rag.index.encode.base import E5_PASSAGE
from rag.index.encode.bfloat16 import Bfloat16Network, has_bfloat16
from rag.index.encode.onnx import OnnxEncoder
from rag.index.files import write_atomic
from rag.types import EmbeddingMatrix

CHOICE = "bulk.json"

_LARGE_JOB = 256
"""Passages after which a job counts as large: about ten seconds of ONNX, against three to have torch ready."""
_TRIED = 64
"""Passages that both encode for the comparison; calls with fewer never count towards a large job."""
_MIN_COSINE = 0.9999
"""Least agreement with ONNX float32; measured are 0.99999 and more."""
_MIN_GAIN = 1.2
"""A back end that is hardly faster is not worth its memory."""


class Network(Protocol):
    """Token ids to vectors."""

    def run(self, rows: Sequence[Sequence[int]]) -> EmbeddingMatrix:
        """(len(rows), dim) float32, rows of unit length."""


class BundledEncoder:
    """The bundled encoder: ONNX Runtime for questions and small jobs, the faster of two for large ones.

    :param folder: The prepared folder.
    :param serving: ONNX Runtime's.
    :param make_network: Makes the faster network from the folder and a number of threads; given in tests.
    :param supported: Whether this machine may have it.
    """

    def __init__(
        self,
        folder: Path,
        serving: OnnxEncoder,
        *,
        make_network: Callable[[Path, int], Network] = Bfloat16Network,
        supported: Callable[[], bool] = has_bfloat16,
    ) -> None:
        self.name, self.dim = serving.name, serving.dim
        self.segmenter = serving.segmenter
        self._serving = serving
        self._folder = folder
        self._make_network, self._supported = make_network, supported
        self._lock = threading.Lock()
        self._encoded = 0
        self._network: Network | None = None
        self._decided = False

    @property
    def graph_folder(self) -> Path:
        """Where the graph lies that answers questions; another may be put beside it and share its token table."""
        return self._serving.folder

    def encode_queries(self, texts: Sequence[str]) -> EmbeddingMatrix:
        """Embed questions: (len(texts), dim) float32, rows of unit length."""
        return self._serving.encode_queries(texts)

    def expect(self, passages: int) -> None:
        """Say that at least so many passages are to come: a large job is then known as one from the beginning."""
        with self._lock:
            self._encoded = max(self._encoded, passages)

    def encode_passages(self, texts: Sequence[str]) -> EmbeddingMatrix:
        """Embed passages: (len(texts), dim) float32, rows of unit length."""
        with self._lock:
            if len(texts) >= _TRIED:
                self._encoded += len(texts)
            if not self._decided and self._encoded > _LARGE_JOB and len(texts) >= _TRIED:
                self._network = self._choose(texts)
                self._decided = True
            network = self._network
        if network is None:
            return self._serving.encode_passages(texts)
        return network.run(self._rows(texts))

    def _rows(self, texts: Sequence[str]) -> list[list[int]]:
        return [self.segmenter.ids(E5_PASSAGE + text) for text in texts]

    def _choose(self, texts: Sequence[str]) -> Network | None:
        """The faster network, or none where it is no gain, disagrees or cannot be had."""
        found = _read_choice(self._folder)
        if found is False or not self._supported():
            return None
        try:
            network = self._make_network(self._folder, self._serving.threads)
            if found is None:
                found = self._try(network, texts[:: max(1, len(texts) // _TRIED)])
        except (ImportError, OSError, RuntimeError):
            return None  # no torch, no memory, a processor it does not know: the slower one always works
        return network if found else None

    def _try(self, network: Network, texts: Sequence[str]) -> bool:
        """Whether to use the network; the finding is kept."""
        gain, cosine = self._compare(network, texts)
        use = gain >= _MIN_GAIN and cosine >= _MIN_COSINE
        _write_choice(self._folder, use, gain, cosine)
        return use

    def _compare(self, network: Network, texts: Sequence[str]) -> tuple[float, float]:
        """How many times faster the network is, and its least cosine to the serving one."""
        rows = self._rows(texts)
        network.run(rows[:2])  # the first call allocates
        started = time.perf_counter()
        reference = self._serving.encode_passages(texts)
        between = time.perf_counter()
        vectors = network.run(rows)
        ended = time.perf_counter()
        cosine = float(np.sum(reference * vectors, axis=1).min())
        return (between - started) / (ended - between), cosine


def _read_choice(folder: Path) -> bool | None:
    """What was found on this machine with the installed torch; ``None`` = not tried yet."""
    try:
        choice = json.loads(_choice_path(folder).read_text(encoding="utf-8"))
        return bool(choice["use"]) if choice["torch"] == _torch_version() else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _write_choice(folder: Path, use: bool, gain: float, cosine: float) -> None:
    choice = {"use": use, "torch": _torch_version(), "times_onnx": round(gain, 2), "min_cosine": round(cosine, 7)}
    try:
        write_atomic(_choice_path(folder), json.dumps(choice).encode() + b"\n")
    except OSError:
        return  # a folder that only an administrator may write: tried again next time


def _choice_path(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}.{CHOICE}")


def _torch_version() -> str:
    try:
        return version("torch")
    except PackageNotFoundError:
        return ""
