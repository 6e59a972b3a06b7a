"""The reader with a trained part: the rules choose the sentences, the network marks the answer in the best of them."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from rag.answer.kinds import Kind
from rag.answer.question import Question, key
from rag.answer.read import Evidence, Reader
from rag.answer.short.base import Short, in_question, placed
from rag.answer.short.elsewhere import is_told_of_another, is_whole_of_part
from rag.answer.short.quantity import fits_unit
from rag.answer.short.when import asks_both_ends
from rag.answer.short.where import is_affiliation, without_area
from rag.answer.short.who import no_person, office_asked
from rag.answer.span.model import Found
from rag.answer.span.snap import leading_name, snap, whole_enumeration
from rag.text.dates import find_dates
from rag.text.names import find_names
from rag.text.syllables import folded_terms, tokens
from rag.text.unicode import fold
from rag.types import Hit, Passage, Span


class Model(Protocol):
    """What is needed of :class:`rag.answer.span.model.SpanModel`."""

    def n_tokens(self, text: str) -> int:
        """Tokens of a sentence that are read."""
        ...

    def read(self, question: str, groups: Sequence[Sequence[str]]) -> tuple[tuple[Found | None, ...], ...]:
        """The best words of each sentence."""
        ...


@dataclass(frozen=True, slots=True)
class Mix:
    """How rules and network are put together; searched on one half of XQuAD-vi, judged on the other.

    :param window: Tokens of the sentences that are read; one pass takes some 0.1 ms for each.
    :param margin: Weight of the network's margin in a sentence's score.
    :param unread: Margin of a sentence that did not fit into the window.
    :param unnamed: What a sentence loses whose answer to "who" is no name.
    :param sure: Probability from which on its words stand in where the rules find nothing.
    """

    window: int = 160
    margin: float = 0.08
    unread: float = -4.0
    unnamed: float = 0.2
    sure: float = 0.3


class SpanReader:
    """Reads with the rules, then with the network.

    :param model: Gives the network, or ``None`` where it cannot be used; asked at each question, so it should remember.
    """

    def __init__(self, rules: Reader, model: Callable[[], Model | None], mix: Mix | None = None) -> None:
        self._rules = rules
        self._model = model
        self.mix = mix or Mix()

    def read(self, question: Question, hits: Sequence[Hit]) -> tuple[Evidence, ...]:
        """Sentences of the passages, those that answer best first.

        :param hits: Best passage first.
        """
        evidence = self._rules.read(question, hits)
        model = self._model() if evidence else None
        if model is None:
            return evidence
        chosen = _chosen(evidence, model, self.mix.window)
        found = _found(question, evidence, chosen, model)
        read = [self._joined(question, e, found.get(n)) for n, e in enumerate(evidence)]
        return tuple(sorted(read, key=lambda e: -e.score))

    def answers(self, question: str, passage: Passage) -> float | None:
        """Log-odds that a passage holds an answer, as the network sees it; ``None`` without one.

        Of a long passage those sentences are read that share most words with the question: as good, in half the time.
        """
        model = self._model()
        if model is None:
            return None
        spans = passage.sentences or (Span(passage.start, passage.end),)
        texts = [passage.text[s.start - passage.start : s.end - passage.start] for s in spans]
        found = model.read(question, [_sharing_most(question, texts, model, self.mix.window)])[0]
        return max((one.margin for one in found if one), default=None)

    def _joined(self, question: Question, evidence: Evidence, found: Found | None) -> Evidence:
        if found is None:
            return replace(evidence, score=evidence.score + self.mix.margin * self.mix.unread)
        margin = min(max(found.margin, _LEAST), _MOST)
        short = self._short(question, evidence, found)
        # Words marked in a sentence that gives no cause may be one, but do not make it sure.
        tells = bool(short) and not evidence.short and evidence.kind != "reason"
        missing = 0.0 if tells else evidence.signals.missing
        signals = replace(evidence.signals, span=(margin - _LEAST) / (_MOST - _LEAST), missing=missing)
        unnamed = evidence.kind == "person" and short is not None and not find_names(short.text)
        if evidence.kind == "person" and short is not None and short is not evidence.short and no_person(short.text):
            signals = replace(signals, missing=1.0)
        loose = short is not None and _is_too_coarse(question, short.text)
        if loose and asks_both_ends(question):
            signals = replace(signals, missing=1.0)
        score = evidence.score + self.mix.margin * margin - self.mix.unnamed * (unnamed or loose)
        return replace(evidence, score=score, signals=signals, short=short)

    def _short(self, question: Question, evidence: Evidence, found: Found) -> Short | None:
        likely = 1.0 / (1.0 + math.exp(-found.margin))
        start, end = snap(evidence.text, found.start, found.end)
        if start == end or not _may_mark(question):
            return evidence.short
        end = whole_enumeration(evidence.text, start, end) if evidence.kind in _ENUMERABLE else end
        marked = placed(question, evidence.text, start, end)
        if question.wants_names and (name := leading_name(marked.text)):
            marked = placed(question, evidence.text, start, start + len(name))
        if _is_known(question, evidence.kind, marked.text):
            return evidence.short
        if evidence.short is None:
            sure = _PLAIN_CAUSE if evidence.kind == "reason" else self.mix.sure
            fits = likely >= sure and _may_answer(question, evidence, marked)
            return _with_unit_of_time(question, evidence, marked) if fits else None
        return marked if _is_better(question, marked, likely, evidence) else evidence.short


_PLAIN_CAUSE = 0.9
"""Probability from which words are shown as the cause in a sentence that has no sign of one."""
_ENUMERABLE: frozenset[Kind] = frozenset({"list", "other", "place", "person", "definition"})
"""Kinds of answers that may be several things; of them none is left out."""


def _names_anew(question: Question, words: str) -> bool:
    """Whether words have a capital that the question has not: they name something."""
    asked = set(folded_terms(question.text))
    return any(t.text[0].isupper() and fold(t.text) not in asked for t in tokens(words))


_CHOICE = re.compile(r"\b(hay|hoac)\b")


def _is_known(question: Question, kind: Kind, words: str) -> bool:
    """Whether words give nothing that the question has not: its own words, its person, its place.

    Of a question that lets choose between what it names, its words are the answer.
    """
    if kind == "person" and _is_named_already(question, words):
        return True
    if _CHOICE.search(fold(question.text)):
        return False
    return _repeats(question, words) or (kind == "place" and in_question(without_area(words), question))


def _repeats(question: Question, words: str) -> bool:
    """Whether words only say again what the question says: "địa phương" tells nobody which ones."""
    return set(folded_terms(words)) <= set(folded_terms(question.text))


def _is_named_already(question: Question, person: str) -> bool:
    """Whether the question names all that the words name: asked for the doer, the network marks a victim."""
    named = find_names(person)
    return bool(named) and all(in_question(name.text, question) for name in named)


def _sharing_most(question: str, sentences: Sequence[str], model: Model, window: int) -> list[str]:
    """The sentences that share most words with a question, as many as fit into the window, in the text's order."""
    asked = {word for word in folded_terms(question) if len(word) > 1}
    shared = [len(asked.intersection(folded_terms(sentence))) for sentence in sentences]
    chosen: list[int] = []
    for number in sorted(range(len(sentences)), key=lambda n: -shared[n]):
        size = model.n_tokens(sentences[number])
        if not chosen or size <= window:
            chosen.append(number)
            window -= size
    return [sentences[number] for number in sorted(chosen)]


