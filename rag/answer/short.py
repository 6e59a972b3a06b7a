"""The short answer inside a sentence: the figure, day, person, place or document number that was asked for.

Each finder looks at the candidates of its kind and takes the one that stands nearest to the question's words; a
figure must also belong to the noun asked for ("bao nhiêu công trình" is not answered with a sum of money).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from rag.answer.match import closeness, coverage, words_of
from rag.answer.question import Kind, Question, is_comparison, key
from rag.text.abbreviations import expand
from rag.text.dates import DateMention, find_dates
from rag.text.name_lists import COUNTRIES
from rag.text.names import find_names, find_people
from rag.text.numbers import Quantity, find_quantities
from rag.text.references import find_document_numbers
from rag.text.syllables import is_function_word
from rag.text.unicode import fold

_MONEY = re.compile(
    r"\b(kinh phi|tien|von|gia|doanh thu|ngan sach|thu nhap|luong|chi phi|tri gia|loi nhuan|giai ngan|ho tro|phi|no|"
    r"kim ngach|dau tu|dong|usd|ty dong|trieu dong)\b"
)
_SHARE = re.compile(r"\b(ty le|ti le|phan tram|chiem|ti suat|ty suat|ty trong|lai suat)\b|%")
_AREA = re.compile(r"\b(dien tich|hecta|ha|m2|km2)\b")
_LENGTH = re.compile(r"\b(bao xa|dai bao nhieu|chieu dai|chieu cao|cao bao nhieu|rong bao nhieu|khoang cach|km|met)\b")
_WEIGHT = re.compile(r"\b(san luong|nang bao nhieu|khoi luong|trong luong|tan|kg)\b")
_UNITS: tuple[tuple[re.Pattern[str], frozenset[str]], ...] = (
    (_SHARE, frozenset({"%", "‰", "phần trăm"})),
    (_MONEY, frozenset({"đồng", "USD", "VND", "euro", "EUR", "nhân dân tệ", "yên", "bảng", "won", "baht"})),
    (_AREA, frozenset({"ha", "m2", "km2", "m²", "km²", "sào", "mẫu"})),
    (_LENGTH, frozenset({"km", "m", "cm", "mm"})),
    (_WEIGHT, frozenset({"tấn", "kg", "tạ", "g", "yến"})),
)
_PLACE_HEAD = re.compile(
    r"(?:tại|ở|từ|đến|thuộc|trên địa bàn)\s+((?:(?:tỉnh|huyện|xã|thành phố|TP\.?|thị xã|thị trấn|quận|phường|thôn|bản|"
    r"làng|đảo|khu vực|khu|nước|hội trường|trụ sở|nhà|sân vận động|bệnh viện|trường)\s+)*)(?=[A-ZĐÀ-Ỹ])"
)


@dataclass(frozen=True, slots=True)
class Short:
    """A short answer: ``sentence[start:end] == text`` unless completed by ``derived``.

    :param score: How near it stands to the question's words, 0 to about 1.5; compared inside one question.
    :param derived: The value completed from elsewhere ("8/1/2021"), empty where it stands as written.
    """

    text: str
    start: int
    end: int
    score: float
    derived: str = ""


Finder = Callable[[Question, str, "date | None"], "Short | None"]


def find_short(question: Question, sentence: str, published: date | None) -> Short | None:
    """The short answer to a question inside a sentence that answers it, or ``None``.

    :param published: Day of publication, which completes a date written without its year.
    """
    finder = _FINDERS.get(question.kind)
    return finder(question, sentence, published) if finder else None


def _quantity(question: Question, sentence: str, _: date | None) -> Short | None:
    candidates = _joined(question, sentence, _wanted_quantities(question, sentence))
    asked = {key(w) for w in re.findall(r"\d[\d.,]*", question.text)}
    best: Short | None = None
    for start, end, bonus in candidates:
        if key(sentence[start:end]) in asked or _is_share_of_another(question, sentence, end):
            continue
        aside = is_comparison(sentence, start) or _is_change(sentence, start)
        penalty = 0.4 if aside and not _asks_change(question) else 0.0
        score = closeness(question.terms, sentence, start, end) + bonus - penalty
        if best is None or score > best.score:
            best = Short(sentence[start:end], start, end, score)
    return best


def _is_change(sentence: str, start: int) -> bool:
    """Whether a figure in brackets tells by how much, not how much: "(giảm 3%)"."""
    return bool(re.search(r"\((tăng|giảm)( \w+)? ?$", sentence[max(0, start - 14) : start]))


def _is_share_of_another(question: Question, sentence: str, end: int) -> bool:
    """Whether a percentage is of something that the question has not: "70% nhà phân tích" is no rate of interest."""
    if sentence[end - 1] != "%" or re.search(r"phan tram|%", fold(question.text)):
        return False
    following = re.match(r" ([^\W\d_]+)", sentence[end:])
    word = key(following.group(1)) if following else ""
    return bool(word) and not is_function_word(word) and all(word != t.text for t in question.terms)


def _asks_change(question: Question) -> bool:
    return bool(re.search(r"\b(hon|so voi|tang|giam|chenh)\b", fold(question.text)))


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


_HOUR = re.compile(
    r"\b(?:lúc |khoảng )?\d{1,2}(?:h\d{0,2}|g\d{2}|:\d{2}| giờ(?: \d{1,2}(?: phút)?| rưỡi| kém \d+)?)(?!\w)"
)


def _hour(question: Question, sentence: str) -> Short | None:
    found = [_placed(question, sentence, m.start(), m.end()) for m in _HOUR.finditer(sentence)]
    return max(found, key=lambda s: s.score, default=None)


def _date(question: Question, sentence: str, published: date | None) -> Short | None:
    if re.search(r"\b(may gio|gio nao)\b", fold(question.text)):
        return _hour(question, sentence)
    kinds = _date_kinds(question)
    best: Short | None = None
    for mention in find_dates(sentence, anchor=published):
        if mention.kind not in kinds or _is_given(mention, question):
            continue
        score = _date_score(question, sentence, mention, mention.kind == kinds[0])
        if best is None or score > best.score:
            start = mention.start + (len("ngày ") if re.match(r"[Nn]gày \d+[/.-]", mention.text) else 0)
            best = Short(sentence[start : mention.end], start, mention.end, score, _completed(mention, published))
    return best


def _date_kinds(question: Question) -> tuple[str, ...]:
    """Kinds of time that can answer, the asked one first: "ngày nào" is not answered with a term of office."""
    plain = fold(question.text)
    if re.search(r"\b(nam|the ky) (nao|bao nhieu|may|gi)\b", plain):
        return ("year", "day", "month", "quarter", "half", "period")
    if re.search(r"\b(thang) (nao|may)\b", plain):
        return ("month", "day")
    if re.search(r"\b(ngay|hom|thu) (nao|may|bao nhieu|thang nam nao)\b", plain):
        return ("day",)
    return ("day", "month", "year", "quarter", "half")


def _is_given(mention: DateMention, question: Question) -> bool:
    """A time that the question itself names is not what it asks for."""
    return any((d.year, d.month, d.day) == (mention.year, mention.month, mention.day) for d in question.dates)


def _date_score(question: Question, sentence: str, mention: DateMention, fits: bool) -> float:
    score = closeness(question.terms, sentence, mention.start, mention.end)
    score += 0.3 if fits else 0.0
    score -= 0.4 if is_comparison(sentence, mention.start) else 0.0
    return score + _document_date(question, sentence, mention)


def _document_date(question: Question, sentence: str, mention: DateMention) -> float:
    """Bonus of a document's own date ("Nghị quyết số … ngày 18/11/2019") if the question names it, else a penalty."""
    owner = next((r for r in find_document_numbers(sentence) if 0 <= mention.start - r.end <= 8), None)
    if owner is None:
        return 0.0
    return 0.6 if any(_same_number(owner.text, q.text) for q in question.references) else -0.6


