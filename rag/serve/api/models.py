"""What goes over the wire under ``/api/v1``, checked and described in both languages."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from rag.types import Filters, Hit, Turn

MAX_ID = 200
MAX_TEXT = 20_000


def both(vi: str, en: str) -> str:
    """A description in both languages: the document is one for all readers."""
    return f"{vi} / {en}"


class Given(BaseModel):
    """Something that a client sends: unknown fields are an error, so that a typing mistake does not go unnoticed."""

    model_config = ConfigDict(extra="forbid")


Name = Annotated[str, Field(max_length=MAX_ID)]


class FiltersGiven(Given):
    """What is to be searched; both legs of the search keep to it."""

    date_from: date | None = Field(None, description=both("Đăng từ ngày (kể cả)", "Published from, inclusive"))
    date_to: date | None = Field(None, description=both("Đăng đến ngày (kể cả)", "Published until, inclusive"))
    publishers: list[Name] = Field([], max_length=100, description=both("Cơ quan đăng", "Publishers"))
    collections: list[Name] = Field([], max_length=100, description=both("Bộ tài liệu", "Collections"))
    documents: list[Name] = Field([], max_length=1000, description=both("Mã tài liệu", "Ids of documents"))

    def filters(self) -> Filters:
        """The product's own value."""
        lists = (tuple(self.publishers), tuple(self.collections), tuple(self.documents))
        return Filters(self.date_from, self.date_to, *lists)


class TurnGiven(Given):
    """One earlier exchange."""

    question: str = Field(max_length=MAX_TEXT, description=both("Câu hỏi trước", "Earlier question"))
    answer: str = Field(max_length=MAX_TEXT, description=both("Câu trả lời trước", "Earlier answer"))

    def turn(self) -> Turn:
        """The product's own value."""
        return Turn(self.question, self.answer)


class AskGiven(Given):
    """A question."""

    question: str = Field(min_length=1, max_length=MAX_TEXT, description=both("Câu hỏi", "The question"))
    history: list[TurnGiven] = Field([], max_length=20, description=both("Hội thoại trước đó", "Earlier exchanges"))
    filters: FiltersGiven | None = Field(None, description=both("Phạm vi tìm", "What is searched"))


class SearchGiven(Given):
    """A search without an answer."""

    query: str = Field(min_length=1, max_length=MAX_TEXT, description=both("Câu cần tìm", "What to look for"))
    top_k: int = Field(10, ge=1, le=100, description=both("Số đoạn trả về", "Passages to return"))
    filters: FiltersGiven | None = Field(None, description=both("Phạm vi tìm", "What is searched"))


class FeedbackGiven(Given):
    """A person's verdict on an answer that she was given."""

    answer_id: Name = Field(description=both("Mã câu trả lời (answer_id)", "Id of the answer (answer_id)"))
    verdict: Literal["up", "down"] = Field(description=both("Đúng hay sai", "Right or wrong"))
    reason: Literal["", "figure", "source", "unanswered", "other"] = Field(
        "",
        description=both(
            "Sai chỗ nào: số liệu, nguồn, chưa trả lời, khác", "What is wrong: figure, source, not answered, other"
        ),
    )
    comment: str = Field("", max_length=2000, description=both("Ý kiến", "Comment"))


class EditGiven(Given):
    """Corrected details of a document; fields left out stay as they are."""

    title: str | None = Field(None, min_length=1, max_length=1000, description=both("Tiêu đề", "Title"))
    publisher: str | None = Field(None, max_length=MAX_ID, description=both("Cơ quan đăng", "Publisher"))
    author: str | None = Field(None, max_length=MAX_ID, description=both("Tác giả", "Author"))
    published: date | None = Field(
        None, description=both("Ngày đăng; null = không rõ", "Day of publication; null = not known")
    )


class ListGiven(Given):
    """Which part of the list of documents, in the address."""

    q: str = Field("", max_length=MAX_ID, description=both("Từ trong tiêu đề, nguồn, mã", "Words of title, source, id"))
    date_from: date | None = Field(None, description=both("Đăng từ ngày (kể cả)", "Published from, inclusive"))
    date_to: date | None = Field(None, description=both("Đăng đến ngày (kể cả)", "Published until, inclusive"))
    publisher: list[Name] = Field([], max_length=100, description=both("Cơ quan đăng", "Publishers"))
    collection: list[Name] = Field([], max_length=100, description=both("Bộ tài liệu", "Collections"))
    order: Literal["title", "published", "added", "publisher", "collection", "length"] = Field(
        "published", description=both("Sắp theo", "Sorted by")
    )
    descending: bool = Field(True, description=both("Giảm dần", "Largest first"))
    offset: int = Field(0, ge=0, le=10_000_000, description=both("Bỏ qua số dòng", "Rows to skip"))
    limit: int = Field(50, ge=1, le=200, description=both("Số dòng", "Rows"))


class UndoGiven(Given):
    """A removal to take back."""

    undo: Name = Field(description=both("Mã hoàn tác nhận khi gỡ", "The token given on removal"))


