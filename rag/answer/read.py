"""Reading without a model: rank the sentences of the retrieved passages by how well each answers the question.

The :class:`Reader` protocol is what a trained reader would implement; :class:`RuleReader` needs no training data and
explains each of its decisions by named signals.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Protocol

from rag.answer.about import Difference, Setting, differences
from rag.answer.kinds import Kind
from rag.answer.listing import enumerates, is_numbered
from rag.answer.match import Words, coverage, words_of
from rag.answer.question import Question, Term, key
from rag.answer.shares import Shares
from rag.answer.short import Short, find_short
from rag.answer.short.base import in_question
from rag.answer.short.why import names_cause
from rag.text.abbreviations import expansion
from rag.text.names import find_names
from rag.text.sentences import sentence_spans
from rag.text.unicode import fold
from rag.types import Document, Hit, Span


@dataclass(frozen=True, slots=True)
class Signals:
    """Named measures of one sentence against one question; none depends on what else is indexed.

    :param sentence: Share of the question's words in the sentence, 0 to 1.
    :param context: The same in its passage and title.
    :param pairs: Share of the question's neighbouring words that also stand together in the sentence.
    :param dense: Cosine of question and passage.
    :param short: Whether an answer of the asked kind was found (1.0), was not (0.0), or no kind is asked (0.5).
    :param missing: 1.0 where a kind is asked and no answer of it was found, else 0.0.
    :param near: How near that answer stands to the question's words, 0 to 1.
    :param named: Whether a new name of the question stands in the sentence (1.0), only right before it (0.5), or in
        neither (0.0); 1.0 where the question has none.
    :param span: How sure the trained reader is that its words answer, 0 to 1; ``None`` where it did not read.
    """

    sentence: float
    context: float
    pairs: float
    dense: float
    short: float
    missing: float
    near: float
    named: float = 1.0
    span: float | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """A sentence that may answer, where it stands and why it was chosen.

    :param span: Characters of the document.
    :param kind: Of answer that the question asks for.
    :param score: Higher is better; compared inside one question.
    :param heading: A line without a full stop that heads its document or a part of it, or captions a picture.
    """

    hit: Hit
    span: Span
    text: str
    kind: Kind
    score: float
    signals: Signals
    short: Short | None
    differences: tuple[Difference, ...]
    heading: bool = False


class Reader(Protocol):
    """Finds the sentences that answer."""

    def read(self, question: Question, hits: Sequence[Hit]) -> tuple[Evidence, ...]:
        """Sentences of the passages, those that answer best first."""
        ...


@dataclass(frozen=True, slots=True)
class Weights:
    """Weights of the signals in a sentence's score.

    The first five were searched on one half of XQuAD-R's articles; ``heading`` was set on the development articles of
    ``evals/datasets``, since those passages have no headings; ``undecided``, for a sentence that does not say what a
    yes/no question asks to be done, or enumerates none of the tasks, results that are asked for, likewise, and
    ``numbered``, for one that begins to number them. ``rag eval compare`` tells what a change does.
    """

    sentence: float = 1.6
    context: float = 0.22
    pairs: float = 0.55
    passage: float = 0.4
    short: float = 0.25
    near: float = 0.5
    different: float = 1.0
    heading: float = 1.0
    undecided: float = 0.8
    numbered: float = 0.8


class RuleReader:
    """Ranks sentences by shared words, their order and nearness, the kind of answer found, and the passage's score.

    :param document: Gives the document of a hit, for its lead; ``None`` leaves it at the leads that were found.
    """

    def __init__(self, weights: Weights | None = None, document: Callable[[Hit], Document] | None = None) -> None:
        self.weights = weights or Weights()
        self._document = document

    def read(self, question: Question, hits: Sequence[Hit]) -> tuple[Evidence, ...]:
        """Sentences of the passages, those that answer best first.

        :param hits: Best passage first.
        """
        best = max((hit.score for hit in hits), default=0.0)
        given = self._given(hits)
        found = [c for hit in hits for c in _candidates(hit, question, given[hit.document.id])]
        found.sort(key=lambda c: -self._likeness(c, best))
        evidence = [self._evidence(question, c, best, given[c.hit.document.id]) for c in found[:_LOOKED_AT]]
        return tuple(sorted(evidence, key=lambda e: -e.score))

    def _given(self, hits: Sequence[Hit]) -> dict[str, str]:
        """What a reader of each document knows from its title and lead, whether or not the lead was found as well."""
        given = _given(hits)
        for hit in hits[:_LED] if self._document else ():
            title = hit.document.title
            if given[hit.document.id] == title and title and self._document:
                given[hit.document.id] += "\n" + _opening(self._document(hit).text[:_OPENING])
        return given

    def _evidence(self, question: Question, candidate: _Candidate, best: float, given: str) -> Evidence:
        hit, span, text = candidate.hit, candidate.span, candidate.text
        passage, info = hit.passage, hit.document
        before = passage.text[: span.start - passage.start]
        setting = Setting(before, passage.text, info.title, info.published, given.removeprefix(info.title).strip())
        short = find_short(question, text, info.published)
        unlike = differences(question, text, setting)
        signals = _signals(question, candidate, short)
        score = self._likeness(candidate, best) + self._answering(signals, question)
        score -= self.weights.different * bool(unlike)
        if question.wants_items and is_numbered(text):
            score += self.weights.numbered
        if candidate.heading and short and question.kind == "person":  # a caption names who is seen doing it
            score += self.weights.heading
        return Evidence(hit, span, text, question.kind, score, signals, short, unlike, candidate.heading)

    def _likeness(self, candidate: _Candidate, best: float) -> float:
        """How much of the question the sentence and its passage say."""
        w = self.weights
        return (
            w.sentence * candidate.sentence
            + w.context * candidate.context
            + w.pairs * candidate.pairs
            + w.passage * (candidate.hit.score - best)
            - w.heading * candidate.heading
        )

    def _answering(self, signals: Signals, question: Question) -> float:
        decides = signals.short or not (question.kind == "yesno" or question.wants_items)
        undecided = 0.0 if decides else self.weights.undecided
        return self.weights.short * signals.short + self.weights.near * signals.near - undecided


_LOOKED_AT = 30
"""Sentences, those most like the question, in which a short answer is looked for: the costly part of reading."""


class _Candidate:
    """A sentence of a passage and how much it says of the question, before anything is looked for in it."""

    __slots__ = (
        "context",
        "heading",
        "hit",
        "intro",
        "number",
        "pairs",
        "sentence",
        "shares",
        "span",
        "telling",
        "text",
    )

    def __init__(self, hit: Hit, number: int, shares: Shares, telling: tuple[Term, ...], context: float) -> None:
        start, span = hit.passage.start, _sentences(hit)[number]
        self.number = number
        self.hit = hit
        self.span = span
        self.heading = _is_heading(hit.passage.text, span.start - start, span.end - start, span.end <= _HEAD)
        self.telling = telling
        self.text = hit.passage.text[span.start - start : span.end - start]
        self.sentence, self.pairs = shares.of(span.start - start, span.end - start)
        self.context = context


def _before(candidate: _Candidate) -> str:
    """The sentence right before, empty at the beginning of a passage."""
    hit, number = candidate.hit, candidate.number
    before = _sentences(hit)[number - 1] if number else None
    return hit.passage.text[before.start - hit.passage.start : before.end - hit.passage.start] if before else ""


def _intro(candidate: _Candidate) -> str:
    """The sentence right before that introduces this one with a colon, as a table's or list's heading does."""
    text = _before(candidate)
    return text if text.rstrip().endswith(":") else ""


_LONGEST_HEADING = 120
_CAPTION = re.compile(r"(?:ảnh|hình|nguồn|video|clip|đồ họa|infographic|xem thêm|tin liên quan)\b", re.IGNORECASE)


def _is_heading(text: str, start: int, end: int, at_head: bool) -> bool:
    """Whether a sentence is a line of its own that heads or captions something: it has no full stop.

    :param at_head: It stands at the head of its document; further below a line must be short and hold no figure to be a
        heading: items of lists and tables stand on lines of their own too.
    """
    line = text[start:end].rstrip()
    if re.search(r"[.!?…:;]$", line):
        return False
    if at_head:
        return True
    alone = (start == 0 or text[:start].rstrip(" ").endswith("\n")) and text[end:].lstrip(" ").startswith("\n")
    plain = not re.search(r"\d", line) and line[:1].isupper()
    return alone and len(line) <= _LONGEST_HEADING and (plain or bool(_CAPTION.match(line)))


def _candidates(hit: Hit, question: Question, given: str) -> Iterator[_Candidate]:
    """The sentences of a passage; what they share is looked up once."""
    telling = _telling(question.terms, words_of(given))
    context = coverage(question.terms, words_of(hit.passage.text), words_of(hit.document.title))
    shares = Shares(question.terms, telling, hit.passage.text)
    for number in range(len(_sentences(hit))):
        yield _Candidate(hit, number, shares, telling, context)


_GIVEN_WEIGHT = 0.3
_HEAD = 300
"""Characters at the beginning of a document where a line without a full stop is its heading: it rounds and announces
what the text below says exactly."""


def _given(hits: Sequence[Hit]) -> dict[str, str]:
    """What a reader of each document knows from its title and lead."""
    given = {hit.document.id: hit.document.title for hit in hits}
    for hit in hits:
        if hit.passage.ordinal == 0 and hit.document.title:
            given[hit.document.id] += "\n" + _lead(hit)
    return given


_LED = 8
"""Best passages whose documents are asked for their lead where it was not found: the number of other documents must not
decide what counts as given."""
_OPENING = 1200
"""Characters in which a document's lead is looked for."""


