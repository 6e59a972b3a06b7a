"""Sets derived by code: the same questions typed otherwise, or made unanswerable. Pure functions; draws are seeded.

A derivation takes documents and cases and returns both. Typing never changes the expected facts. What makes a question
unanswerable is checked against the documents: a new year or number is one that they do not contain.
"""

from __future__ import annotations

import hashlib
import random
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import replace

from evals.samples import Case, Change
from rag.text.unicode import fold, nfc
from rag.text.words import CAPITALS

Documents = Mapping[str, str]
Derived = tuple[Documents, tuple[Case, ...]]

_YEAR = re.compile(r"(?<![\d/.,])(?:19|20)\d\d(?![\d/.,]\d)")
_PROGRAMME = re.compile(r"(?i)\b(chương trình|dự án|đề án|nghị quyết|quyết định|kế hoạch)( số)? (\d+)(?![\d.,]*%)")
_FIGURE = re.compile(r"(?<![\w/.,])\d{1,4}(?![\w/%]|[.,]\d)")
PROVINCES = (
    "Lạng Sơn", "Cao Bằng", "Bắc Kạn", "Hà Giang", "Tuyên Quang", "Lào Cai", "Yên Bái", "Lai Châu", "Điện Biên",
    "Sơn La", "Hòa Bình", "Thái Nguyên", "Phú Thọ", "Bắc Giang", "Quảng Ninh", "Bắc Ninh", "Hà Nội", "Hải Dương",
    "Hải Phòng", "Hưng Yên", "Thái Bình", "Nam Định", "Ninh Bình", "Thanh Hóa", "Nghệ An", "Hà Tĩnh", "Quảng Bình",
    "Quảng Trị", "Quảng Nam", "Quảng Ngãi", "Bình Định", "Phú Yên", "Khánh Hòa", "Ninh Thuận", "Bình Thuận", "Kon Tum",
    "Gia Lai", "Đắk Lắk", "Đắk Nông", "Lâm Đồng", "Bình Phước", "Tây Ninh", "Bình Dương", "Đồng Nai", "Long An",
    "Tiền Giang", "Bến Tre", "Trà Vinh", "Vĩnh Long", "Đồng Tháp", "An Giang", "Kiên Giang", "Cần Thơ", "Hậu Giang",
    "Sóc Trăng", "Bạc Liêu", "Cà Mau",
)  # fmt: skip
"""Names to put in a question in place of another; any that the documents mention are left out."""


def _typing(change: Callable[[str, random.Random], str]) -> Callable[[Documents, tuple[Case, ...], int], Derived]:
    """A derivation that rewrites each question and leaves the documents; unchanged questions are left out."""

    def derive(documents: Documents, cases: tuple[Case, ...], seed: int) -> Derived:
        changed = [(case, change(case.question, _draw(seed, case.id))) for case in cases]
        return documents, tuple(replace(case, question=text) for case, text in changed if text != case.question)

    return derive


def _draw(seed: int, name: str) -> random.Random:
    return random.Random(f"{seed}:{name}")


def _no_marks(text: str, draw: random.Random) -> str:
    return "".join(_plain(char) for char in nfc(text))


