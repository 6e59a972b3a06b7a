"""The documents as the people who look after them handle them: list, add, correct, remove, take a removal back.

Shared by the administrator's page and the API. What is removed stays in this process's memory for a while so that it
can be taken back; nothing of it is left in the store, and nothing anywhere after a restart.
"""

from __future__ import annotations

import contextlib
import hashlib
import secrets
import threading
import time
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from rag.errors import RagError
from rag.index.edit import Edit, apply_edit, keep_edit
from rag.index.embed import Embedder, silent, store_drafts
from rag.index.files import sha256_file, write_atomic
from rag.index.ingest import ingest, publish
from rag.index.opening import open_store
from rag.index.originals import ORIGINALS, sweep
from rag.index.store import Browse, Listed, Origin, Store, StoreWriter
from rag.lang import say
from rag.load.formats import FORMATS, unsupported
from rag.load.sources import Source
from rag.settings import Settings
from rag.types import Access, Document, IngestReport

if TYPE_CHECKING:
    from rag.assistant import Assistant

UNDO_S = 600.0
"""How long a removal can be taken back, in seconds."""

_KEPT_REMOVALS = 20
_NAME_CHARS = 200
_HIDDEN = ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")
"""Unicode categories that a shown name does without: controls, and what turns the direction of reading."""

Outcome = Literal["added", "updated", "unchanged", "failed"]


class DocumentMissingError(RagError):
    """No such document, or not for this person."""


class CollectionClosedError(RagError):
    """A person puts documents only where she may read them."""

    def __init__(self) -> None:
        super().__init__(say("Anh chị không được nạp vào bộ này.", "You may not add to this collection."))


@dataclass(frozen=True, slots=True)
class Uploaded:
    """What became of one uploaded file.

    :param reason: Why it failed, in the person's language.
    :param notes: What the loader remarked, such as a conversion from a legacy encoding.
    :param ids: The documents that are in the file.
    """

    name: str
    outcome: Outcome
    reason: str = ""
    notes: tuple[str, ...] = ()
    documents: int = 0
    ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Removal:
    """A removal that can still be taken back."""

    token: str
    titles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Removed:
    token: str
    until: float
    documents: tuple[tuple[tuple[Document, ...], Origin], ...]

    def is_for(self, access: Access | None) -> bool:
        """Whether a person may read all that was removed."""
        readable = access.collections if access else None
        return readable is None or all(
            v.info.collection in readable for versions, _ in self.documents for v in versions
        )


