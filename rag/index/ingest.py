"""The way of the data: files → documents → passages → vectors → store → published index.

Documents are committed some at a time, so that a kill loses the work of seconds; what is committed is found again by
the hash of its contents and is neither read, cut nor encoded twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rag.index.derive import derive
from rag.index.edit import edited
from rag.index.embed import Embedder, silent
from rag.index.encode import Encoder, Progress
from rag.index.files import sha256_file, told
from rag.index.generation import clear
from rag.index.identify import Place, identify, shown_name
from rag.index.index import FOLDER
from rag.index.migrate import migrate, record
from rag.index.opening import open_store
from rag.index.originals import sweep
from rag.index.pipeline import Pipeline
from rag.index.steps import step
from rag.index.store import DraftDocument, FileRecord, KnownDocument, Store, StoreWriter
from rag.lang import say
from rag.load.formats import LOADER_VERSION
from rag.load.loader import Loader
from rag.load.ocr import check_installed
from rag.load.sources import Source, find_sources, stored_path
from rag.settings import Settings
from rag.types import Document, FailedSource, IngestReport, LoadedDocument

_DOCUMENTS_AT_ONCE = 64
_CHARS_AT_ONCE = 1_000_000
"""A batch is committed when it reaches either; the second bounds memory when documents are long."""


def ingest(
    paths: Sequence[Path | str | Source],
    settings: Settings,
    *,
    collection: str = "default",
    sync: bool = False,
    progress: Progress | None = None,
    encoder: Encoder | None = None,
    on_document: Callable[[str], None] | None = None,
    ocr: bool = False,
) -> IngestReport:
    """Add and update documents from files and folders, then publish the index.

    :param paths: Files and folders; a :class:`Source` is one file under a name of its own.
    :param collection: Group of documents they belong to; who may read what is decided by it.
    :param sync: Also remove documents of the collection that lay under the paths and are gone.
    :param progress: Told how far the work is.
    :param encoder: Used instead of the configured one.
    :param on_document: Told the id of each document met, changed or not, when all are stored.
    :param ocr: Recognise the text of PDFs that are scans, with Tesseract.
    :raises StoreBusyError: If another process is writing.
    :raises SettingError: If recognition is wanted and Tesseract is not there.
    """
    if ocr:
        check_installed()
    store = open_store(settings.store, create=True)
    with store.writer() as writer:
        embedder = Embedder(settings, progress or silent, encoder)
        migrate(store, writer, embedder)
        with Loader(settings, ocr=ocr) as loader, Pipeline(writer, embedder) as pipeline:
            run = _Run(writer, embedder, pipeline, collection)
            for path in paths:
                if isinstance(path, Source):
                    run.take([path], path.name, loader)
                else:
                    run.add(Path(path), loader)
            run.flush()
        removed = writer.remove(run.gone()) if sync else 0
        step("ingest: documents stored")
        publish(store, writer, settings)
    if on_document:
        for document_id in run.seen:
            on_document(document_id)
    return run.report(removed, store.index_version)


def remove(document_ids: Sequence[str], settings: Settings) -> int:
    """Remove documents with all their versions, then publish the index without them.

    From the commit on no search, citation, suggestion or export finds them; when this returns, their text and vectors
    are overwritten in the store's files too, and the index before is gone.

    :return: How many there were.
    """
    store = open_store(settings.store)
    with store.writer() as writer:
        removed = writer.remove(document_ids)
        step("remove: documents removed")
        publish(store, writer, settings, keep_previous=False)
        writer.empty_log()
        step("remove: log emptied")
        sweep(store, settings.store)
    return removed


def publish(
    store: Store, writer: StoreWriter, settings: Settings, *, keep_previous: bool = True, clean: bool = False
) -> None:
    """Bring the derived indexes in step, and drop what only readers of older ones needed.

    :param keep_previous: Whether the index before stays for those about to open it; it holds what was removed.
    :param clean: Leave nothing of what was removed in the word index's statistics either.
    """
    encoder, dim, chunk_size = (writer.meta(name) for name in ("encoder", "dim", "chunk_size"))
    if not (encoder and dim and chunk_size):  # nothing was ever stored
        return
    with told(settings.store):
        name = derive(store, settings.store / FOLDER, encoder, int(dim), int(chunk_size), clean=clean)
    step("publish: index in use")
    if not keep_previous:
        clear(settings.store / FOLDER, keep={name})
        step("publish: index before removed")
    before = int(writer.meta("published_seq") or 0)
    if before != store.seq:
        writer.set_meta("published_seq", str(store.seq))
        step("publish: noted")
        writer.forget(before)
        step("publish: old passages forgotten")


@dataclass(slots=True)
class _Run:
    """One run over the paths.

    :ivar seen: Documents met, and where.
    :ivar kept: Files that could not be read this time: what is stored of them stays.
    """

    writer: StoreWriter
    embedder: Embedder
    pipeline: Pipeline
    collection: str
    seen: dict[str, str] = field(default_factory=dict)
    kept: set[str] = field(default_factory=set)
    roots: list[Path] = field(default_factory=list)
    failed: list[FailedSource] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(("added", "updated", "unchanged"), 0))
    batch: list[tuple[Document, Place]] = field(default_factory=list)
    files: list[FileRecord] = field(default_factory=list)
    done: int = 0

    def add(self, given: Path, loader: Loader) -> None:
        """Take in one path that was named."""
        sources = find_sources([given])
        if given.exists() and not any(source.problem and source.path == source.root for source in sources):
            self.roots.append(given.resolve())
        self.take(sources, given, loader)

    def take(self, sources: Sequence[Source], given: Path | str, loader: Loader) -> None:
        """Take in files.

        :param given: Path that led to them, or the name that they are shown under.
        """
        total = _count(sources)
        self.embedder.expected += total or 0
        for source in sources:
            shown = given if isinstance(given, str) else shown_name(source, given)
            for _document in self._documents(source, shown, loader):
                self._tell(total)
                if len(self.batch) >= _DOCUMENTS_AT_ONCE or self._chars() >= _CHARS_AT_ONCE:
                    self.flush()

    def _documents(self, source: Source, shown: str, loader: Loader) -> Iterator[str]:
        """Put a source's documents into the batch; yields the id of each."""
        record = self._record(source)
        if record and self.writer.file(self.collection, record.path) == record:
            known = self.writer.known_at(self.collection, record.path)
            if known and not any(one.id in self.seen for one in known):
                self.counts["unchanged"] += len(known)
                self.seen.update((one.id, shown) for one in known)
                yield from (one.id for one in known)
                return
        place, complete = Place(source, shown, record.hash if record else ""), True
        for item in loader.load(source):
            document = self._check(item, place)
            if document is None:
                complete = False
                continue
            self.seen[document.id] = document.info.source
            self.batch.append((document, place))
            yield document.id
        if complete and record:
            self.files.append(record)
        elif not complete:
            self.kept.add(stored_path(source.path))

    def _record(self, source: Source) -> FileRecord | None:
        if source.problem:
            return None
        try:
            return FileRecord(self.collection, stored_path(source.path), sha256_file(source.path), LOADER_VERSION)
        except OSError:
            return None  # the loader will say why

    def _check(self, item: LoadedDocument | FailedSource, place: Place) -> Document | None:
        """Turn what the loader gave into a document, or note why it cannot be one."""
        if isinstance(item, FailedSource):
            shown = place.shown + item.source.removeprefix(place.source.name)
            self.failed.append(FailedSource(shown, item.reason))
            return None
        document = edited(self.writer, identify(item, place, self.collection))
        other = self.seen.get(document.id)
        if other is not None:
            reason = say(f"trùng định danh với {other}; giữ bản gặp trước", f"same identity as {other}, which is kept")
        elif not item.text.strip():
            reason = say("không có chữ nào", "there is no text")
        else:
            self.notes += [f"{document.info.source}: {note}" for note in item.notes]
            return document
        self.failed.append(FailedSource(document.info.source, reason))
        return None

    def flush(self) -> None:
        """Have the batch encoded and stored."""
        known = self.writer.known([document.id for document, _place in self.batch])
        drafts: list[DraftDocument] = []
        for document, place in self.batch:
            old = known.get(document.id)
            if old and old.version == document.version:
                self._keep(old, document, place)
                continue
            self.counts["updated" if old else "added"] += 1
            drafts.append(self.embedder.draft(document, place.origin))
        if drafts:
            step("ingest: batch read")
            record(self.writer, self.embedder)
        self.pipeline.put(drafts, self.files)
        self.batch.clear()
        self.files.clear()

    def _keep(self, old: KnownDocument, document: Document, place: Place) -> None:
        self.counts["unchanged"] += 1
        info = document.info
        if (old.source, old.source_hash, old.origin) != (info.source, info.source_hash, place.origin):
            self.writer.touch(info.id, info.source, info.source_hash, place.origin)

    def gone(self) -> list[str]:
        """Documents that lay under the named paths and were not met this time."""
        return [
            known.id
            for known in self.writer.origins(self.collection)
            if known.id not in self.seen
            and not self._is_kept(Path(known.origin.path))
            and any(Path(known.origin.path).is_relative_to(root) for root in self.roots)
        ]

    def _is_kept(self, path: Path) -> bool:
        """Whether a file, or a folder above it, could not be read this time."""
        return any(str(place) in self.kept for place in (path, *path.parents))

    def report(self, removed: int, index_version: str) -> IngestReport:
        """What was done."""
        return IngestReport(
            **self.counts,
            removed=removed,
            encoded=self.embedder.encoded,
            failed=tuple(self.failed),
            notes=tuple(self.notes),
            index_version=index_version,
        )

    def _chars(self) -> int:
        return sum(len(document.text) for document, _place in self.batch)

    def _tell(self, total: int | None) -> None:
        self.done += 1
        self.embedder.progress(say("đọc tài liệu", "reading documents"), self.done, total)


def _count(sources: Sequence[Source]) -> int | None:
    """How many documents there will be about; ``None`` where only reading could tell."""
    counts = [_rows(source.path) if source.suffix == ".jsonl" else 1 for source in sources]
    return None if any(source.suffix in (".json", ".csv") for source in sources) else sum(counts)


def _rows(path: Path) -> int:
    try:
        with path.open("rb") as file:
            return sum(block.count(b"\n") for block in iter(lambda: file.read(1 << 20), b""))
    except OSError:
        return 0  # the loader will say why
