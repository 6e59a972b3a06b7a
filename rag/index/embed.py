"""From documents to what the store keeps of them: passages, and vectors for those that have none yet."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from rag.index.chunk import chunk_document, encoded_text, text_hash
from rag.index.encode import Encoder, Progress, encoder_name, load_encoder
from rag.index.encode.bulk import BundledEncoder
from rag.index.store import DraftDocument, Origin, StoreWriter
from rag.lang import say
from rag.settings import Settings
from rag.types import Document

Part = dict[bytes, str]
"""Hashes of strings, and the strings."""
Vectors = Mapping[bytes, npt.NDArray[np.float32]]

_AT_ONCE = 256
"""Passages encoded between two commits: about ten seconds of work, which is what a kill can cost."""


@dataclass(slots=True)
class Embedder:
    """Encodes what is missing. The encoder is loaded when something first is.

    :param encoded: Passages encoded so far.
    :param expected: Documents that the run will read, as far as known; each has a passage at least.
    """

    settings: Settings
    progress: Progress
    given: Encoder | None = None
    encoded: int = 0
    expected: int = 0
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
        if self.expected and isinstance(self.given, BundledEncoder):
            self.given.expect(self.expected)
            self.expected = 0
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
        for part in self._missing(writer):
            self.keep(writer, part, self.encode(part))

    def waiting(self, writer: StoreWriter, known: Container[bytes] = ()) -> list[Part]:
        """What of the drafts since the last call has no vector, in parts to encode one by one.

        :param known: Hashes of strings that are being encoded already.
        """
        parts = ({key: text for key, text in part.items() if key not in known} for part in self._missing(writer))
        return [part for part in parts if part]

    def encode(self, part: Part) -> Vectors:
        """The vectors of a part; may run beside the writing."""
        return dict(zip(part, self.encoder.encode_passages(list(part.values())), strict=True))

    def keep(self, writer: StoreWriter, part: Part, vectors: Vectors) -> None:
        """Store the vectors of a part."""
        writer.put_vectors(vectors, self.name)
        self.encoded += len(part)
        self.progress(say("mã hoá đoạn", "encoding passages"), self.encoded, None)

    def _missing(self, writer: StoreWriter) -> list[Part]:
        texts = self._texts
        missing = writer.missing_vectors(list(texts), self.name)
        missing.sort(key=lambda key: len(texts[key]))
        self._texts = {}
        return [{key: texts[key] for key in missing[at : at + _AT_ONCE]} for at in range(0, len(missing), _AT_ONCE)]


def store_drafts(writer: StoreWriter, embedder: Embedder, drafts: Sequence[DraftDocument]) -> None:
    """Embed drafts and commit them."""
    embedder.embed(writer)
    if drafts:
        writer.put(drafts, {}, embedder.name)


def silent(stage: str, done: int, total: int | None) -> None:
    """Ignore progress."""
