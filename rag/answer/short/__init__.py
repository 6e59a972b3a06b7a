"""The short answer inside a sentence: the figure, day, person, place or document number that was asked for.

Each finder looks at the candidates of its kind and takes the one that stands nearest to the question's words; a
figure must also belong to the noun asked for ("bao nhiêu công trình" is not answered with a sum of money).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from rag.answer.kinds import Kind
from rag.answer.question import Question
from rag.answer.short.base import Short
from rag.answer.short.quantity import find_quantity
from rag.answer.short.when import find_date
from rag.answer.short.where import find_place
from rag.answer.short.which import find_definition, find_reference
from rag.answer.short.who import find_office, find_person
from rag.answer.short.why import find_cause

__all__ = ["Short", "find_short"]

Finder = Callable[[Question, str, "date | None"], "Short | None"]

_FINDERS: dict[Kind, Finder] = {
    "quantity": find_quantity,
    "date": find_date,
    "person": find_person,
    "office": find_office,
    "place": find_place,
    "reference": find_reference,
    "reason": find_cause,
    "definition": find_definition,
}


def find_short(question: Question, sentence: str, published: date | None) -> Short | None:
    """The short answer to a question inside a sentence that answers it, or ``None``.

    :param published: Day of publication, which completes a date written without its year.
    """
    finder = _FINDERS.get(question.kind)
    return finder(question, sentence, published) if finder else None
