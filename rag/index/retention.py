"""What is to be kept, and what not any longer: old versions, and documents that are out of date."""

from __future__ import annotations

from datetime import UTC, datetime

from rag.index.ingest import publish
from rag.index.opening import open_store
from rag.index.originals import sweep
from rag.index.sqlite.schema import FILE_NAME
from rag.index.steps import step
from rag.settings import Settings

_END = datetime(9999, 1, 1, tzinfo=UTC)


def purge(settings: Settings, before: datetime | None = None) -> int:
    """Drop old versions of all documents, and everything in the store's folder that holds what was removed or replaced.

    A citation of a version that is dropped can no longer be opened.

    :param before: Only versions stored before this moment; all when ``None``.
    :return: How many versions there were.
    """
    store = open_store(settings.store)
    with store.writer() as writer:
        gone = writer.forget_versions(before or _END)
        step("purge: versions forgotten")
        publish(store, writer, settings, keep_previous=False, clean=True)
        writer.compact()
        step("purge: database compacted")
        for copy in settings.store.glob(f"{FILE_NAME}.*"):  # copies that upgrades and restores kept
            copy.unlink()
        sweep(store, settings.store)
    return gone
