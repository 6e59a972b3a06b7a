"""Follows folders: looks again and again, and ingests once what changed has held still for one look.

Looking is by polling, because network shares do not tell of changes. A root that cannot be reached is waited for:
nothing is ingested, so nothing can seem to be gone.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeAlias

from rag.errors import RagError
from rag.lang import say
from rag.load.sources import find_sources
from rag.types import IngestReport

EVERY_S = 10.0

Look: TypeAlias = frozenset[tuple[str, int, int]]
"""Path, size and time of each file."""


def watch(
    paths: Sequence[Path],
    ingest: Callable[[], IngestReport],
    *,
    every_s: float = EVERY_S,
    on_report: Callable[[IngestReport], None],
    on_trouble: Callable[[str], None],
    stop: threading.Event | None = None,
) -> None:
    """Ingest now, then whenever the files under the paths changed and are no longer changing.

    :param ingest: Takes in all the paths once; a :class:`RagError` of it is told, and it is tried again.
    :param every_s: Seconds between two looks.
    :param on_trouble: Told what stands in the way; the same trouble is told once.
    :param stop: Ends the watching when set.
    """
    stop = stop or threading.Event()
    done: Look | None = None
    before: Look | None = None
    trouble = ""
    while not stop.is_set():
        now, problem = look(paths)
        if not problem and now != done and (now == before or done is None):
            try:
                on_report(ingest())
                done = now
            except RagError as error:
                problem = str(error)
        before = now
        if problem and problem != trouble:
            on_trouble(problem)
        trouble = problem
        stop.wait(every_s)


def look(paths: Sequence[Path]) -> tuple[Look, str]:
    """What lies under the paths now, and what stands in the way of seeing it (empty when nothing does)."""
    found: set[tuple[str, int, int]] = set()
    for path in paths:
        for source in find_sources([path]):
            if source.path == source.root or not path.exists():
                return frozenset(), say(
                    f"{path}: chưa truy cập được hoặc đang trống; sẽ thử lại",
                    f"{path}: cannot be reached or is empty; will try again",
                )
            try:
                status = source.path.stat()
            except OSError:
                continue  # it went away between two steps of this look; the next one sees it gone
            found.add((str(source.path), status.st_size, status.st_mtime_ns))
    return frozenset(found), ""
