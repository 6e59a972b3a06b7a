"""Offices and levels of the administration: a deputy is not the head, a commune is not the province."""

from __future__ import annotations

import re

from rag.answer.about.base import Difference, Setting, sentences_backwards
from rag.answer.kinds import office_in
from rag.answer.match import words_of
from rag.answer.question import Question
from rag.text.name_lists import COUNTRIES
from rag.text.unicode import canonical_tones, fold, lower
from rag.text.words import alternation

_OFFICE = re.compile(
    r"(?<!pho )\b(chu tich|bi thu|giam doc|truong ban|tong giam doc|hieu truong|vien truong|cuc truong|vu truong|"
    r"truong phong|bo truong|thu tuong|chanh van phong|chanh an)\b"
)


def office_differences(question: Question, sentence: str) -> tuple[Difference, ...]:
    """A deputy is not the head: asked for the "Chủ tịch", a sentence that names only a "Phó Chủ tịch" tells nothing."""
    asked = _OFFICE.search(fold(question.text)) if question.kind == "person" else None
    if asked is None:
        return ()
    plain, office = fold(sentence), asked.group(1)
    deputies = len(re.findall(rf"\bpho {office}\b", plain))
    heads = len(re.findall(rf"\b{office}\b", plain)) - deputies
    if heads or not deputies:
        return ()
    start, end = asked.span(1)
    return (Difference("office", question.text[start:end], f"Phó {question.text[start:end]}"),)


_STATE_OFFICES = re.compile(
    r"\b(bo truong|thu tuong|tong thong|chu tich nuoc|ngoai truong|thong doc|chu tich quoc hoi|tong bi thu|dai su)\b"
)


_FOREIGN = re.compile(rf"(?<!\w){alternation('|'.join(COUNTRIES - {'Việt Nam'}))}(?!\w)")


_NEAR_OFFICE = 40
"""Characters behind an office in which the country stands whose office it is."""


def foreign_office(question: Question, sentence: str) -> tuple[Difference, ...]:
    """Asked who holds an office of state, without saying of which: that of another country is not meant."""
    asked = _STATE_OFFICES.search(fold(question.text)) if question.kind == "person" else None
    if asked is None or not office_in(question.text) or any(name in COUNTRIES for name in question.names):
        return ()
    if _FOREIGN.search(question.text):
        return ()
    places = [m.end() for m in re.finditer(rf"\b{asked.group(1)}\b", fold(sentence))]
    abroad = [_FOREIGN.search(sentence, end, end + _NEAR_OFFICE) for end in places]
    if not places or not all(abroad):
        return ()
    start, end = asked.span(1)
    country = next(m.group() for m in abroad if m)
    return (Difference("office", question.text[start:end], f"{question.text[start:end]} {country}"),)


_LEVELS = r"(?:tỉnh|huyện|xã|thôn|cơ sở|trung ương|quốc gia|bộ|vùng|thành phố|quận|phường)"


_LEVEL = re.compile(rf"(?<!\w)cấp {_LEVELS}(?:(?:,| và| hoặc| đến| -|/) ?(?:cấp )?{_LEVELS}(?!\w))*(?!\w)")


def level_differences(question: Question, sentence: str, setting: Setting) -> tuple[Difference, ...]:
    """Levels of the administration: what is told of "cấp xã" does not answer for "cấp tỉnh".

    A sentence that names no level is about the one named last before it in its passage, unless it speaks of the one
    that is asked in other words ("các xã").
    """
    asked = _levels(question.text)
    if not asked:
        return ()
    own = _levels(sentence)
    before = (_levels(text) for text in sentences_backwards(setting.before))
    told = own or next((levels for levels in before if levels), frozenset())
    words = words_of(sentence)
    missing = sorted(level for level in asked - told if own or not words.has(level)) if told else []
    return tuple(Difference("level", f"cấp {level}", f"cấp {min(told)}") for level in missing)


def _levels(text: str) -> frozenset[str]:
    """The levels that a text names: "cấp tỉnh", "cấp huyện, xã"."""
    plain = canonical_tones(lower(text))
    return frozenset(level for m in _LEVEL.finditer(plain) for level in re.findall(_LEVELS, m.group()))
