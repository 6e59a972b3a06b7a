"""The values that travel between the stages: frozen, slotted, free of behaviour that needs I/O.

Imports nothing of this project. Offsets are always counted in characters (code points) of the stored text of one
document version, ``start`` included and ``end`` excluded, so ``document.text[start:end]`` is the thing itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

if TYPE_CHECKING:  # `rag --help` must not wait for numpy
    import numpy as np
    import numpy.typing as npt

EmbeddingMatrix: TypeAlias = "npt.NDArray[np.float32]"
"""(n, dim) float32, rows of unit length."""

Status: TypeAlias = Literal["answered", "tentative", "abstained"]
Method: TypeAlias = Literal["extractive", "llm", "none"]
EventKind: TypeAlias = Literal["understood", "hits", "text", "citation", "done", "error"]


@dataclass(frozen=True, slots=True)
class Span:
    """A half-open range of characters, ``start <= end``."""

    start: int
    end: int

    def __len__(self) -> int:
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a paginated source: its number (from 1) and where its text lies."""

    number: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class LoadedDocument:
    """What a loader found in one file, or in one row of a file of rows. Text is NFC.

    :param locator: What tells rows of one file apart (row id or number); empty for a file that is one document.
    :param notes: Lines for the ingest report, such as a conversion from a legacy encoding.
    """

    text: str
    title: str = ""
    published: date | None = None
    author: str = ""
    publisher: str = ""
    url: str = ""
    locator: str = ""
    pages: tuple[Page, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DocumentInfo:
    """What is known of one version of a document, without its text.

    :param id: Stable identity, derived from ``key``; survives edits, moves of the root and re-uploads.
    :param key: collection + (url, or row id, or path relative to the ingested root).
    :param version: Hash of stored text + shown metadata + loader version.
    :param source: Path or address that the document was loaded from, as given to ``rag ingest``.
    :param format: Loader that read it, such as ``txt`` or ``docx``.
    :param source_hash: SHA-256 of the source bytes; decides "unchanged".
    """

    id: str
    key: str
    version: str
    collection: str
    source: str
    title: str
    publisher: str = ""
    author: str = ""
    url: str = ""
    published: date | None = None
    format: str = ""
    source_hash: str = ""
    pages: tuple[Page, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """One article or file as stored: what is known of it, and its text."""

    info: DocumentInfo
    text: str

    @property
    def id(self) -> str:
        """Stable identity (see :class:`DocumentInfo`)."""
        return self.info.id

    @property
    def version(self) -> str:
        """Version of the stored text and shown metadata."""
        return self.info.version


@dataclass(frozen=True, slots=True)
class Passage:
    """The stored, retrieved and cited unit: whole sentences of one document version.

    :param id: Number in the store; also the id in the dense and lexical indexes.
    :param ordinal: Position inside its document, from 0.
    :param text: ``document.text[start:end]``.
    :param sentences: Spans of its sentences, in characters of the *document*.
    """

    id: int
    document_id: str
    version: str
    ordinal: int
    start: int
    end: int
    text: str
    sentences: tuple[Span, ...] = ()

    @property
    def location(self) -> str:
        """Where the passage stands, as ``document@version:start-end``."""
        return f"{self.document_id}@{self.version}:{self.start}-{self.end}"


@dataclass(frozen=True, slots=True)
class Filters:
    """What a person wants searched; empty means everything. Dates are inclusive."""

    date_from: date | None = None
    date_to: date | None = None
    publishers: tuple[str, ...] = ()
    collections: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return self != Filters()


@dataclass(frozen=True, slots=True)
class Access:
    """Who asks and what they may read: the server's rule, beside the person's wish.

    :param collections: Collections that may be read; ``None`` means all.
    """

    user: str = ""
    collections: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found for a query. Scores: higher is better.

    :param score: Fused score that ordered the hits; comparable inside one search only.
    :param dense: Cosine between query and passage, -1 to 1; does not depend on what else is indexed.
    :param lexical: BM25 score, 0 when the lexical leg did not find it.
    :param also: Other documents that reprint the passage.
    """

    passage: Passage
    document: DocumentInfo
    score: float
    dense: float
    lexical: float
    also: tuple[DocumentInfo, ...] = ()


@dataclass(frozen=True, slots=True)
class Citation:
    """Marker ``[n]`` of an answer, tied to the exact words it rests on.

    ``document.text[start:end] == quote`` holds for the named version.
    """

    n: int
    document_id: str
    version: str
    title: str
    published: date | None
    source: str
    start: int
    end: int
    quote: str
    publisher: str = ""
    url: str = ""
    passage_id: int = 0


@dataclass(frozen=True, slots=True)
class Turn:
    """One earlier exchange of a conversation."""

    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What the assistant replies.

    :param status: Only ``answered`` asserts something; ``tentative`` shows the nearest passages and asks to check.
    :param text: Sentences with ``[n]`` markers, n from 1, each resolved in ``citations``.
    :param short_answer: The fact itself ("112 công trình"), empty where there is none.
    :param confidence: 0 to 1, calibrated probability that the answer is right.
    :param nearest: Closest passages when tentative or abstained, in the shape of citations.
    :param understood: The standalone question, with tone marks restored.
    :param notes: Remarks for the person, such as "the model did not answer in time".
    """

    question: str
    status: Status
    text: str
    short_answer: str = ""
    citations: tuple[Citation, ...] = ()
    nearest: tuple[Citation, ...] = ()
    hits: tuple[Hit, ...] = ()
    confidence: float = 0.0
    method: Method = "none"
    understood: str = ""
    notes: tuple[str, ...] = ()
    timings_ms: Mapping[str, float] = field(default_factory=dict)
    index_version: str = ""

    def to_dict(self) -> dict[str, Any]:
        """The JSON shape of the contract (dates as ISO text, hits left out)."""
        return {
            "status": self.status,
            "text": self.text,
            "short_answer": self.short_answer,
            "confidence": round(self.confidence, 4),
            "method": self.method,
            "citations": [citation_to_dict(c) for c in self.citations],
            "nearest": [citation_to_dict(c) for c in self.nearest],
            "understood": self.understood,
            "notes": list(self.notes),
            "timings_ms": {k: round(v, 2) for k, v in self.timings_ms.items()},
            "index_version": self.index_version,
        }


def citation_to_dict(citation: Citation) -> dict[str, Any]:
    """One citation as JSON-ready values; the date is ISO text or ``None``."""
    row = asdict(citation)
    row["published"] = citation.published.isoformat() if citation.published else None
    return row


@dataclass(frozen=True, slots=True)
class Event:
    """One step of a streamed answer.

    ``understood`` carries the question as understood (str), ``hits`` a tuple of :class:`Hit`, ``text`` a piece of the
    answer's text (str), ``citation`` a :class:`Citation`, ``done`` the :class:`Answer`, ``error`` a message (str).
    """

    kind: EventKind
    data: str | tuple[Hit, ...] | Citation | Answer


@dataclass(frozen=True, slots=True)
class FailedSource:
    """A file or row that could not be indexed, and why, in the user's language."""

    source: str
    reason: str


@dataclass(frozen=True, slots=True)
class IngestReport:
    """What one ingest did. Counts are documents; ``encoded`` counts passages that had to be embedded."""

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    removed: int = 0
    encoded: int = 0
    failed: Sequence[FailedSource] = ()
    notes: Sequence[str] = ()
    index_version: str = ""
