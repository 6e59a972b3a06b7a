"""Numbers of official documents ("Nghị quyết số 88/2019/QH14") and numbered programmes ("Chương trình 135")."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from rag.text.unicode import fold, has_marks, nfc
from rag.text.words import words

_SYMBOL: Final = r"[A-ZĐÐ]{2,}[A-Za-zĐđ]{0,4}\d{0,3}"
_LOWER_SYMBOL: Final = r"(?:nq|qđ|qd|nđ|nd|tt|ct|kl|tb|kh|hd|bc|cv|tttlt|ttlt|cđ|cd|qh\d{1,2}|pl|ubtvqh\d{0,2})"
_SMALL_PART: Final = r"[a-zđ]{2,8}\d{0,2}"
_YEAR: Final = r"(?:(?:19|20)\d\d/)?"
NUMBER_PATTERN: Final = (
    rf"\d{{1,5}}[a-z]?/{_YEAR}{_SYMBOL}(?:[-–/.]{_SYMBOL})*"
    rf"|\d{{1,5}}\s?[-–]\s?{_SYMBOL}/{_SYMBOL}(?:-{_SYMBOL})?"
    rf"|\d{{1,5}}[a-z]?/{_YEAR}{_LOWER_SYMBOL}(?:[-–/]{_SMALL_PART})*"
    rf"|\d{{1,5}}[a-z]?/{_YEAR}{_SMALL_PART}(?:[-–]{_SMALL_PART})+"
    rf"|\d{{1,5}}\s?[-–]\s?{_LOWER_SYMBOL}/[a-zđ]{{2,8}}"
)
"""Matches one whole document number, such as ``88/2019/QH14``, ``12-NQ/TU`` or ``900/QĐ-TTg``."""

_KINDS: Final = (
    "nghị quyết", "nghị định", "quyết định", "thông tư liên tịch", "thông tư", "chỉ thị", "kết luận", "kế hoạch",
    "công văn", "công điện", "thông báo", "hướng dẫn", "báo cáo", "tờ trình", "pháp lệnh", "luật", "quy định",
    "chương trình", "dự án", "đề án", "đề tài", "quyết nghị",
)  # fmt: skip
_KIND_OF_SYMBOL: Final = {
    "NQ": "nghị quyết", "NĐ": "nghị định", "QĐ": "quyết định", "TT": "thông tư", "CT": "chỉ thị",
    "TTLT": "thông tư liên tịch", "KL": "kết luận", "KH": "kế hoạch", "CV": "công văn", "CĐ": "công điện",
    "TB": "thông báo", "HD": "hướng dẫn", "BC": "báo cáo", "TTR": "tờ trình", "PL": "pháp lệnh", "QC": "quy chế",
}  # fmt: skip
_BARE_KINDS: Final = words("""
    nghị quyết|nghị định|quyết định|thông tư|thông tư liên tịch|chỉ thị|kết luận|chương trình|dự án|đề án|kế hoạch
    công văn|pháp lệnh
    """)
_YEARLY_KINDS: Final = frozenset({"nghị quyết", "nghị định", "quyết định", "thông tư", "thông tư liên tịch", "chỉ thị"})
"""Documents that are named by number and year alone ("Nghị định 167/2013")."""
_KIND_BY_FOLDED: Final = {fold(kind): kind for kind in _KINDS}
_KIND_RE: Final = "|".join(sorted(_KIND_BY_FOLDED, key=len, reverse=True))
_NUMBER: Final = re.compile(rf"(?<![\w/.,])(?:{NUMBER_PATTERN})(?!\w)")
_LEAD: Final = re.compile(rf"(?<!\w)(?P<kind>{_KIND_RE})\s+(?:so\s*:?\s*)?$")
_BARE: Final = re.compile(
    rf"(?<!\w)(?P<kind>{_KIND_RE})\s+(?:so\s*:?\s*)?(?P<number>\d{{1,5}}[a-z]?(?:/(?:19|20)\d\d)?)(?![\w/%]|[.,]\d|\s*-\s*[a-z]{{2,}}/)"
)


@dataclass(frozen=True, slots=True)
class DocumentNumber:
    """An official document named in a text.

    :param canonical: Kind and number in one spelling: ``nghị quyết 88/2019/QH14``; without the issuer where only a
        bare number was given: ``nghị quyết 88``.
    :param kind: Such as ``nghị quyết``; ``chương trình`` for numbered programmes; empty where unknown.
    """

    start: int
    end: int
    text: str
    canonical: str
    kind: str


def find_document_numbers(text: str) -> tuple[DocumentNumber, ...]:
    """Find documents named by number, in order.

    >>> [d.canonical for d in find_document_numbers("Nghị quyết số 88/2019/QH14 và Chương trình 135")]
    ['nghị quyết 88/2019/QH14', 'chương trình 135']
    """
    if not re.search(r"\d", text):
        return ()
    folded = fold(text)
    found = [_numbered(text, folded, m) for m in _NUMBER.finditer(text)]
    taken = [(d.start, d.end) for d in found]
    for match in _BARE.finditer(folded):
        if all(match.end() <= start or match.start() >= end for start, end in taken):
            bare = _bare(text, match)
            found += [bare] if bare else []
    return tuple(sorted(found, key=lambda d: d.start))


def _numbered(text: str, folded: str, match: re.Match[str]) -> DocumentNumber:
    number = _canonical_number(match.group())
    lead = _LEAD.search(folded, max(0, match.start() - 40), match.start())
    start = lead.start() if lead else match.start()
    kind = _KIND_BY_FOLDED[lead["kind"]] if lead else _kind_of(number)
    return DocumentNumber(start, match.end(), text[start : match.end()], f"{kind} {number}".strip(), kind)


def _canonical_number(text: str) -> str:
    number = nfc(text).upper().replace("Ð", "Đ").replace("–", "-").replace(" ", "")
    number = re.sub(
        r"(?<![A-ZĐ])(QD|ND|CD)(?![A-ZĐ])", lambda m: m.group()[0] + "Đ" if m.group()[0] != "C" else "CĐ", number
    )
    return re.sub(r"^0+(?=\d)", "", number)


def _kind_of(number: str) -> str:
    for symbol in re.findall(r"[A-ZĐ]+", number):
        if symbol in _KIND_OF_SYMBOL:
            return _KIND_OF_SYMBOL[symbol]
    return ""


def _bare(text: str, match: re.Match[str]) -> DocumentNumber | None:
    kind = _KIND_BY_FOLDED[match["kind"]]
    written = nfc(text[match.start("kind") : match.end("kind")]).lower()
    if kind not in _BARE_KINDS or (has_marks(written) and written != kind):
        return None
    number = match["number"].lstrip("0") or "0"
    if "/" in number and kind not in _YEARLY_KINDS:  # "kế hoạch 5/2020" is that of a month
        return None
    return DocumentNumber(match.start(), match.end(), text[match.start() : match.end()], f"{kind} {number}", kind)


def refers_to(a: DocumentNumber, b: DocumentNumber) -> bool:
    """Whether both can name one document: same number and kind, and nothing said that differs.

    >>> short, full = find_document_numbers("Nghị quyết 88 là Nghị quyết số 88/2019/QH14")
    >>> refers_to(short, full)
    True
    """
    if a.kind and b.kind and a.kind != b.kind:
        return False
    number_a, number_b = a.canonical.removeprefix(a.kind).strip(), b.canonical.removeprefix(b.kind).strip()
    parts_a, parts_b = _parts(number_a), _parts(number_b)
    if parts_a[0] != parts_b[0]:
        return False
    shorter, longer = sorted((parts_a[1:], parts_b[1:]), key=len)
    return shorter == longer[: len(shorter)]


def _parts(number: str) -> list[str]:
    return re.split(r"[/-]", number)
