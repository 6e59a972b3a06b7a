"""The answer to one question from its hits: quoted, or written by a model and verified; or an honest abstention."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from rag.answer.cite import Citations, Claim, nearest, render
from rag.answer.compose import Draft, Fetch, compose, nearest_quotes, tentative_text
from rag.answer.confidence import confidence, status_of
from rag.answer.differ import differing, retracts, several
from rag.answer.generate import Writer, Written
from rag.answer.guard import guarded
from rag.answer.kinds import Kind
from rag.answer.question import Question
from rag.answer.read import Evidence, Reader
from rag.answer.refuse import refusal
from rag.errors import ModelError
from rag.lang import say
from rag.types import Answer, Citation, Hit, Status, Turn

_CONSIDERED = 6
"""Best sentences among which the most certain one is looked for."""

_TELLING = 0.6
"""Share of the question's words from which on a sentence that differs (in its year, say) is worth naming."""

_DECIDED: frozenset[Kind] = frozenset({"person", "office", "place", "reason"})
"""Kinds of answers that the finders find where they stand."""
_OF_SOMEBODY: frozenset[Kind] = frozenset({"person", "quantity", "date", "place"})
"""Kinds of answers that are worth nothing where they are told of somebody else."""
_NEARLY = 0.6
"""Share of the first sentence's score that is enough for one that names whom the question asks about."""
_FAR_LESS = 0.15
"""How much less of the question a sentence without difference may say."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A finished part of a streamed answer: its text (with the line break before it) and the citations new in it."""

    text: str
    citations: tuple[Citation, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that a question asks for, as a question of its own, and what was found for it."""

    question: Question
    hits: Sequence[Hit]


@dataclass(frozen=True, slots=True)
class _Read:
    """What reading gave: the evidence with the sentence to rest on first, and how sure that is."""

    question: Question
    evidence: tuple[Evidence, ...]
    sure: float
    status: Status


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

    def reply(
        self,
        question: Question,
        hits: Sequence[Hit],
        history: Sequence[Turn] = (),
        parts: Sequence[Part] = (),
        together: bool = False,
    ) -> Iterator[Piece | Answer]:
        """Yield the pieces of the answer as they become certain, then the whole :class:`Answer`, its text their sum.

        :param parts: The parts of a question that asks for several things, with the hits of each.
        :param together: Only all parts make an answer.
        """
        hits = guarded(hits)
        read = self._read(question, hits)
        several_read = [self._read(part.question, guarded(part.hits)) for part in parts]
        in_parts = _are_told(several_read, together)
        notes: tuple[str, ...] = ()
        # A model answers questions that rules cannot read, so it is also asked in the grey zone; not where the
        # evidence is about something else than the question.
        if self.writer and hits and (read.status != "abstained" or in_parts):
            said, notes = yield from _written(self.writer, question, hits, history, read.sure)
            if said:
                return
        if in_parts:
            yield from self._quoted_in_parts(question, several_read, notes)
        elif read.status == "answered":
            yield from self._quoted(read, notes)
        else:
            yield from self._unasserted(question, read.evidence, read.sure, read.status == "tentative", notes)

    def evidence(self, question: Question, hits: Sequence[Hit]) -> tuple[Evidence, ...]:
        """The sentences that an answer would rest on, the first one first, however sure they are."""
        return self._read(question, guarded(hits)).evidence

    def _read(self, question: Question, hits: Sequence[Hit]) -> _Read:
        read = self.reader.read(question, hits)
        # What a document takes back ("số liệu … chưa chính xác") is the last thing to rest on.
        evidence = self._most_certain_first(question, sorted(read, key=lambda e: retracts(e.text)))
        sure = confidence(evidence[0]) if evidence else 0.0
        return _Read(question, evidence, sure, status_of(sure, self.caution))

    def _most_certain_first(self, question: Question, evidence: Sequence[Evidence]) -> tuple[Evidence, ...]:
        """Among the best sentences, one that is about what is asked goes before one that is not.

        Unless that one is unsure and says far less of what was asked: then naming the difference helps more.
        """
        best = evidence[:_CONSIDERED]
        first = next((e for e in best if not e.differences), None)
        told = max((e.signals.sentence for e in best if e.differences and not e.heading), default=0.0)
        sure = first is not None and status_of(confidence(first), self.caution) == "answered"
        if first and (names := self._naming(first, best)):
            return (names, *(e for e in evidence if e is not names))
        if first and not sure and first.signals.missing and (tells := self._surer(question, first, best)):
            return (tells, *(e for e in evidence if e is not tells))
        if first is None or (not sure and told >= _TELLING and first.signals.sentence < told - _FAR_LESS):
            return tuple(sorted(evidence, key=lambda e: -e.signals.sentence * bool(e.differences)))
        return (first, *(e for e in evidence if e is not first))

    def _naming(self, first: Evidence, best: Sequence[Evidence]) -> Evidence | None:
        """A sentence nearly as good that names whom the question asks about, where nothing near the first one does."""
        if first.signals.named > 0 or first.kind not in _OF_SOMEBODY:
            return None
        named = (e for e in best if e.signals.named == 1.0 and e.short and not e.differences)
        good = (e for e in named if e.score >= _NEARLY * first.score)
        return next((e for e in good if status_of(confidence(e), self.caution) == "answered"), None)

    def _surer(self, question: Question, first: Evidence, best: Sequence[Evidence]) -> Evidence | None:
        """A sentence of the same document that has what the first one lacks, and is sure: it goes before.

        One of another document only where a name is asked for, and if it says no less of the question.

        The person, the place, the cause, the name, or both ends of a time; of other kinds the finders miss too much for
        their silence to decide.
        """
        lacks = first.signals.short < 1.0  # else the answer is there, and only whom it is told of is not
        decides = (lacks and (first.kind in _DECIDED or question.wants_names)) or (first.kind == "date" and first.short)
        if not decides:
            return None
        said = first.signals.sentence if question.named_noun else 2.0
        same = (e for e in best if e.hit.document.id == first.hit.document.id or e.signals.sentence >= said)
        tells = (e for e in same if not e.differences and not e.signals.missing and (e.short or question.wants_names))
        return next((e for e in tells if status_of(confidence(e), self.caution) == "answered"), None)

    def _quoted(self, read: _Read, notes: tuple[str, ...]) -> Iterator[Piece | Answer]:
        draft = self._draft(read)
        yield from _shown(read.question.text, draft, read.sure, notes)

    def _draft(self, read: _Read) -> Draft:
        sure_enough = [e for e in read.evidence if status_of(confidence(e), self.caution) == "answered"]
        rivals = differing(sure_enough, read.evidence)
        return several(rivals, self.fetch) if rivals else compose(read.question, read.evidence, self.fetch)

    def _quoted_in_parts(
        self, question: Question, read: Sequence[_Read], notes: tuple[str, ...]
    ) -> Iterator[Piece | Answer]:
        """The claims of each part in order, each once; of a part that nothing tells, that is said."""
        claims: list[Claim] = []
        shorts: list[str] = []
        for part in read:
            if part.status != "answered":
                claims.append(Claim(f"{part.question.text} {refusal(part.question, part.evidence)}", ()))
                continue
            draft = self._draft(part)
            claims += [c for c in draft.claims if not c.quotes or c not in claims]
            shorts.append(draft.short_answer)
        draft = Draft(tuple(claims), "; ".join(dict.fromkeys(s for s in shorts if s)))
        sure = min(part.sure for part in read if part.status == "answered")
        yield from _shown(question.text, draft, sure, notes)

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


def _shown(question: str, draft: Draft, sure: float, notes: tuple[str, ...]) -> Iterator[Piece | Answer]:
    citations, text = Citations(), ""
    for claim in draft.claims:
        piece = _piece(claim, citations, bool(text))
        text += piece.text
        yield piece
    yield Answer(
        question=question, status="answered", text=text, short_answer=draft.short_answer,
        citations=citations.made, confidence=sure, method="extractive", notes=notes,
    )  # fmt: skip


def _are_told(read: Sequence[_Read], together: bool) -> bool:
    """Whether the parts make a better answer than the whole: all told, or one where each stands for itself."""
    told = [r.status == "answered" for r in read]
    return len(told) > 1 and (all(told) if together else any(told))


def merged(found: Sequence[Sequence[Hit]]) -> tuple[Hit, ...]:
    """Several lists of hits in turn, each passage once, so that the beginning holds something of each."""
    kept: dict[int, Hit] = {}
    for row in zip_longest(*found):
        kept |= {hit.passage.id: hit for hit in row if hit and hit.passage.id not in kept}
    return tuple(kept.values())


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
