"""What kind of answer a question asks for, told from its folded words.

Patterns hold with and without tone marks; the few that would be ambiguous without marks ("mấy" / "may") also look at
the marks when there are any.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal, TypeAlias

from rag.text.abbreviations import expand
from rag.text.syllables import tokens
from rag.text.unicode import canonical_tones, fold, has_marks, lower

Kind: TypeAlias = Literal[
    "quantity",
    "date",
    "person",
    "office",
    "place",
    "reference",
    "list",
    "reason",
    "manner",
    "yesno",
    "definition",
    "other",
]

_KINDS: tuple[tuple[Kind, str], ...] = (
    (
        "reference",
        r"\b(nghi quyet|quyet dinh|thong tu|nghi dinh|chi thi|cong van|ke hoach|van ban|cong dien|thong bao"
        r"|huong dan|luat|bo luat|phap lenh)( \S+){0,2}? (nao|gi)\b|\bso hieu\b"
        r"|\b(nghi quyet|quyet dinh|thong tu|nghi dinh|chi thi|cong van|ke hoach|van ban|cong dien|thong bao|bao cao"
        r"|huong dan|to trinh|luat)\b.*\bso (may|bao nhieu|nao)\b",
    ),
    ("list", r"\b(nhung|cac|hai|ba|bon|nam|sau|bay|tam|chin|muoi) (\S+ ){1,4}?(nao|ai)\b|\bnhung ai\b"),
    (
        "reason",
        r"\b(vi sao|tai sao|do dau ma|nguyen nhan|ly do|li do|sao lai|vi ly do|(?<!dung )de lam gi|nham gi|"
        r"(nham|vi|voi|co) muc dich gi)\b",
    ),
    (
        "date",
        r"\b(khi nao|bao gio|luc nao|hom nao|(ngay|thang|nam|thoi gian|thoi diem|gio|quy|buoi|dip|tuan|mua|the ky)"
        r"( thang)?( nam)? (nao|may|bao nhieu|gi)|may gio|ngay thang nam|thu may)\b",
    ),
    ("quantity", r"\b(bao nhieu|bao lau|bao xa|may|muc nao|chiem ty le nao)\b"),
    (
        "person",
        r"\b(ai|nguoi nao|dong chi nao|ong nao|ba nao|(?<!don )vi nao|nhung ai|do ai|cua ai|(cau thu|dien vien|ca si|"
        r"nghi si|tac gia|dao dien|bac si|lanh dao|tong thong|bo truong|giam doc|chu tich|bi thu|truong ban|"
        r"huan luyen vien|nha khoa hoc|vua|nu hoang)( \S+){0,4}? (nao|la ai))\b",
    ),
    (
        "place",
        r"\b(o dau|tai dau|noi nao|cho nao|den dau|tu dau|dau la|(tinh|huyen|xa|thanh pho|nuoc|quoc gia|"
        r"dia phuong|khu vuc|thon|ban|quan|phuong|dia diem|dia ban|chau luc|vung|bang|thi xa|san van dong) "
        r"(nao|gi))\b",
    ),
    (
        "list",
        r"\b(nhung gi|gom nhung|gom cac|bao gom|liet ke|ke ten|(nhung|cac) (\S+ ){1,5}?(nao|gi)\b)|"
        r"\b(nhiem vu|giai phap|ket qua|noi dung|muc tieu|bien phap|han che|ton tai|yeu cau|kien nghi|de xuat|"
        r"hoat dong|chi tieu|thanh tich|thanh tuu|phuong huong|chinh sach)\b.*\b(la gi|nao|gi|the nao|ra sao)\b",
    ),
    (
        "yesno",
        r"\bco\b.*\b(khong|chua)$|\b(phai khong|dung khong|hay khong|hay chua|co phai|phai chang|dung chua)\b"
        r"|\b(da|duoc)\b.*\bchua$",
    ),
    ("definition", r"^(?!.*\b(ten|viec|gi) \b.*\bla gi).*\b(la gi|nghia la gi)$"),
    ("manner", r"\b(nhu the nao|the nao|ra sao|bang cach nao|lam sao|lam the nao|cach nao)\b"),
)
LIST_NOUNS = re.compile(
    r"\b(nhiem vu|giai phap|ket qua|noi dung|muc tieu|bien phap|han che|ton tai|yeu cau|kien nghi|de xuat|hoat dong|"
    r"chi tieu|thanh tich|phuong huong|chinh sach)\b"
)
_NAMED = (
    r"(?:tỉnh|huyện|xã|thành phố|quận|phường|địa phương|nước|quốc gia|ngân hàng|công ty|doanh nghiệp|trường|bệnh viện|"
    r"phòng khám|clb|câu lạc bộ|chùa|ông|bà|đồng chí|người|cầu thủ|tỉnh thành|"
    r"tài xế|lái xe|bị cáo|bị can|nghệ sĩ|thí sinh|ca sĩ|diễn viên|bộ phim|thương hiệu|hãng|nhãn hàng)"
)
_NAMED_LIST = rf"(?:những|các|hai|ba|bốn|năm|sáu|bảy|tám|chín|mười) {_NAMED}(?: \w+){{0,2}} (?:nào|ai)|những ai"
_NAMED_THING = rf"({_NAMED})(?: \w+){{0,2}} nào"


def asks_names(text: str) -> bool:
    """Whether several things with names are asked for: "những tỉnh nào"; a sentence that names none tells nothing."""
    return bool(_search_marked(_NAMED_LIST, text))


def named_noun(text: str) -> str:
    """The noun of one thing with a name, folded: "phòng khám nào" is not answered with "một phòng khám tư nhân"."""
    found = _search_marked(_NAMED_THING, text)
    return fold(found.group(1)) if found else ""


def _search_marked(pattern: str, text: str) -> re.Match[str] | None:
    """Search with tone marks where the text has any: "tính chính nào" asks for no province."""
    plain = " ".join(re.findall(r"\w+", lower(canonical_tones(text))))
    if has_marks(text):
        return re.search(rf"(?<!\w)(?:{pattern})(?!\w)", plain)
    return re.search(rf"(?<!\w)(?:{fold(pattern)})(?!\w)", fold(plain))


def plain_words(text: str) -> str:
    """The folded words of a text, one blank between them; patterns are matched on it."""
    return " ".join(re.findall(r"[\w/%.-]+", fold(text)))


def kind_of(text: str) -> Kind:
    """The kind of answer that a question asks for.

    >>> kind_of("Năm 2020 khởi công mới bao nhiêu công trình?")
    'quantity'
    """
    plain = plain_words(text)
    for kind, pattern in _KINDS:
        if any(not _is_misread(kind, found, text) for found in re.finditer(pattern, plain)):
            return kind
    return "list" if LIST_NOUNS.search(plain) and not re.search(r"\b(gi|nao)\b", plain) else "other"


_FIRST: Mapping[str, str] = {
    "nam": "năm", "hai": "hai", "ba": "ba", "bon": "bốn", "sau": "sáu", "bay": "bảy", "tam": "tám", "chin": "chín",
    "muoi": "mười", "mua": "mùa", "quy": "quý", "gio": "giờ", "tuan": "tuần",
}  # fmt: skip
"""First words of asking for several things or for a time, which without marks are also others ("Hải Dương", "Nam")."""


def _is_misread(kind: Kind, match: re.Match[str], text: str) -> bool:
    """Folded "may" and "ai" also stand for "may", "mây", "máy", "ái"; the marks decide where there are any."""
    found = match.group(0)
    if kind in ("list", "date") and has_marks(text) and (meant := _FIRST.get(found.split(maxsplit=1)[0])):
        word = re.findall(r"[\w/%.-]+", text)[match.string[: match.start()].count(" ")]
        if canonical_tones(word.lower()) != meant:
            return True
    last = found.rpartition(" ")[2]
    if last not in ("may", "ai") or (last == "ai" and found != "ai"):
        return False
    exact = {"may": "mấy", "ai": "ai"}[last]
    words = [t.text.lower() for t in tokens(text)]
    return has_marks(text) and exact not in words


OFFICE_LIKE: tuple[Kind, ...] = ("person", "definition", "other")
"""Kinds of questions that may ask for an office: "X là ai", "X giữ chức gì"."""
_ASKS_OFFICE = re.compile(
    r"\b(giu|nam giu|dam nhiem|dam nhan|lam) (chuc vu|chuc danh|chuc|cuong vi|nghe) (gi|nao)\b"
    r"|\b(chuc vu|chuc danh|cuong vi|nghe nghiep) .*\b(la gi|nao)$"
)
_OFFICES = re.compile(
    r"\b((?:pho )?(?:chu tich|giam doc|tong giam doc|bi thu|truong ban|truong phong|to truong|hieu truong|vien truong|"
    r"cuc truong|vu truong|chanh van phong|chanh an|chanh thanh tra|bo truong|thu truong|ngoai truong|thu tuong|"
    r"tong thong|thong doc|tong bi thu|tong thu ky|thi truong|dai su|tu lenh|chinh uy|doi truong|huan luyen vien|hlv|"
    r"ceo|nguoi phat ngon|phat ngon vien|thu linh|chu nhiem))\b"
)
_WHO_HOLDS = re.compile(r"\b(la ai|ai (?:dang |hien )?(?:la|giu|lam)|la (?:ong|ba|vi|nguoi|dong chi) nao)\b")


def office_in(text: str) -> str:
    """The office in "Giám đốc Sở X là ai" or "Ai là …", folded; empty where no office holder is asked for."""
    plain = " ".join([fold(text), *(fold(e) for e in expand(text))])
    found = _OFFICES.search(plain) if _WHO_HOLDS.search(plain) else None
    return found.group(1) if found else ""


def asks_office(text: str, names: tuple[str, ...]) -> bool:
    """Whether the office or calling of a named person is asked for: "Ông X giữ chức vụ gì?", "X là ai?"."""
    plain = plain_words(text)
    if office_in(text) or not names:
        return False
    about = rf"^(?:(?:ong|ba|anh|chi|co|dong chi|ngai) )?{re.escape(plain_words(names[0]))} la ai$"
    return bool(_ASKS_OFFICE.search(plain) or re.search(about, plain))
