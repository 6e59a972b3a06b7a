"""A conversation as it grows: pure values and the one function that takes an event of the assistant into account.

Knows nothing of Gradio or HTML, so that the embedded chat and the exports can build on the same values.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal, TypeAlias

from rag.types import Answer, Citation, Event, Filters, Hit, Turn

Phase: TypeAlias = Literal["waiting", "searching", "reading", "writing", "done", "stopped", "failed"]


@dataclass(frozen=True, slots=True)
class Exchange:
    """One question and what has come back so far.

    :param draft: Text streamed so far; replaced by ``answer`` when it is complete.
    :param citations: Citations announced while streaming.
    :param problem: What went wrong, in the person's language; empty unless ``phase`` is ``failed``.
    :param incident: Id under which the log holds the details of an unexpected failure.
    :param filters: What the person wanted searched.
    :param asked: When it was asked, local time.
    :param ahead: Unfinished answers before this one, while ``phase`` is ``waiting``.
    """

    question: str
    phase: Phase = "searching"
    understood: str = ""
    draft: str = ""
    citations: tuple[Citation, ...] = ()
    hits: tuple[Hit, ...] = ()
    answer: Answer | None = None
    problem: str = ""
    incident: str = ""
    filters: Filters = field(default_factory=Filters)
    asked: datetime | None = None
    ahead: int = 0

    @property
    def is_running(self) -> bool:
        """Whether more is expected to come."""
        return self.phase in ("waiting", "searching", "reading", "writing")


Conversation: TypeAlias = tuple[Exchange, ...]


def advance(exchange: Exchange, event: Event) -> Exchange:
    """The exchange after one more event of the assistant.

    :param exchange: What has come so far.
    :param event: The next event of :meth:`rag.assistant.Assistant.stream`.
    """
    match event.kind, event.data:
        case "understood", str(understood):
            return replace(exchange, understood=understood)
        case "hits", tuple(hits):
            return replace(exchange, hits=hits, phase="reading")
        case "text", str(piece):
            return replace(exchange, draft=exchange.draft + piece, phase="writing")
        case "citation", Citation() as citation:
            return replace(exchange, citations=(*exchange.citations, citation))
        case "done", Answer() as answer:
            return replace(exchange, answer=answer, understood=answer.understood, phase="done")
        case "error", str(problem):
            return replace(exchange, problem=problem, phase="failed")
        case _:
            raise TypeError(f"event {event.kind!r} does not carry {type(event.data).__name__}")


def settle(conversation: Conversation) -> Conversation:
    """The conversation with a last exchange that is still running marked as stopped."""
    if conversation and conversation[-1].is_running:
        return (*conversation[:-1], replace(conversation[-1], phase="stopped"))
    return conversation


def turns(conversation: Conversation) -> tuple[Turn, ...]:
    """The completed exchanges, in the shape that the assistant takes as history."""
    return tuple(Turn(e.question, e.answer.text) for e in conversation if e.answer is not None)