@lru_cache(maxsize=4096)
def _opening(text: str) -> str:
    """The first whole sentence of a text's beginning; a document's whole text would be kept as the key."""
    spans = sentence_spans(text)
    sentences = (text[s.start : s.end] for s in spans if s.end < _OPENING)
    return next((s for s in sentences if s.endswith((".", "!", "?", "…"))), "")


def _lead(hit: Hit) -> str:
    """The first sentence that ends like one."""
    for span in _sentences(hit):
        text = hit.passage.text[span.start - hit.passage.start : span.end - hit.passage.start]
        if text.endswith((".", "!", "?", "…")):
            return text
    return ""


def _telling(terms: tuple[Term, ...], given: Words) -> tuple[Term, ...]:
    """What title and lead say, each sentence of the article is about: it tells them apart but little."""
    return tuple(replace(t, weight=_GIVEN_WEIGHT * t.weight) if given.find(t) else t for t in terms)


def _sentences(hit: Hit) -> tuple[Span, ...]:
    return hit.passage.sentences or (Span(hit.passage.start, hit.passage.end),)


_TYPED = frozenset(
    {"quantity", "date", "person", "office", "place", "reference", "definition", "list", "reason", "yesno"}
)
_PREDICATE_SHARE = 0.5
"""Share of what a yes/no question says to be done that its sentence must say: a neighbour of it decides nothing."""
_HEAD_SHARE = 0.7
"""Share of what a figure is asked of that its sentence must say: a rate of growth is no rate of unemployment."""


