"""Answers given lately: a verdict is kept with what was really shown, and only by the person it was shown to."""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict
from dataclasses import replace

from rag.serve.identity import Identity
from rag.types import Answer

_KEPT = 2000
"""Answers: some kilobytes each, together five megabytes; a morning of a busy office."""


class GivenAnswers:
    """The latest answers of this process; gone after a restart."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, tuple[str, Answer]] = OrderedDict()

    def keep(self, answer: Answer, identity: Identity) -> str:
        """Keep an answer, without the passages found, and return the id under which its reader may judge it."""
        answer_id = secrets.token_urlsafe(12)
        shown = replace(answer, hits=())  # nine tenths of its memory, and no part of what is judged
        with self._lock:
            self._kept[answer_id] = (_reader(identity), shown)
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return answer_id

    def of(self, answer_id: str, identity: Identity) -> Answer | None:
        """The answer of that id, if it was given to this person."""
        with self._lock:
            reader, answer = self._kept.get(answer_id, ("", None))
        return answer if reader == _reader(identity) else None


def _reader(identity: Identity) -> str:
    return f"{identity.kind}:{identity.user}"
