"""Proper names by their capitals, and people with their offices."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from rag.text.unicode import fold, lower

SURNAMES: Final = frozenset(
    """
    Nguyễn Trần Lê Phạm Hoàng Huỳnh Phan Vũ Võ Đặng Bùi Đỗ Hồ Ngô Dương Lý An Âu Bạch Bành Bế Ca Cao Cầm Châu Chu Chử
    Chúc Chung Cù Cung Cự Diệp Doãn Dư Đàm Đào Đậu Điêu Điền Đinh Đoàn Đới Đồng Đổng Đường Giang Giáp Giàng H' Hà Hạ Hán
    Hầu Hoa Hờ Hứa Hùng Kha Khâu Khổng Khuất Khúc Khương Kiều Kim Kha La Lã Lại Lâm Lầu Lều Liễu Lò Lô Lộc Lục Lù Lữ Lưu
    Lương Lường Ly Ma Mã Mạc Mai Mạch Mùa Mông Mẫn Nghiêm Nhâm Nhan Nhữ Ninh Nông Ong Ông Phí Phó Phùng Phương Quách Quan
    Quản Quàng Sầm Sùng Tạ Tăng Tào Tẩn Thạch Thái Thào Thân Thi Thiều Thôi Tiêu Tiết Tô Tôn Tống Trà Trang Triệu Trịnh
    Trương Từ Tưởng Ung Ưng Uông Ứng Vàng Văn Vi Viên Vương Vừ Xa Xồng Y Yên Hoàng Lèng Lộ Chảo Chang Bàn Phàn Đèo Cà Quân
    """.split()
)

_CAPITAL: Final = r"[A-ZÀ-ÖØ-ÞĂĐĨŨƠƯẠ-Ỹ]"
_WORD: Final = re.compile(r"[^\W\d_](?:[\w'’\u0300-\u036f])*")
_OPENERS: Final = frozenset(
    """
    theo tại trong ngày khi sau trước ông bà anh chị em cô chú bác cụ đồng các những một hai ba bốn năm sáu bảy tám chín
    mười và với từ đến do để được là có không nếu tuy mặc dù vì nhờ ngoài bên cạnh cùng cũng đây đó này kết hiện nay hôm
    sáng chiều tối trưa vào ở trên dưới về qua thời riêng đặc đối cả mỗi mọi nhiều như nhưng song bởi còn dự phát nhân bằng
    cho lúc tháng quý tới vừa hiện tổng số việc sự cuộc đã đang sẽ hãy xin ai gì nào bao sao phía lý nói chính cần phải
    """.split()
)
_COMPOUNDS: Final = frozenset(
    """
    dân tộc|chủ tịch|bí thư|giáo dục|đào tạo|nông nghiệp|phát triển|tài chính|kế hoạch|đầu tư|xây dựng|giao thông|vận tải
    tài nguyên|môi trường|y tế|văn hóa|văn hoá|thể thao|du lịch|thông tin|truyền thông|lao động|thương binh|xã hội|nội vụ
    tư pháp|khoa học|công nghệ|công thương|ngoại vụ|ngoại giao|quốc phòng|công an|thanh tra|quốc hội|chính phủ|nhân dân
    hội đồng|ủy ban|uỷ ban|mặt trận|tổ quốc|phụ nữ|thanh niên|nông dân|cựu chiến|công đoàn|thủ tướng|bộ trưởng|giám đốc
    tổng bí|ngân hàng|nhà nước|kinh tế|dân vận|tuyên giáo|tổ chức|kiểm tra|văn phòng|chấp hành|thường vụ|thường trực
    trung ương|trung tâm|đại học|cao đẳng|đại hội|đại biểu|cộng hòa|cộng hoà|chủ nghĩa|cộng sản|dân chủ|liên đoàn|liên hiệp
    liên hợp|quản lý|bảo hiểm|kiểm sát|tòa án|toà án|tối cao|bưu điện|điện lực|viễn thông|quân đội|quân sự|biên phòng
    cảnh sát|hải quan|thống kê|chi cục|tổng cục|phát thanh|truyền hình|đồng bào|miền núi|thủy lợi|kiểm lâm|thú y
    khuyến nông|dự án|chương trình|nghị quyết|mục tiêu|quốc gia
    """.replace("\n", "|").replace("    ", "").split("|")
)
_TAIL: Final = frozenset({"tỉnh", "huyện", "xã", "phường", "quận"})
_ORGANISATIONS: Final = frozenset("ban bộ sở cục vụ ủy hội đoàn trường phòng viện văn tỉnh ubnd hđnd ubmttq".split())


@dataclass(frozen=True, slots=True)
class Name:
    """A proper name as it stands in the text."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Person:
    """A person named in a text; ``start`` and ``end`` bound the name and the office.

    :param role: Office as written before or after the name, empty where none is given.
    """

    name: str
    role: str
    start: int
    end: int


