"""Answers written by a language model, shown sentence by sentence once each is verified against what it cites.

A LangChain chain (prompt | model | text) streams; a sentence is held back until it is complete, its marks are resolved
to passages, and it is dropped when it cites nothing or says something that the cited text does not.
"""

from __future__ import annotations

import logging
import re
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING

from rag.answer.cite import Claim, Quote
from rag.answer.guard import told_text
from rag.answer.match import coverage, words_of
from rag.answer.model import TimedModel
from rag.answer.prompts import load_prompt
from rag.answer.question import Term, key
from rag.answer.verify import Source, problems
from rag.text.sentences import sentence_spans
from rag.text.syllables import is_function_word, tokens
from rag.types import Hit, Span, Turn

if TYPE_CHECKING:
    from langchain_core.messages import BaseMessage

_log = logging.getLogger(__name__)
_MARK = re.compile(r"\[\s*([a-z0-9]{4}(?:\s*[,;]\s*[a-z0-9]{4})*)\s*\]")
_ANY_BRACKET = re.compile(r"\[[^\]\n]{0,40}\]")
_NOTHING = "KHÔNG NÊU"
_CHARS_PER_TOKEN = 2
"""Characters of Vietnamese in a token of a model that has few Vietnamese words: rather too few than cut off."""
_LEAST_CHARS = 1500
_MOST_PASSAGES = 12
_MOST = 40
"""Sentences that are read at most: a model that does not stop is stopped."""
_SUPPORT = 0.6
"""Share of a sentence's words of content that must stand in what it cites, in any order."""
_MEANT = 0.55
"""Share from which on a sentence of the passage is what a refused one was meant to say."""
_RECITED = 7
"""Words in a row that count as recited."""


@dataclass(slots=True)
class Written:
    """What came of a model's text so far.

    :param dropped: Sentences that were not shown, for the note to the person.
    :param replaced: Sentences in whose place the passage is quoted.
    """

    claims: list[Claim] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)
    replaced: list[str] = field(default_factory=list)


