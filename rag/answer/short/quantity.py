"""How many and how much: the figure that belongs to the noun asked for."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from datetime import date
from itertools import pairwise

from rag.answer.match import closeness, words_of
from rag.answer.question import Question, is_comparison, key
from rag.answer.short.base import Short
from rag.answer.short.elsewhere import is_elsewhere, is_of_another_year
from rag.text.numbers import Quantity, find_quantities
from rag.text.syllables import is_function_word, tokens
from rag.text.unicode import fold, has_marks, lower

_MONEY = re.compile(
    r"\b(kinh phi|tien|von|gia|doanh thu|ngan sach|thu nhap|luong|chi phi|tri gia|loi nhuan|giai ngan|ho tro|phi|no|"
    r"kim ngach|dau tu|dong|usd|ty dong|trieu dong|boi thuong|den bu|tien phat|hoc phi|vien phi|tai tro|quyen gop)\b"
)
_SHARE = re.compile(r"\b(ty le|ti le|phan tram|chiem|ti suat|ty suat|ty trong|lai suat)\b|%")
_AREA = re.compile(r"\b(dien tich|hecta|hec ta|ha|m2|km2|(ki lo )?met vuong)\b")
_LENGTH = re.compile(r"\b(bao xa|dai bao nhieu|chieu dai|chieu cao|cao bao nhieu|rong bao nhieu|khoang cach|km|met)\b")
_WEIGHT = re.compile(r"\b(san luong|nang bao nhieu|khoi luong|trong luong|tan|kg)\b")
_UNITS: tuple[tuple[re.Pattern[str], frozenset[str]], ...] = (
    (_SHARE, frozenset({"%", "‰", "phần trăm"})),
    (_MONEY, frozenset({"đồng", "USD", "VND", "euro", "EUR", "nhân dân tệ", "yên", "bảng", "won", "baht"})),
    (_AREA, frozenset({"ha", "m2", "km2", "m²", "km²", "sào", "mẫu"})),
    (_LENGTH, frozenset({"km", "m", "cm", "mm"})),
    (_WEIGHT, frozenset({"tấn", "kg", "tạ", "g", "yến"})),
)


def find_quantity(question: Question, sentence: str, _: date | None) -> Short | None:
    """The figure that is asked for, with the noun that it counts or its unit."""
    candidates = _joined(question, sentence, _wanted_quantities(question, sentence))
    asked = {key(w) for w in re.findall(r"\d[\d.,]*", question.text)}
    asks_change = _asks_change(question)
    best: Short | None = None
    for start, end, bonus in candidates:
        figure = re.match(r"[\d.,]+", sentence[start:end])
        if (figure and figure.group().rstrip(".,") in asked) or _is_share_of_another(question, sentence, end):
            continue
        if is_of_another_year(question, sentence, start):
            continue
        score = closeness(question.own_terms, sentence, start, end) + bonus
        score -= _ELSEWHERE * is_elsewhere(question, sentence, start, end)
        score += _change_bonus(question, sentence, start) if asks_change else -_aside_penalty(sentence, start)
        if best is None or score > best.score:
            whole = _HYPHENED.match(sentence, end)
            stop = whole.end() if whole else end
            best = Short(sentence[start:stop], start, stop, score)
    return best


_HYPHENED = re.compile(r"-\w+|/\d+ ?(?:ml|l|g|kg|km|dân|người)(?!\w)")
"""What a word or measure goes on with: "11 ca mắc COVID | -19", "221 mg | /100 ml"."""


_ELSEWHERE = 0.6


def _aside_penalty(sentence: str, start: int) -> float:
    """For a figure that tells by how much, not how much: "(giảm 3%)", "thấp hơn 24 tỷ đồng", "so với 5%"."""
    return 0.4 if _CHANGES.search(sentence[max(0, start - 20) : start]) or is_comparison(sentence, start) else 0.0


def _is_share_of_another(question: Question, sentence: str, end: int) -> bool:
    """Whether a percentage is of something that the question has not: "70% nhà phân tích" is no rate of interest."""
    if sentence[end - 1] != "%" or re.search(r"phan tram|%", fold(question.text)):
        return False
    following = re.match(r" ([^\W\d_]+)", sentence[end:])
    word = key(following.group(1)) if following else ""
    goes_on = is_function_word(word) or word in _AFTER_SHARE
    return bool(word) and not goes_on and all(word != t.text for t in question.terms)


_AFTER_SHARE = frozenset(
    {"so", "trong", "vào", "năm", "tháng", "quý", "lên", "xuống", "cùng", "mỗi", "theo", "kể", "từ"}
)
"""Words behind a percentage that do not say what it is a share of ("tăng 3,2% so với cùng kỳ")."""


def _asks_change(question: Question) -> bool:
    """Whether a difference is asked for ("tăng bao nhiêu"), not what is left of it ("giảm còn bao nhiêu")."""
    plain = fold(question.text)
    change = re.search(
        r"\b(tang|giam|chenh|hon|vuot)( \S+){0,2} (bao nhieu|may)\b|\bso voi\b|\b(toc do|ty le|muc|da) (tang|giam)\b"
        r"(?! (ngheo|phat))",
        plain,
    )
    return bool(change) and not re.search(r"\b(con|len|xuong) bao", plain)


_CHANGES = re.compile(r"\b(tăng|giảm|hơn|thấp|cao|vượt|chênh)( thêm| hơn| khoảng)? ?$")


_UP, _DOWN = frozenset({"tăng", "cao", "hơn", "vượt"}), frozenset({"giảm", "thấp"})


def _change_bonus(question: Question, sentence: str, start: int) -> float:
    """For a figure behind a word of change; less than nothing where that change goes the other way."""
    found = _CHANGES.search(sentence[max(0, start - 20) : start])
    if not found:
        return 0.0
    asked = {key(t.text) for t in tokens(question.text)}
    wrong = (found.group(1) in _DOWN and asked & _UP and not asked & _DOWN) or (
        found.group(1) in _UP and asked & _DOWN and not asked & _UP
    )
    return -0.5 if wrong else 0.5


_MEANT = {"dong": "đồng", "gia": "giá", "no": "nợ", "phi": "phí", "von": "vốn", "luong": "lương"}
"""Words of money that without marks are also others: "tham gia", "đóng", "số lượng"."""


def _asks_for(pattern: re.Pattern[str], plain: str, text: str) -> bool:
    """Whether a question has a word of measure, with its marks where it has any."""
    marked = has_marks(text)
    return any(
        not marked or lower(text[m.start() : m.end()]) == _MEANT.get(m.group(), lower(text[m.start() : m.end()]))
        for m in pattern.finditer(plain)
    )


def _own_words(question: Question) -> str:
    """The question without what a follow-up takes along in brackets."""
    return question.text.partition(" (")[0] if question.text.endswith(")?") else question.text


def _wanted_quantities(question: Question, sentence: str) -> list[tuple[int, int, float]]:
    """Quantities that can be meant, with the bonus of standing before the noun asked for."""
    plain = fold(_own_words(question))
    units = next((wanted for pattern, wanted in _UNITS if _asks_for(pattern, plain, question.text)), None)
    found = []
    for quantity in find_quantities(sentence):
        end, share = _noun_after(question, sentence, quantity)
        if share >= 0.5:
            found.append((quantity.start, end, 0.5 * share))
        elif _is_unit_wanted(quantity, units, question) or (units and _is_bare_sum(sentence, quantity, units)):
            found.append((quantity.start, max(end, quantity.end), 0.3 if units else 0.0))
    return _whole_ranges(sentence, found)


def _whole_ranges(sentence: str, found: list[tuple[int, int, float]]) -> list[tuple[int, int, float]]:
    """The two ends of a range are one figure: "95 - 105 tỷ đồng"."""
    joined: list[tuple[int, int, float]] = []
    for start, end, bonus in found:
        if joined and _RANGE.fullmatch(sentence, joined[-1][1], start):
            first, _, other = joined.pop()
            joined.append((first, end, max(bonus, other)))
        else:
            joined.append((start, end, bonus))
    return joined


_RANGE = re.compile(r"\s?[-–]\s?|\s(?:đến|tới)\s(?:khoảng\s|gần\s)?")


_PLAINLY: tuple[tuple[re.Pattern[str], frozenset[str]], ...] = (
    (re.compile(r"\b(bao nhieu (tien|dong|ty|trieu|usd)|kinh phi|boi thuong|tong von)\b"), _UNITS[1][1]),
    *_UNITS[2:],
)
"""Questions that leave no doubt of the unit: "tham gia" is no price, "chiếm bao nhiêu" may ask for a sum."""
_A_SHARE = re.compile(r"\b(ty le|ti le|phan tram|ti suat|ty suat|ty trong|lai suat)\b|%")


def fits_unit(question: Question, words: str) -> bool:
    """Whether words can answer as to the unit: a sum of money is no area, a bare figure no share."""
    plain = fold(_own_words(question))
    if _A_SHARE.search(plain):
        return bool(re.search(r"[%‰]|phần|nửa|\d/\d", words))
    wanted = next((units for pattern, units in _PLAINLY if pattern.search(plain)), None)
    found = {quantity.unit for quantity in find_quantities(words) if quantity.unit}
    measures = frozenset().union(*(units for _, units in _UNITS))
    return wanted is None or bool(found & wanted) or not found or not found <= measures


_SCALED = re.compile(r"(?:triệu|tỷ|tỉ|nghìn|ngàn)$")
_ENDS_SUM = re.compile(r"\s*(?:[,;.):]|và(?!\w)|$)")


def _is_bare_sum(sentence: str, quantity: Quantity, units: frozenset[str]) -> bool:
    """Whether a sum leaves its currency out: "giá 878 triệu"."""
    bare = "đồng" in units and bool(_SCALED.search(quantity.text))
    return bare and bool(_ENDS_SUM.match(sentence, quantity.end))


def _is_unit_wanted(quantity: Quantity, units: frozenset[str] | None, question: Question) -> bool:
    if units is not None:
        return quantity.unit in units
    return not any(question.foci)


def _noun_after(question: Question, sentence: str, quantity: Quantity) -> tuple[int, float]:
    """Where the noun after a figure ends, and the share of an asked noun that it agrees with."""
    words = words_of(sentence)
    following = [(word, start) for word, start in zip(words.keys, words.starts, strict=True) if start >= quantity.end][
        :4
    ]
    best, best_end = 0.0, quantity.end
    for focus in question.foci:
        if not focus:
            continue
        hit_ends = []
        for word, start in following:
            if re.search(r"[,;.:()…]", sentence[quantity.end : start]):
                break
            if word in focus or any(fold(word) == fold(f) for f in focus):
                hit_ends.append(start + len(word))
        hit_ends = hit_ends or _initials_end(focus, following)
        share = min(1.0, len(hit_ends) / len(focus))
        if share > best:
            best, best_end = share, hit_ends[-1]
    if not best and not quantity.unit:
        best_end = _end_of_counted(sentence, quantity.end, following)
    return _end_of_word(question, sentence, best_end, words.starts), best


def _end_of_word(question: Question, sentence: str, end: int, starts: Sequence[int]) -> int:
    """Goes on over syllables that follow each other in the question too: "6 tổ công | tác" is no noun."""
    pairs = set(pairwise(fold(t.text) for t in tokens(question.text)))
    at = bisect_left(starts, end)
    words = [
        (m.group(), m.end()) for start in starts[max(0, at - 1) : at + 4] if (m := _SYLLABLE.match(sentence, start))
    ]
    for (word, stop), (following, stop_after) in pairwise(words):
        if stop != end or sentence[stop : stop + 1] != " " or (fold(word), fold(following)) not in pairs:
            break
        if is_function_word(key(following)) and (word, following) not in _WITH_SMALL_WORDS:
            break
        end = stop_after
    return end


_WITH_SMALL_WORDS = frozenset({("nhà", "ở"), ("chỗ", "ở"), ("nơi", "ở")})
"""Nouns whose second syllable is a small word elsewhere."""
_SYLLABLE = re.compile(r"[^\W\d_]+")


def _initials_end(focus: tuple[str, ...], following: list[tuple[str, int]]) -> list[int]:
    """A noun typed by its initials ("ct") agrees with the words that have them ("công trình")."""
    letters = focus[0]
    if len(focus) > 1 or not 2 <= len(letters) <= 4 or len(following) < len(letters):
        return []
    run = following[: len(letters)]
    agrees = all(fold(word).startswith(letter) for (word, _), letter in zip(run, fold(letters), strict=True))
    return [run[-1][1] + len(run[-1][0])] if agrees else []


def _end_of_counted(sentence: str, end: int, following: list[tuple[str, int]]) -> int:
    """A bare figure keeps the noun it counts: up to two syllables, not across a stop or a function word."""
    for word, start in following[:2]:
        if re.search(r"[,;.:()…\n]", sentence[end:start]) or is_function_word(word) or word[0].isdigit():
            break
        end = start + len(word)
    return end


_IN_TURN = re.compile(r"(?<!\w)lần lượt(?!\w)")
_LABEL = re.compile(r"(?:/\w+)?\s*\((?P<label>[^()\d]{2,30})\)")


def _is_labelled(question: Question, between: str, behind: str) -> bool:
    """Whether two figures carry labels in brackets, both in the question: "5 đồng (mua vào) và 6 đồng (bán ra)"."""
    first, second = re.fullmatch(rf"{_LABEL.pattern}\s*(?:,|;|-|và|, và)\s*", between), _LABEL.match(behind)
    if not first or not second:
        return False
    asked = {fold(t.text) for t in tokens(question.text)}
    return all(fold(t.text) in asked for label in (first["label"], second["label"]) for t in tokens(label))


def _joined(question: Question, sentence: str, found: list[tuple[int, int, float]]) -> list[tuple[int, int, float]]:
    """Neighbouring figures of several asked nouns become one answer: "4 tập thể và 11 cá nhân"."""
    in_turn = bool(_IN_TURN.search(sentence)) and bool(re.search(r"\bvà\b|,", question.text))
    labelled = "(" in sentence
    if len(question.foci) < 2 and not in_turn and not labelled:
        return found
    joined: list[tuple[int, int, float]] = []
    for item in found:
        between = sentence[joined[-1][1] : item[0]] if joined else "."
        joins = (len(question.foci) > 1 or in_turn) and re.fullmatch(r"\s*(,|và|, và)\s*", between)
        if joined and (joins or _is_labelled(question, between, sentence[item[1] :])):
            start, _, bonus = joined.pop()
            joined.append((start, item[1], bonus + item[2]))
        else:
            joined.append(item)
    return joined