def _is_too_coarse(question: Question, marked: str) -> bool:
    """Whether a month or year is all that is given where a day is asked for."""
    if question.kind != "date" or not re.search(r"\b(ngay|hom) nao\b", fold(question.text)):
        return False
    dates = find_dates(marked)
    return bool(dates) and not any(d.day for d in dates)


_LEAST, _MOST = -8.0, 12.0
"""Margins beyond which nothing is told apart any more."""

_ASKS = re.compile(r"\b(gi|nao|ai|dau|may|sao|bao (nhieu|gio|lau|xa)|tai sao|the nao|liet ke|ke ten|neu|cho biet)\b")

_OVERRULED: Mapping[Kind, float] = {"person": 0.5, "definition": 0.5, "quantity": 0.8}
"""Probability from which on the network's words replace a rule's that lie elsewhere. Of days, places and document
numbers the rules know more: measured on XQuAD-vi, where both find something, they were right more often."""


def _may_mark(question: Question) -> bool:
    """Whether the question has a short answer that the network may give.

    A question without an asking word ("Còn công trình trả nợ thì sao?") and one that yes or no answers have none; who
    holds an office is left to the rules, which tell the head from the deputy.
    """
    plain = fold(question.text)
    if question.kind == "yesno" or re.search(r"\bthi sao\b", plain):
        return False
    return not office_asked(question) if question.kind == "person" else bool(_ASKS.search(plain))


