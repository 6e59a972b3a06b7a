"""How many and how much: the figure that belongs to the noun asked for."""

from __future__ import annotations

import re
from datetime import date

from rag.answer.match import closeness, words_of
from rag.answer.question import Question, is_comparison, key
from rag.answer.short.base import Short, in_question
from rag.text.names import find_names
from rag.text.numbers import Quantity, find_quantities
from rag.text.syllables import is_function_word, tokens
from rag.text.unicode import fold

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
        score = closeness(question.own_terms, sentence, start, end) + bonus
        score -= _ELSEWHERE * is_told_of_another(question, sentence, start)
        score += _change_bonus(question, sentence, start) if asks_change else -_aside_penalty(sentence, start)
        if best is None or score > best.score:
            best = Short(sentence[start:end], start, end, score)
    return best


_ELSEWHERE = 0.6


def is_told_of_another(question: Question, sentence: str, start: int) -> bool:
    """Whether a figure stands in a clause that names others, while another clause names whom the question asks of.

    "Công ty Mẫu An lỗ 2 tỷ đồng; Công ty Mẫu Giang lỗ 5 tỷ đồng."
    """
    clauses = [m.span() for m in re.finditer(r"[^;]+", sentence)]
    if len(clauses) < 2 or not question.names:
        return False
    asked = [any(name in sentence[a:b] for name in question.names) for a, b in clauses]
    own = next((n for n, (a, b) in enumerate(clauses) if a <= start < b), None)
    if own is None or asked[own] or not any(asked):
        return False
    a, b = clauses[own]
    return any(not in_question(name.text, question) for name in find_names(sentence[a:b]))


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


def _wanted_quantities(question: Question, sentence: str) -> list[tuple[int, int, float]]:
    """Quantities that can be meant, with the bonus of standing before the noun asked for."""
    plain = fold(question.text)
    units = next((wanted for pattern, wanted in _UNITS if pattern.search(plain)), None)
    found = []
    for quantity in find_quantities(sentence):
        end, share = _noun_after(question, sentence, quantity)
        if share >= 0.5:
            found.append((quantity.start, end, 0.5 * share))
        elif _is_unit_wanted(quantity, units, question):
            found.append((quantity.start, max(end, quantity.end), 0.3 if units else 0.0))
    return found


_PLAINLY: tuple[tuple[re.Pattern[str], frozenset[str]], ...] = (
    (re.compile(r"\b(bao nhieu (tien|dong|ty|trieu|usd)|kinh phi|boi thuong|tong von)\b"), _UNITS[1][1]),
    *_UNITS[2:],
)
"""Questions that leave no doubt of the unit: "tham gia" is no price, "chiếm bao nhiêu" may ask for a sum."""
_A_SHARE = re.compile(r"\b(ty le|ti le|phan tram|ti suat|ty suat|ty trong|lai suat)\b|%")


def fits_unit(question: Question, words: str) -> bool:
    """Whether words can answer as to the unit: a sum of money is no area, a bare figure no share."""
    plain = fold(question.text)
    if _A_SHARE.search(plain):
        return bool(re.search(r"[%‰]|phần|nửa|\d/\d", words))
    wanted = next((units for pattern, units in _PLAINLY if pattern.search(plain)), None)
    found = {quantity.unit for quantity in find_quantities(words) if quantity.unit}
    measures = frozenset().union(*(units for _, units in _UNITS))
    return wanted is None or bool(found & wanted) or not found or not found <= measures


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
    return best_end, best


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


def _joined(question: Question, sentence: str, found: list[tuple[int, int, float]]) -> list[tuple[int, int, float]]:
    """Neighbouring figures of several asked nouns become one answer: "4 tập thể và 11 cá nhân"."""
    if len(question.foci) < 2:
        return found
    joined: list[tuple[int, int, float]] = []
    for item in found:
        if joined and re.fullmatch(r"\s*(,|và|, và)\s*", sentence[joined[-1][1] : item[0]]):
            start, _, bonus = joined.pop()
            joined.append((start, item[1], bonus + item[2]))
        else:
            joined.append(item)
    return joined
