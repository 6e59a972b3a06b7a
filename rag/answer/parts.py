"""Questions that ask for several things: each part as a question of its own.

"bao nhiêu ca mắc và bao nhiêu ca tử vong", "So sánh … của tỉnh A và tỉnh B", "trong hai năm 2020 và 2021", "… so với
chỉ tiêu như thế nào". Most questions have one part and are left alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

from rag.answer.question import key
from rag.text.names import find_names
from rag.text.syllables import is_function_word, tokens
from rag.text.unicode import lower

_ASK = re.compile(
    r"(?<!\w)(?:bao nhiêu|mấy|khi nào|lúc nào|ngày nào|năm nào|ở đâu|vì sao|tại sao|như thế nào|ra sao|ai|gì|nào)(?!\w)"
)
_JOIN = re.compile(r"\s*;\s*|\s*,\s*(?:và\s+|còn\s+)?|\s+và\s+")
_MOST = 3


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of a question.

    :param together: Only all of them make an answer (a comparison); else those that are told may be given alone.
    """

    questions: tuple[str, ...]
    together: bool


def parts_of(text: str) -> Parts | None:
    """The parts of a question with tone marks; ``None`` where it has but one.

    >>> parts_of("Tỷ lệ hộ nghèo trong hai năm 2020 và 2021 là bao nhiêu?").questions
    ('Tỷ lệ hộ nghèo trong năm 2020 là bao nhiêu?', 'Tỷ lệ hộ nghèo trong năm 2021 là bao nhiêu?')
    """
    compared = _of_two_years(text) or _of_two_names(text) or _against_a_plan(text)
    if compared:
        return Parts(tuple(_as_question(part) for part in compared), together=True)
    asked = _asked_apart(text)
    return Parts(asked, together=False) if asked else None


_YEARS = re.compile(r"(?:cả |các )?(?:hai |2 )?năm ((?:19|20)\d\d)(?:,| và| với)(?: năm)? ((?:19|20)\d\d)(?!\d)")


def _of_two_years(text: str) -> tuple[str, ...]:
    found = _YEARS.search(text)
    if not found:
        return ()
    return tuple(f"{text[: found.start()]}năm {year}{text[found.end() :]}" for year in found.groups())


_BETWEEN = re.compile(
    r"\s*(?:và|với|so với)\s+(?:của\s+|ở\s+|tại\s+)?(?P<kind>(?:tỉnh|huyện|xã|thành phố|thị xã|phường|quận|nước)\s+)?"
)
_COMPARES = re.compile(
    r"(?<!\w)(?:so sánh|lần lượt|từng|mỗi|cả hai|hai (?:tỉnh|huyện|xã|thành phố|nước|địa phương))(?!\w)"
)


def _of_two_names(text: str) -> tuple[str, ...]:
    """Two names joined where a comparison, or the figure of each, is asked for."""
    if not _COMPARES.search(lower(text)):
        return ()
    names = find_names(text)
    for first, second in pairwise(names):
        if _BETWEEN.fullmatch(text, first.end, second.start):
            return text[: first.end] + text[second.end :], text[: first.start] + text[second.start :]
    return ()


_PLAN = re.compile(r"\s+so với (?P<plan>chỉ tiêu|kế hoạch|mục tiêu|dự toán)(?: (?:được giao|đề ra|đặt ra))?(?!\w)")


def _against_a_plan(text: str) -> tuple[str, ...]:
    """What was reached and what was planned, where the question puts one against the other."""
    found = _PLAN.search(text)
    if not found or re.search(r"(?<!\w)(?:tăng|giảm|vượt|thấp hơn|cao hơn|bằng)(?!\w)", lower(text)):
        return ()
    reached = text[: found.start()]
    return reached, f"{found['plan'].capitalize()} {reached[:1].lower()}{reached[1:]}"


def _as_question(text: str) -> str:
    """A part as a question: "So sánh" and "như thế nào" left out, "là bao nhiêu" added where nothing asks."""
    plain = re.sub(r"^\s*(?:hãy\s+)?so sánh\s+", "", text.strip(" .?"), flags=re.IGNORECASE)
    plain = re.sub(r"\s+(?:như thế nào|ra sao|thế nào)$", "", plain).strip()
    asks = _ASK.search(lower(plain))
    return plain[:1].upper() + plain[1:] + ("?" if asks else " là bao nhiêu?")


def _asked_apart(text: str) -> tuple[str, ...]:
    """Two or three things asked one after the other, each completed with what stands before the first."""
    plain = lower(text)
    asks = list(_ASK.finditer(plain))
    cuts = [c for a, b in pairwise(asks) if (c := _joiner(plain, a.end(), b.start()))]
    if not cuts or len(cuts) >= _MOST:
        return ()
    edges = [0, *(c.end() for c in cuts)]
    ends = [*(c.start() for c in cuts), len(text)]
    pieces = [text[a:b].strip(" ?.,;") for a, b in zip(edges, ends, strict=True)]
    return tuple(_completed(piece, pieces[0]) + "?" for piece in pieces)


def _joiner(plain: str, start: int, end: int) -> re.Match[str] | None:
    found = list(_JOIN.finditer(plain, start, end))
    return found[-1] if found else None


def _completed(piece: str, first: str) -> str:
    if piece == first:
        return piece
    colon = first.find(": ")
    if colon >= 0:
        return f"{first[:colon]}: {piece}"
    ask = _ASK.search(lower(first))
    if ask and re.match(r"bao nhiêu|mấy", lower(piece)):
        return first[: ask.start()] + piece
    piece = piece[:1].upper() + piece[1:]
    return piece if _n_terms(piece) > _ENOUGH else f"{piece} ({_terms(first)})"


_ENOUGH = 5


def _n_terms(text: str) -> int:
    return sum(not is_function_word(key(t.text)) for t in tokens(text))


def _terms(text: str) -> str:
    """Words of content of the first part, for one that leans on it."""
    opened = text if any(n.start == 0 for n in find_names(text)) else text[:1].lower() + text[1:]
    return " ".join(t.text for t in tokens(opened) if not is_function_word(key(t.text)))