def _half_marks(text: str, draw: random.Random) -> str:
    words = nfc(text).split(" ")
    bare = set(draw.sample(range(len(words)), len(words) // 2))
    return " ".join(_no_marks(word, draw) if i in bare else word for i, word in enumerate(words))


def _plain(char: str) -> str:
    """One letter without marks, its case kept."""
    folded = fold(char)
    return folded.upper() if char.isupper() else folded


def _nfd(text: str, draw: random.Random) -> str:
    return unicodedata.normalize("NFD", text)


_OLD = {"oà": "òa", "oá": "óa", "oả": "ỏa", "oã": "õa", "oạ": "ọa", "oè": "òe", "oé": "óe", "oẻ": "ỏe", "oẽ": "õe",
        "oẹ": "ọe", "uỳ": "ùy", "uý": "úy", "uỷ": "ủy", "uỹ": "ũy", "uỵ": "ụy"}  # fmt: skip
_NEW = {old: new for new, old in _OLD.items()}
_OPEN_VOWELS = re.compile("(?<![qQ])(" + "|".join((*_OLD, *_NEW)) + r")(?!\w)")


def _other_tones(text: str, draw: random.Random) -> str:
    """Tone marks placed the other way: hòa as hoà, hoà as hòa."""
    return _OPEN_VOWELS.sub(lambda m: (_OLD | _NEW)[m.group()], nfc(text))


def _typo(text: str, draw: random.Random) -> str:
    """Two neighbouring letters of one longer word exchanged."""
    words = text.split(" ")
    long = [i for i, word in enumerate(words) if len(word) >= 4 and word.isalpha()]
    if not long:
        return text
    i = draw.choice(long)
    at = draw.randrange(1, len(words[i]) - 1)
    words[i] = words[i][:at] + words[i][at + 1] + words[i][at] + words[i][at + 2 :]
    return " ".join(words)


def _removed(documents: Documents, cases: tuple[Case, ...], seed: int) -> Derived:
    """Half of the documents removed; questions about them become near misses, the others stay as they are."""
    kept = {name: text for name, text in documents.items() if _half(f"{seed}:{text}")}
    return kept, tuple(case for case in (_without_gold(case, kept) for case in cases) if case)


def _without_gold(case: Case, kept: Documents) -> Case | None:
    present = [item.document in kept for item in case.evidence if not item.optional]
    if not case.answerable or all(present):
        return case
    if any(present):
        return None  # half of the evidence is left: neither answerable nor not
    return replace(case, category="near", answerable=False, answers=(), evidence=(), forbidden=())


def _half(text: str) -> bool:
    return hashlib.sha256(text.encode()).digest()[0] < 128


def _changed(
    change: Callable[[Case, str, random.Random], Change | None],
) -> Callable[[Documents, tuple[Case, ...], int], Derived]:
    """A derivation that replaces one condition of each answerable question by one that no document meets."""

    def derive(documents: Documents, cases: tuple[Case, ...], seed: int) -> Derived:
        text = "\n".join(documents.values())
        pairs = [(case, change(case, text, _draw(seed, case.id))) for case in cases if case.answerable]
        return documents, tuple(_unanswerable(case, made) for case, made in pairs if made)

    return derive


def _unanswerable(case: Case, made: Change) -> Case:
    question = case.question.replace(made.old, made.new)
    return replace(case, question=question, category="near", answerable=False, answers=(), evidence=(),
                   forbidden=(), changed=made)  # fmt: skip


def _other_year(case: Case, text: str, draw: random.Random) -> Change | None:
    found = _YEAR.search(case.question)
    if not found or len(set(_YEAR.findall(case.question))) > 1:
        return None  # of two years one would still be answered
    years = [y for step in (1, -1, 2, -2, 3, -3, 5, -5, 7, -7) if (y := str(int(found.group()) + step)) not in text]
    return Change(found.group(), years[0]) if years else None


def _other_number(case: Case, text: str, draw: random.Random) -> Change | None:
    figures = [m.group() for m in _FIGURE.finditer(case.question) if not _YEAR.fullmatch(m.group())]
    if not figures or _PROGRAMME.search(case.question):
        return None
    return _stepped(draw.choice(figures), text)


def _other_programme(case: Case, text: str, draw: random.Random) -> Change | None:
    found = _PROGRAMME.search(case.question)
    made = _stepped(found.group(3), text) if found else None
    if not found or not made:
        return None
    lead = found.group()[: -len(found.group(3))]
    return Change(lead + made.old, lead + made.new)


def _stepped(figure: str, text: str) -> Change | None:
    others = [str(int(figure) + step) for step in (1, -1, 2, 3, 5) if int(figure) + step > 0]
    free = [other for other in others if not re.search(rf"(?<!\d){other}(?!\d)", text)]
    return Change(figure, free[0]) if free else None


def _other_place(case: Case, text: str, draw: random.Random) -> Change | None:
    named = re.findall(rf"(?:tỉnh|huyện|xã|thành phố|thị xã) ((?:[{CAPITALS}]\w*\s?)+)", case.question)
    named += [place for place in PROVINCES if place in case.question]
    free = [place for place in PROVINCES if place not in text]
    if not named or not free:
        return None
    return Change(named[0].strip(), draw.choice(free))


DERIVATIONS: Mapping[str, Callable[[Documents, tuple[Case, ...], int], Derived]] = {
    "no-marks": _typing(_no_marks),
    "half-marks": _typing(_half_marks),
    "nfd": _typing(_nfd),
    "other-tones": _typing(_other_tones),
    "upper": _typing(lambda text, draw: nfc(text).upper()),
    "typo": _typing(_typo),
    "removed": _removed,
    "other-year": _changed(_other_year),
    "other-number": _changed(_other_number),
    "other-place": _changed(_other_place),
    "other-programme": _changed(_other_programme),
}
"""Name -> (documents, cases, seed) -> (documents, cases)."""
