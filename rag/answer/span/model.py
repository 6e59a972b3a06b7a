"""Runs the reader: one pass over a question and a few sentences gives the best words of each and how sure they are."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
import numpy.typing as npt

from rag.answer.span import weights
from rag.index.encode.segment import Segmenter

_LONGEST_QUESTION = 40
"""Tokens of a question that are read."""
_LONGEST_SENTENCE = 120
"""Tokens of a sentence that are read."""
_LONGEST_ANSWER = 24
"""Tokens of an answer."""
_REMEMBERED = 256
"""Sentences whose tokens are remembered: each is asked for its length before it is read."""


@dataclass(frozen=True, slots=True)
class Found:
    """The best words of one sentence.

    :param start: First character in the sentence.
    :param end: Character after the last.
    :param margin: Log-odds of these words against "no answer here"; compared inside one pass.
    """

    start: int
    end: int
    margin: float


class SpanModel:
    """The trained reader. Threads may share one.

    :param path: Of the graph.
    """

    def __init__(self, path: Path, segmenter: Segmenter, threads: int = 0) -> None:
        from rag.index.encode.onnx import open_session

        self._segmenter = segmenter
        self._placed = lru_cache(_REMEMBERED)(segmenter.placed)
        self._session: Any = open_session(path, threads or len(os.sched_getaffinity(0)))

    def n_tokens(self, text: str) -> int:
        """Tokens of a sentence that are read."""
        return min(_LONGEST_SENTENCE, len(self._placed(text)))

    def read(self, question: str, groups: Sequence[Sequence[str]]) -> tuple[tuple[Found | None, ...], ...]:
        """The best words of each sentence; ``None`` for one without words.

        :param groups: Sentences; those of a group follow each other in their text.
        """
        s = self._segmenter
        ids = [s.bos, *(i for i, _, _ in self._placed(question)[:_LONGEST_QUESTION]), s.eos]
        placed: list[list[tuple[int, list[tuple[int, int, int]]]]] = []
        for group in groups:
            ids.append(s.eos)
            placed.append([])
            for sentence in group:
                tokens = self._placed(sentence)[:_LONGEST_SENTENCE]
                placed[-1].append((len(ids), tokens))
                ids += [i for i, _, _ in tokens]
        ids.append(s.eos)
        scores = self._session.run(None, {"ids": np.array([ids], dtype=np.int64)})[0]
        none = float(scores[0].sum())
        return tuple(tuple(_best(scores, at, tokens, none) for at, tokens in group) for group in placed)


def _best(
    scores: npt.NDArray[np.float32], at: int, tokens: Sequence[tuple[int, int, int]], none: float
) -> Found | None:
    if not tokens:
        return None
    part = scores[at : at + len(tokens)]
    pairs = part[:, 0][:, None] + part[:, 1][None, :]
    n = np.arange(len(tokens))
    length = n[None, :] - n[:, None]
    pairs = np.where((length >= 0) & (length < _LONGEST_ANSWER), pairs, -np.inf)
    first, last = divmod(int(pairs.argmax()), len(tokens))
    return Found(tokens[first][1], tokens[last][2], float(pairs[first, last]) - none)


_making = Lock()
_GRAPH = 2
"""Raise when the graph is written otherwise: one of before is of no use then."""


def graph_file(folder: Path) -> Path:
    """The reader's graph, made where it is not there yet or not as it was written.

    :param folder: Of the encoder's graph.
    :raises OSError: If it cannot be written.
    """
    from rag.index.files import file_lock

    name = f"reader-{weights.SHA256[:12]}-{_GRAPH}"
    path = folder / f"{name}.onnx"
    with _making:
        if not _is_whole(path):
            with file_lock(folder / "reader.lock"):
                if not _is_whole(path):  # another process may have made it while we waited
                    from rag.answer.span.graph import write_graph
                    from rag.index.files import write_atomic

                    write_graph(folder, name, weights.read())
                    write_atomic(_sums_file(path), _sums(path).encode("ascii"))
    return path


def _sums_file(path: Path) -> Path:
    return path.with_suffix(".sha256")


def _sums(path: Path) -> str:
    """Hashes of the graph and of its weights (20 MB, some 20 ms), a line each."""
    from rag.index.files import sha256_file

    return "".join(f"{sha256_file(part)}\n" for part in (path, path.with_name(f"{path.name}.data")))


def _is_whole(path: Path) -> bool:
    try:
        return _sums_file(path).read_text(encoding="ascii") == _sums(path)
    except (OSError, ValueError):
        return False
