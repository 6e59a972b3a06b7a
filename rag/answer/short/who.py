"""Who: a person with the office that is asked for."""

from __future__ import annotations

import re
from datetime import date

from rag.answer.question import Question
from rag.answer.short.base import Short, in_question, names, placed
from rag.text.abbreviations import expand
from rag.text.name_lists import COUNTRIES
from rag.text.names import find_people
from rag.text.unicode import fold


def find_person(question: Question, sentence: str, _: date | None) -> Short | None:
    """The person that is asked for, with the office as written; a deputy is not the head."""
    office = office_asked(question)
    found = [
        placed(question, sentence, p.start, p.end)
        for p in find_people(sentence)
        if not in_question(p.name, question) and _holds(p.role, office)
    ]
    if not found and not office:
        found = [n for n in names(question, sentence) if _may_be_person(n.text, sentence, n.start)]
    return max(found, key=lambda s: s.score, default=None)


_OFFICES = re.compile(
    r"\b((?:pho )?(?:chu tich|giam doc|tong giam doc|bi thu|truong ban|truong phong|to truong|hieu truong|vien truong|"
    r"cuc truong|vu truong|chanh van phong|bo truong|thu truong|thu tuong|tong thong|thong doc|tong bi thu))\b"
)


def office_asked(question: Question) -> str:
    """The office in "Giám đốc Sở X là ai", folded; empty where no office holder is asked for."""
    plain = " ".join([fold(question.text), *(fold(e) for e in expand(question.text))])
    return found.group(1) if re.search(r"\b(la ai|ai la)\b", plain) and (found := _OFFICES.search(plain)) else ""


def _holds(role: str, office: str) -> bool:
    """Whether a role is the office asked for; a deputy is not the head."""
    return not office or bool(re.search(rf"(?<!pho ){office}\b", fold(role)))


_BODY = frozenset("ban bo so uy ubnd hdnd mttq hoi cong tong truong dang chinh vien cuc vu phong tap nha bao".split())
_OFFICE = frozenset("pho chu bi giam thu truong thuong dai tong bo".split())


_PLACED = re.compile(
    r"\b(tinh|huyen|xa|thi xa|thanh pho|tp|tai|o|thi tran|quan|phuong|thon|ban|ubnd|so|den|tu|nuoc)\.? ?$"
)


def _may_be_person(name: str, sentence: str, start: int) -> bool:
    """Not a country, an acronym, a dateline, a place, a body ("Ban Dân tộc") or an office alone ("Phó Chủ tịch")."""
    first = fold(name.split(maxsplit=1)[0])
    return (
        name not in COUNTRIES
        and all(w[0].isupper() for w in name.split())
        and not name.split(maxsplit=1)[0].isupper()
        and " - " not in name
        and first not in _BODY
        and first not in _OFFICE
        and not _PLACED.search(fold(sentence[max(0, start - 12) : start]))
    )