def _signals(question: Question, candidate: _Candidate, short: Short | None) -> Signals:
    # What title and lead say, each sentence is about: only the rest of the noun must be said again.
    head = tuple(t for t in candidate.telling if t in question.head)
    about = not head or coverage(head, words_of(candidate.text), words_of(_intro(candidate))) >= _HEAD_SHARE
    told = (short is not None and about) or _tells(question, candidate.text)
    if question.kind == "yesno":
        told = not question.head or coverage(question.head, words_of(candidate.text)) >= _PREDICATE_SHARE
    named = _names_subject(question, candidate)
    told = told and (named > 0 or question.kind != "yesno")
    return Signals(
        sentence=candidate.sentence,
        context=candidate.context,
        pairs=candidate.pairs,
        dense=candidate.hit.dense,
        short=float(told) if question.kind in _TYPED else 0.5,
        missing=float(named == 0 or (not told and _is_due(question, candidate.text))),
        near=max(_gives_cause(question.kind, candidate.text), min(1.0, short.score) if short else 0.0),
        named=named,
    )


def _names_subject(question: Question, candidate: _Candidate) -> float:
    """Whether something that a question names is named here (1.0) or in the sentence before (0.5).

    What title and lead name, each sentence may be about (1.0).
    """
    new = {t.text for t in candidate.telling if t.weight >= 1.0}
    wanted = {key(word) for name in question.names for word in name.split() if not expansion(word)} & new
    here, before = words_of(candidate.text), words_of(_before(candidate))
    if not wanted or any(here.has(word) for word in wanted):
        return 1.0
    return 0.5 * any(before.has(word) for word in wanted)


def _gives_cause(kind: Kind, text: str) -> float:
    """1.0 for a sentence that opens by giving the cause that is asked for."""
    return float(kind == "reason" and bool(re.match(r"(nguyên nhân|lý do|sở dĩ|lí do)\b", text.lower())))


def _is_due(question: Question, text: str) -> bool:
    """Whether a sentence without the form of the answer can be none: of things with names, if it names none."""
    if question.named_noun:
        return not _names_one(question, text)
    if question.wants_names:
        return all(in_question(name.text, question) for name in find_names(text))
    return question.kind in _TYPED and question.kind != "list"


def _names_one(question: Question, text: str) -> bool:
    """Whether the noun asked for stands before a name that the question has not: "phòng khám đa khoa Mẫu An"."""
    plain, ends = fold(text), re.compile(rf"\b{question.named_noun}(?: [a-z]+){{0,2}} $")
    new = (name for name in find_names(text) if not in_question(name.text, question))
    return any(ends.search(plain[: name.start]) or fold(name.text).startswith(question.named_noun) for name in new)


def _tells(question: Question, text: str) -> bool:
    """Whether a sentence has the form of the answer where that is no short one: a cause, several items."""
    if question.kind == "reason":
        return names_cause(text)
    return question.kind == "list" and (text.endswith(":") or enumerates(text, strictly=question.wants_items))