class Writer:
    """Asks the model and turns its text into verified claims.

    :param context_tokens: What the model reads and writes at most.
    :param answer_tokens: What it may write of that.
    """

    def __init__(self, model: TimedModel, context_tokens: int = 8192, answer_tokens: int = 800) -> None:
        self.model = model
        self._prompt = load_prompt("answer")
        self._room = max(_LEAST_CHARS, _CHARS_PER_TOKEN * (context_tokens - answer_tokens) - len(self._prompt.system))

    def write(self, question: str, hits: Sequence[Hit], history: Sequence[Turn], written: Written) -> Iterator[Claim]:
        """Yield each verified sentence as soon as it is complete; ``written`` keeps what was shown and what was not.

        A quote in place of a refused sentence is held until a verified one comes: of quotes alone the extractive
        answer is the better one.

        :raises ModelError: If the model fails, at any point of its answer.
        """
        turns = _recent(history, self._room // 4)
        told = sum(len(t.question) + len(t.answer) for t in turns)
        labels = _labels(hits, self._room - told - len(question))
        held: list[Claim] = []
        for sentence in islice(_sentences(self.model.stream(lambda: self._messages(question, labels, turns))), _MOST):
            claim, verified = self._judged(sentence, labels, written)
            if claim is None or claim.text in {c.text for c in (*written.claims, *held)}:
                continue
            if not verified and not written.claims:
                held.append(claim)
                continue
            for ready in (*held, claim):
                written.claims.append(ready)
                yield ready
            held = []

    def _judged(self, sentence: str, labels: dict[str, Hit], written: Written) -> tuple[Claim | None, bool]:
        """The claim that a sentence makes, or the quote that takes its place, and which of them it is."""
        text, bullet = _plain_text(sentence)
        if not text or text.rstrip(".").upper() == _NOTHING:
            return None, False
        marks = re.findall(r"[a-z0-9]{4}", " ".join(_MARK.findall(sentence)))
        hits = [labels[m] for m in dict.fromkeys(marks) if m in labels]
        sources = [_source(h) for h in hits]
        wrong = [p.kind for p in problems(text, sources)] if hits else ["uncited"]
        if hits and not wrong and not _is_supported(text, sources):
            wrong = ["support"]
        if foreign(text) or _repeats(text, self._prompt.system):
            wrong = [*wrong, "foreign"]
        if not wrong:
            return Claim(text, tuple(_best_quote(text, hit)[0] for hit in hits), bullet), True
        quote = _in_its_place(text, hits)
        (written.replaced if quote else written.dropped).append(text)
        _log.warning("%s a sentence of the model: %s", "replaced" if quote else "dropped", ", ".join(wrong))
        return Claim(_flat(quote.text), (quote,), bullet) if quote else None, False

    def _messages(self, question: str, labels: dict[str, Hit], turns: Sequence[Turn]) -> list[BaseMessage]:
        from langchain_core.messages import AIMessage, HumanMessage, SystemMessage

        messages: list[BaseMessage] = [SystemMessage(self._prompt.system)]
        for turn in turns:
            messages += [HumanMessage(turn.question), AIMessage(_ANY_BRACKET.sub("", turn.answer))]
        user = self._prompt.user.format(passages=_passages(labels), question=neutral(question))
        return [*messages, HumanMessage(user)]


def _recent(history: Sequence[Turn], room: int) -> list[Turn]:
    """The last exchanges that fit."""
    kept: list[Turn] = []
    for turn in reversed(history[-3:]):
        room -= len(turn.question) + len(turn.answer)
        if room < 0:
            break
        kept.insert(0, turn)
    return kept


def _labels(hits: Sequence[Hit], room: int) -> dict[str, Hit]:
    """Short opaque ids, new for each question: a document cannot know or forge them.

    :param room: Characters that the passages may take; at least one is given.
    """
    labels: dict[str, Hit] = {}
    for hit in hits[:_MOST_PASSAGES]:
        room -= len(hit.passage.text) + len(hit.document.title) + 40
        if room < 0 and labels:
            break
        label = ""
        while not label or label in labels:
            label = f"p{secrets.choice('23456789')}{secrets.choice('abcdefghkmnp')}{secrets.choice('23456789')}"
        labels[label] = hit
    return labels


def _passages(labels: dict[str, Hit]) -> str:
    return "\n".join(
        f"[{label}] {neutral(hit.document.title)}"
        + (f" ({hit.document.published:%d/%m/%Y})" if hit.document.published else "")
        + f"\n<<<\n{neutral(told_text(hit.passage))}\n>>>"
        for label, hit in labels.items()
    )


def neutral(text: str) -> str:
    """Text from outside that cannot close its own block or pose as a mark."""
    return text.replace("<<<", "‹‹‹").replace(">>>", "›››").replace("[", "(").replace("]", ")")


def _sentences(pieces: Iterator[str]) -> Iterator[str]:
    """Complete sentences of a stream; the last one is held until something follows it, so marks stay whole."""
    buffer = ""
    for piece in pieces:
        buffer += piece
        ready, buffer = _cut(buffer)
        yield from ready
    yield from (s for s in _split(buffer))


_END = re.compile(r"(?:\n|(?<=[.!?…])(?:\s*\[[^\]\n]{0,40}\])+\s|\](?:[.!?…])\s)")


def _cut(buffer: str) -> tuple[list[str], str]:
    ends = [m.end() for m in _END.finditer(buffer)]
    if not ends:
        return [], buffer
    return _split(buffer[: ends[-1]]), buffer[ends[-1] :]


def _split(text: str) -> list[str]:
    """Sentences with the marks that follow them."""
    found: list[str] = []
    for line in text.splitlines():
        for span in sentence_spans(line):
            piece = line[span.start : span.end]
            if found and not _ANY_BRACKET.sub("", piece).strip(" .,;"):
                found[-1] += f" {piece}"
            else:
                lead = re.match(r"\s*(\[[^\]\n]{0,40}\]\s*)+", piece)
                if lead and found and not found[-1].endswith("]"):
                    found[-1] += f" {lead.group(0).strip()}"
                    piece = piece[lead.end() :]
                found.append(piece)
    return [s for s in found if s.strip()]


def _plain_text(sentence: str) -> tuple[str, bool]:
    """A sentence without marks and Markdown, and whether it was an item of a list."""
    text = " ".join(_ANY_BRACKET.sub("", sentence).split()).strip()
    bullet = bool(re.match(r"(?:[-*•+]|\d{1,2}[.)])\s", text))
    text = re.sub(r"^(?:[-*•+]|\d{1,2}[.)]|#{1,6}|>)\s+", "", text)
    return re.sub(r"\s+([.,;:!?…])", r"\1", re.sub(r"[*_`]{1,3}(?=\S)|(?<=\S)[*`]{1,3}", "", text)), bullet


_FOREIGN = re.compile(
    r"https?:|www\.|\]\(|<\s*/?\s*[a-z!]|javascript:|data:\w+/|&#|\b[\w-]+\.(?:com|net|org|info|io|vn|ru|cn|xyz|top)\b",
    re.IGNORECASE,
)


def foreign(text: str) -> bool:
    """Whether a text holds an address, a picture, a link or a tag: no answer needs them, its sources are cited."""
    return bool(_FOREIGN.search(text))


def _repeats(text: str, prompt: str) -> bool:
    """Whether a sentence recites the instructions that the model was given."""
    said, told = words_of(text).keys, " ".join(words_of(prompt).keys)
    return any(" ".join(said[i : i + _RECITED]) in told for i in range(len(said) - _RECITED + 1))


def _is_supported(text: str, sources: Sequence[Source]) -> bool:
    """Whether enough words of a sentence stand in what it cites: another language or another matter does not."""
    terms = _terms(text)
    return not terms or coverage(terms, *(words_of(f"{s.title}\n{s.text}") for s in sources)) >= _SUPPORT


def _source(hit: Hit) -> Source:
    return Source(told_text(hit.passage), hit.document.title, hit.document.published)


def _terms(text: str) -> tuple[Term, ...]:
    return tuple(Term(key(t.text), 1.0) for t in tokens(text) if not is_function_word(key(t.text)))


def _best_quote(text: str, hit: Hit) -> tuple[Quote, float]:
    """The sentence of the cited passage that shares most with the claim, and how much of it, 0 to 1."""
    passage, terms = hit.passage, _terms(text)
    spans = passage.sentences or (Span(passage.start, passage.end),)

    def words(span: Span) -> str:
        return passage.text[span.start - passage.start : span.end - passage.start]

    shares = {span: coverage(terms, words_of(words(span))) for span in spans}
    best = max(spans, key=lambda span: shares[span])
    return Quote(hit.document, best, words(best), passage.id), shares[best]


def _in_its_place(text: str, hits: Sequence[Hit]) -> Quote | None:
    """The sentence that a refused one was meant to repeat, where it is clear which."""
    quotes = [(share, quote) for quote, share in (_best_quote(text, hit) for hit in hits)]
    share, quote = max(quotes, key=lambda pair: pair[0], default=(0.0, None))
    return quote if quote and share >= _MEANT and not foreign(quote.text) else None


def _flat(text: str) -> str:
    return " ".join(text.split())
