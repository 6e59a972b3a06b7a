"""Where: a named place with the word that says what it is."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

from rag.answer.question import Question
from rag.answer.short.base import Short, in_question, names, placed
from rag.text.names import find_names
from rag.text.syllables import is_function_word
from rag.text.unicode import fold
from rag.text.words import CAPITALS, SMALL

_PLACE_HEAD = re.compile(
    r"(?<!\w)(?:[Tt]ại|[Ởở]|[Tt]ừ|đến|thuộc|trên địa bàn|VKSND|TAND|UBND|HĐND|Công an)\s+"
    r"((?:(?:tỉnh|huyện|xã|thành phố|TP\.?|thị xã|thị trấn|quận|phường|"
    rf"thôn|bản|làng|đảo|khu vực|khu|nước|hội trường|trụ sở|nhà|sân vận động|bệnh viện|trường)\s+)*)(?=[{CAPITALS}])"
)


def find_place(question: Question, sentence: str, _: date | None) -> Short | None:
    """The named place that is asked for."""
    found = []
    wrong_way, right_way = _ways(question)
    for head in _PLACE_HEAD.finditer(sentence):
        way = head.group().lower()
        if way.startswith(wrong_way) or (right_way == ("từ",) and not way.startswith("từ")):
            continue
        if _is_home(question, sentence[: head.start()]) or is_affiliation(question, sentence[: head.start(1)]):
            continue
        name = next((n for n in find_names(sentence) if head.end() <= n.start + 1 <= head.end() + 2), None)
        if name and not in_question(name.text, question) and not _LAW.match(name.text):
            place = placed(question, sentence, head.start(1), _whole_place(sentence, name.end))
            bonus = _of_asked_kind(question, head.group(1)) + _RIGHT_WAY * way.startswith(right_way)
            found.append(replace(place, score=place.score + bonus))
    found += [] if found or right_way == ("từ",) else _common_places(question, sentence)
    if not found and re.search(r"\b(nao|gi)\b", fold(question.text)):
        found = names(question, sentence)
    return max(found, key=lambda s: s.score, default=None)


_LAW = re.compile(r"(?:Điều|Khoản|Mục|Chương|Nghị định|Nghị quyết|Quyết định|Thông tư|Luật|Bộ luật|BLHS)(?!\w)")
"""Beginnings of places in the law, which are no places: "tại Điều 168"."""
_AREAS = r"(tinh|huyen|xa|thanh pho|thi xa|thi tran|quan|phuong|thon|ban|nuoc)"


def _of_asked_kind(question: Question, head: str) -> float:
    """Bonus for a place of the kind asked for ("huyện nào"), a penalty for one of another kind."""
    asked = re.search(rf"\b{_AREAS} nao\b", fold(question.text))
    if not asked or not head.strip():
        return 0.0
    return 0.5 if fold(head).strip().split(" ")[0] == asked.group(1).split(" ")[0] else -0.5


_AT = re.compile(r"(?<!\w)tại (?!đây\b|đó\b|sao\b|chỗ\b|buổi\b|lễ\b|hội nghị\b|cuộc\b)(?P<place>[^,;.:()–\n]+)")
_AREA_WORD = re.compile(r"(?:tỉnh|huyện|xã|thành phố|TP\.?|thị xã|thị trấn|quận|phường|thôn|bản|nước) ", re.IGNORECASE)


def without_area(place: str) -> str:
    """A place without the word of what it is: the question's "Bến Cát" is "thị xã Bến Cát"."""
    return _AREA_WORD.sub("", place, count=1) if _AREA_WORD.match(place) else place


_GOES_ON = re.compile(
    r"\s(?:vào|do|để|với|từ|đã|đang|sẽ|được|có|khi|cho|nhằm|trong|sau|trước|lúc|ngày|năm|theo|và|thì|là|nơi|cùng)(?!\w).*"
)
_LONGEST_PLACE = 10
"""Words."""


def _common_places(question: Question, sentence: str) -> list[Short]:
    """Places that begin with a common noun but name something: "tại lô đất 1-VP", "tại hội trường tầng 2"."""
    found = []
    for at in _AT.finditer(sentence):
        place = _GOES_ON.sub("", at["place"]).rstrip()
        named = re.search(rf"[{CAPITALS}\d]", place)
        if named and len(place.split()) <= _LONGEST_PLACE and not in_question(without_area(place), question):
            found.append(placed(question, sentence, at.start("place"), at.start("place") + len(place)))
    return found


_RIGHT_WAY = 0.5
"""Bonus of a place behind the word that asks for its side: "từ" where "từ đâu" is asked."""


def _ways(question: Question) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Words that lead away from what is asked, and to it: "phóng từ đâu" is not answered with where it goes to."""
    plain = fold(question.text)
    if re.search(r"\btu (dau|noi nao|nuoc nao|thanh pho nao)\b", plain):
        return ("đến",), ("từ",)
    return (("từ",), ("đến",)) if re.search(r"\b(den|di|toi|ve) (dau|noi nao)\b", plain) else ((), ())


_HOME = re.compile(r"\b(tru|ngu|que|sinh|ho khau|hktt|dia chi)( quan)?:? ?$")


_AFFILIATED = re.compile(
    r"(?<!\w)(?:giáo sư|tiến sĩ|giám đốc|chuyên gia|nghiên cứu viên|nhà nghiên cứu|nhà khoa học|bác sĩ|giảng viên|"
    r"sinh viên|phát ngôn viên|luật sư|đại diện)(?:\s[^\W\d_]+){0,4}(?:\s(?:tại|ở|của|thuộc))?\s*$",
    re.IGNORECASE,
)
"""Before the place where somebody works who is quoted."""


def is_affiliation(question: Question, before: str) -> bool:
    """Whether a place is where a person works, in a question that does not ask for that."""
    return bool(_AFFILIATED.search(before[-60:])) and not re.search(
        r"\b(lam viec|cong tac|hoc) o\b", fold(question.text)
    )


def _is_home(question: Question, before: str) -> bool:
    """Whether a place is where somebody lives or comes from, in a question that asks for something else."""
    if is_affiliation(question, before):
        return True
    home = _HOME.search(fold(before[-12:]))
    return bool(home) and not re.search(
        r"\b(tru|ngu|que|sinh|song|o|ho khau|dia chi)\b(?! dau$)", fold(question.text).strip(" ?")
    )


def _whole_place(sentence: str, end: int) -> int:
    """A place's name goes on over a few small words: "Trung tâm | vũ trụ Kennedy"."""
    more = re.match(rf"(?: [{SMALL}]+){{1,2}} ([{CAPITALS}]\w+(?: [{CAPITALS}]\w+)*)", sentence[end:])
    joins = more and not any(is_function_word(w) for w in sentence[end : end + more.start(1)].split())
    return end + more.end() if more and joins else end
