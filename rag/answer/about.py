"""Whether a sentence is about what the question names: its years, numbers, documents, proper names.

A figure of 2020 does not answer a question about 2018, however well everything else agrees.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Literal

from rag.answer.match import words_of
from rag.answer.question import Question, is_comparison, key
from rag.text.abbreviations import expand
from rag.text.dates import DateMention, find_dates
from rag.text.references import find_document_numbers, refers_to
from rag.text.syllables import tokens
from rag.text.unicode import canonical_tones, fold

DifferenceKind = Literal["year", "reference", "number", "name"]


@dataclass(frozen=True, slots=True)
class Difference:
    """Something the question names that the evidence is not about.

    :param asked: As in the question ("2018").
    :param found: What the evidence is about instead ("2020"), empty when it says nothing of the kind.
    """

    kind: DifferenceKind
    asked: str
    found: str = ""


@dataclass(frozen=True, slots=True)
class Setting:
    """Where a sentence stands: what a reader of the article knows when reaching it.

    :param before: The text of its passage before it.
    :param passage: The whole passage.
    """

    before: str
    passage: str
    title: str
    published: date | None


def differences(question: Question, sentence: str, setting: Setting) -> tuple[Difference, ...]:
    """What the question names and the sentence, read in its setting, is not about; empty when all agrees."""
    return (
        *_year_differences(question, sentence, setting),
        *_reference_differences(question, sentence, setting),
        *_number_differences(question, sentence, setting),
        *_name_differences(question, setting),
    )


def _year_differences(question: Question, sentence: str, setting: Setting) -> tuple[Difference, ...]:
    missing = []
    for asked in sorted(question.years):
        found = years_about(sentence, setting)
        if not any(low <= asked <= high for low, high in found):
            missing.append(Difference("year", str(asked), ", ".join(str(low) for low, _ in found)))
    # A question that compares two years is about both; one of them in the sentence is enough to show it.
    return tuple(missing) if len(missing) == len(question.years) else ()


def years_about(sentence: str, setting: Setting) -> tuple[tuple[int, int], ...]:
    """Years that a sentence is about, as inclusive ranges.

    Its own count first (not a point of comparison, not the date of a document it names), else the nearest before it
    in the passage, else those of the title, else the year of publication and, as news looks back, the one before.
    """
    for text in (sentence, *_sentences_backwards(setting.before), setting.title):
        own = _years_in(text)
        if own:
            return own
    if setting.published:
        return ((setting.published.year - 1, setting.published.year),)
    return ()


def _sentences_backwards(before: str) -> tuple[str, ...]:
    return tuple(reversed([s for s in re.split(r"(?<=[.!?…])\s+|\n+", before) if s.strip()]))


def _years_in(text: str) -> tuple[tuple[int, int], ...]:
    spans = [(r.start, r.end) for r in find_document_numbers(text)]
    dates = [d for d in find_dates(text) if d.year and not d.relative and not is_comparison(text, d.start)]
    about = [d for d in dates if not _belongs_to_document(d, spans)] or dates
    return tuple(dict.fromkeys((d.year, d.end_year or d.year) for d in about if d.year))


def _belongs_to_document(mention: DateMention, spans: list[tuple[int, int]]) -> bool:
    return any(start <= mention.start < end + 12 for start, end in spans)


def _reference_differences(question: Question, sentence: str, setting: Setting) -> tuple[Difference, ...]:
    wanted = [r for r in question.references if any(c.isdigit() for c in r.text)]
    known = find_document_numbers(f"{sentence}\n{setting.passage}\n{setting.title}")
    return (
        tuple(
            Difference("reference", r.text, ", ".join([k.text for k in known if k.kind == r.kind][:3]))
            for r in wanted
            if not any(refers_to(r, k) or refers_to(k, r) for k in known)
        )
        if wanted
        else ()
    )


def _number_differences(question: Question, sentence: str, setting: Setting) -> tuple[Difference, ...]:
    """Bare numbers of the question, years, dates and document numbers apart ("lần thứ 12", "135")."""
    taken = [(d.start, d.end) for d in question.dates] + [(r.start, r.end) for r in question.references]
    asked = [
        t.text
        for t in tokens(question.text)
        if t.text[0].isdigit() and not any(start <= t.start < end for start, end in taken)
    ]
    known = [words_of(text).exact for text in (setting.title, setting.passage, sentence)] if asked else []
    return tuple(Difference("number", number) for number in asked if not any(key(number) in k for k in known))


def _name_differences(question: Question, setting: Setting) -> tuple[Difference, ...]:
    if not question.names and not question.places:
        return ()
    capitals, plain = _naming(setting.title, setting.passage)
    names = [n for n in question.names if not _is_named(n, question.text.startswith(n), capitals, plain)]
    # Typed without capitals a place is a guess, so it must be wholly absent to count.
    known = (words_of(setting.title).loose, words_of(setting.passage).loose)
    places = [" ".join(p) for p in question.places if not any(fold(word) in k for word in p for k in known)]
    return tuple(Difference("name", name) for name in (*names, *places))


@lru_cache(maxsize=256)
def _naming(*texts: str) -> tuple[frozenset[str], str]:
    """The capitalised words of texts, and the texts folded; a passage is asked about for each of its sentences."""
    capitals: set[str] = set()
    for text in texts:
        words = words_of(text)
        capitals.update(k for k, start in zip(words.keys, words.starts, strict=True) if text[start].isupper())
    return frozenset(capitals), fold(canonical_tones("\n".join(texts)))


def _is_named(name: str, opens: bool, capitals: frozenset[str], plain: str) -> bool:
    """Whether a text has a name: its capitalised words capitalised too, all its words in a row, or its expansion.

    One syllable must have its capital: "Pháp" is not in "giải pháp".

    :param opens: The name opens the question, so that its first capital means nothing.
    """
    words = [t.text for t in tokens(name)]
    if all(key(w) in capitals for w in words[opens:] if w[0].isupper()):
        return len(words) > 1 or not opens or fold(words[0]) in plain
    return (len(words) > 1 and fold(canonical_tones(name)) in plain) or any(fold(e) in plain for e in expand(name))
