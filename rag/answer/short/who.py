"""Who: a person with the office that is asked for."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from itertools import pairwise

from rag.answer.kinds import office_in
from rag.answer.question import Question
from rag.answer.short.base import Short, in_question, names, placed
from rag.text.name_lists import COUNTRIES, PROVINCES
from rag.text.names import find_names, find_people
from rag.text.people import without_verb
from rag.text.syllables import is_function_word
from rag.text.unicode import canonical_tones, fold, lower


def find_person(question: Question, sentence: str, _: date | None) -> Short | None:
    """The person that is asked for, with the office as written; a deputy is not the head."""
    office = office_asked(question)
    found = [
        placed(question, sentence, p.start, p.end)
        for p in find_people(sentence)
        if (not in_question(p.name, question) or (office and _is_titled(sentence, p.start))) and _holds(p.role, office)
    ]
    if not found and office:
        found = _holders(question, sentence, office)
    elif not found:
        found = [n for n in names(question, sentence) if _may_be_person(n.text, sentence, n.start)]
    return max(found, key=lambda s: s.score, default=None)


def _is_titled(sentence: str, start: int) -> bool:
    """Whether a name is that of a person, though the question has it in the name of a body: "Phòng khám Trần Văn A"."""
    return bool(re.search(r"(?<!\w)(?:ông|bà|anh|chị|đồng chí) $", lower(sentence[:start])))


def office_asked(question: Question) -> str:
    """The office in "Giám đốc Sở X là ai", folded; empty where no office holder is asked for."""
    return office_in(question.text)


def _holders(question: Question, sentence: str, office: str) -> list[Short]:
    """Names with the office asked for right behind or before them, also those that carry no title."""
    found = []
    for name in find_names(sentence):
        if in_question(name.text, question) or not _may_be_person(name.text, sentence, name.start):
            continue
        behind = _office_behind(sentence, name.end, office)
        before = re.search(r"[^,;.:()–\n]*$", _ASIDE.sub(" ", sentence[: name.start]))
        if behind:
            end = behind.start("office") + len(without_verb(behind["office"]))
            found.append(placed(question, sentence, name.start, end))
        elif before and _holds(" ".join(before.group().split()[-_OFFICE_REACH:]), office):
            found.append(placed(question, sentence, name.start, name.end))
    return found


def _office_behind(sentence: str, at: int, office: str) -> re.Match[str] | None:
    """The office asked for among those that follow a name: "ông Trần Văn A, Trưởng Ban Dân vận, Chủ tịch Mặt trận"."""
    for _ in range(_MOST_OFFICES):
        behind = _APPOSED.match(sentence, at)
        if behind is None or _holds(behind["office"], office):
            return behind
        if not _OFFICE_WORDS.search(fold(behind["office"][:30])):
            return None
        at = behind.end()
    return None


_MOST_OFFICES = 3
_ASIDE = re.compile(r"\s*\([^()]*\)\s*$")
"""What stands in brackets between an office and a name: "Chủ tịch Hội Nông dân xã (huyện Mẫu Sơn) Lê Thị B"."""
_OFFICE_REACH = 9
"""Words before a name among which its office stands: "giám đốc truyền thông chiến dịch tranh cử Tim Mẫu"."""


def _holds(role: str, office: str) -> bool:
    """Whether a role is the office asked for; a deputy is not the head."""
    return not office or bool(re.search(rf"(?<!pho ){office}\b", fold(_unglued(role))))


def _unglued(text: str) -> str:
    """Two words that a page has glued together, apart again: "Giám đốcCông ty"."""
    return "".join(f" {b}" if a.islower() and b.isupper() else b for a, b in pairwise(f" {text}"))


_APPOSED = re.compile(
    r"(?:\s*(?:,|-|–|\(|:)\s*|\s+(?:hiện |đang |từng |vốn )*(?:là|giữ chức(?: vụ)?|làm|đảm nhiệm)\s+)"
    r"(?P<office>(?:vị |một |nguyên |cựu |quyền )?[^\W\d_](?:[^,;.:()–\n]|(?<=\b[A-Z])\.)*)"
)
_OFFICE_WORDS = re.compile(
    r"\b(chu tich|giam doc|bi thu|truong|pho|uy vien|chanh|vien truong|bo truong|tong|thong doc|dai su|si|tuong|ta|uy|"
    r"nha|chuyen gia|chu|nhan vien|can bo|dai dien|thanh vien|nguoi|luat su|ky su|giao vien|giao su|phat ngon vien|"
    r"hlv|huan luyen vien|cau thu|tien dao|tien ve|hau ve|thu mon|dien vien|dao dien|ca si|nhac si|nguoi mau|hoa hau|"
    r"vo|chong|con gai|con trai|me|bo|em gai|em trai|chi gai|anh trai|"
    r"vien|sinh vien|hoc sinh|ung vien|nghi si|vua|nu hoang|hoang tu|thi truong|thong ke|ceo|cuu|bac si|doanh nhan)\b"
)
"""Words of which an office or a calling has at least one."""


def find_office(question: Question, sentence: str, _: date | None) -> Short | None:
    """What a sentence says the named person to be, before the name or behind it."""
    found = [short for name in question.names for short in _offices_of(question, sentence, name)]
    return max(found, key=lambda s: s.score, default=None)


_CALLED = 0.5
"""What a calling or degree loses against an office: "Bác sĩ X, thành viên Ban chỉ đạo" is a member of that board."""
_CALLING = re.compile(
    r"(bac si|tien si|giao su|pho giao su|chuyen gia|luat su|ky su|cau thu|dien vien|ca si|doanh nhan|"
    r"nha [a-z]+( [a-z]+)?)"
)


def is_calling(role: str) -> bool:
    """Whether words name a calling or degree only, which contradicts no office."""
    return bool(_CALLING.fullmatch(fold(role)))


def _offices_of(question: Question, sentence: str, name: str) -> list[Short]:
    found = []
    for at in re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", sentence):
        behind = _APPOSED.match(sentence, at.end())
        if behind and _OFFICE_WORDS.search(fold(behind["office"][:30])):
            start = behind.start("office")
            found.append(placed(question, sentence, start, start + len(without_verb(behind["office"]))))
    held = (p for p in find_people(sentence) if p.role and (name in p.name or p.name in name))
    for person in held:
        start = max(sentence.find(person.role, person.start, person.end), sentence.rfind(person.role, 0, person.end))
        if start >= 0:
            held_office = placed(question, sentence, start, start + len(person.role))
            found.append(replace(held_office, score=held_office.score - _CALLED * is_calling(person.role)))
    return found


BODIES = frozenset(
    "ban bộ sở ủy uỷ ubnd hđnd mttq hội công tổng trường đảng chính viện cục vụ phòng tập nhà báo".split()
)
"""First words of the names of bodies, which are no people; with their marks, for "Vũ" and "Đặng" are families."""
_OFFICE = frozenset("phó chủ bí giám thứ thủ trưởng thường đại tổng bộ".split())


def no_person(words: str) -> bool:
    """Whether words with names name only places and offices: "Lâm Đồng", "Bộ trưởng Y tế"; a body may be a doer."""
    found = find_names(words)
    return bool(found) and all(n.text in PROVINCES | COUNTRIES or _AN_OFFICE.match(fold(n.text)) for n in found)


_AN_OFFICE = re.compile(
    r"(?:pho )?(?:bo truong|thu tuong|tong thong|giam doc|chu tich|bi thu|ngoai truong|tong giam doc|thu truong|"
    r"truong ban|vien truong|cuc truong|thi truong|dai su)\b"
)
_PLACED = re.compile(
    r"\b(tinh|huyen|xa|thi xa|thanh pho|tp|tai|o|thi tran|quan|phuong|thon|ban|ubnd|so|den|tu|nuoc)\.? ?$"
)


def _may_be_person(name: str, sentence: str, start: int) -> bool:
    """Not a country, an acronym, a dateline, a place, a body ("Ban Dân tộc") or an office alone ("Phó Chủ tịch")."""
    first = lower(canonical_tones(name.split(maxsplit=1)[0]))
    return (
        name not in COUNTRIES
        and name not in PROVINCES
        and all(w[0].isupper() for w in name.split())
        and not name.split(maxsplit=1)[0].isupper()
        and " - " not in name
        and first not in BODIES
        and not is_function_word(first)
        and first not in _OFFICE
        and not any(_PLACED.search(fold(sentence[max(0, at - 12) : at])) for at in _places_of(name, sentence, start))
    )


def _places_of(name: str, sentence: str, start: int) -> list[int]:
    """Where a sentence has a name: "tỉnh Tiền Giang … Long An và Tiền Giang" is a place the second time too."""
    return [start, *(match.start() for match in re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", sentence))]
