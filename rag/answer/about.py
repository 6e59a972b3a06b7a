"""Whether a sentence is about what the question names: its years, numbers, documents, proper names.

A figure of 2020 does not answer a question about 2018, however well everything else agrees.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Literal

from rag.answer.match import words_of
from rag.answer.question import Question, is_comparison, key, office_in
from rag.text.abbreviations import expand
from rag.text.dates import DateMention, find_dates
from rag.text.name_lists import COUNTRIES, PROVINCES
from rag.text.references import find_document_numbers, refers_to
from rag.text.syllables import tokens
from rag.text.unicode import canonical_tones, fold, lower
from rag.text.words import alternation

DifferenceKind = Literal["year", "part", "day", "reference", "number", "name", "office", "level"]


@dataclass(frozen=True, slots=True)
class Difference:
    """Something the question names that the evidence is not about.

    :param asked: As in the question ("2018").
    :param found: What the evidence is about instead ("2020"), empty when it says nothing of the kind.
    """

    kind: DifferenceKind
    asked: str
    found: str = ""


@dataclass(frozen=True, slots=True)
class Setting:
    """Where a sentence stands: what a reader of the article knows when reaching it.

    :param before: The text of its passage before it.
    :param passage: The whole passage.
    :param lead: The sentence that opens the document.
    """

    before: str
    passage: str
    title: str
    published: date | None
    lead: str = ""


def differences(question: Question, sentence: str, setting: Setting) -> tuple[Difference, ...]:
    """What the question names and the sentence, read in its setting, is not about; empty when all agrees."""
    return (
        *_year_differences(question, sentence, setting),
        *_part_differences(question, sentence),
        *_day_differences(question, sentence, setting),
        *_reference_differences(question, sentence, setting),
        *_number_differences(question, sentence, setting),
        *_name_differences(
            question.text, question.names, question.places, f"{setting.title}\n{setting.lead}", setting.passage
        ),
        *_other_of_its_kind(question.text, sentence),
        *_other_nation(question.text, sentence),
        *_whole_for_part(question, sentence),
        *_office_differences(question, sentence),
        *_foreign_office(question, sentence),
        *_level_differences(question, sentence, setting),
    )


def _year_differences(question: Question, sentence: str, setting: Setting) -> tuple[Difference, ...]:
    """Years that the question names and nothing says the sentence to be about, comparisons with a year included.

    Where the question names several ("năm 2020 theo bài đăng năm 2021") one must be what the sentence is about, and the
    others must at least stand in it, in the title, or be the year of publication.
    """
    compared = _compared_differences(question, sentence, setting)
    if not question.years:
        return compared
    about = years_about(sentence, setting)
    agreed = _years_of_days(question, sentence)
    missing = [y for y in sorted(question.years - agreed) if not any(_covers(span, y, question) for span in about)]
    beside = _years_beside(sentence, setting)
    unknown = [y for y in missing if y not in beside]
    wrong = missing if len(missing) == len(question.years) else unknown
    found = ", ".join(dict.fromkeys(str(low) for low, _ in about))
    return (*(Difference("year", str(year), found) for year in wrong), *compared)


_WHOLE_YEAR = re.compile(
    r"(?:(?:trong|cả|tính cả|tính chung|tính chung cả|riêng|kết thúc|hết)\s+)?(năm\s+\d{4})(?![\w/])", re.IGNORECASE
)
"""A sentence that opens with a year is about all of it; further behind it may be that of a plan."""


def _part_differences(question: Question, sentence: str) -> tuple[Difference, ...]:
    """Parts of a year ("6 tháng đầu năm", "quý III") that the question names where the sentence names only others."""
    asked = _parts(question.text, question.dates)
    told = _parts(sentence, find_dates(sentence)) if asked else {}
    whole = _WHOLE_YEAR.match(sentence) if asked and not told else None
    if asked.keys() & told.keys() or not (told or whole):
        return ()
    found = whole.group(1) if whole else ", ".join(dict.fromkeys(told.values()))
    return tuple(Difference("part", text, found) for text in asked.values())


def _parts(text: str, dates: Sequence[DateMention]) -> dict[tuple[int, int], str]:
    """The parts of a year that a text is about, and how it names them; not those that it compares with."""
    named = ((_part(d), d) for d in dates)
    return {part: d.text for part, d in named if part and not is_comparison(text, d.start)}


def _part(mention: DateMention) -> tuple[int, int] | None:
    """First month and number of months of a part of a year, of several months; ``None`` for another time."""
    return (mention.month, mention.months) if mention.month and mention.months and not mention.end_year else None


def _years_of_days(question: Question, sentence: str) -> set[int]:
    """Years of whole days that question and sentence both name, be it only as the date of a document."""
    asked = {(d.year, d.month, d.day) for d in question.dates if d.year and d.month and d.day}
    named = {(d.year, d.month, d.day) for d in find_dates(sentence)} if asked else set()
    return {year for year, _, _ in asked & named if year}


def _covers(span: tuple[int, int], year: int, question: Question) -> bool:
    """Whether a time is the year asked for: of a period only where the question names the period too."""
    low, high = span
    if high - low <= 1:
        return low <= year <= high
    return year in span and {low, high} <= question.years


def _years_beside(sentence: str, setting: Setting) -> set[int]:
    written = {y for text in (sentence, setting.title) for d in find_dates(text) for y in (d.year, d.end_year) if y}
    return written | ({setting.published.year} if setting.published else set())


def _compared_differences(question: Question, sentence: str, setting: Setting) -> tuple[Difference, ...]:
    """Years that the question only compares with ("so với năm 2018"), which the sentence does not compare with."""
    asked = sorted(question.compared)
    if not asked:
        return ()
    written = {y for d in find_dates(sentence, anchor=setting.published) for y in (d.year, d.end_year) if y}
    if any(is_comparison(sentence, d.start) and d.relative for d in find_dates(sentence)):
        written |= {high - 1 for _, high in years_about(sentence, setting)}
    missing = [y for y in asked if y not in written]
    others = [str(y) for y in sorted(written - question.years)]
    return tuple(Difference("year", str(y), ", ".join(others)) for y in missing) if missing else ()


def years_about(sentence: str, setting: Setting) -> tuple[tuple[int, int], ...]:
    """Years that a sentence is about, as inclusive ranges.

    Its own count first (not a point of comparison, not the date of a document it names, not a longer period), "năm nay"
    among them, else the nearest before it in the passage, else those of the title, else the year of publication and, as
    news looks back, the one before.
    """
    if not _years_in(sentence) and (named := _relative_years(sentence, setting.published)):
        return named
    periods: tuple[tuple[int, int], ...] = ()
    for text in (sentence, *_sentences_backwards(setting.before), setting.title):
        own = _years_in(text)
        if own and any(high == low for low, high in own):
            return own
        periods = periods or own
    if periods:
        return periods
    if setting.published:
        return ((setting.published.year - 1, setting.published.year),)
    return ()


def _relative_years(sentence: str, published: date | None) -> tuple[tuple[int, int], ...]:
    """Years that a sentence names from the day of publication: "sáu tháng đầu năm nay"."""
    if published is None or "năm" not in sentence:
        return ()
    dates = (d for d in find_dates(sentence, anchor=published) if _TOLD_YEAR.search(fold(d.text)))
    return tuple(dict.fromkeys((d.year, d.year) for d in dates if d.year and not is_comparison(sentence, d.start)))


_TOLD_YEAR = re.compile(r"\bnam (nay|ngoai|truoc|qua)$")


def _sentences_backwards(before: str) -> tuple[str, ...]:
    return tuple(reversed([s for s in re.split(r"(?<=[.!?…])\s+|\n+", before) if s.strip()]))


def _years_in(text: str) -> tuple[tuple[int, int], ...]:
    spans = [(r.start, r.end) for r in find_document_numbers(text)]
    dates = [d for d in find_dates(text) if d.year and not d.relative and not is_comparison(text, d.start)]
    about = [d for d in dates if not _belongs_to_document(d, spans)] or dates
    return tuple(dict.fromkeys((d.year, d.end_year or d.year) for d in about if d.year))


def _belongs_to_document(mention: DateMention, spans: list[tuple[int, int]]) -> bool:
    return any(start <= mention.start < end + 12 for start, end in spans)


def _day_differences(question: Question, sentence: str, setting: Setting) -> tuple[Difference, ...]:
    """A day that the question names, where the sentence tells of another: the price of the 6th is none of the 9th."""
    asked = [d for d in question.dates if d.day and d.kind == "day" and not _dates_a_document(question.text, d)]
    if not asked or question.kind == "date" or setting.published is None:
        return ()
    days = [d for d in find_dates(sentence, anchor=setting.published) if d.kind == "day" and d.day]
    told = [d for d in days if not is_comparison(sentence, d.start) and not _dates_a_document(sentence, d)]
    wanted = [d.resolved(setting.published) for d in asked]
    if not told or any(d.resolved(setting.published).covers(w) for d in told for w in wanted):
        return ()
    return (Difference("day", asked[0].text, told[0].text),)


def _dates_a_document(text: str, mention: DateMention) -> bool:
    return _belongs_to_document(mention, [(r.start, r.end) for r in find_document_numbers(text)])


def _reference_differences(question: Question, sentence: str, setting: Setting) -> tuple[Difference, ...]:
    wanted = [r for r in question.references if any(c.isdigit() for c in r.text)]
    if not wanted:
        return ()
    known = find_document_numbers(f"{sentence}\n{setting.passage}\n{setting.title}")
    return tuple(
        Difference("reference", r.text, ", ".join([k.text for k in known if k.kind == r.kind][:3]))
        for r in wanted
        if not any(refers_to(r, k) or refers_to(k, r) for k in known)
    )


def _number_differences(question: Question, sentence: str, setting: Setting) -> tuple[Difference, ...]:
    """Bare numbers of the question, years, dates and document numbers apart ("lần thứ 12", "135")."""
    taken = [(d.start, d.end) for d in question.dates] + [(r.start, r.end) for r in question.references]
    asked = [
        t.text
        for t in tokens(question.text)
        if t.text[0].isdigit() and not any(start <= t.start < end for start, end in taken)
    ]
    known = [words_of(text) for text in (setting.title, setting.passage, sentence)] if asked else []
    return tuple(Difference("number", number) for number in asked if not any(k.has(key(number)) for k in known))


_OFFICE = re.compile(
    r"(?<!pho )\b(chu tich|bi thu|giam doc|truong ban|tong giam doc|hieu truong|vien truong|cuc truong|vu truong|"
    r"truong phong|bo truong|thu tuong|chanh van phong|chanh an)\b"
)


def _office_differences(question: Question, sentence: str) -> tuple[Difference, ...]:
    """A deputy is not the head: asked for the "Chủ tịch", a sentence that names only a "Phó Chủ tịch" tells nothing."""
    asked = _OFFICE.search(fold(question.text)) if question.kind == "person" else None
    if asked is None:
        return ()
    plain, office = fold(sentence), asked.group(1)
    deputies = len(re.findall(rf"\bpho {office}\b", plain))
    heads = len(re.findall(rf"\b{office}\b", plain)) - deputies
    if heads or not deputies:
        return ()
    start, end = asked.span(1)
    return (Difference("office", question.text[start:end], f"Phó {question.text[start:end]}"),)


_STATE_OFFICES = re.compile(
    r"\b(bo truong|thu tuong|tong thong|chu tich nuoc|ngoai truong|thong doc|chu tich quoc hoi|tong bi thu|dai su)\b"
)
_FOREIGN = re.compile(rf"(?<!\w){alternation('|'.join(COUNTRIES - {'Việt Nam'}))}(?!\w)")
_NEAR_OFFICE = 40
"""Characters behind an office in which the country stands whose office it is."""


def _foreign_office(question: Question, sentence: str) -> tuple[Difference, ...]:
    """Asked who holds an office of state, without saying of which: that of another country is not meant."""
    asked = _STATE_OFFICES.search(fold(question.text)) if question.kind == "person" else None
    if asked is None or not office_in(question.text) or any(name in COUNTRIES for name in question.names):
        return ()
    if _FOREIGN.search(question.text):
        return ()
    places = [m.end() for m in re.finditer(rf"\b{asked.group(1)}\b", fold(sentence))]
    abroad = [_FOREIGN.search(sentence, end, end + _NEAR_OFFICE) for end in places]
    if not places or not all(abroad):
        return ()
    start, end = asked.span(1)
    country = next(m.group() for m in abroad if m)
    return (Difference("office", question.text[start:end], f"{question.text[start:end]} {country}"),)


_LEVELS = r"(?:tỉnh|huyện|xã|thôn|cơ sở|trung ương|quốc gia|bộ|vùng|thành phố|quận|phường)"
_LEVEL = re.compile(rf"(?<!\w)cấp {_LEVELS}(?:(?:,| và| hoặc| đến| -|/) ?(?:cấp )?{_LEVELS}(?!\w))*(?!\w)")


def _level_differences(question: Question, sentence: str, setting: Setting) -> tuple[Difference, ...]:
    """Levels of the administration: what is told of "cấp xã" does not answer for "cấp tỉnh".

    A sentence that names no level is about the one named last before it in its passage, unless it speaks of the one
    that is asked in other words ("các xã").
    """
    asked = _levels(question.text)
    if not asked:
        return ()
    own = _levels(sentence)
    before = (_levels(text) for text in _sentences_backwards(setting.before))
    told = own or next((levels for levels in before if levels), frozenset())
    words = words_of(sentence)
    missing = sorted(level for level in asked - told if own or not words.has(level)) if told else []
    return tuple(Difference("level", f"cấp {level}", f"cấp {min(told)}") for level in missing)


def _levels(text: str) -> frozenset[str]:
    """The levels that a text names: "cấp tỉnh", "cấp huyện, xã"."""
    plain = canonical_tones(lower(text))
    return frozenset(level for m in _LEVEL.finditer(plain) for level in re.findall(_LEVELS, m.group()))


@lru_cache(maxsize=64)
def _name_differences(
    question: str, names: tuple[str, ...], places: tuple[tuple[str, ...], ...], title: str, passage: str
) -> tuple[Difference, ...]:
    """Names and places that neither title nor passage has; the same for all sentences of the passage.

    :param names: Of the question; so are the places.
    """
    if not names and not places:
        return ()
    capitals, plain = _naming(title, passage)
    absent = [n for n in names if not _is_named(n, question.startswith(n), capitals, plain)]
    # Typed without capitals a place is a guess, so it must be wholly absent to count.
    known = (words_of(title), words_of(passage))
    nowhere = [" ".join(p) for p in places if not any(k.has_loosely(fold(word)) for word in p for k in known)]
    return tuple(Difference("name", name) for name in (*absent, *nowhere))


def names_all(question: Question, title: str, passage: str) -> bool:
    """Whether a passage, with its title, has all names of a question."""
    return not _name_differences(question.text, question.names, question.places, title, passage)


_THINGS = (
    r"(?:sân bay|cảng hàng không|nhà ga|ga|cảng|bệnh viện|trường|đại học|cầu|đường|phố|quốc lộ|cao tốc|nhà máy|công ty|"
    r"tập đoàn|ngân hàng|câu lạc bộ|clb|đội|hồ|sông|đèo|đảo|chùa|chợ|khu công nghiệp|dự án|tàu|hãng|giải|vườn quốc gia)"
)
_AREAS = r"(?:tỉnh|huyện|xã|thành phố|quận|phường|thị xã|thị trấn|thôn|bản)"
_CALLED = r"(?P<name>(?:(?:quốc tế|đa khoa|trung ương|thủy điện|nhiệt điện) )?[A-ZĐÀ-Ỹ]\w*(?: [A-ZĐÀ-Ỹ]\w*)*)"
_THING = re.compile(rf"(?<!\w)(?P<kind>(?i:{_THINGS})) {_CALLED}")
_AREA_FIRST = re.compile(rf"^(?:(?:Tại|Ở|Riêng|Còn|Trong khi đó,?) )?(?P<kind>(?i:{_AREAS})) {_CALLED}")
_AREA = re.compile(rf"(?<!\w)(?P<kind>(?i:{_AREAS})) {_CALLED}")


def _other_of_its_kind(asked: str, sentence: str) -> tuple[Difference, ...]:
    """A thing that the question names, where the sentence tells of another of its kind: another airport, say.

    An area counts only at the beginning of the sentence: elsewhere it may be a neighbour, or a part.
    """
    wanted = [(lower(m["kind"]), m["name"]) for pattern in (_THING, _AREA) for m in pattern.finditer(asked)]
    if not wanted:
        return ()
    words = words_of(sentence)
    opening = _AREA_FIRST.match(sentence)
    told = [(lower(m["kind"]), m["name"]) for m in (*_THING.finditer(sentence), *((opening,) if opening else ()))]
    found = []
    for kind, name in wanted:
        if all(words.has(key(word)) for word in name.split() if word[0].isupper()) or _asks_which(asked, kind):
            continue
        others = [other for told_kind, other in told if told_kind == kind]
        found += [Difference("name", f"{kind} {name}", f"{kind} {others[0]}")] if others else []
    return tuple(found)


_ANY_COUNTRY = alternation("|".join(COUNTRIES))
_NATION = re.compile(rf"(?<!\w)(?P<kind>(?i:người|công dân)) (?P<country>{_ANY_COUNTRY})(?!\w)")


def _other_nation(asked: str, sentence: str) -> tuple[Difference, ...]:
    """People of a country, where the sentence tells of those of another ("người Anh", "người Mỹ")."""
    found = []
    for wanted in _NATION.finditer(asked):
        kind, country = wanted["kind"], wanted["country"]
        others = [m["country"] for m in _NATION.finditer(sentence) if lower(m["kind"]) == lower(kind)]
        joined = rf"(?i:{kind}) {_ANY_COUNTRY}(?:, {_ANY_COUNTRY})*(?:,| và| hoặc| hay| -) {country}(?!\w)"
        if others and country not in others and not re.search(joined, sentence):
            found.append(Difference("name", wanted.group(), f"{kind} {others[0]}"))
    return tuple(found)


_WHOLE = re.compile(
    r"(?<!\w)(?:cả nước|toàn quốc|Việt Nam|(?:trên )?(?:toàn )?thế giới|toàn cầu)(?= (?:có|đã|ghi nhận|đạt|còn|là|"
    r"vẫn|hiện|không|thêm|tăng|giảm|vượt|[^.;]{0,30}\d)|,)",
    re.IGNORECASE,
)


def _whole_for_part(question: Question, sentence: str) -> tuple[Difference, ...]:
    """A figure of a province or country, where the sentence tells that of the whole country, the world or another one.

    Only what the sentence begins with or speaks of throughout counts; it must not have the place that is asked for.
    """
    if question.kind != "quantity":
        return ()
    for sort in (PROVINCES, COUNTRIES):
        asked = [name for name in question.names if _place_in(name, sort)]
        if not asked or any(_stands_in(name, sentence) for name in asked):
            continue
        whole = _WHOLE.search(sentence)
        if whole and lower(whole.group()) not in lower(question.text):
            return (Difference("name", asked[0], whole.group()),)
        opening = _OPENING_PLACE[sort is COUNTRIES].match(sentence)
        if opening:
            return (Difference("name", asked[0], opening["name"]),)
    return ()


def _place_in(name: str, sort: frozenset[str]) -> str:
    """The place of a sort that a name is, with or without the word of its kind ("TP Đà Nẵng")."""
    bare = re.sub(r"^(?:TP\.?|Tp\.?|Thành phố|Tỉnh)\s+", "", name)
    return bare if bare in sort else ""


def _stands_in(name: str, sentence: str) -> bool:
    return fold(re.sub(r"^(?:TP\.?|Tp\.?|Thành phố|Tỉnh)\s*", "", name)) in fold(sentence)


_OPENING_PLACE = tuple(
    re.compile(
        rf"(?:(?:Tại|Ở|Riêng|Còn|Trong khi đó,?|tại) )?(?:(?:tỉnh|TP\.?|thành phố|nước) )?"
        rf"(?P<name>{alternation('|'.join(sort))})(?!\w)(?= (?:có|đã|ghi nhận|đạt|còn|hiện|là|thêm|vẫn|tăng|giảm)|,)"
    )
    for sort in (PROVINCES, COUNTRIES)
)


def _asks_which(asked: str, kind: str) -> bool:
    """Whether another thing of the kind is what is asked for: "nối với sân bay nào"."""
    return bool(re.search(rf"\b{re.escape(fold(kind))}( \w+)? (nao|gi|khac)\b", fold(asked)))


@lru_cache(maxsize=256)
def _naming(*texts: str) -> tuple[frozenset[str], str]:
    """The capitalised words of texts, and the texts folded; a passage is asked about for each of its sentences."""
    capitals: set[str] = set()
    for text in texts:
        words = words_of(text)
        capitals.update(k for k, start in zip(words.keys, words.starts, strict=True) if text[start].isupper())
    return frozenset(capitals), fold(canonical_tones("\n".join(texts)))


def _is_named(name: str, opens: bool, capitals: frozenset[str], plain: str) -> bool:
    """Whether a text has a name: its capitalised words capitalised too, all its words in a row, or its expansion.

    One syllable must have its capital: "Pháp" is not in "giải pháp".

    :param opens: The name opens the question, so that its first capital means nothing.
    """
    words = [t.text for t in tokens(name)]
    if all(key(w) in capitals for w in words[opens:] if w[0].isupper()):
        return len(words) > 1 or not opens or fold(words[0]) in plain
    return (
        (len(words) > 1 and fold(canonical_tones(name)) in plain)
        or any(fold(e) in plain for e in expand(name))
        or _is_abbreviated(name, capitals, plain)
    )


def _is_abbreviated(name: str, capitals: frozenset[str], plain: str) -> bool:
    """Whether capitals that nobody defines ("QH") are the first letters of words in a row that begins like a name."""
    if expand(name) or not (2 <= len(name) <= _LONGEST_ABBREVIATION and name.isalpha() and name.isupper()):
        return False
    first = {fold(word) for word in capitals}
    letters = r"\w*\s+".join(fold(name))
    return any(m.group().split()[0] in first for m in re.finditer(rf"(?<!\w){letters}\w*", plain))


_LONGEST_ABBREVIATION = 5
