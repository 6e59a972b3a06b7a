"""Whether a sentence is about what the question names: its years, numbers, documents, proper names.

A figure of 2020 does not answer a question about 2018, however well everything else agrees.
"""

from __future__ import annotations

from rag.answer.about.base import Difference, Setting, sentences_backwards
from rag.answer.about.documents import number_differences, reference_differences
from rag.answer.about.names import kin_differences, name_differences, names_all
from rag.answer.about.offices import foreign_office, level_differences, office_differences
from rag.answer.about.places import other_nation, other_number_of_name, other_of_its_kind, whole_for_part
from rag.answer.about.times import day_differences, part_differences, year_differences
from rag.answer.about.wording import beside_differences, means_differences, subject_differences, total_differences
from rag.answer.question import Question

__all__ = ["Difference", "Setting", "differences", "names_all"]


def differences(question: Question, sentence: str, setting: Setting) -> tuple[Difference, ...]:
    """What the question names and the sentence, read in its setting, is not about; empty when all agrees."""
    return (
        *year_differences(question, sentence, setting),
        *part_differences(question, sentence),
        *day_differences(question, sentence, setting),
        *reference_differences(question, sentence, setting),
        *number_differences(question, sentence, setting),
        *name_differences(
            question.text, question.names, question.places, f"{setting.title}\n{setting.lead}", setting.passage
        ),
        *kin_differences(
            question.text, question.names, sentence, next(iter(sentences_backwards(setting.before)), setting.title)
        ),
        *other_of_its_kind(question.text, sentence),
        *other_number_of_name(question.text, sentence, setting.before),
        *other_nation(question.text, sentence),
        *whole_for_part(question, sentence),
        *office_differences(question, sentence),
        *foreign_office(question, sentence),
        *level_differences(question, sentence, setting),
        *means_differences(question, sentence),
        *subject_differences(question, setting, sentence),
        *total_differences(question, sentence),
        *beside_differences(question, sentence),
    )
