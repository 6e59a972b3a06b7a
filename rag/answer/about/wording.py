"""What a question narrows down in words: by what means, on what subject, of all together."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from rag.answer.about.base import Difference, Setting
from rag.answer.kinds import Kind
from rag.answer.match import pair_coverage, words_of
from rag.answer.question import Question, Term, key
from rag.text.numbers import find_quantities
from rag.text.syllables import is_function_word, tokens
from rag.text.unicode import lower

_MEANS = re.compile(
    r"(?<!\w)bằng (?!(?:khen|cấp|lái|chứng|sáng|được|cách|lòng|gì|nào|bao|mấy|không|\d)(?!\w))"
    r"(?P<means>[^\W\d_]+(?: [^\W\d_]+)?)"
)

_WHICH = re.compile(r"(?: [^\W\d_]+){0,2} (?:gì|nào)(?!\w)")


def means_differences(question: Question, sentence: str) -> tuple[Difference, ...]:
    """By what means: dividends paid "bằng tiền mặt" are none "bằng cổ phiếu"."""
    asked = _MEANS.search(lower(question.text))
    if asked is None or _WHICH.match(lower(question.text), asked.end()):
        return ()
    words = words_of(sentence)
    wanted = [key(word) for word in asked["means"].split() if not is_function_word(key(word))]
    told = _MEANS.search(lower(sentence))
    if told is None or not wanted or all(words.has(word) for word in wanted):
        return ()
    return (Difference("means", asked.group(), told.group()),)


_ON = re.compile(r"(?<!trở )(?<!quay )(?<!đưa )(?<!\w)về (?!(?:nước|quê|nhà(?! ở)|đích|hưu|đến|tới|đâu|với|tay)(?!\w))")
_OPEN: frozenset[Kind] = frozenset({"list", "other", "manner", "definition", "yesno"})
"""Kinds of answers that only their subject tells apart; a figure or day is that of its measure."""
_SUBJECT_ENDS = re.compile(r"(?<!\w)(?:so với|trong|theo|tại|đối với|là|như|khi|sau|trước|vào)(?!\w)")
_APART = 4
"""Words that may stand between the two syllables of a subject: "hạn hán và xâm nhập mặn" tells of "hạn mặn"."""
_TOLD = 0.5


def subject_differences(question: Question, setting: Setting, sentence: str) -> tuple[Difference, ...]:
    """On what subject: what is demanded "về nhà ở cho công nhân" is not told where no worker is spoken of.

    The last compound behind "về" must stand in the passage, its title or lead, or most of the others must.
    """
    found = list(_ON.finditer(lower(question.text)))
    if not found or question.kind not in _OPEN:
        return ()
    start = len(tokens(question.text[: found[-1].end()]))
    ends = _SUBJECT_ENDS.search(lower(question.text), found[-1].end())
    end = len(tokens(question.text[: ends.start()])) if ends else len(question.text)
    named = {key(word) for name in question.names for word in name.split()}
    subject = [t for t in question.own_terms if start <= t.position < end and t.text not in named]
    pairs = [(a, b) for a, b in pairwise(subject) if b.position - a.position == 1]
    if not pairs or _is_told(pairs[-1], setting, sentence):
        return ()
    if max(pair_coverage(subject, words_of(text)) for text in (sentence, setting.passage)) >= _TOLD:
        return ()
    return (Difference("subject", question.text[found[-1].end() :].rstrip(" ?.")),)


def _is_told(pair: tuple[Term, Term], setting: Setting, sentence: str) -> bool:
    texts = (sentence, setting.passage, setting.title, setting.lead)
    return any(_near(*(words_of(text).find(term) for term in pair)) for text in texts)


def _near(first: Sequence[int], second: Sequence[int]) -> bool:
    return any(0 < b - a <= _APART + 1 for a in first for b in second)


_ALL = re.compile(r"(?<!\w)(?:tổng cộng|tổng số|tổng hợp|tất cả|cả thảy|toàn bộ)(?!\w)")
_ALL_TOLD = re.compile(r"(?<!\w)(?:tổng|tất cả|cả thảy|toàn bộ|cộng|cả hai|chung)(?!\w)")


def total_differences(question: Question, sentence: str) -> tuple[Difference, ...]:
    """All together: of a sentence that only gives several parts ("9 tháng tù … và 6 tháng tù"), none is the sum."""
    asked = _ALL.search(lower(question.text)) if question.kind == "quantity" else None
    if asked is None or _ALL_TOLD.search(lower(sentence)):
        return ()
    units = [q.unit for q in find_quantities(sentence) if q.unit]
    several = next((unit for unit in units if units.count(unit) > 1), "")
    return (Difference("total", asked.group()),) if several else ()


_BESIDE = re.compile(r"(?:Ngoài|Khác với|Không như|Trái với) (?!ra(?!\w)|việc(?!\w))(?P<beside>[^,;.]{2,60}),")


def beside_differences(question: Question, sentence: str) -> tuple[Difference, ...]:
    """What a sentence sets aside: "Ngoài sedan, nhiều mẫu hatchback …" is not about the sedan."""
    beside = _BESIDE.match(sentence)
    if beside is None:
        return ()
    aside, rest = words_of(beside["beside"]), words_of(sentence[beside.end() :])
    named = {key(word) for name in question.names for word in name.split()}
    asked = [t for t in question.own_terms if t.text not in named or not any(rest.has(word) for word in named)]
    only = [t.text for t in asked if aside.find(t) and not rest.find(t)]
    return (Difference("name", only[0], ""),) if only else ()
