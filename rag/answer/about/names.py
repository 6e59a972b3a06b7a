"""Proper names and places that a question names and neither title nor passage has."""

from __future__ import annotations

import re
from functools import lru_cache

from rag.answer.about.base import Difference
from rag.answer.match import words_of
from rag.answer.question import Question, key
from rag.text.abbreviations import expand, expansion
from rag.text.syllables import tokens
from rag.text.unicode import canonical_tones, fold, lower


@lru_cache(maxsize=64)
def name_differences(
    question: str, names: tuple[str, ...], places: tuple[tuple[str, ...], ...], title: str, passage: str
) -> tuple[Difference, ...]:
    """Names and places that neither title nor passage has; the same for all sentences of the passage.

    :param names: Of the question; so are the places.
    """
    if not names and not places:
        return ()
    capitals, plain = _naming(title, passage)
    absent = [n for n in names if not _is_named(n, question.startswith(n), capitals, plain)]
    # Typed without capitals a place is a guess, so it must be wholly absent to count.
    known = (words_of(title), words_of(passage))
    nowhere = [" ".join(p) for p in places if not any(k.has_loosely(fold(word)) for word in p for k in known)]
    return tuple(Difference("name", name) for name in (*absent, *nowhere))


def names_all(question: Question, title: str, passage: str) -> bool:
    """Whether a passage, with its title, has all names of a question."""
    return not name_differences(question.text, question.names, question.places, title, passage)


@lru_cache(maxsize=256)
def _naming(*texts: str) -> tuple[frozenset[str], str]:
    """The capitalised words of texts, and the texts folded with what their abbreviations stand for.

    Kept, since a passage is asked about for each of its sentences.
    """
    capitals: set[str] = set()
    for text in texts:
        words = words_of(text)
        capitals.update(k for k, start in zip(words.keys, words.starts, strict=True) if text[start].isupper())
    whole = "\n".join(texts)
    spelt = [
        long for short in dict.fromkeys(re.findall(r"(?<!\w)[A-ZĐƯ]{2,}(?!\w)", whole)) if (long := expansion(short))
    ]
    return frozenset(capitals), fold(canonical_tones("\n".join([whole, *spelt])))


def _is_named(name: str, opens: bool, capitals: frozenset[str], plain: str) -> bool:
    """Whether a text has a name: its capitalised words capitalised too, all its words in a row, or its expansion.

    One syllable must have its capital: "Pháp" is not in "giải pháp".

    :param opens: The name opens the question, so that its first capital means nothing.
    """
    words = [t.text for t in tokens(name)]
    if len(words) > 1 and len({key(w) for w in words}) == 1:  # "Giai Giai": one of them alone is another name
        return fold(canonical_tones(name)) in plain
    if all(key(w) in capitals for w in words[opens:] if w[0].isupper()):
        return len(words) > 1 or not opens or fold(words[0]) in plain
    return (
        (len(words) > 1 and fold(canonical_tones(name)) in plain)
        or any(fold(e) in plain for e in expand(name))
        or _is_abbreviated(name, capitals, plain)
    )


def _is_abbreviated(name: str, capitals: frozenset[str], plain: str) -> bool:
    """Whether capitals that nobody defines ("QH") are the first letters of words in a row that begins like a name."""
    if expand(name) or not (2 <= len(name) <= _LONGEST_ABBREVIATION and name.isalpha() and name.isupper()):
        return False
    first = {fold(word) for word in capitals}
    letters = r"\w*\s+".join(fold(name))
    return any(m.group().split()[0] in first for m in re.finditer(rf"(?<!\w){letters}\w*", plain))


_LONGEST_ABBREVIATION = 5


_KIN = (
    ("vợ",), ("chồng",), ("con gái", "con"), ("con trai", "con"), ("mẹ",), ("bố", "cha", "ba"), ("cha", "bố", "ba"),
    ("anh trai", "anh"), ("em trai", "em"), ("chị gái", "chị"), ("em gái", "em"), ("bạn gái",), ("bạn trai",),
    ("trợ lý",), ("luật sư",), ("thư ký",), ("người phát ngôn", "phát ngôn viên"),
)  # fmt: skip
_OF = r" (?:của )?(?:(?:ông|bà|anh|chị|cô|nữ|nam|diễn viên|ca sĩ|tổng thống|tiến sĩ|bác sĩ) )*"


def kin_differences(question: str, names: tuple[str, ...], sentence: str, before: str) -> tuple[Difference, ...]:
    """Somebody who belongs to a person: what is told of the man himself is not told of "vợ ông X".

    :param before: The sentence right before.
    """
    asked, told = lower(question), lower(f"{before} {sentence}")
    found = []
    for words in _KIN:
        at = next((m for n in names if (m := re.search(rf"(?<!\w){words[0]}{_OF}{re.escape(lower(n))}", asked))), None)
        if at and not any(re.search(rf"(?<!\w){word}(?!\w)", told) for word in words):
            found.append(Difference("name", question[at.start() : at.end()]))
    return tuple(found)
