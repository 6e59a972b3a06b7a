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
from typing import TYPE_CHECKING, Any

from rag.answer.cite import Claim, Quote
from rag.answer.match import coverage, words_of
from rag.answer.prompts import load_prompt
from rag.answer.question import Term, key
from rag.answer.verify import Source, problems
from rag.errors import ModelError
from rag.lang import say
from rag.text.sentences import sentence_spans
from rag.text.syllables import is_function_word, tokens
from rag.types import Hit, Span, Turn

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import BaseMessage

    from rag.settings import Settings

_log = logging.getLogger(__name__)
_MARK = re.compile(r"\[\s*([a-z0-9]{4}(?:\s*[,;]\s*[a-z0-9]{4})*)\s*\]")
_ANY_BRACKET = re.compile(r"\[[^\]\n]{0,40}\]")
_NOTHING = "KHÔNG NÊU"
_PASSAGE_CHARS = 6000
"""Characters of passages in a prompt: about 2,000 tokens, which fits the smallest usual context window."""


@dataclass(slots=True)
class Written:
    """What came of a model's text so far.

    :param dropped: Sentences that were not shown, for the log and the note to the person.
    """

    claims: list[Claim] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)


def open_model(settings: Settings) -> BaseChatModel:
    """The configured chat model.

    :raises ModelError: If its package is missing (the message gives the install line) or it cannot be set up.
    """
    from langchain.chat_models import init_chat_model

    options: dict[str, Any] = {"timeout": settings.llm_timeout_s, "max_retries": settings.llm_retries, "temperature": 0}
    if settings.llm_base_url:
        options["base_url"] = settings.llm_base_url
    provider = settings.llm.split(":", 1)[0]
    if provider == "openai":
        options["max_tokens"] = settings.llm_max_tokens
    try:
        model: BaseChatModel = init_chat_model(settings.llm, **options)
        return model
    except ImportError as error:
        raise ModelError(
            say(f"RAG_LLM={settings.llm} cần thêm gói: pip install 'news-rag[{provider}]' ({error}).",
                f"RAG_LLM={settings.llm} needs a package: pip install 'news-rag[{provider}]' ({error}).")
        ) from error  # fmt: skip
    except Exception as error:  # a provider's set-up may raise anything; the person needs one line
        raise ModelError(
            say(f"Không mở được mô hình {settings.llm}: {error}", f"Cannot open the model {settings.llm}: {error}")
        ) from error


class Writer:
    """Asks the model and turns its text into verified claims."""

    def __init__(self, model: BaseChatModel) -> None:
        self.model = model
        self._prompt = load_prompt("answer")

    def write(self, question: str, hits: Sequence[Hit], history: Sequence[Turn], written: Written) -> Iterator[Claim]:
        """Yield each verified sentence as soon as it is complete; ``written`` keeps what was shown and dropped.

        :raises ModelError: If the model fails, at any point of its answer.
        """
        labels = _labels(hits)
        for sentence in _sentences(self._stream(question, labels, history)):
            claim = _verified(sentence, labels, written)
            if claim:
                written.claims.append(claim)
                yield claim

    def _stream(self, question: str, labels: dict[str, Hit], history: Sequence[Turn]) -> Iterator[str]:
        from langchain_core.output_parsers import StrOutputParser
        from langchain_core.runnables import RunnableLambda

        chain = RunnableLambda(self._messages) | self.model | StrOutputParser()
        try:
            yield from chain.stream({"question": question, "labels": labels, "history": history})
        except Exception as error:  # providers raise their own types; all mean "the model failed"
            raise ModelError(
                say("Mô hình ngôn ngữ không trả lời được.", "The language model could not answer.")
            ) from error

    def _messages(self, given: dict[str, Any]) -> list[BaseMessage]:
        from langchain_core.messages import AIMessage, HumanMessage, SystemMessage

        messages: list[BaseMessage] = [SystemMessage(self._prompt.system)]
        for turn in given["history"][-3:]:
            messages += [HumanMessage(turn.question), AIMessage(_ANY_BRACKET.sub("", turn.answer))]
        user = self._prompt.user.format(passages=_passages(given["labels"]), question=given["question"])
        return [*messages, HumanMessage(user)]


def _labels(hits: Sequence[Hit]) -> dict[str, Hit]:
    """Short opaque ids, new for each question: a document cannot know or forge them."""
    labels: dict[str, Hit] = {}
    room = _PASSAGE_CHARS
    for hit in hits:
        room -= len(hit.passage.text)
        if room < 0 and labels:
            break
        label = ""
        while not label or label in labels:
            label = f"p{secrets.choice('23456789')}{secrets.choice('abcdefghkmnp')}{secrets.choice('23456789')}"
        labels[label] = hit
    return labels


def _passages(labels: dict[str, Hit]) -> str:
    return "\n".join(
        f"[{label}] {_neutral(hit.document.title)}"
        + (f" ({hit.document.published:%d/%m/%Y})" if hit.document.published else "")
        + f"\n<<<\n{_neutral(hit.passage.text)}\n>>>"
        for label, hit in labels.items()
    )


def _neutral(text: str) -> str:
    """Document text cannot close its own block or pose as a mark."""
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


def _verified(sentence: str, labels: dict[str, Hit], written: Written) -> Claim | None:
    text = " ".join(_ANY_BRACKET.sub("", sentence).split()).strip()
    bullet = bool(re.match(r"[-*•]\s", text))
    text = re.sub(r"^[-*•]\s+", "", re.sub(r"\s+([.,;:!?…])", r"\1", text))
    if not text:
        return None
    if text.rstrip(".").upper() == _NOTHING:
        return None
    marks = re.findall(r"[a-z0-9]{4}", " ".join(_MARK.findall(sentence)))
    hits = [labels[m] for m in dict.fromkeys(marks) if m in labels]
    wrong = problems(text, [_source(h) for h in hits]) if hits else ()
    if not hits or wrong:
        written.dropped.append(text)
        _log.warning("dropped a sentence of the model: cited=%d wrong=%s", len(hits), [p.kind for p in wrong])
        return None
    return Claim(text, tuple(_best_quote(text, hit) for hit in hits), bullet)


def _source(hit: Hit) -> Source:
    return Source(hit.passage.text, hit.document.title, hit.document.published)


def _best_quote(text: str, hit: Hit) -> Quote:
    """The sentence of the cited passage that shares most with the claim."""
    passage = hit.passage
    terms = tuple(Term(key(t.text), 1.0) for t in tokens(text) if not is_function_word(key(t.text)))
    spans = passage.sentences or (Span(passage.start, passage.end),)

    def words(span: Span) -> str:
        return passage.text[span.start - passage.start : span.end - passage.start]

    best = max(spans, key=lambda s: coverage(terms, words_of(words(s))))
    return Quote(hit.document, best, words(best), passage.id)
