"""From documents to what the store keeps of them: passages, and vectors for those that have none yet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from rag.index.chunk import chunk_document, encoded_text, text_hash
from rag.index.encode import Encoder, Progress, encoder_name, load_encoder
from rag.index.store import DraftDocument, Origin, StoreWriter
from rag.lang import say
from rag.settings import Settings
from rag.types import Document

_AT_ONCE = 256
"""Passages encoded between two commits: about ten seconds of work, which is what a kill can cost."""


@dataclass(slots=True)
class Embedder:
    """Encodes what is missing. The encoder is loaded when something first is.

    :param encoded: Passages encoded so far.
    """

    settings: Settings
    progress: Progress
    given: Encoder | None = None
    encoded: int = 0
    _texts: dict[bytes, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Identity of the encoder."""
        return self.given.name if self.given else encoder_name(self.settings)

    @property
    def encoder(self) -> Encoder:
        """The encoder, loaded at first use."""
        if self.given is None:
            self.given = load_encoder(self.settings)
        return self.given

    def draft(self, document: Document, origin: Origin) -> DraftDocument:
        """Cut a document and note the strings to encode."""
        passages = chunk_document(document, self.settings.chunk_size)
        hashes: list[bytes] = []
        for passage in passages:
            encoded = encoded_text(document.info, document.text[passage.start : passage.end])
            hashes.append(text_hash(encoded))
            self._texts[hashes[-1]] = encoded
        return DraftDocument(document, passages, tuple(hashes), origin)

    def embed(self, writer: StoreWriter) -> None:
        """Encode and store the vectors of all drafts since the last call, longest passages last."""
        missing = writer.missing_vectors(list(self._texts), self.name)
        missing.sort(key=lambda key: len(self._texts[key]))
        for at in range(0, len(missing), _AT_ONCE):
            part = missing[at : at + _AT_ONCE]
            vectors = self.encoder.encode_passages([self._texts[key] for key in part])
            writer.put_vectors(dict(zip(part, vectors, strict=True)), self.name)
            self.encoded += len(part)
            self.progress(say("mã hoá đoạn", "encoding passages"), self.encoded, None)
        self._texts.clear()


def store_drafts(writer: StoreWriter, embedder: Embedder, drafts: Sequence[DraftDocument]) -> None:
    """Embed drafts and commit them."""
    embedder.embed(writer)
    if drafts:
        writer.put(drafts, {}, embedder.name)


def silent(stage: str, done: int, total: int | None) -> None:
    """Ignore progress."""
