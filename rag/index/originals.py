"""Uploaded files, kept inside the store under the hashes of their bytes as long as some version was read from them."""

from __future__ import annotations

from collections.abc import Set
from pathlib import Path

from rag.index.store import Store

ORIGINALS = "originals"
"""Their folder inside the store."""


def sweep(store: Store, folder: Path, spare: Set[str] = frozenset()) -> None:
    """Delete the originals that no kept version was read from.

    :param folder: The store's folder.
    :param spare: Hashes of files that stay all the same.
    """
    used = store.source_hashes() | spare
    for path in (folder.resolve() / ORIGINALS).glob("*"):
        if path.stem not in used and not store.is_origin(str(path)):
            path.unlink(missing_ok=True)