def _same_number(a: str, b: str) -> bool:
    return bool(set(re.findall(r"\d+", a)[:1]) & set(re.findall(r"\d+", b)[:1]))


def _completed(mention: DateMention, published: date | None) -> str:
    """The day with its year, where only the publication tells it: the year nearest to the publication."""
    if mention.kind != "day" or not published or not mention.day or not mention.month:
        return ""
    if re.search(r"\d{4}|\d[/.-]\d+[/.-]\d", mention.text):
        return ""
    year = mention.year or min(
        (published.year - 1, published.year, published.year + 1),
        key=lambda y: abs((_day(y, mention) - published).days),
    )
    return f"{mention.day}/{mention.month}/{year}"


def _day(year: int, mention: DateMention) -> date:
    try:
        return date(year, mention.month or 1, mention.day or 1)
    except ValueError:  # 29 February of a common year
        return date(year, mention.month or 1, 28)


def _person(question: Question, sentence: str, _: date | None) -> Short | None:
    office = _office_asked(question)
    found = [
        _placed(question, sentence, p.start, p.end)
        for p in find_people(sentence)
        if not _in_question(p.name, question) and _holds(p.role, office)
    ]
    if not found and not office:
        found = [n for n in _names(question, sentence) if _may_be_person(n.text, sentence, n.start)]
    return max(found, key=lambda s: s.score, default=None)


_OFFICES = re.compile(
    r"\b((?:pho )?(?:chu tich|giam doc|tong giam doc|bi thu|truong ban|truong phong|to truong|hieu truong|vien truong|"
    r"cuc truong|vu truong|chanh van phong|bo truong|thu truong|thu tuong|tong thong|thong doc|tong bi thu))\b"
)


def _office_asked(question: Question) -> str:
    """The office in "Giám đốc Sở X là ai", folded; empty where no office holder is asked for."""
    plain = " ".join([fold(question.text), *(fold(e) for e in expand(question.text))])
    return found.group(1) if re.search(r"\b(la ai|ai la)\b", plain) and (found := _OFFICES.search(plain)) else ""


