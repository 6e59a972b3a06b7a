"""Ways to say a sentence otherwise without changing what it says: figures, times, abbreviations, order of clauses."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Final

from rag.text.abbreviations import abbreviation_of, expansion

Reword = Callable[[str, random.Random], str]

_SCALED: Final = re.compile(r"(?<![\w.,/-])(\d{1,4}(?:,\d{1,3})?) (nghìn|triệu|tỷ) (đồng|USD)(?!\w)")
_FULL: Final = re.compile(r"(?<![\w.,/-])(\d{1,3}(?:\.\d{3}){2,3}) (đồng|USD)(?!\w)")
_SCALES: Final = {"nghìn": 10**3, "triệu": 10**6, "tỷ": 10**9}
_NUMERIC_DAY: Final = re.compile(r"(?<![\w/.,-])(?:ngày )?(\d{1,2})/(\d{1,2})(?:/(\d{4}))?(?![\w/]|[.,]\d|-\d)")
_LONG_DAY: Final = re.compile(r"\bngày (\d{1,2}) tháng (\d{1,2})(?: năm (\d{4}))?(?!\w)")
_DIGITS: Final = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
_COUNTED: Final = re.compile(
    r"(?<![\w.,/:-])(?<!số )(?<!tháng )(?<!ngày )(?<!quận )(?<!thứ )(\d{1,2}) (?=(?:công trình|xã|huyện|tỉnh|hộ|người|"
    r"trường hợp|ca|học sinh|dự án|tập thể|cá nhân|doanh nghiệp|bệnh nhân|tháng(?! năm| đầu| cuối)|tuần|căn|mô hình)\b)"
)
_WORD: Final = re.compile(r"[^\W\d_][\w&-]*")


def spell_scale(text: str, draw: random.Random) -> str:
    """176 tỷ đồng as 176.000.000.000 đồng, or back."""
    changed = _SCALED.sub(lambda m: f"{_grouped(Decimal(m[1].replace(',', '.')) * _SCALES[m[2]])} {m[3]}", text)
    return changed if changed != text else _FULL.sub(_short_scale, text)


def _grouped(value: Decimal) -> str:
    return f"{int(value):,}".replace(",", ".")


def _short_scale(match: re.Match[str]) -> str:
    value = Decimal(match[1].replace(".", ""))
    word = "tỷ" if value >= 10**9 else "triệu"
    short = f"{(value / _SCALES[word]).normalize():f}".replace(".", ",")
    return f"{short} {word} {match[2]}"


def spell_percent(text: str, draw: random.Random) -> str:
    """7,89% as 7,89 phần trăm."""
    return re.sub(r"(?<=\d) ?%(?!\w)", " phần trăm", text)


def spell_count(text: str, draw: random.Random) -> str:
    """12 xã as mười hai xã."""
    return _COUNTED.sub(lambda m: f"{_in_words(int(m[1]))} ", text)


def _in_words(value: int) -> str:
    tens, ones = divmod(value, 10)
    if not tens:
        return _DIGITS[ones]
    last = {0: "", 1: " mốt" if tens > 1 else " một", 4: " tư" if tens > 1 else " bốn", 5: " lăm"}.get(ones)
    return ("mười" if tens == 1 else f"{_DIGITS[tens]} mươi") + (f" {_DIGITS[ones]}" if last is None else last)


def spell_day(text: str, draw: random.Random) -> str:
    """8/1/2021 as ngày 8 tháng 1 năm 2021, or back."""

    def long(match: re.Match[str]) -> str:
        if not (1 <= int(match[1]) <= 31 and 1 <= int(match[2]) <= 12):
            return match.group()
        if match[3] is None and "ngày" not in match.group() and text[match.start() - 1 : match.start()] != "(":
            return match.group()  # may be a ratio
        return f"ngày {int(match[1])} tháng {int(match[2])}" + (f" năm {match[3]}" if match[3] else "")

    changed = _NUMERIC_DAY.sub(long, text)
    if changed != text:
        return changed
    return _LONG_DAY.sub(lambda m: f"ngày {int(m[1]):02}/{int(m[2]):02}" + (f"/{m[3]}" if m[3] else ""), text)


def abbreviate(text: str, draw: random.Random) -> str:
    """UBND as Ủy ban nhân dân, or back."""
    for match in _WORD.finditer(text):
        long = expansion(match.group()) if match.group().isupper() and len(match.group()) > 1 else None
        if long:
            return text[: match.start()] + long + text[match.end() :]
    for phrase in ("Ủy ban nhân dân", "UBND", "Hội đồng nhân dân", "dân tộc thiểu số", "nông thôn mới"):
        short = abbreviation_of(phrase)
        if short and phrase in text:
            return text.replace(phrase, short, 1)
    return text


_OPENING_TIME: Final = re.compile(
    r"(?P<when>(?:Trong |Đến |Từ |Vào |Cuối |Đầu )?(?:[Nn]ăm|[Nn]gày|[Tt]háng|[Ss]áng|[Cc]hiều|[Tt]ối) [^,;.:]{1,40}), "
    r"(?P<rest>[^;:]+)\.$"
)


def reorder(text: str, draw: random.Random) -> str:
    """The time that opens a sentence put at its end, or the items after semicolons in another order."""
    opened = _OPENING_TIME.fullmatch(text)
    if opened and not opened["rest"].endswith((")", "”", '"')):
        when = opened["when"]
        rest = opened["rest"]
        return f"{rest[:1].upper()}{rest[1:]}, {when[:1].lower()}{when[1:]}."
    head, colon, tail = text.partition(": ")
    items = (tail if colon else text).rstrip(".").split("; ")
    if len(items) < 2 or any(":" in item for item in items):
        return text
    turn = draw.randrange(1, len(items))
    moved = "; ".join(items[turn:] + items[:turn]) + "."
    return f"{head}: {moved}" if colon else moved


def shorten(text: str, draw: random.Random) -> str:
    """One of the clauses between semicolons, or the sentence without what stands in brackets."""
    items = text.rstrip(".").split("; ")
    if len(items) > 1:
        return draw.choice([items[0], items[-1]]).strip() + "."
    return re.sub(r"\s*\((?!\d{1,2}/)[^()]{1,60}\)(?=[,.;])", "", text)


SHAPES: Final[Mapping[str, Reword]] = {"reorder": reorder, "shorten": shorten}
"""Done before a value is altered: they decide which values are left."""
SPELLINGS: Final[Mapping[str, Reword]] = {
    "scale": spell_scale,
    "percent": spell_percent,
    "count": spell_count,
    "day": spell_day,
    "abbreviation": abbreviate,
}
"""Other spellings of the same values."""
