"""What a question asks for: the kind of answer, the noun it belongs to, and what the evidence must be about."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rag.answer.kinds import LIST_NOUNS, OFFICE_LIKE, Kind, asks_names, asks_office, kind_of, named_noun, plain_words
from rag.text.abbreviations import expansion
from rag.text.dates import DateMention, find_dates
from rag.text.names import find_names
from rag.text.references import DocumentNumber, find_document_numbers
from rag.text.syllable import is_syllable
from rag.text.syllables import is_function_word, tokens
from rag.text.unicode import canonical_tones, fold, has_marks

_ASKING = frozenset(
    """
    bao nhiêu mấy gì nào ai đâu sao khi bao giờ vì tại thế như ra là ở có không chưa phải liệt kê kể tên cho biết hỏi
    xin hãy lâu xa hay những các năm tháng ngày
    """.split()
)
"""Words that ask, and words of time whose numbers are looked at apart; none says what the evidence is about."""
_COMPARED = re.compile(r"\b(so voi|so cung ky|cung ky|hon|tu muc|tang tu|giam tu)( \S+){0,3} ?$")
_TAKEN_ALONG = 0.4


@dataclass(frozen=True, slots=True)
class Term:
    """A word of the question that the evidence should share.

    :param text: Lower-case, one tone placement.
    :param weight: 2.0 for numbers and document numbers; 0.4 for what a follow-up takes from the question before it (in
        brackets); 1.0 else. Names are compared apart (see ``names``).
    :param loose: Typed without tone marks: any marked spelling agrees.
    :param spelt_out: What an abbreviation stands for, which agrees as well ("dtts": dân, tộc, thiểu, số).
    :param position: Number of the word in the question; neighbours form a compound ("hội nghị").
    """

    text: str
    weight: float
    loose: bool = False
    position: int = -9
    spelt_out: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """A standalone question, taken apart.

    :param text: With tone marks, as understood.
    :param focus: Words of the noun asked for: ``("công", "trình")`` of "bao nhiêu công trình".
    :param places: Words after "ở", "tại", "huyện" and the like that were typed without capitals ("ở bình khê").
    :param head: Words of what a figure is asked of: "tỷ lệ thất nghiệp" of "tỷ lệ thất nghiệp của tỉnh là bao nhiêu";
        of a yes/no question those that say what is done: "rút lại" of "có rút lại đề nghị không".
    :param foci: The same for each of several joined by a comma or "và".
    :param years: Years the answer must be about.
    :param compared: Years that it is only to be compared with ("so với năm 2019").
    :param names: Proper names in the question.
    """

    text: str
    kind: Kind
    terms: tuple[Term, ...]
    foci: tuple[tuple[str, ...], ...]
    years: frozenset[int]
    dates: tuple[DateMention, ...]
    references: tuple[DocumentNumber, ...]
    names: tuple[str, ...]
    head: tuple[Term, ...] = ()
    places: tuple[tuple[str, ...], ...] = ()
    compared: frozenset[int] = frozenset()

    @property
    def own_terms(self) -> tuple[Term, ...]:
        """The terms of the question itself, without what a follow-up takes along; all where it has none."""
        return tuple(t for t in self.terms if t.weight > _TAKEN_ALONG) or self.terms

    @property
    def wants_list(self) -> bool:
        """Whether several items are asked for."""
        return self.kind == "list"

    @property
    def wants_items(self) -> bool:
        """Whether the list is one of tasks, solutions, results: what a lead announces and the text below enumerates."""
        return self.kind == "list" and bool(LIST_NOUNS.search(plain_words(self.text)))

    @property
    def wants_names(self) -> bool:
        """Whether things are asked for that have names: "những tỉnh nào", "phòng khám nào"."""
        return bool(self.named_noun) or (self.kind == "list" and asks_names(self.text))

    @property
    def named_noun(self) -> str:
        """What one thing with a name is asked for of, folded: "phong kham" of "phòng khám nào"; empty elsewhere."""
        return named_noun(self.text) if self.kind == "other" else ""


def analyse(text: str, typed: str | None = None) -> Question:
    """Take a question apart.

    :param text: The standalone question with tone marks.
    :param typed: As typed; words without marks there are matched loosely.

    >>> analyse("Năm 2020 khởi công mới bao nhiêu công trình?").kind
    'quantity'
    """
    text = _with_how_many(text, typed or text)
    kind = kind_of(text)
    references = find_document_numbers(text) or find_document_numbers(_spelt_out(text))
    numbered = [(r.start, r.end) for r in references]
    dates = tuple(
        d for d in find_dates(text) if not d.relative and not any(start <= d.start < end for start, end in numbered)
    )
    taken = [(d.start, d.end) for d in dates] + [(r.start, r.end) for r in references]
    names = tuple(n.text for n in find_names(text) if not any(start <= n.start < end for start, end in taken))
    names = (*_opening_name(text, names), *names)
    kind = "office" if kind in OFFICE_LIKE and asks_office(text, names) else kind
    terms, foci = _terms(text, typed or text), _foci(text, kind)
    if kind == "office":
        terms = tuple(t for t in terms if fold(t.text) not in _OF_OFFICE)
    return Question(
        text=text,
        kind=kind,
        terms=terms,
        foci=foci,
        places=_places(text),
        head=_head(text, terms) if kind == "quantity" and not foci else _predicate(text, terms, kind),
        years=frozenset(y for d in dates if not is_comparison(text, d.start) for y in (d.year, d.end_year) if y),
        compared=frozenset(y for d in dates if is_comparison(text, d.start) for y in (d.year, d.end_year) if y),
        dates=dates,
        references=references,
        names=names,
    )


def _opening_name(text: str, names: tuple[str, ...]) -> tuple[str, ...]:
    """A foreign name of one word that opens the question, where any word has a capital ("Oslo mở lại chợ khi nào?")."""
    first = next(iter(tokens(text)), None)
    if first is None or first.start or len(first.text) < _SHORTEST_NAME or not first.text.isalpha():
        return ()
    foreign = first.text[0].isupper() and not first.text.isupper() and not is_syllable(first.text)
    return (first.text,) if foreign and not any(text.startswith(name) for name in names) else ()


_SHORTEST_NAME = 3
_OF_OFFICE = frozenset("giu nam dam nhiem nhan lam chuc vu danh cuong vi nghe nghiep".split())
"""Words that ask for an office; a sentence that names one has others."""
_MAY = re.compile(
    r"\bmay (?!(?:bay|moc|tinh|man|mac|do|xuc|ao|phat|lanh|giat|tho|anh|quay|in|chu|det|khau|cay|keo|nen|ui|gat|cat|"
    r"bom|loc|dieu|xet|chieu|ghi|doc|tro|hut|say|photo|chem|mua|van|phan|tach|ly|lac|ep|dong|rua|hoc|chay|noi|nam|nghe)\b)[a-z]"
)
"""Unmarked "may" before a word with which it does not make a machine, a garment, a cloud or luck."""
_ASKS = re.compile(r"\b(bao|gi|nao|ai|dau|sao|the nao|khong|chua|liet ke|ke ten)\b")


def _with_how_many(text: str, typed: str) -> str:
    """The question with "mấy" where "may", typed without marks, is its only asking word, however it was restored."""
    plain = " ".join(t.text.lower() for t in tokens(typed))
    written, restored = tokens(typed), tokens(text)
    found = _MAY.search(plain)
    if has_marks(typed) or not found or _ASKS.search(plain) or len(written) != len(restored):
        return text
    word = restored[plain[: found.start()].count(" ")]
    return f"{text[: word.start]}mấy{text[word.end :]}"


def is_comparison(text: str, start: int) -> bool:
    """Whether the words before ``start`` make what follows a point of comparison ("so với năm 2019")."""
    return bool(_COMPARED.search(fold(text[max(0, start - 40) : start]).rstrip() + " "))


def _spelt_out(text: str) -> str:
    """Abbreviations in capitals spelt out: "NQ 88 của QH"."""
    return re.sub(r"\b[A-ZĐ]{2,}\b", lambda m: expansion(m.group()) or m.group(), text)


def _terms(text: str, typed: str) -> tuple[Term, ...]:
    unmarked = {t.text.lower() for t in tokens(typed) if not has_marks(t.text)}
    dated = [(d.start, d.end) for d in find_dates(text) if d.year]
    taken = text.find(" (") if text.endswith(")?") else -1
    seen: dict[str, Term] = {}
    for position, token in enumerate(tokens(text)):
        word = key(token.text)
        # The times that a question names are compared as times (see rag.answer.about), not as words.
        if any(start <= token.start < end for start, end in dated):
            continue
        if word in _ASKING or is_function_word(word) or word in seen:
            continue
        special = any(c.isdigit() for c in word)
        weight = _TAKEN_ALONG if 0 < taken < token.start else 2.0 if special else 1.0
        # A restored word may be wrong: it was typed without marks, so any marks agree with it.
        loose = has_marks(token.text) and fold(token.text) in unmarked
        seen[word] = Term(word, weight, loose, position, _words_of_abbreviation(token.text))
    return tuple(seen.values())


def _words_of_abbreviation(word: str) -> tuple[str, ...]:
    spelt = expansion(word) if len(word) > 1 and word.isupper() else None
    return tuple(key(w) for w in spelt.split()) if spelt else ()


def key(word: str) -> str:
    """The form in which words are compared: lower-case, one tone placement.

    >>> key("Hoà")
    'hòa'
    """
    return canonical_tones(word.lower())


_BEFORE_PLACE = frozenset("ở tại tỉnh huyện xã phường quận phố trấn thôn".split())
_NO_PLACE = frozenset(
    "tỉnh huyện xã phường quận thành thị phố thôn bản vùng khu địa nước nơi đây trung toàn hội".split()
)


def _places(text: str) -> tuple[tuple[str, ...], ...]:
    words = [t.text for t in tokens(text)]
    found = []
    for level, before, *after in zip(["", *words], words, words[1:], words[2:], strict=False):
        plain = [key(w) for w in after]
        if key(level) == "cấp":  # "cấp tỉnh thi đấu" names no place
            continue
        if key(before) in _BEFORE_PLACE and not any(_is_no_place(w) for w in plain) and "".join(after).islower():
            found.append(tuple(plain))
    return tuple(found)


def _is_no_place(word: str) -> bool:
    return word in _NO_PLACE or word in _ASKING or is_function_word(word) or not word.isalpha()


_HEAD_ENDS = frozenset("của ở tại trong thuộc do là đạt còn năm theo so với trên".split())


def _head(text: str, terms: tuple[Term, ...]) -> tuple[Term, ...]:
    """The terms before the first word that says of whom, where or when."""
    words = [key(t.text) for t in tokens(text)]
    end = next((n for n, word in enumerate(words) if word in _HEAD_ENDS and n > 1), len(words))
    return tuple(t for t in terms if t.position < end)


def _predicate(text: str, terms: tuple[Term, ...], kind: Kind) -> tuple[Term, ...]:
    """The first word behind "có" or "đã" of a yes/no question, of one syllable or two."""
    if kind != "yesno":
        return ()
    words = [key(t.text) for t in tokens(text)]
    at = next((n for n, word in enumerate(words) if word in ("có", "đã", "co", "da")), len(words))
    behind = [t for t in terms if at < t.position]
    return tuple(t for t in behind[:2] if t.position - behind[0].position < 2)


def _foci(text: str, kind: Kind) -> tuple[tuple[str, ...], ...]:
    words = [(key(t.text), t.start, t.end) for t in tokens(text)]
    plain = [fold(w) for w, _, _ in words]
    if kind == "quantity":
        return _foci_after(text, words, plain)
    for index, word in enumerate(plain if kind == "other" else ()):
        if word in ("nao", "gi") and index:
            return (_noun_before(words, index),)
    return ()


_COMPARING = frozenset({"so", "hơn"})
_COUNTED = frozenset({"chỉ tiêu", "chỉ số", "chỉ thị"})
"""Nouns whose first syllable is a small word elsewhere."""


def _next_word(words: list[tuple[str, int, int]], end: int) -> str:
    return next((word for word, start, _ in words if start >= end), "")


def _foci_after(text: str, words: list[tuple[str, int, int]], plain: list[str]) -> tuple[tuple[str, ...], ...]:
    """The nouns after "bao nhiêu": "bao nhiêu tập thể, cá nhân được khen" asks for two."""
    for index, word in enumerate(plain):
        starts = index + 2 if word == "bao" and plain[index + 1 : index + 2] == ["nhieu"] else 0
        starts = starts or (index + 1 if word == "may" and words[index][0] in ("mấy", "may") else 0)
        if not starts:
            continue
        groups: list[list[str]] = [[]]
        last_end = words[starts - 1][2]
        for syllable, start, end in words[starts : starts + 8]:
            if "(" in text[last_end:start]:  # what a follow-up takes along
                break
            joined = "," in text[last_end:start] or syllable == "và"
            if joined:
                groups.append([])
            if syllable != "và":
                counted = f"{syllable} {_next_word(words, end)}" in _COUNTED
                ends = is_function_word(syllable) and not counted
                if ends or syllable in _COMPARING or (len(groups[-1]) >= 2 and not joined):
                    break
                groups[-1].append(syllable)
            last_end = end
        return tuple(tuple(g) for g in groups if g)
    return ()


def _noun_before(words: list[tuple[str, int, int]], index: int) -> tuple[str, ...]:
    before = [w for w, _, _ in words[:index]]
    while before and (is_function_word(before[-1]) or before[-1] in _ASKING):
        before.pop()
    return tuple(before[-2:])
