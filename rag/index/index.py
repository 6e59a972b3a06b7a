"""The index as the rest of the product sees it: one object that searches by meaning and by words."""

from __future__ import annotations

import copy
import logging
import threading
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from rag.errors import StoreBusyError, StoreError, StoreMissingError
from rag.index.derive import derive
from rag.index.encode import Encoder, encoder_name, load_encoder
from rag.index.files import told
from rag.index.generation import Generation, complaint, current_name, open_generation
from rag.index.lexical import LexicalTerm
from rag.index.opening import open_store
from rag.index.readable import Readable
from rag.index.scored import Scored
from rag.index.store import Store
from rag.lang import say
from rag.settings import Settings
from rag.text.restore import Vocabulary
from rag.types import Access, EmbeddingMatrix, Filters

log = logging.getLogger(__name__)

FOLDER = "index"

_GROUPS = 32
"""Different sets of readable collections whose statistics are kept."""


class _Lazy:
    """The encoder, loaded at first use and shared by an index and all that is pinned from it."""

    def __init__(self, settings: Settings, encoder: Encoder | None) -> None:
        self._settings, self._encoder = settings, encoder
        self._lock = threading.Lock()

    def get(self) -> Encoder:
        with self._lock:
            if self._encoder is None:
                self._encoder = load_encoder(self._settings)
            return self._encoder


class Index:
    """An open index. Safe to use from several threads; make one with :meth:`open`.

    :param generation: Searched until :meth:`refresh` finds a newer one.
    """

    def __init__(self, settings: Settings, store: Store, generation: Generation, encoder: Encoder | None) -> None:
        self.settings = settings
        self.store = store
        self._generation = generation
        self._encoder = _Lazy(settings, encoder)
        self._lock = threading.Lock()
        self._parts: dict[tuple[str, str, frozenset[str]], Readable] = {}  # shared with all that is pinned
        self._refreshing = threading.Lock()
        self._refused = ""

    @classmethod
    def open(cls, settings: Settings, *, encoder: Encoder | None = None, thorough: bool = False) -> Index:
        """Open the index of a store; derived files that are missing, damaged or behind are made again first.

        :param encoder: Used instead of the configured one, for tests and for sharing one between stores.
        :param thorough: Hash all files, also large ones that look untouched.
        :raises StoreMissingError: If nothing was indexed yet.
        :raises StoreError: If the store was indexed with another encoder than the configured one.
        """
        store = open_store(settings.store)
        if not store.count_documents():
            raise StoreMissingError(_nothing())
        _check_encoder(store, encoder.name if encoder else encoder_name(settings), settings)
        return cls(settings, store, _open(store, settings.store / FOLDER, thorough), encoder)

    @property
    def version(self) -> str:
        """State of the store that is searched."""
        return self._generation.manifest.index_version

    @property
    def n_documents(self) -> int:
        """Documents searched."""
        return self._generation.manifest.n_documents

    @property
    def n_passages(self) -> int:
        """Passages searched."""
        return self._generation.manifest.n_passages

    @property
    def encoder(self) -> Encoder:
        """The encoder, loaded at first use."""
        return self._encoder.get()

    def close(self) -> None:
        """Release the store's connection of this thread."""
        self.store.close()

    def pinned(self) -> Index:
        """The newest published index, which will not change: an answer made with it mixes no two versions.

        :raises StoreBusyError: While a backup is being restored into the store.
        """
        self.refresh()
        if not self._generation.manifest.is_of(self.store.index_version):
            raise StoreBusyError(
                say("Kho đang được khôi phục từ bản sao lưu; xin hỏi lại sau ít phút.",
                    "The store is being restored from a backup; ask again in a few minutes.")
            )  # fmt: skip
        return copy.copy(self)

    def refresh(self) -> bool:
        """Take up a newly published index; cheap when there is none. While one thread does, others use the old one.

        :return: Whether there was one.
        """
        if not self._refreshing.acquire(blocking=False):
            return False
        try:
            return self._refresh()
        finally:
            self._refreshing.release()

    def _refresh(self) -> bool:
        name = current_name(self.settings.store / FOLDER)
        if name is None or name in (self._generation.name, self._refused):
            return False
        found = open_generation(self.settings.store / FOLDER, name)
        if found is None or found.manifest.encoder != self._generation.manifest.encoder:
            # Damaged, or of another encoder: go on with the one in memory, unless this one was only replaced meanwhile.
            self._refused = name if name == current_name(self.settings.store / FOLDER) else ""
            return False
        self._generation = found
        return True

    def encode_query(self, text: str) -> npt.NDArray[np.float32]:
        """(dim,) float32 of unit length."""
        vector: npt.NDArray[np.float32] = self.encoder.encode_queries([text])[0]
        return vector

    def search_dense(
        self,
        vector: npt.NDArray[np.float32],
        top_k: int,
        filters: Filters | None = None,
        access: Access | None = None,
    ) -> tuple[Scored, ...]:
        """Passages nearest in meaning, best first; scores are cosines.

        :param vector: As :meth:`encode_query` gives it.
        """
        readable = None if filters else self._readable(access)
        allowed = readable.ids if readable else self.store.allowed_ids(filters, access)
        return self._generation.dense.search(vector, top_k, allowed, self._stored)

    def search_lexical(
        self, terms: Sequence[LexicalTerm], top_k: int, filters: Filters | None = None, access: Access | None = None
    ) -> tuple[Scored, ...]:
        """Passages that share words with the query, best first; scores are BM25 over what may be read."""
        readable = self._readable(access)
        return self._generation.lexical.search(readable.weighed(terms) if readable else terms, top_k, filters, access)

    def texts(self, terms: Sequence[LexicalTerm], n: int, access: Access | None = None) -> tuple[str, ...]:
        """Texts of the ``n`` readable passages that share most with the terms, best first."""
        found = self.search_lexical(terms, n, access=access)
        return tuple(passage.text for passage in self.store.passages(s.id for s in found))

    def vocabulary(self, access: Access | None = None) -> Vocabulary:
        """Spellings and pairs of syllables, as the passages that may be read have them."""
        return self._readable(access) or self.store

    def n_readable(self, access: Access | None = None) -> int:
        """Passages searched for a person."""
        readable = self._readable(access)
        return readable.n_passages if readable else self.n_passages

    def dense_scores(
        self, vector: npt.NDArray[np.float32], passage_ids: Sequence[int] | npt.NDArray[np.int64]
    ) -> npt.NDArray[np.float32]:
        """Cosines of given passages, in the order asked; 0 for one that is not indexed."""
        return self._generation.dense.scores(vector, passage_ids, self._stored)

    def _stored(self, ids: npt.NDArray[np.int64]) -> EmbeddingMatrix:
        return self.store.vectors(ids.tolist(), self._generation.manifest.encoder)

    def _readable(self, access: Access | None) -> Readable | None:
        """What a person may read of the present generation; ``None`` where that is everything."""
        if access is None or access.collections is None:
            return None
        state = (self.store.index_version, self._generation.name)
        key = (*state, frozenset(access.collections))
        with self._lock:
            found = self._parts.get(key)
        if found is None:
            # Made outside the lock: a count of all passages must not hold up everybody else.
            found = Readable(self.store, self._generation.lexical, access)
            with self._lock:
                kept = [(k, part) for k, part in self._parts.items() if k[:2] == state][1 - _GROUPS :]
                self._parts.clear()
                self._parts.update([*kept, (key, found)])
        return found