class Library:
    """The documents of one store. Threads may share one; changes take turns."""

    def __init__(self, assistant: Assistant, settings: Settings) -> None:
        self.assistant = assistant
        self.settings = settings
        self._turn = threading.Lock()
        self._removed: list[_Removed] = []

    def browse(self, wish: Browse, access: Access | None = None) -> tuple[tuple[Listed, ...], int]:
        """A page of the list, and how many documents there are on all pages."""
        return self.assistant.store.browse(wish, access)

    def facets(self, access: Access | None = None) -> Mapping[str, Mapping[str, int]]:
        """Publishers and collections with their number of documents."""
        store = self.assistant.store
        return {name: store.counts_of(name, access) for name in ("publisher", "collection")}

    def check_may_add(self, collection: str, access: Access | None) -> None:
        """Whether a person may put documents into a collection.

        :raises CollectionClosedError: If she may not read it: a file of the same name would replace what is there.
        """
        if access is not None and access.collections is not None and collection not in access.collections:
            raise CollectionClosedError

    def add(self, name: str, content: bytes, collection: str = "default", access: Access | None = None) -> Uploaded:
        """Keep an uploaded file and index what is in it. The same name again is a new version of the same document.

        :param name: The file's name as the person has it.
        :raises CollectionClosedError: If this person may not add there.
        :raises StoreBusyError: If another process is writing.
        """
        self.check_may_add(collection, access)
        shown = shown_name(name)
        suffix = Path(shown).suffix.lower()
        if suffix not in FORMATS:
            return Uploaded(shown, "failed", unsupported(suffix))
        if len(content) > self.settings.load_max_file_mb * 1024 * 1024:
            return Uploaded(shown, "failed", _too_large(self.settings.load_max_file_mb))
        with self._turn:
            path = self._keep(content, suffix)
            source = Source(path, path.parent, shown)
            ids: list[str] = []
            report = ingest(
                [source], self.settings, collection=collection, encoder=self.assistant.encoder, on_document=ids.append
            )
            self._sweep()
        self.assistant.refresh()
        return _uploaded(shown, report, ids)

    def edit(self, document_id: str, edit: Edit, access: Access | None = None) -> Document:
        """Correct what is shown of a document; the version before stays readable under its address.

        :raises DocumentMissingError: If there is no such document for this person.
        :raises StoreBusyError: If another process is writing.
        """
        with self._turn, self._writing() as (store, writer, embedder):
            document, origin = self._readable(document_id, access)
            changed = apply_edit(document, edit)
            if changed.version != document.version:
                store_drafts(writer, embedder, [embedder.draft(changed, origin)])
                publish(store, writer, self.settings)
            keep_edit(writer, document_id, edit)
        self.assistant.refresh()
        return changed

    def remove(self, document_ids: Sequence[str], access: Access | None = None) -> Removal:
        """Remove documents with all their versions, all of them or none.

        :raises DocumentMissingError: If one is not there for this person.
        :raises StoreBusyError: If another process is writing.
        """
        with self._turn, self._writing() as (store, writer, _embedder):
            kept = tuple(self._whole(document_id, access) for document_id in dict.fromkeys(document_ids))
            writer.remove([versions[-1].id for versions, _origin in kept])
            publish(store, writer, self.settings, keep_previous=False)
            writer.empty_log()
            removed = _Removed(secrets.token_urlsafe(12), time.monotonic() + UNDO_S, kept)
            self._removed = [*self._waiting(), removed][-_KEPT_REMOVALS:]
        self.assistant.refresh()
        return Removal(removed.token, tuple(title_of(versions[-1]) for versions, _origin in kept))

    def undo(self, token: str, access: Access | None = None) -> int:
        """Take a removal back, old versions included.

        :return: How many documents are there again.
        :raises DocumentMissingError: If it is too late, or this person may not read all of them.
        :raises StoreBusyError: If another process is writing.
        """
        with self._turn:
            found = next((r for r in self._waiting() if r.token == token and r.is_for(access)), None)
            if found is None:
                raise DocumentMissingError(
                    say("Đã quá hạn hoàn tác; xin nạp lại tài liệu.", "It is too late to undo; add the files again.")
                )
            with self._writing() as (store, writer, embedder):
                for versions, origin in found.documents:
                    for version in versions:
                        store_drafts(writer, embedder, [embedder.draft(version, origin)])
                publish(store, writer, self.settings)
            self._removed = [removed for removed in self._removed if removed.token != token]
        self.assistant.refresh()
        return len(found.documents)

    def original(self, document: Document) -> Path | None:
        """The file that this version was read from, if it is still there unchanged."""
        info = document.info
        if not info.source_hash:
            return None
        origin = self.assistant.store.origin(document.id)
        kept = self._folder() / f"{info.source_hash}.{info.format}"
        for path in (kept, Path(origin.path) if origin else kept):
            with contextlib.suppress(OSError):
                if path.is_file() and sha256_file(path) == info.source_hash:
                    return path
        return None

    def sweep(self) -> None:
        """Delete uploaded files that no kept version was read from, those of removals that can no longer be undone."""
        with self._turn:
            self._sweep()

    def _sweep(self) -> None:
        used = {
            v.info.source_hash for removed in self._waiting() for versions, _ in removed.documents for v in versions
        }
        # A file of rows is kept as long as one of its rows is: their hashes are not the file's, their origins name it.
        used |= {Path(origin.path).stem for removed in self._waiting() for _, origin in removed.documents}
        sweep(self.assistant.store, self.settings.store, spare=used)

    def _waiting(self) -> list[_Removed]:
        self._removed = [removed for removed in self._removed if removed.until > time.monotonic()]
        return self._removed

    def _keep(self, content: bytes, suffix: str) -> Path:
        folder = self._folder()
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{hashlib.sha256(content).hexdigest()}{suffix}"
        if not path.is_file():
            write_atomic(path, content)
        return path

    def _folder(self) -> Path:
        return self.settings.store.resolve() / ORIGINALS

    def _readable(self, document_id: str, access: Access | None) -> tuple[Document, Origin]:
        document = self.assistant.document(document_id, access=access)
        origin = self.assistant.store.origin(document_id)
        if document is None or origin is None:
            raise DocumentMissingError(say("Không có tài liệu này.", "There is no such document."))
        return document, origin

    def _whole(self, document_id: str, access: Access | None) -> tuple[tuple[Document, ...], Origin]:
        _current, origin = self._readable(document_id, access)
        store = self.assistant.store
        versions = (store.document(document_id, version) for version in store.versions(document_id))
        return tuple(version for version in versions if version is not None), origin

    @contextlib.contextmanager
    def _writing(self) -> Iterator[tuple[Store, StoreWriter, Embedder]]:
        with contextlib.closing(open_store(self.settings.store)) as store, store.writer() as writer:
            yield store, writer, Embedder(self.settings, silent, self.assistant.encoder)


def shown_name(name: str) -> str:
    r"""A file's name made safe to keep and show: no folders, no controls, not too long, its suffix kept.

    >>> shown_name("C:\\kho\\báo cáo.docx"), shown_name("../../etc/passwd")
    ('báo cáo.docx', 'passwd')
    """
    base = unicodedata.normalize("NFC", name.encode("utf-8", "replace").decode("utf-8"))
    base = base.replace("\\", "/").rsplit("/", 1)[-1]
    base = " ".join("".join(c for c in base if unicodedata.category(c) not in _HIDDEN).split()).lstrip(".")
    stem, dot, suffix = base.rpartition(".")
    if dot and len(base) > _NAME_CHARS:
        base = f"{stem[: _NAME_CHARS - len(suffix) - 1]}.{suffix}"
    return base[:_NAME_CHARS] or say("không tên", "unnamed")


def title_of(document: Document) -> str:
    """The title, or the file's name where there is none."""
    return document.info.title or Path(document.info.source).name


def _uploaded(name: str, report: IngestReport, ids: Sequence[str]) -> Uploaded:
    outcomes: tuple[Outcome, ...] = ("added", "updated", "unchanged")
    outcome: Outcome = next((one for one in outcomes if getattr(report, one)), "failed")
    reason = "; ".join(failed.reason for failed in report.failed[:3])
    documents = report.added + report.updated + report.unchanged
    return Uploaded(name, outcome, reason, tuple(report.notes), documents, tuple(ids))


def _too_large(limit_mb: int) -> str:
    return say(f"tệp lớn hơn {limit_mb} MB", f"the file is larger than {limit_mb} MB")
