"""Follow-up questions made standalone by a model, where one is configured; the rules are the net beneath it."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rag.answer.converse import leans_on, standalone
from rag.answer.generate import foreign, neutral
from rag.answer.match import coverage, words_of
from rag.answer.mentions import agree, find_mentions
from rag.answer.model import TimedModel
from rag.answer.prompts import load_prompt
from rag.answer.question import analyse
from rag.answer.verify import Source, problems
from rag.errors import ModelError
from rag.types import Turn

if TYPE_CHECKING:
    from langchain_core.messages import BaseMessage

_log = logging.getLogger(__name__)
_SHARE_OF_TIME = 0.25
"""Share of the time for an answer that may go into understanding the question."""
_LONGEST = 300
_TURNS = 3
_FROM_TALK = 0.8
"""Share of the words of a rewritten question that must come from the conversation."""
_KEPT = 0.6
"""Share of the new question's own words that must be left."""


class Rewriter:
    """Completes follow-ups by ``prompts/standalone_question.yaml``; falls back on the rules."""

    def __init__(self, model: TimedModel) -> None:
        self.model = model
        self._prompt = load_prompt("standalone_question")

    def standalone(self, question: str, history: Sequence[Turn]) -> str:
        """The question with what it leaves unsaid; one that stands on its own is not touched and costs no call."""
        ruled = standalone(question, history)
        if not history or not leans_on(question):
            return ruled
        recent = history[-_TURNS:]
        try:
            limit = _SHARE_OF_TIME * self.model.timeout_s
            pieces = self.model.stream(lambda: self._messages(question, recent), limit)
            written = " ".join("".join(pieces).split()).strip(" \"“”'")
        except ModelError:
            return ruled
        if is_faithful(written, question, recent):
            return written
        _log.warning("did not use the model's rewriting of a question")
        return ruled

    def _messages(self, question: str, history: Sequence[Turn]) -> list[BaseMessage]:
        from langchain_core.messages import HumanMessage, SystemMessage

        conversation = "\n".join(f"Hỏi: {t.question}\nĐáp: {t.answer[:_LONGEST]}" for t in history)
        user = self._prompt.user.format(conversation=neutral(conversation), question=neutral(question))
        return [SystemMessage(self._prompt.system), HumanMessage(user)]


def is_faithful(written: str, question: str, history: Sequence[Turn]) -> bool:
    """Whether a rewritten question keeps the new one and adds only what the conversation has.

    Its words come from the conversation, its values too, and none of the new question's own values is lost.
    """
    if not 4 < len(written) <= _LONGEST or foreign(written):
        return False
    talk = "\n".join([question, *(f"{t.question}\n{t.answer}" for t in history)])
    invented = [p for p in problems(written, [Source(talk)]) if p.kind in ("number", "date", "reference", "name")]
    said = find_mentions(written)
    lost = [m for m in find_mentions(question) if not any(m.kind == s.kind and agree(m, s) for s in said)]
    if invented or lost:
        return False
    new, old = analyse(written).terms, analyse(question).terms
    from_talk = coverage(new, words_of(talk)) if new else 0.0
    kept = coverage(old, words_of(written)) if old else 1.0
    return from_talk >= _FROM_TALK and kept >= _KEPT
