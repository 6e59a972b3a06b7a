"""An assistant so simple that every answer is known beforehand: it looks the question up in a table."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime

from rag.errors import RagError
from rag.index.store import Browse, Feedback, Listed
from rag.types import (
    Access,
    Answer,
    Citation,
    Document,
    DocumentInfo,
    Event,
    Filters,
    Hit,
    Passage,
    Turn,
)

TITLE = "Tổng kết công tác năm 2020"
TEXT = (
    f"{TITLE}\n"
    "Ngày 22/01/2021, hội nghị tổng kết được tổ chức tại Hà Nội 🎉 với sự tham dự của các địa phương.\n"
    "Năm 2020, cả nước khởi công mới 112 công trình nước sạch. Tổng kinh phí là 176 tỷ đồng, "
    "tăng 12% so với năm trước.\n"
    "<script>document.title='hỏng'</script> & <b>chữ đậm</b> chỉ là chữ trong tài liệu.\n"
)
QUOTE = "Năm 2020, cả nước khởi công mới 112 công trình nước sạch."


def make_document(text: str = TEXT, title: str = TITLE, version: str = "v2", document_id: str = "doc-1") -> Document:
    """A document with everything known about it."""
    info = DocumentInfo(
        id=document_id, key=document_id, version=version, collection="", source="/srv/kho/bao-cao.txt", title=title,
        publisher="Báo Mẫu", author="Nguyễn Văn A", published=date(2021, 1, 22), format="txt",
    )  # fmt: skip
    return Document(info, text)


def make_hit(document: Document) -> Hit:
    """The whole document as one passage."""
    passage = Passage(1, document.id, document.version, 0, 0, len(document.text), document.text)
    return Hit(passage, document.info, score=1.0, dense=0.9, lexical=9.0)


def cite(document: Document, quote: str, n: int = 1) -> Citation:
    """A citation of words that stand in the document."""
    start = document.text.index(quote)
    info = document.info
    return Citation(
        n, document.id, document.version, info.title, info.published, info.source, start, start + len(quote), quote,
        publisher=info.publisher, passage_id=1,
    )  # fmt: skip


class FakeStore:
    """What the pages ask of the store, over a list of documents."""

    def __init__(self, documents: list[Document]) -> None:
        self.documents = documents
        self.judged: list[Feedback] = []

    def _current(self, filters: Filters | None, access: Access | None) -> list[Document]:
        wanted, newest = filters or Filters(), {document.id: document for document in self.documents}
        readable = access.collections if access else None
        return [
            document
            for document in newest.values()
            if (readable is None or document.info.collection in readable)
            and (not wanted.documents or document.id in wanted.documents)
            and (not wanted.publishers or document.info.publisher in wanted.publishers)
        ]

    def count_documents(self, filters: Filters | None = None, access: Access | None = None) -> int:
        return len(self._current(filters, access))

    def browse(self, wish: Browse, access: Access | None = None) -> tuple[tuple[Listed, ...], int]:
        found = [d for d in self._current(wish.filters, access) if wish.words.lower() in d.info.title.lower()]
        added = datetime(2026, 11, 25, tzinfo=UTC)
        rows = [Listed(d.info, added, len(d.text), len(self.versions(d.id))) for d in found]
        return tuple(rows[wish.offset : wish.offset + wish.limit]), len(rows)

    def counts_of(self, column: str, access: Access | None = None) -> dict[str, int]:
        return dict(Counter(filter(None, (getattr(d.info, column) for d in self._current(None, access)))))

    def origin(self, document_id: str) -> None:
        del document_id

    def versions(self, document_id: str) -> tuple[str, ...]:
        return tuple(d.version for d in self.documents if d.id == document_id)

    def add_feedback(self, question: str, answer_json: str, verdict: str, reason: str = "", comment: str = "") -> int:
        row = (question, answer_json, verdict, reason, comment, "fake-1")
        self.judged.insert(0, Feedback(len(self.judged) + 1, datetime.now(UTC), *row))
        return len(self.judged)

    def feedback(self, limit: int | None = None) -> tuple[Feedback, ...]:
        return tuple(self.judged[:limit])


class FakeAssistant:
    """Answers ``answers[question]``, fails where that is an exception, abstains on everything else.

    :param pause_s: Time between two events.
    """

    index_version = "fake-1"

    def __init__(self, *, pause_s: float = 0.0) -> None:
        self.pause_s = pause_s
        self.old, self.document_ = make_document(TEXT.replace("112", "110"), version="v1"), make_document()
        self.documents = [self.old, self.document_]
        self.answers: dict[str, Answer | Exception] = {"Bao nhiêu công trình?": self.answered("Bao nhiêu công trình?")}
        self.store = FakeStore(self.documents)
        self.wishes: list[Filters | None] = []
        self.followed: tuple[str, ...] = ("Tổng kinh phí là bao nhiêu?",)
        self.histories: list[Sequence[Turn]] = []
        self.closed_streams = 0
        self.finished = 0
        self.offered: tuple[str, ...] = ("Bao nhiêu công trình?", "Tổng kinh phí là bao nhiêu?")

    @property
    def n_documents(self) -> int:
        """Documents that are not old versions."""
        return len({document.id for document in self.documents})

    def answered(self, question: str) -> Answer:
        """The usual answer, with one citation."""
        return Answer(
            question, "answered", f"{QUOTE[:-1]} [1].", "112 công trình", (cite(self.document_, QUOTE),),
            hits=(make_hit(self.document_),), confidence=0.9, method="extractive",
            understood="Năm 2020 khởi công bao nhiêu công trình?",
        )  # fmt: skip

    def stream(
        self, question: str, history: Sequence[Turn] = (), filters: Filters | None = None, access: Access | None = None
    ) -> Iterator[Event]:
        """The events of one answer, word by word."""
        self.histories.append(history)
        self.wishes.append(filters)
        answer = self.answers.get(question) or Answer(question, "abstained", "Tài liệu không nêu số liệu năm 2018.")
        if isinstance(answer, Exception):
            raise answer
        try:
            yield from self._events(answer)
        finally:
            self.closed_streams += 1

    def _events(self, answer: Answer) -> Iterator[Event]:
        steps = [Event("understood", answer.understood), Event("hits", answer.hits)]
        steps += [Event("text", word) for word in answer.text.split(" ")]
        steps = [Event(s.kind, f"{s.data} ") if s.kind == "text" else s for s in steps]
        for event in [*steps, *(Event("citation", c) for c in answer.citations), Event("done", answer)]:
            time.sleep(self.pause_s)
            yield event
        self.finished += 1

    def ask(
        self, question: str, history: Sequence[Turn] = (), filters: Filters | None = None, access: Access | None = None
    ) -> Answer:
        """The answer that the stream ends with."""
        for event in self.stream(question, history, filters, access):
            if isinstance(event.data, Answer):
                return event.data
        raise RagError("unfinished")

    def document(self, document_id: str, version: str | None = None, access: Access | None = None) -> Document | None:
        """One version, or the newest."""
        found = [d for d in self.documents if d.id == document_id and version in (None, d.version)]
        return found[-1] if found else None

    def count_documents(self, access: Access | None = None) -> int:
        """Documents that may be read."""
        return self.n_documents

    def suggestions(self, n: int = 4, access: Access | None = None) -> tuple[str, ...]:
        """The questions offered."""
        return self.offered[:n]

    def follow_ups(
        self, answer: Answer, asked: Sequence[str] = (), n: int = 3, access: Access | None = None
    ) -> tuple[str, ...]:
        """Always the same, unless asked already."""
        return tuple(q for q in self.followed if q not in asked)[:n]

    def refresh(self) -> None:
        """Nothing is published."""

    def close(self) -> None:
        """Nothing to close."""
