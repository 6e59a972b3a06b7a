"""Things of a kind and places: another airport than the one asked for, the country instead of the province."""

from __future__ import annotations

import re

from rag.answer.about.base import Difference, sentences_backwards
from rag.answer.match import words_of
from rag.answer.question import Question, key
from rag.text.name_lists import COUNTRIES, PROVINCES
from rag.text.unicode import fold, lower
from rag.text.words import CAPITALS, alternation

_THINGS = (
    r"(?:sân bay|cảng hàng không|nhà ga|ga|cảng|bệnh viện|trường|đại học|cầu|đường|phố|quốc lộ|cao tốc|nhà máy|công ty|"
    r"tập đoàn|ngân hàng|câu lạc bộ|clb|đội|"
    r"cdc|công an|ubnd|hđnd|tand|vksnd|tòa án|"
    r"hồ|sông|đèo|đảo|chùa|chợ|khu công nghiệp|dự án|tàu|hãng|giải|vườn quốc gia)"
)


_AREAS = r"(?:tỉnh|huyện|xã|thành phố|quận|phường|thị xã|thị trấn|thôn|bản)"


_CALLED = rf"(?P<name>(?:(?:quốc tế|đa khoa|trung ương|thủy điện|nhiệt điện) )?[{CAPITALS}]\w*(?: [{CAPITALS}]\w*)*)"


_THING = re.compile(rf"(?<!\w)(?P<kind>(?i:{_THINGS})) {_CALLED}")


_AREA_FIRST = re.compile(rf"^(?:(?:Tại|Ở|Riêng|Còn|Trong khi đó,?) )?(?P<kind>(?i:{_AREAS})) {_CALLED}")


_AREA = re.compile(rf"(?<!\w)(?P<kind>(?i:{_AREAS})) {_CALLED}")


def other_of_its_kind(asked: str, sentence: str) -> tuple[Difference, ...]:
    """A thing that the question names, where the sentence tells of another of its kind: another airport, say.

    An area counts only at the beginning of the sentence: elsewhere it may be a neighbour, or a part.
    """
    wanted = [(m["kind"], m["name"]) for pattern in (_THING, _AREA) for m in pattern.finditer(asked)]
    if not wanted:
        return ()
    words = words_of(sentence)
    opening = _AREA_FIRST.match(sentence)
    told = [(lower(m["kind"]), m["name"]) for m in (*_THING.finditer(sentence), *((opening,) if opening else ()))]
    found = []
    for kind, name in wanted:
        if all(words.has(key(word)) for word in name.split() if word[0].isupper()) or _asks_which(asked, kind):
            continue
        others = [other for told_kind, other in told if told_kind == lower(kind)]
        found += [Difference("name", f"{kind} {name}", f"{kind} {others[0]}")] if others else []
    return tuple(found)


_NUMBERED = re.compile(
    r"(?<!\w)(?P<noun>vành đai|quốc lộ|tỉnh lộ|điều|khoản|tuyến|giai đoạn|đợt|lần thứ|vòng|khóa|kỳ họp thứ|tổ|nhóm|"
    r"quận|khu vực|lô|tập|phần|tầng|chương|mục|hạng|lớp|toa|bài|nhà máy số|hầm|cảng số|bệnh nhân) "
    r"(?P<n>\d{1,4})(?![\w/%,.-]*\d)(?!\w)"
)


def other_number_of_name(asked: str, sentence: str, before: str) -> tuple[Difference, ...]:
    """A thing that has a number in its name, where the sentence tells of another one: "Vành đai 2", "Vành đai 3".

    A sentence that names none is about the one named last before it.
    """
    wanted = [(m["noun"], m["n"]) for m in _NUMBERED.finditer(lower(asked))]
    if not wanted:
        return ()
    numbers = [_numbers_of_names(text) for text in (sentence, *sentences_backwards(before))]
    found = []
    for noun, number in wanted:
        told = next((n[noun] for n in numbers if noun in n), [])
        found += [Difference("name", f"{noun} {number}", f"{noun} {told[0]}")] if told and number not in told else []
    return tuple(found)


