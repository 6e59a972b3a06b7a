"""The answer to one question from its hits: quoted, or written by a model and verified; or an honest abstention."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass

from rag.answer.cite import Citations, Claim, nearest, render
from rag.answer.compose import Fetch, compose, nearest_quotes, refusal, tentative_text
from rag.answer.confidence import confidence, status_of
from rag.answer.differ import differing, several
from rag.answer.generate import Writer, Written
from rag.answer.guard import guarded
from rag.answer.question import Question
from rag.answer.read import Evidence, Reader
from rag.errors import ModelError
from rag.lang import say
from rag.types import Answer, Citation, Hit, Turn

_CONSIDERED = 6
"""Best sentences among which the most certain one is looked for."""

_TELLING = 0.6
"""Share of the question's words from which on a sentence that differs (in its year, say) is worth naming."""

_FAR_LESS = 0.15
"""How much less of the question a sentence without difference may say."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A finished part of a streamed answer: its text (with the line break before it) and the citations new in it."""

    text: str
    citations: tuple[Citation, ...] = ()


@dataclass(frozen=True, slots=True)
class Replier:
    """Answers from hits.

    :param caution: Threshold of an answer, 0 to 1.
    :param writer: Writes with a model; ``None`` quotes.
    """

    reader: Reader
    fetch: Fetch
    caution: float
    writer: Writer | None = None

    def reply(self, question: Question, hits: Sequence[Hit], history: Sequence[Turn] = ()) -> Iterator[Piece | Answer]:
        """Yield the pieces of the answer as they become certain, then the whole :class:`Answer`, its text their sum."""
        hits = guarded(hits)
        evidence = self._most_certain_first(self.reader.read(question, hits))
        sure = confidence(evidence[0]) if evidence else 0.0
        status = status_of(sure, self.caution)
        notes: tuple[str, ...] = ()
        # A model answers questions that rules cannot read, so it is also asked in the grey zone; not where the
        # evidence is about something else than the question.
        if self.writer and hits and status != "abstained":
            said, notes = yield from _written(self.writer, question, hits, history, sure)
            if said:
                return
        if status == "answered":
            yield from self._quoted(question, evidence, sure, notes)
        else:
            yield from self._unasserted(question, evidence, sure, status == "tentative", notes)

    def _most_certain_first(self, evidence: Sequence[Evidence]) -> tuple[Evidence, ...]:
        """Among the best sentences, one that is about what is asked goes before one that is not.

        Unless that one is unsure and says far less of what was asked: then naming the difference helps more.
        """
        best = evidence[:_CONSIDERED]
        first = next((e for e in best if not e.differences), None)
        told = max((e.signals.sentence for e in best if e.differences and not e.heading), default=0.0)
        sure = first is not None and status_of(confidence(first), self.caution) == "answered"
        if first is None or (not sure and told >= _TELLING and first.signals.sentence < told - _FAR_LESS):
            return tuple(sorted(evidence, key=lambda e: -e.signals.sentence * bool(e.differences)))
        return (first, *(e for e in evidence if e is not first))

    def _quoted(
        self, question: Question, evidence: Sequence[Evidence], sure: float, notes: tuple[str, ...]
    ) -> Iterator[Piece | Answer]:
        sure_enough = [e for e in evidence if status_of(confidence(e), self.caution) == "answered"]
        rivals = differing(sure_enough)
        draft = several(rivals, self.fetch) if rivals else compose(question, evidence, self.fetch)
        citations, text = Citations(), ""
        for claim in draft.claims:
            piece = _piece(claim, citations, bool(text))
            text += piece.text
            yield piece
        yield Answer(
            question=question.text, status="answered", text=text, short_answer=draft.short_answer,
            citations=citations.made, confidence=sure, method="extractive", notes=notes,
        )  # fmt: skip

    def _unasserted(
        self, question: Question, evidence: Sequence[Evidence], sure: float, tentative: bool, notes: tuple[str, ...]
    ) -> Iterator[Piece | Answer]:
        quotes = nearest_quotes(evidence, self.fetch)
        text = tentative_text(quotes) if tentative else refusal(question, evidence)
        yield Piece(text)
        yield Answer(
            question=question.text, status="tentative" if tentative else "abstained", text=text, confidence=sure,
            nearest=nearest(quotes), method="extractive", notes=notes,
        )  # fmt: skip


def _piece(claim: Claim, citations: Citations, follows: bool) -> Piece:
    known = len(citations.made)
    text = render([claim], citations)
    return Piece(("\n" if follows else "") + text, citations.made[known:])


def _written(
    writer: Writer, question: Question, hits: Sequence[Hit], history: Sequence[Turn], sure: float
) -> Generator[Piece | Answer, None, tuple[bool, tuple[str, ...]]]:
    """Stream the model's verified sentences; returns whether any was shown, and notes for what comes instead."""
    written, citations, text, notes = Written(), Citations(), "", []
    try:
        for claim in writer.write(question.text, hits, history, written):
            piece = _piece(claim, citations, bool(text))
            text += piece.text
            yield piece
    except ModelError as error:
        notes.append(_broken_off() if text else _silent(error))
    notes += _refused(written) if text else _refused_all(written)
    if text:
        yield Answer(
            question=question.text, status="answered", text=text, citations=citations.made, confidence=sure,
            method="llm", notes=tuple(notes),
        )  # fmt: skip
    return bool(text), tuple(notes)


def _refused(written: Written) -> list[str]:
    """What the person is told of sentences that were not shown as the model wrote them."""
    replaced, dropped, notes = len(written.replaced), len(written.dropped), []
    if replaced:
        notes.append(
            say(f"{replaced} câu của mô hình không khớp tài liệu, đã thay bằng câu trích nguyên văn.",
                f"{replaced} sentence(s) of the model did not match the documents and were replaced by quotes.")
        )  # fmt: skip
    if dropped:
        notes.append(
            say(f"Đã bỏ {dropped} câu không có căn cứ trong tài liệu.",
                f"{dropped} sentence(s) without support in the documents were removed.")
        )  # fmt: skip
    return notes


def _refused_all(written: Written) -> list[str]:
    refused = len(written.replaced) + len(written.dropped)
    if not refused:
        return []
    return [
        say(f"Mô hình viết {refused} câu không khớp tài liệu nên không dùng; dưới đây là trích dẫn từ tài liệu.",
            f"The model wrote {refused} sentence(s) that do not match the documents; what follows is quoted from them.")
    ]  # fmt: skip


def _silent(error: ModelError) -> str:
    return f"{error} " + say("Dưới đây là trích dẫn từ tài liệu.", "What follows is quoted from the documents.")


def _broken_off() -> str:
    return say(
        "Mô hình ngôn ngữ dừng giữa chừng; câu trả lời có thể chưa đủ.",
        "The language model broke off; the answer may be incomplete.",
    )
