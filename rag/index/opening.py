"""Opens the store that a folder's settings name; the one place that knows which back ends there are."""

from __future__ import annotations

from pathlib import Path

from rag.index.store import Store


def open_store(folder: Path, *, create: bool = False) -> Store:
    """Open the store of a folder.

    :param create: Make an empty one when there is none.
    :raises StoreMissingError: If there is none and ``create`` is false.
    """
    from rag.index.sqlite import SqliteStore

    return SqliteStore.open(folder, create=create)