def _numbers_of_names(text: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for m in _NUMBERED.finditer(lower(text)):
        found.setdefault(m["noun"], []).append(m["n"])
    return found


_ANY_COUNTRY = alternation("|".join(COUNTRIES))


_NATION = re.compile(rf"(?<!\w)(?P<kind>(?i:người|công dân)) (?P<country>{_ANY_COUNTRY})(?!\w)")


def other_nation(asked: str, sentence: str) -> tuple[Difference, ...]:
    """People of a country, where the sentence tells of those of another ("người Anh", "người Mỹ")."""
    found = []
    for wanted in _NATION.finditer(asked):
        kind, country = wanted["kind"], wanted["country"]
        others = [m["country"] for m in _NATION.finditer(sentence) if lower(m["kind"]) == lower(kind)]
        joined = rf"(?i:{kind}) {_ANY_COUNTRY}(?:, {_ANY_COUNTRY})*(?:,| và| hoặc| hay| -) {country}(?!\w)"
        if others and country not in others and not re.search(joined, sentence):
            found.append(Difference("name", wanted.group(), f"{kind} {others[0]}"))
    return tuple(found)


_WHOLE = re.compile(
    r"(?<!\w)(?:cả nước|toàn quốc|Việt Nam|(?:trên )?(?:toàn )?thế giới|toàn cầu)(?= (?:có|đã|ghi nhận|đạt|còn|là|"
    r"vẫn|hiện|không|thêm|tăng|giảm|vượt|[^.;]{0,30}\d)|,)",
    re.IGNORECASE,
)


def whole_for_part(question: Question, sentence: str) -> tuple[Difference, ...]:
    """A figure of a province or country, where the sentence tells that of the whole country, the world or another one.

    Only what the sentence begins with or speaks of throughout counts; it must not have the place that is asked for.
    """
    if question.kind != "quantity":
        return ()
    for sort in (PROVINCES, COUNTRIES):
        asked = [name for name in question.names if _place_in(name, sort)]
        if not asked or any(_stands_in(name, sentence) for name in asked):
            continue
        whole = _WHOLE.search(sentence)
        if whole and lower(whole.group()) not in lower(question.text):
            return (Difference("name", asked[0], whole.group()),)
        opening = _OPENING_PLACE[sort is COUNTRIES].match(sentence)
        if opening:
            return (Difference("name", asked[0], opening["name"]),)
    return ()


def _place_in(name: str, sort: frozenset[str]) -> str:
    """The place of a sort that a name is, with or without the word of its kind ("TP Đà Nẵng")."""
    bare = re.sub(r"^(?:TP\.?|Tp\.?|Thành phố|Tỉnh)\s+", "", name)
    return bare if bare in sort else ""


def _stands_in(name: str, sentence: str) -> bool:
    return fold(re.sub(r"^(?:TP\.?|Tp\.?|Thành phố|Tỉnh)\s*", "", name)) in fold(sentence)


_OPENING_PLACE = tuple(
    re.compile(
        rf"(?:(?:Tại|Ở|Riêng|Còn|Trong khi đó,?|tại) )?(?:(?:tỉnh|TP\.?|thành phố|nước) )?"
        rf"(?P<name>{alternation('|'.join(sort))})(?!\w)(?= (?:có|đã|ghi nhận|đạt|còn|hiện|là|thêm|vẫn|tăng|giảm)|,)"
    )
    for sort in (PROVINCES, COUNTRIES)
)


def _asks_which(asked: str, kind: str) -> bool:
    """Whether another thing of the kind is what is asked for: "nối với sân bay nào"."""
    return bool(re.search(rf"\b{re.escape(fold(kind))}( \w+)? (nao|gi|khac)\b", fold(asked)))