_TIME = re.compile(
    r"(?:\b(?:ngày|tháng|năm|thế kỷ|thập niên|thập kỷ|quý|mùa|lúc|khoảng)\s+|\bnhững\s+năm\s+)+$", re.IGNORECASE
)


def _is_better(question: Question, marked: Short, likely: float, evidence: Evidence) -> bool:
    """Whether the network's words go before a rule's: they lie elsewhere, or the rule cut a joined figure ("20-18")."""
    rule = evidence.short
    if rule is None or rule.derived or not _may_answer(question, evidence, marked):
        return rule is None
    if marked.start < rule.end and rule.start < marked.end:
        inside = marked.start <= rule.start and rule.end <= marked.end
        cut = evidence.text[rule.start - 1 : rule.start] in _JOINS or evidence.text[rule.end : rule.end + 1] in _JOINS
        return evidence.kind == "definition" or (inside and cut)
    if evidence.kind == "quantity" and (
        _is_of_noun(question, rule.text)
        or is_told_of_another(question, evidence.text, marked.start)
        or is_whole_of_part(question, evidence.text, marked.start)
    ):
        return False
    return likely >= _OVERRULED.get(evidence.kind, 2.0)


def _is_of_noun(question: Question, figure: str) -> bool:
    """Whether a rule's figure goes with the noun asked for, or the question names none: then it has the unit wanted."""
    words = {key(t.text) for t in tokens(figure)}
    return not any(question.foci) or any(words & set(focus) for focus in question.foci)


_JOINS = frozenset("-–/")
"""Signs that join two figures to one."""


_TELLS: Mapping[Kind, re.Pattern[str]] = {
    "quantity": re.compile(
        r"\d|\b(một(?! (?:số|lượng|loạt|phần|trong|cách|khi)\b)|hai|ba|bốn|năm|sáu|bảy|tám|chín|mười|mươi|trăm|nghìn|"
        r"ngàn|vạn|triệu|tỷ|chục|tá|nửa|không|đôi|cặp|"
        r"vài|hàng|nhiều|ít)\b",
        re.IGNORECASE,
    ),
    "date": re.compile(
        r"\d|\b(ngày|tuần|tháng|năm|quý|mùa|thế kỷ|thập niên|thập kỷ|thời|sáng|trưa|chiều|tối|đêm|hôm|thứ|lúc|khi|sau|"
        r"trước)\b",
        re.IGNORECASE,
    ),
}
"""What the network's words must have to answer how many, or when."""


_A_PLACE = re.compile(
    r"(?:tỉnh|huyện|xã|thành phố|tp|thị xã|thị trấn|quận|phường|thôn|bản|nước|sông|núi|đảo|đường|phố)(?!\w)\.?",
    re.IGNORECASE,
)
"""Words with which a place begins, or that stand right before its name."""


