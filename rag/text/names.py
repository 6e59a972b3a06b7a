"""Proper names by their capitals, and the parts of organisations' names that are not capitalised."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from rag.text.name_lists import CALLS, COUNTRIES, ORGANISATIONS
from rag.text.people import Person, find_people
from rag.text.syllable import is_syllable
from rag.text.unicode import lower
from rag.text.words import words

_WORD: Final = re.compile(r"[^\W\d_](?:[\w'’\u0300-\u036f])*")
_OPENERS: Final = words("""
    theo tại trong ngày khi sau trước ông bà anh chị em cô chú bác cụ các những mỗi mọi nhiều một và với từ đến do để
    được là có không nếu dù vì nhờ ngoài cạnh cùng cũng đó này nay hôm sáng chiều tối trưa vào ở trên dưới về qua đối
    cả như nhưng song bởi còn cho lúc tới vừa việc sự đã đang sẽ hãy xin phía tỉnh huyện xã phường quận hãng đội nước
    người vua trường hợp tân cựu thầy vợ chồng con bị cáo riêng giữa
    """)
"""Words that often stand right before a name; other capitals at the beginning stand before small letters."""
_COMPOUNDS: Final = words("""
    dân tộc|chủ tịch|bí thư|giáo dục|đào tạo|nông nghiệp|phát triển|tài chính|kế hoạch|đầu tư|xây dựng
    giao thông|vận tải|tài nguyên|môi trường|y tế|văn hóa|văn hoá|thể thao|du lịch|thông tin|truyền thông
    lao động|thương binh|xã hội|nội vụ|tư pháp|khoa học|công nghệ|công thương|ngoại vụ|ngoại giao|quốc phòng
    công an|thanh tra|quốc hội|chính phủ|nhân dân|hội đồng|ủy ban|uỷ ban|mặt trận|tổ quốc|phụ nữ|thanh niên
    nông dân|cựu chiến|công đoàn|thủ tướng|bộ trưởng|giám đốc|tổng bí|ngân hàng|nhà nước|kinh tế|dân vận
    tuyên giáo|tổ chức|kiểm tra|văn phòng|chấp hành|thường vụ|thường trực|trung ương|trung tâm|đại học|cao đẳng
    đại hội|đại biểu|cộng hòa|cộng hoà|chủ nghĩa|cộng sản|dân chủ|liên đoàn|liên hiệp|liên hợp|quản lý|bảo hiểm
    kiểm sát|tòa án|toà án|tối cao|bưu điện|điện lực|viễn thông|quân đội|quân sự|biên phòng|cảnh sát|hải quan
    thống kê|chi cục|tổng cục|phát thanh|truyền hình|đồng bào|miền núi|thủy lợi|kiểm lâm|thú y|khuyến nông|dự án
    chương trình|nghị quyết|mục tiêu|quốc gia
    """)
_TAIL: Final = frozenset({"tỉnh", "huyện", "xã", "phường", "quận"})


_PLACES: Final = COUNTRIES | {"Huế", "Vinh", "Sapa", "Á", "Âu", "Phi"}


__all__ = ["Name", "Person", "find_names", "find_people"]


@dataclass(frozen=True, slots=True)
class Name:
    """A proper name as it stands in the text."""

    start: int
    end: int
    text: str


def find_names(text: str) -> tuple[Name, ...]:
    """Find proper names: runs of capitalised words, organisations with their lower-case parts.

    >>> [n.text for n in find_names("Dự hội nghị có đồng chí Lương Trọng Quỳnh, Phó Chủ tịch UBND tỉnh.")]
    ['Lương Trọng Quỳnh', 'Phó Chủ tịch UBND tỉnh']
    """
    words = list(_WORD.finditer(text))
    names: list[Name] = []
    index = 0
    while index < len(words):
        if not words[index].group()[0].isupper() or _opens(text, words[index]):
            index += 1
            continue
        end = _run_end(text, words, index)
        if _is_name(text, words, index, end):
            start, stop = words[index].start(), words[end - 1].end()
            names.append(Name(start, stop, text[start:stop]))
        index = end
    return tuple(names)


def _run_end(text: str, words: list[re.Match[str]], index: int) -> int:
    """Index after the last word of the run that begins at ``index``."""
    end = index + 1
    while end < len(words):
        gap = text[words[end - 1].end() : words[end].start()]
        word, previous = words[end].group(), words[end - 1].group()
        if (word[0].isupper() and (gap == " " or _links(gap, previous))) or (
            gap == " " and (lower(f"{previous} {word}") in _COMPOUNDS and previous[0].isupper())
        ):
            end += 1
        elif gap == " " and word in _TAIL and lower(words[index].group()) in ORGANISATIONS | {"phó", "chủ", "bí"}:
            return end + 1
        elif gap == " " and word == "và" and _goes_on(text, words, index, end):
            end += 2
        else:
            break
    return end


def _links(gap: str, previous: str) -> bool:
    """Whether a gap holds two capitalised words together: "Bà Rịa - Vũng Tàu", "TP. Hồ Chí Minh"."""
    if len(gap) < 4 and gap.strip() in ("-", "–", "&"):
        return gap.strip() != "-" or " " in gap or previous.isascii()
    return gap.rstrip() == "." and lower(previous) == "tp"


def _goes_on(text: str, words: list[re.Match[str]], index: int, end: int) -> bool:
    """Whether "và" joins two parts of one body ("Sở Giáo dục và Đào tạo")."""
    if lower(words[index].group()) not in ("sở", "bộ", "phòng", "ban", "vụ", "cục") or end + 2 >= len(words):
        return False
    pair = lower(f"{words[end + 1].group()} {words[end + 2].group()}")
    return words[end + 1].group()[0].isupper() and pair in _COMPOUNDS


def _opens(text: str, word: re.Match[str]) -> bool:
    """Whether a capital only marks the beginning of a sentence, before a name ("Theo Bộ Y tế", "Bà Nguyễn Thị Hoa")."""
    return lower(word.group()) in _OPENERS and _begins_sentence(text, word.start())


def _begins_sentence(text: str, position: int) -> bool:
    before = text[max(0, position - 4) : position].rstrip(" \t“\"'‘(-–")
    return not before or before[-1] in ".!?…:;\n" or position == 0


def _is_name(text: str, words: list[re.Match[str]], first: int, end: int) -> bool:
    word, start = words[first].group(), words[first].start()
    if text[start - 1 : start] == "/":  # part of a document number
        return False
    if end - first > 1:
        return True
    if len(word) > 1 and word.isupper():
        return not _is_shouted(text, words[first])
    if len(word) < 2 or _begins_sentence(text, start):
        return False
    return not is_syllable(word) or word in _PLACES or _stands_alone(text, words, first)


def _stands_alone(text: str, words: list[re.Match[str]], index: int) -> bool:
    """Whether one capitalised syllable is a name and not the first half of a word ("Kiến trúc sư")."""
    if index and lower(words[index - 1].group()) in CALLS:
        return True
    following = text[words[index].end() : words[index].end() + 2]
    return not (following[:1] == " " and following[1:].islower())


def _is_shouted(text: str, word: re.Match[str]) -> bool:
    """Whether the whole line is in capitals, so that they say nothing."""
    start = text.rfind("\n", 0, word.start()) + 1
    end = text.find("\n", word.end())
    line = text[start : end if end >= 0 else len(text)]
    return len(line.split()) > 2 and line.isupper()