def _holds(role: str, office: str) -> bool:
    """Whether a role is the office asked for; a deputy is not the head."""
    return not office or bool(re.search(rf"(?<!pho ){office}\b", fold(role)))


def _names(question: Question, sentence: str) -> list[Short]:
    """Proper names that the question does not have already."""
    return [
        _placed(question, sentence, n.start, n.end)
        for n in find_names(sentence)
        if not _in_question(n.text, question) and not _is_document(n.text)
    ]


_BODY = frozenset("ban bo so uy ubnd hdnd mttq hoi cong tong truong dang chinh vien cuc vu phong tap nha bao".split())
_OFFICE = frozenset("pho chu bi giam thu truong thuong dai tong bo".split())


_PLACED = re.compile(
    r"\b(tinh|huyen|xa|thi xa|thanh pho|tp|tai|o|thi tran|quan|phuong|thon|ban|ubnd|so|den|tu|nuoc)\.? ?$"
)


def _may_be_person(name: str, sentence: str, start: int) -> bool:
    """Not a country, an acronym, a dateline, a place, a body ("Ban Dân tộc") or an office alone ("Phó Chủ tịch")."""
    first = fold(name.split(maxsplit=1)[0])
    return (
        name not in COUNTRIES
        and all(w[0].isupper() for w in name.split())
        and not name.split(maxsplit=1)[0].isupper()
        and " - " not in name
        and first not in _BODY
        and first not in _OFFICE
        and not _PLACED.search(fold(sentence[max(0, start - 12) : start]))
    )


def _is_document(name: str) -> bool:
    return any(c.isdigit() for c in name) or bool(re.match(r"(nghị|quyết|thông|luật|chỉ thị|kế hoạch)", name.lower()))


def _in_question(name: str, question: Question) -> bool:
    return fold(name) in fold(question.text)


def _place(question: Question, sentence: str, _: date | None) -> Short | None:
    found = []
    for head in _PLACE_HEAD.finditer(sentence):
        name = next((n for n in find_names(sentence) if head.end() <= n.start + 1 <= head.end() + 2), None)
        if name and not _in_question(name.text, question):
            found.append(_placed(question, sentence, head.start(1), _whole_place(sentence, name.end)))
    if not found and re.search(r"\b(nao|gi)\b", fold(question.text)):
        found = _names(question, sentence)
    return max(found, key=lambda s: s.score, default=None)


def _whole_place(sentence: str, end: int) -> int:
    """A place's name goes on over a few small words: "Trung tâm | vũ trụ Kennedy"."""
    more = re.match(r"(?: [a-zà-ỹđ]+){1,2} ([A-ZĐÀ-Ỹ]\w+(?: [A-ZĐÀ-Ỹ]\w+)*)", sentence[end:])
    joins = more and not any(is_function_word(w) for w in sentence[end : end + more.start(1)].split())
    return end + more.end() if more and joins else end


def _placed(question: Question, sentence: str, start: int, end: int) -> Short:
    return Short(sentence[start:end], start, end, closeness(question.terms, sentence, start, end))


def _reference(question: Question, sentence: str, _: date | None) -> Short | None:
    found = [
        Short(r.text, r.start, r.end, closeness(question.terms, sentence, r.start, r.end))
        for r in find_document_numbers(sentence)
        if not _in_question(r.text, question) and any(c.isdigit() for c in r.text)
    ]
    return max(found, key=lambda s: s.score, default=None)


def _definition(question: Question, sentence: str, _: date | None) -> Short | None:
    """What stands after "là" when the words before it are the question's: "Đề án X là …"."""
    words = words_of(sentence)
    for copula in _COPULA.finditer(sentence):
        before = [n for term in question.terms for n in words.find(term) if words.starts[n] < copula.start()]
        told = coverage(question.terms, words_of(sentence[: copula.start()]))
        if not before or told < _SUBJECT_TOLD or copula.start() - max(words.starts[n] for n in before) > _SUBJECT_NEAR:
            continue
        end = _CLAUSE_END.search(sentence, copula.end())
        stop = end.start() if end else len(sentence)
        return Short(sentence[copula.end() : stop], copula.end(), stop, told)
    return None


_COPULA = re.compile(r"\b(?:được gọi là|gọi là|có tên là|có nghĩa là|chính là|là)\s+")
_CLAUSE_END = re.compile(r"[,;:.!?…)]")
_SUBJECT_TOLD = 0.6
"""Share of the question's words that must stand before "là" for it to say what they are."""
_SUBJECT_NEAR = 30
"""Characters between the last of them and "là"."""


_FINDERS: dict[Kind, Finder] = {
    "quantity": _quantity,
    "date": _date,
    "person": _person,
    "place": _place,
    "reference": _reference,
    "definition": _definition,
}
