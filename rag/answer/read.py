"""Reading without a model: rank the sentences of the retrieved passages by how well each answers the question.

The :class:`Reader` protocol is what a trained reader would implement; :class:`RuleReader` needs no training data and
explains each of its decisions by named signals.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from rag.answer.about import Difference, Setting, differences
from rag.answer.match import Words, coverage, words_of
from rag.answer.question import Kind, Question, Term
from rag.answer.shares import Shares
from rag.answer.short import Short, find_short
from rag.types import Hit, Span


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
    :param span: How sure the trained reader is that its words answer, 0 to 1; ``None`` where it did not read.
    """

    sentence: float
    context: float
    pairs: float
    dense: float
    short: float
    missing: float
    near: float
    span: float | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """A sentence that may answer, where it stands and why it was chosen.

    :param span: Characters of the document.
    :param kind: Of answer that the question asks for.
    :param score: Higher is better; compared inside one question.
    :param heading: A line without a full stop at the head of its document.
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
    ``evals/datasets``, since those passages have no headings. ``rag eval compare`` tells what a change does.
    """

    sentence: float = 1.6
    context: float = 0.22
    pairs: float = 0.55
    passage: float = 0.4
    short: float = 0.25
    near: float = 0.5
    different: float = 1.0
    heading: float = 1.0


class RuleReader:
    """Ranks sentences by shared words, their order and nearness, the kind of answer found, and the passage's score."""

    def __init__(self, weights: Weights | None = None) -> None:
        self.weights = weights or Weights()

    def read(self, question: Question, hits: Sequence[Hit]) -> tuple[Evidence, ...]:
        """Sentences of the passages, those that answer best first.

        :param hits: Best passage first.
        """
        best = max((hit.score for hit in hits), default=0.0)
        given = _given(hits)
        found = [c for hit in hits for c in _candidates(hit, question, given[hit.document.id])]
        found.sort(key=lambda c: -self._likeness(c, best))
        evidence = [self._evidence(question, c, best) for c in found[:_LOOKED_AT]]
        return tuple(sorted(evidence, key=lambda e: -e.score))

    def _evidence(self, question: Question, candidate: _Candidate, best: float) -> Evidence:
        hit, span, text = candidate.hit, candidate.span, candidate.text
        passage, info = hit.passage, hit.document
        setting = Setting(passage.text[: span.start - passage.start], passage.text, info.title, info.published)
        short = find_short(question, text, info.published)
        unlike = differences(question, text, setting)
        signals = _signals(question, candidate, short)
        score = self._likeness(candidate, best) + self._answering(signals) - self.weights.different * bool(unlike)
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

    def _answering(self, signals: Signals) -> float:
        return self.weights.short * signals.short + self.weights.near * signals.near


_LOOKED_AT = 30
"""Sentences, those most like the question, in which a short answer is looked for: the costly part of reading."""


class _Candidate:
    """A sentence of a passage and how much it says of the question, before anything is looked for in it."""

    __slots__ = ("context", "heading", "hit", "pairs", "sentence", "span", "text")

    def __init__(self, hit: Hit, span: Span, shares: Shares, context: float) -> None:
        start = hit.passage.start
        self.hit = hit
        self.span = span
        self.heading = span.end <= _HEAD and not re.search(r"[.!?…:;]$", hit.passage.text[: span.end - start].rstrip())
        self.text = hit.passage.text[span.start - start : span.end - start]
        self.sentence, self.pairs = shares.of(span.start - start, span.end - start)
        self.context = context


def _candidates(hit: Hit, question: Question, given: str) -> Iterator[_Candidate]:
    """The sentences of a passage; what they share is looked up once."""
    telling = _telling(question.terms, words_of(given))
    context = coverage(question.terms, words_of(hit.passage.text), words_of(hit.document.title))
    shares = Shares(question.terms, telling, hit.passage.text)
    for span in _sentences(hit):
        yield _Candidate(hit, span, shares, context)


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


_TYPED = frozenset({"quantity", "date", "person", "place", "reference", "definition", "list", "reason"})
_HEAD_SHARE = 0.7
"""Share of what a figure is asked of that its sentence must say: a rate of growth is no rate of unemployment."""
_REASON = re.compile(r"\b(do|vì|bởi|nhờ|nguyên nhân|lý do|xuất phát từ|khiến|dẫn đến|nên)\b", re.IGNORECASE)
_ENUMERATES = re.compile(r":.+;|;.+;|\b(gồm|như|là)\b.+,.+\b(và|,)\b|[^,;]+,[^,;]+,[^,;]+ và ", re.DOTALL)


def _signals(question: Question, candidate: _Candidate, short: Short | None) -> Signals:
    about = not question.head or coverage(question.head, words_of(candidate.text)) >= _HEAD_SHARE
    told = (short is not None and about) or _tells(question.kind, candidate.text)
    return Signals(
        sentence=candidate.sentence,
        context=candidate.context,
        pairs=candidate.pairs,
        dense=candidate.hit.dense,
        short=float(told) if question.kind in _TYPED else 0.5,
        missing=float(not told and question.kind in _TYPED),
        near=max(0.0, min(1.0, short.score)) if short else 0.0,
    )


def _tells(kind: Kind, text: str) -> bool:
    """Whether a sentence has the form of the answer where that is no short one: a cause, several items."""
    if kind == "reason":
        return bool(_REASON.search(text))
    return kind == "list" and (text.endswith(":") or bool(_ENUMERATES.search(text)))