def find_names(text: str) -> tuple[Name, ...]:
    """Find proper names: runs of capitalised words, organisations with their lower-case parts.

    >>> [n.text for n in find_names("Dự hội nghị có đồng chí Lương Trọng Quỳnh, Phó Chủ tịch UBND tỉnh.")]
    ['Lương Trọng Quỳnh', 'Phó Chủ tịch UBND tỉnh']
    """
    words = list(_WORD.finditer(text))
    names: list[Name] = []
    index = 0
    while index < len(words):
        end = _run_end(text, words, index) if words[index].group()[0].isupper() else index
        first = _without_openers(text, words, index, end)
        if first < end and _is_name(text, words, first, end):
            start, stop = words[first].start(), words[end - 1].end()
            names.append(Name(start, stop, text[start:stop]))
        index = max(end, index + 1)
    return tuple(names)


def _run_end(text: str, words: list[re.Match[str]], index: int) -> int:
    """Index after the last word of the run that begins at ``index``."""
    end = index + 1
    while end < len(words):
        gap = text[words[end - 1].end() : words[end].start()]
        word, previous = words[end].group(), words[end - 1].group()
        if word[0].isupper() and (gap == " " or (gap.strip() in ("-", "–", "&") and len(gap) < 4)):
            end += 1
        elif gap == " " and (lower(f"{previous} {word}") in _COMPOUNDS and previous[0].isupper()):
            end += 1
        elif gap == " " and word in _TAIL and lower(words[index].group()) in _ORGANISATIONS | {"phó", "chủ", "bí"}:
            return end + 1
        elif gap == " " and word == "và" and _goes_on(text, words, index, end):
            end += 2
        else:
            break
    return end


def _goes_on(text: str, words: list[re.Match[str]], index: int, end: int) -> bool:
    """Whether "và" joins two parts of one body ("Sở Giáo dục và Đào tạo")."""
    if lower(words[index].group()) not in ("sở", "bộ", "phòng", "ban", "vụ", "cục") or end + 2 >= len(words):
        return False
    pair = lower(f"{words[end + 1].group()} {words[end + 2].group()}")
    return words[end + 1].group()[0].isupper() and pair in _COMPOUNDS


def _without_openers(text: str, words: list[re.Match[str]], index: int, end: int) -> int:
    """Leave out words whose capital only marks the beginning of a sentence or a form of address."""
    first = index
    while first < end and lower(words[first].group()) in _OPENERS and _begins_sentence(text, words[first].start()):
        first += 1
        if first < end:
            return first
    return first


def _begins_sentence(text: str, position: int) -> bool:
    before = text[max(0, position - 4) : position].rstrip(" \t“\"'‘(-–")
    return not before or before[-1] in ".!?…:;\n" or position == 0


def _is_name(text: str, words: list[re.Match[str]], first: int, end: int) -> bool:
    word = words[first].group()
    if end - first > 1:
        return True
    if len(word) > 1 and word.isupper():
        return not _is_shouted(text, words[first])
    return len(word) > 1 and not _begins_sentence(text, words[first].start())


def _is_shouted(text: str, word: re.Match[str]) -> bool:
    """Whether the whole line is in capitals, so that they say nothing."""
    start = text.rfind("\n", 0, word.start()) + 1
    end = text.find("\n", word.end())
    line = text[start : end if end >= 0 else len(text)]
    return len(line.split()) > 2 and line.isupper()