def _open(store: Store, folder: Path, thorough: bool) -> Generation:
    """The generation in use if it is whole and up to date, else one derived now.

    While another process writes, a whole one is used even if it is behind: the writer will publish the next.
    """
    found = _current(folder, thorough)
    if found is None and (reason := complaint(folder)):
        log.warning(say(f"Chỉ mục hỏng ({reason}); dựng lại từ kho.",
                        f"The index is damaged ({reason}); making it again from the store."))  # fmt: skip
    if found and found.manifest.is_of(store.index_version) and found.manifest.seq == store.seq:
        return found
    try:
        with told(folder), store.writer() as writer:
            encoder, dim, size = (writer.meta(key) for key in ("encoder", "dim", "chunk_size"))
            if not (encoder and dim and size):
                raise StoreMissingError(_nothing())
            name = derive(store, folder, encoder, int(dim), int(size))
    except StoreBusyError:
        if found and found.manifest.is_of(store.index_version):
            return found
        raise
    made = open_generation(folder, name)
    if made is None:
        raise StoreError(say(f"Không đọc lại được chỉ mục vừa tạo ở {folder}; hãy kiểm tra ổ đĩa.",
                             f"The index just made at {folder} cannot be read back; check the disk."))  # fmt: skip
    return made


def _current(folder: Path, thorough: bool) -> Generation | None:
    """The generation in use; looked up again when the one looked up first was replaced while it was being opened."""
    name = current_name(folder)
    while name:
        found = open_generation(folder, name, thorough=thorough)
        now = current_name(folder)
        if found or now == name:
            return found
        name = now
    return None


def _check_encoder(store: Store, wanted: str, settings: Settings) -> None:
    """Refuse to search vectors of one encoder with questions of another."""
    found = store.meta("encoder")
    if found is not None and found != wanted:
        raise StoreError(
            say(f"Kho được lập chỉ mục bằng bộ mã hoá {found}, nhưng RAG_ENCODER đang là {settings.encoder}; "
                "hãy chạy `rag ingest` để mã hoá lại, hoặc đổi lại RAG_ENCODER.",
                f"The store was indexed with the encoder {found}, but RAG_ENCODER is {settings.encoder}; "
                "run `rag ingest` to embed it again, or set RAG_ENCODER back.")
        )  # fmt: skip


def _nothing() -> str:
    return say(
        "Chưa có gì được lập chỉ mục; hãy chạy `rag ingest …`.", "Nothing has been indexed yet; run `rag ingest …`."
    )