_A_YEAR = re.compile(r"(?:năm )?(?:19|20)\d\d", re.IGNORECASE)
_HOW_LONG = re.compile(r"\b(?:bao lau|(?:bao nhieu|may) nam)\b")
_A_BODY = re.compile(r"(?:HĐQT|HĐND|UBND|BCH|BTC|Hội đồng|Ban|Bộ|Sở|Công ty|Tập đoàn|Chính phủ|Quốc hội)(?!\w)")
_AT = re.compile(r"(?<!\w)(?:tại|ở|đến|tới|về|trong|thuộc|của|từ) (?:\w+ ){0,2}$", re.IGNORECASE)
_POINTED_AT = re.compile(r"(?:(?:\w+ ){0,2}(?:này|đó|trên|đấy)|đây)", re.IGNORECASE)
"""A place that only points back: "địa phương này"."""
_FROM = re.compile(r"\btu (dau|noi nao)\b")


def _may_answer(question: Question, evidence: Evidence, marked: Short) -> bool:
    """Whether the network's words are of the kind asked for: a place is no person, a sum no area."""
    if question.wants_names and not _names_anew(question, marked.text):
        return False
    if evidence.kind == "quantity" and not (fits_unit(question, marked.text) and _is_long(question, marked.text)):
        return False
    if evidence.kind == "person":
        before = evidence.text[: marked.start].split()[-2:]
        return not (_A_PLACE.match(marked.text) or (before and _A_PLACE.fullmatch(" ".join(before[-1:]))))
    if evidence.kind == "place":
        return _is_there(question, evidence.text[: marked.start], marked.text)
    return evidence.kind not in _TELLS or bool(_TELLS[evidence.kind].search(marked.text))


def _is_there(question: Question, before: str, place: str) -> bool:
    """Whether words can be the place of what is asked: with "từ" where "từ đâu" is, and no body unless at it."""
    if _POINTED_AT.fullmatch(place):
        return False
    if _FROM.search(fold(question.text)):
        return bool(re.search(r"(?<!\w)[Tt]ừ (?:\w+ ){0,3}$", before))
    return not is_affiliation(question, before) and (not _A_BODY.match(place) or bool(_AT.search(before)))


def _is_long(question: Question, words: str) -> bool:
    """Whether words can say how long: a year of the calendar does not say how many years."""
    return not (_A_YEAR.fullmatch(words) and _HOW_LONG.search(fold(question.text)))


def _with_unit_of_time(question: Question, evidence: Evidence, marked: Short) -> Short:
    """A bare figure that answers when takes the words before it along: "năm 1991"."""
    before = _TIME.search(evidence.text, 0, marked.start) if evidence.kind == "date" else None
    return placed(question, evidence.text, before.start(), marked.end) if before else marked


def _chosen(evidence: Sequence[Evidence], model: Model, window: int) -> list[int]:
    """Numbers of the best sentences that fit into the window, at least one.

    The best one that is about what is asked is among them: it may be asserted, and rules alone are too sure of it.
    """
    chosen: list[int] = []
    left = window
    for number, candidate in enumerate(evidence):
        size = model.n_tokens(candidate.text)
        if chosen and size > left:
            break
        chosen.append(number)
        left -= size
    alike = next((n for n, e in enumerate(evidence) if not e.differences), None)
    return chosen if alike is None or alike in chosen else [*chosen, alike]


def _found(question: Question, evidence: Sequence[Evidence], chosen: Sequence[int], model: Model) -> dict[int, Found]:
    """What the network marks in each of the chosen sentences; neighbours in the text are read together."""
    order = sorted(chosen, key=lambda n: (evidence[n].hit.document.id, evidence[n].span.start))
    groups: list[list[int]] = []
    for number in order:
        if groups and _follows(evidence[groups[-1][-1]], evidence[number]):
            groups[-1].append(number)
        else:
            groups.append([number])
    groups.sort(key=min)
    read = model.read(question.text, [[evidence[n].text for n in group] for group in groups])
    pairs = zip([n for group in groups for n in group], [f for group in read for f in group], strict=True)
    return {number: found for number, found in pairs if found is not None}


_GAP = 3
"""Characters between two sentences that follow each other."""


def _follows(first: Evidence, second: Evidence) -> bool:
    same = first.hit.document.id == second.hit.document.id
    return same and 0 <= second.span.start - first.span.end <= _GAP