_ROLE: Final = (
    r"(?:[Qq]uyền |[Nn]guyên )?(?:Tổng Bí thư|Phó Tổng Giám đốc|Tổng Giám đốc|Tổng giám đốc|Phó Thủ tướng Thường trực|Phó Thủ tướng|Thủ tướng|Phó Chủ tịch nước"
    r"|Chủ tịch nước|Chủ tịch Quốc hội|Phó Chủ tịch|Chủ tịch|Phó Bí thư Thường trực|Phó Bí thư|Bí thư|Thứ trưởng|Bộ trưởng"
    r"|Phó Giám đốc|Giám đốc|Phó Trưởng [Bb]an|Trưởng [Bb]an|Phó Trưởng|Trưởng|Phó Tổng|Tổng Thư ký|Tổng thống|Quốc vương|Nữ hoàng"
    r"|Ngoại trưởng|Đại sứ|Ủy viên|Uỷ viên|Chánh Văn phòng|Chánh án|Chánh Thanh tra|Viện trưởng|Hiệu trưởng|Cục trưởng|Vụ trưởng|Chi cục trưởng"
    r"|Đại tướng|Thượng tướng|Trung tướng|Thiếu tướng|Đại tá|Thượng tá|Trung tá|Thiếu tá|Đại úy|Thượng úy|Trung úy|Tổng Biên tập"
    r"|Đại biểu|HLV|Phó Chánh|GS|PGS|TS|BS|ThS|Luật sư|Bác sĩ|Tiến sĩ|Giáo sư|Nghệ sĩ|Nhà báo|Nhà văn|Thạc sĩ)"
)
_ROLE_LOWER: Final = re.compile(rf"(?:{_ROLE}|(?i:{_ROLE}))")
_NAME: Final = rf"{_CAPITAL}[\w’']*\.?(?:[ -]{_CAPITAL}[\w’']*){{1,4}}"
_TITLE: Final = r"(?:[Đđ]ồng chí|[ĐÐ]/c|đ/c|[ÔÔô]ng|[Bb]à|[Aa]nh|[Cc]hị|[Cc]ô|[Cc]hú|[Bb]ác|[Cc]ụ|[Ee]m|[Tt]hầy)"
_BY_TITLE: Final = re.compile(rf"(?<!\w){_TITLE}\s+(?:(?P<before>{_ROLE})\s+)?(?P<name>{_NAME})")
_BY_ROLE: Final = re.compile(rf"(?<!\w)(?P<role>{_ROLE}(?: [^\W\d_]+){{0,6}}?)\s+(?P<name>{_NAME})")
_AFTER: Final = re.compile(
    rf"\s*(?:,|-|–|\()\s*(?P<role>(?i:{_ROLE}|trưởng|phó|cán bộ|đại diện|chủ|nhân viên|thành viên)[^,;.:()\n]*)"
)
_VERB: Final = re.compile(
    r"\s+(?:đã|đang|sẽ|cho|nói|phát biểu|khẳng định|nhấn mạnh|yêu cầu|đề nghị|chủ trì|dự|tham dự|chia sẻ|trao|tặng|cùng|làm"
    r"|thông tin|báo cáo|đánh giá|chỉ đạo|phản ánh|bày tỏ|đến|tới|có|được|và đại|phân tích|lưu ý|giải thích|cảnh báo|kiểm tra)(?!\w).*"
)


def find_people(text: str) -> tuple[Person, ...]:
    """Find people by title, office or surname.

    >>> [(p.name, p.role) for p in find_people("đồng chí Lương Trọng Quỳnh, Phó Chủ tịch UBND tỉnh; đại diện các sở")]
    [('Lương Trọng Quỳnh', 'Phó Chủ tịch UBND tỉnh')]
    """
    people: list[Person] = []
    for match in sorted((*_BY_TITLE.finditer(text), *_BY_ROLE.finditer(text)), key=lambda m: (m.start("name"), m.start())):
        if people and match.start("name") < people[-1].end:
            continue
        person = _person(text, match)
        if person:
            people.append(person)
    return tuple(people)


def _person(text: str, match: re.Match[str]) -> Person | None:
    groups = match.groupdict()
    name, role = match["name"].rstrip("."), groups.get("role") or groups.get("before") or ""
    surname = name.split()[0] in SURNAMES
    if role and not surname and fold(name.split()[0]) in ("ubnd", "hdnd", "ban", "so", "bo", "uy", "hoi", "tinh"):
        return None
    if groups.get("role") and not surname and len(role.split()) > 3:
        return None
    start, end = match.start("role" if groups.get("role") else "name"), match.start("name") + len(name)
    after = _AFTER.match(text, end)
    if after and not role:
        role = _VERB.sub("", after["role"]).strip()
        end = after.start("role") + len(role)
    return Person(name, role, start, end)
