"""Reading without a model: rank the sentences of the retrieved passages by how well each answers the question.

The :class:`Reader` protocol is what a trained reader would implement; :class:`RuleReader` needs no training data and
explains each of its decisions by named signals.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from rag.answer.about import Difference, Setting, differences
from rag.answer.match import coverage, pair_coverage, words_of
from rag.answer.question import Question
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
    :param near: How near that answer stands to the question's words, 0 to 1.
    """

    sentence: float
    context: float
    pairs: float
    dense: float
    short: float
    near: float


@dataclass(frozen=True, slots=True)
class Evidence:
    """A sentence that may answer, where it stands and why it was chosen.

    :param span: Characters of the document.
    :param score: Higher is better; compared inside one question.
    """

    hit: Hit
    span: Span
    text: str
    score: float
    signals: Signals
    short: Short | None
    differences: tuple[Difference, ...]


class Reader(Protocol):
    """Finds the sentences that answer."""

    def read(self, question: Question, hits: Sequence[Hit]) -> tuple[Evidence, ...]:
        """Sentences of the passages, those that answer best first."""
        ...


@dataclass(frozen=True, slots=True)
class Weights:
    """Weights of the signals in a sentence's score, chosen on one half of XQuAD-R's articles (by title hash)."""

    sentence: float = 1.6
    context: float = 0.22
    pairs: float = 0.55
    passage: float = 0.4
    short: float = 0.25
    near: float = 0.5
    different: float = 1.0


class RuleReader:
    """Ranks sentences by shared words, their order and nearness, the kind of answer found, and the passage's score."""

    def __init__(self, weights: Weights | None = None) -> None:
        self.weights = weights or Weights()

    def read(self, question: Question, hits: Sequence[Hit]) -> tuple[Evidence, ...]:
        """Sentences of the passages, those that answer best first.

        :param hits: Best passage first.
        """
        best = max((hit.score for hit in hits), default=0.0)
        found = [evidence for hit in hits for evidence in self._sentences(question, hit, best)]
        return tuple(sorted(found, key=lambda e: -e.score))

    def _sentences(self, question: Question, hit: Hit, best: float) -> list[Evidence]:
        passage = hit.passage
        spans = passage.sentences or (Span(passage.start, passage.end),)
        return [self._evidence(question, hit, span, best) for span in spans]

    def _evidence(self, question: Question, hit: Hit, span: Span, best: float) -> Evidence:
        passage, info = hit.passage, hit.document
        text = passage.text[span.start - passage.start : span.end - passage.start]
        setting = Setting(passage.text[: span.start - passage.start], passage.text, info.title, info.published)
        short = find_short(question, text, info.published)
        signals = _signals(question, text, hit, short)
        unlike = differences(question, text, setting)
        return Evidence(hit, span, text, self._score(signals, hit.score - best, bool(unlike)), signals, short, unlike)

    def _score(self, signals: Signals, behind: float, different: bool) -> float:
        w = self.weights
        return (
            w.sentence * signals.sentence
            + w.context * signals.context
            + w.pairs * signals.pairs
            + w.passage * behind
            + w.short * signals.short
            + w.near * signals.near
            - w.different * different
        )


_TYPED = frozenset({"quantity", "date", "person", "place", "reference"})


def _signals(question: Question, text: str, hit: Hit, short: Short | None) -> Signals:
    words = words_of(text)
    return Signals(
        sentence=coverage(question.terms, words),
        context=coverage(question.terms, words_of(hit.passage.text), words_of(hit.document.title)),
        pairs=pair_coverage(question.terms, words),
        dense=hit.dense,
        short=float(short is not None) if question.kind in _TYPED else 0.5,
        near=max(0.0, min(1.0, short.score)) if short else 0.0,
    )