class CitationRow(BaseModel):
    """The exact words that a sentence rests on: ``text[start:end]`` of that version."""

    n: int = Field(description=both("Số trong dấu [n]", "Number in the marker [n]"))
    document_id: str
    version: str
    title: str
    published: date | None
    source: str
    start: int = Field(description=both("Vị trí đầu, tính bằng ký tự", "First character"))
    end: int = Field(description=both("Vị trí cuối (không kể)", "Character after the last"))
    quote: str = Field(description=both("Nguyên văn", "The words themselves"))
    publisher: str
    url: str
    passage_id: int


class AnswerRow(BaseModel):
    """An answer; ``citations`` are empty unless answered, ``nearest`` holds passages when it was not."""

    answer_id: str = Field(description=both("Mã để gửi nhận xét", "Id for feedback"))
    status: Literal["answered", "tentative", "abstained"]
    text: str = Field(description=both("Câu trả lời, có dấu [n]", "The answer, with markers [n]"))
    short_answer: str
    confidence: float = Field(ge=0, le=1)
    method: Literal["extractive", "llm", "none"]
    citations: list[CitationRow]
    nearest: list[CitationRow]
    understood: str = Field(description=both("Câu hỏi như đã hiểu", "The question as understood"))
    notes: list[str]
    timings_ms: dict[str, float]
    index_version: str


class HitRow(BaseModel):
    """A passage that was found."""

    document_id: str
    version: str
    title: str
    source: str
    published: date | None
    publisher: str
    passage_id: int
    start: int
    end: int
    text: str
    score: float = Field(description=both("Điểm chung, càng cao càng gần", "Fused score, higher is better"))
    dense: float
    lexical: float


class HitsRow(BaseModel):
    """What a search found, best first."""

    hits: list[HitRow]


class DocumentRow(BaseModel):
    """What is known of a document's current version."""

    id: str
    version: str
    collection: str
    source: str
    title: str
    publisher: str
    author: str
    url: str
    published: date | None
    format: str


class DocumentFull(DocumentRow):
    """One version of a document with its text."""

    text: str
    current_version: str = Field(description=both("Phiên bản mới nhất", "The newest version"))
    versions: list[str] = Field(description=both("Các phiên bản còn giữ", "Versions that are kept"))


class DocumentsRow(BaseModel):
    """A page of the list."""

    total: int = Field(description=both("Tổng số trên mọi trang", "Documents on all pages"))
    offset: int
    items: list[DocumentRow]


class UploadedRow(BaseModel):
    """What became of one file."""

    name: str = Field(description=both("Tên tệp", "The file's name"))
    outcome: Literal["added", "updated", "unchanged", "failed"]
    reason: str = Field(description=both("Vì sao không nạp được", "Why it failed"))
    notes: list[str]
    documents: list[str] = Field(description=both("Mã các tài liệu trong tệp", "Ids of the documents in the file"))


class UploadsRow(BaseModel):
    """What became of each file of an upload."""

    files: list[UploadedRow]


class RemovedRow(BaseModel):
    """A removal, and how to take it back."""

    removed: str
    undo: str = Field(description=both("Mã hoàn tác", "Token to take it back"))
    undo_s: float = Field(description=both("Hoàn tác được trong (giây)", "Seconds in which it can be taken back"))


class RestoredRow(BaseModel):
    """A removal that was taken back."""

    restored: int


class FeedbackRow(BaseModel):
    """A verdict that was kept."""

    id: int


class StatusRow(BaseModel):
    """The state of the service, as far as it concerns whoever asks."""

    version: str
    documents: int = Field(description=both("Số tài liệu được đọc", "Documents that you may read"))
    index_version: str
    method: Literal["extractive", "llm"] = Field(description=both("Cách viết câu trả lời", "How answers are written"))
    max_question: int = Field(description=both("Độ dài câu hỏi tối đa (ký tự)", "Longest question, in characters"))
    user: str
    role: str
    scopes: list[str]


class FieldError(BaseModel):
    """What is wrong with one field."""

    field: str
    message: str


class ProblemRow(BaseModel):
    """Problem details, RFC 9457."""

    type: str
    title: str
    status: int
    detail: str
    request_id: str = Field(description=both("Mã để tra nhật ký", "Id under which the log knows the request"))
    errors: list[FieldError] = []


def hit_row(hit: Hit) -> HitRow:
    """One hit for the wire."""
    passage, info = hit.passage, hit.document
    return HitRow(
        document_id=passage.document_id, version=passage.version, title=info.title, source=info.source,
        published=info.published, publisher=info.publisher, passage_id=passage.id, start=passage.start,
        end=passage.end, text=passage.text, score=hit.score, dense=hit.dense, lexical=hit.lexical,
    )  # fmt: skip


def document_fields(info: Any) -> dict[str, Any]:
    """The fields of :class:`DocumentRow` of a document's details."""
    return {name: getattr(info, name) for name in DocumentRow.model_fields}
