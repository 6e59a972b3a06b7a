"""People named in a text, with their offices."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from rag.text.name_lists import COUNTRIES, ORGANISATIONS, SURNAMES
from rag.text.syllables import is_function_word
from rag.text.unicode import UPPER, lower
from rag.text.words import alternation


@dataclass(frozen=True, slots=True)
class Person:
    """A person named in a text; ``start`` and ``end`` bound the name and the office.

    :param role: Office as written before or after the name, empty where none is given.
    """

    name: str
    role: str
    start: int
    end: int


_ROLE: Final = r"(?:[Qq]uyền |[Nn]guyên |[Cc]ựu )?" + alternation("""
    Tổng Bí thư|Phó Tổng Giám đốc|Phó Tổng giám đốc|Tổng Giám đốc|Tổng giám đốc|Phó Giám đốc|Giám đốc|Phó Thủ tướng
    Phó Thủ tướng Thường trực|Thủ tướng|Phó Chủ tịch nước|Chủ tịch nước|Chủ tịch Quốc hội|Phó Chủ tịch|Chủ tịch
    Phó Chủ tịch Thường trực|Phó Bí thư Thường trực|Phó Bí thư|Bí thư|Thứ trưởng|Bộ trưởng|Phó Trưởng Ban|Phó Trưởng ban
    Trưởng Ban|Trưởng ban|Phó Trưởng|Trưởng|Phó Tổng|Tổng Thư ký|Tổng thống|Quốc vương|Nữ hoàng|Ngoại trưởng|Đại sứ
    Ủy viên|Uỷ viên|Chánh Văn phòng|Phó Chánh|Chánh án|Chánh Thanh tra|Viện trưởng|Hiệu trưởng|Cục trưởng|Vụ trưởng
    Chi cục trưởng|Đại tướng|Thượng tướng|Trung tướng|Thiếu tướng|Đại tá|Thượng tá|Trung tá|Thiếu tá|Đại úy|Thượng úy
    Trung úy|Tổng Biên tập|Đại biểu|HLV|GS|PGS|TS|BS|ThS|Luật sư|Bác sĩ|Tiến sĩ|Giáo sư|Nghệ sĩ|Nhà báo|Nhà văn|Thạc sĩ
    """)
_ADDRESSES: Final = frozenset({"ông", "bà", "anh", "chị", "ngài", "đồng"})
_OFFICE: Final = re.compile(_ROLE)
_NAME_WORD: Final = rf"(?:[{UPPER}]\.(?= ?[A-Z])|[{UPPER}][\w’']*(?:-[A-Za-z]{{2,}}(?!\w))?)"
_NAME: Final = rf"{_NAME_WORD}(?: ?(?<=\.){_NAME_WORD}| {_NAME_WORD}){{1,6}}"
_TAIL: Final = r"(?: [^\W\d_]+){0,6}"
_TITLE: Final = r"(?:[Đđ]ồng chí|[ĐÐ]/c|đ/c|[ÔÔô]ng|[Bb]à|[Aa]nh|[Cc]hị|[Cc]ô|[Cc]hú|[Bb]ác|[Cc]ụ|[Ee]m|[Tt]hầy)"
_STATE_ROLE: Final = re.compile(
    r"(?:\w+ )?(?:Phó )?"
    + alternation("""
    Tổng thống|Thủ tướng|Ngoại trưởng|Bộ trưởng|Thứ trưởng|Quốc vương|Nữ hoàng|Đại sứ|Tổng Thư ký|HLV|Giáo sư|GS|PGS|TS
    Tiến sĩ|Bác sĩ|BS|Luật sư|Nghệ sĩ|Nhà văn|Nhà báo|Đại tướng|Thượng tướng|Trung tướng|Thiếu tướng|Đại tá
    """)
)
_BY_TITLE: Final = re.compile(rf"(?<!\w){_TITLE}\s+(?:(?P<before>{_ROLE}{_TAIL}?)\s+)?(?P<name>{_NAME})")
_NO_BODY: Final = (
    r"(?!(?:Bộ|Sở|Ban|Cục|Vụ|Ủy ban|Uỷ ban|UBND|HĐND|Viện|Trường|Phòng|Tập đoàn|Công ty|Công an|Hội đồng|Tổng cục|"
    r"Tổng công ty|Văn phòng|Hội)(?!\w))"
)
_BY_ROLE: Final = re.compile(rf"(?<!\w)(?P<role>{_ROLE}{_TAIL}?)\s+{_NO_BODY}(?P<name>{_NAME})")
_AFTER: Final = re.compile(
    rf"\s*(?:,|-|–|\()\s*(?P<role>(?i:{_ROLE}|trưởng|phó|cán bộ|đại diện|chủ|nhân viên|thành viên)"
    rf"(?:[^,;.:()\n]|(?<=\bTP)\.(?= ?[{UPPER}])|(?<=[{UPPER}])\.(?=[{UPPER}]))*)"
)
_VERB: Final = re.compile(
    r"\s+"
    + alternation("""
    đã|đang|sẽ|cho|nói|phát biểu|khẳng định|nhấn mạnh|yêu cầu|đề nghị|chủ trì|dự|tham dự|chia sẻ|trao|tặng|cùng|làm
    thông tin|báo cáo|đánh giá|chỉ đạo|phản ánh|bày tỏ|đến|tới|có|được|và đại|phân tích|lưu ý|giải thích|cảnh báo
    kiểm tra|cũng|từng|đề xuất|kiến nghị|tiếp tục|xác nhận|tuyên bố|kêu gọi|nhận định|cam kết|thừa nhận|mong muốn
    chúc mừng|thăm|phê bình|lý giải|cho hay
    """)
    + r"(?!\w).*"
)


def find_people(text: str) -> tuple[Person, ...]:
    """Find people by title, office or surname.

    >>> [(p.name, p.role) for p in find_people("đồng chí Lương Trọng Quỳnh, Phó Chủ tịch UBND tỉnh; đại diện các sở")]
    [('Lương Trọng Quỳnh', 'Phó Chủ tịch UBND tỉnh')]
    """
    people: list[Person] = []
    for match in sorted(
        (*_BY_TITLE.finditer(text), *_BY_ROLE.finditer(text)), key=lambda m: (m.start("name"), m.start())
    ):
        if people and match.start("name") < people[-1].end:
            continue
        person = _person(text, match)
        if person:
            people.append(person)
    return tuple(people)


def _person(text: str, match: re.Match[str]) -> Person | None:
    groups = match.groupdict()
    role = groups.get("role") or groups.get("before") or ""
    words = match["name"].split()
    skip = _place_words(words) if role else 0
    name = " ".join(words[skip:])
    start = match.end("name") - len(name)
    if len(words) - skip < 2 or _OFFICE.match(text, start) or not _may_hold(role, words[skip]):
        return None
    role = " ".join([role, *words[:skip]]).strip()
    begin, end = (match.start("role") if groups.get("role") else start), match.end("name")
    after = _AFTER.match(text, end)
    if after and not role:
        role = without_verb(after["role"])
        end = after.start("role") + len(role)
    return Person(name, role, begin, end)


def without_verb(role: str) -> str:
    """An office behind a name without the verb that follows it: "giám đốc Sở X cho biết"."""
    return _VERB.sub("", role).strip()


def _place_words(words: list[str]) -> int:
    """How many words between office and name are a country or a place ("Tổng thống Mỹ Donald Trump")."""
    for length in (2, 1):
        if " ".join(words[:length]) in COUNTRIES:
            return length
    if words[0] in SURNAMES and len(words) <= 4:
        return 0
    usual_lengths = (3, 4, 2)
    starts = (len(words) - n for n in usual_lengths)
    return next((i for i in starts if i > 0 and words[i] in SURNAMES), 0)


def _may_hold(role: str, first: str) -> bool:
    """Foreign names follow offices of state; after other offices comes a Vietnamese name, or a body's name."""
    words = role.split()
    joins = {n for n, word in enumerate(words[:-1]) if word == "và" and words[n + 1][0].isupper()}  # "và Đầu tư"
    if lower(first) in ORGANISATIONS or any(
        (is_function_word(word) and n not in joins) or word in _ADDRESSES for n, word in enumerate(words)
    ):
        return False
    return not role or first in SURNAMES or _STATE_ROLE.match(role) is not None
