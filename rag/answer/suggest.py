"""Questions to offer, drawn from what is indexed: a sentence of a document with its figure, day or person asked for.

Vietnamese asks where the answer stands ("xã trồng 15 ha rừng", "xã trồng bao nhiêu ha rừng?"), so that a plain sentence
gives a natural question. Only sentences are taken that name what they speak of, for the question stands alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final, Literal, get_args

from rag.text.dates import find_dates
from rag.text.names import find_names, find_people
from rag.text.numbers import Quantity, find_quantities
from rag.text.sentences import sentence_spans
from rag.text.unicode import fold, lower
from rag.text.words import CAPITALS, alternation, words
from rag.types import Document, Span

Kind = Literal["figure", "day", "person", "list", "topic"]

_LIST: Final = re.compile(
    r"(?:một số |những |các )?((?:nhiệm vụ|giải pháp|mục tiêu|nội dung)(?: trọng tâm| chủ yếu| chính)?)", re.IGNORECASE
)
_YEAR: Final = re.compile(r"năm ((?:19|20)\d\d)")
_SCALE: Final = words("nghìn ngàn vạn triệu tỷ tỉ")
_PART: Final = re.compile(r"[,;](?=\s)|[.!?…]+$")
_OF_A_PLACE: Final = re.compile(
    rf"(?:\b(?:tỉnh|huyện|xã|phường|quận|thị xã|thị trấn|thành phố|bản|thôn)|\bTP\.?|\bBộ) [{CAPITALS}]"
)
_POINTS: Final = re.compile(
    r"\b(?:này|đó|ấy|kia|trên đây|nêu trên|nói trên|như vậy|như sau|sau đây|dưới đây|họ|ông|bà|tôi|mình|cũng)\b",
    re.IGNORECASE,
)
"""Words that point out of the sentence."""
_QUOTED: Final = re.compile(r"[\"“”«»()\[\]<>…:/]|['‘’]\S|\s[–-]\s[a-zà-ỹđ]")
_GRIM: Final = re.compile(
    r"\b(?:" + alternation("""
    bán dâm|mua dâm|hiếp dâm|dâm ô|giết|sát hại|thi thể|tự tử|đánh đập|hành hung|cướp|ma túy|ma tuý|khởi tố|bị can
    bị cáo|tạm giam|trộm|lừa đảo|ngoại tình|khỏa thân|nóng bỏng
    """) + r")\b", re.IGNORECASE,
)  # fmt: skip
"""What nobody wants to be asked on opening the page; such articles are found when somebody asks for them."""
_WHEN_OR_WHERE: Final = words(
    "năm trong tại ngày tháng quý sáng chiều tối đến tính từ cuối đầu giữa ở riêng hết theo qua"
)
_HANGS_ON: Final = words("""
    với nhờ để do khi sau trước nếu trong theo từ bằng như vì tuy gồm nhưng và còn mà là vượt tăng giảm đạt chiếm phục
    có được bị cùng nâng đưa đồng ngoài sẽ đã đang vẫn bên mặc tức hay hoặc thuộc trừ hơn gần khoảng
    """)
"""How a part of a sentence begins that says nothing by itself."""
_NUMBERED: Final = words("""
    số khóa khoá thứ lộ khu tổ thôn điều quý tháng năm ngày lớp quận phường trình khoản mục bản đội kỳ hạng tuổi phút
    giờ lúc nghị nhóm tốp top từ đến bảng vòng tập trang mùa phố hẻm ngõ đường
    """)
"""Words after which a number is a name ("Chương trình 135")."""
_NO_MONEY_WORD: Final = words("là giá phí vốn đạt hết thu chi")
_UNITS_SAID: Final = {"%": "phần trăm", "đồng": "", "USD": "USD"}
_NOT_ASKED: Final = frozenset({"năm", "tháng", "tuần", "ngày", "giờ", "phút", "giây", "tuổi", "lần", "điểm phần trăm"})

_LEAST_WORDS, _MOST_WORDS, _MOST_CHARS = 6, 22, 110
_TITLE_CHARS = 90
_OF_A_KIND = 2
"""Questions of one kind from one document."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A question with the place that it was made from.

    :param span: In characters of the document's text; ``None`` for the whole of it.
    """

    question: str
    kind: Kind
    document_id: str
    span: Span | None = None


def suggest(documents: Iterable[Document], n: int) -> tuple[Suggestion, ...]:
    """Up to ``n`` questions: the kinds take turns, and so do the documents. What a whole article says comes last."""
    found = [s for document in documents for s in _suggestions(document)]
    return tuple(islice(_mixed(found), n))


def of_other_years(question: str, quotes: Iterable[str]) -> tuple[str, ...]:
    """The question asked of the years that the passages speak of instead, the nearest year first.

    >>> of_other_years("Tỷ lệ hộ nghèo năm 2018?", ["Năm 2020 còn 8,1%, năm 2021 còn 6,9%."])
    ('Tỷ lệ hộ nghèo năm 2020?', 'Tỷ lệ hộ nghèo năm 2021?')
    """
    asked = set(_YEAR.findall(lower(question)))
    if len(asked) != 1:
        return ()
    (year,) = asked
    known = {found for quote in quotes for found in _YEAR.findall(lower(quote))} - asked
    return tuple(question.replace(year, one) for one in sorted(known, key=lambda one: (abs(int(one) - int(year)), one)))


def _mixed(found: list[Suggestion]) -> Iterator[Suggestion]:
    told: set[str] = set()
    waiting = {kind: [s for s in found if s.kind == kind] for kind in get_args(Kind)}
    last = waiting.pop("topic")
    used: set[str] = set()
    while any(waiting.values()):
        for rows in filter(None, waiting.values()):
            fresh = next((s for s in rows if s.document_id not in used), rows[0])
            rows.remove(fresh)
            used.add(fresh.document_id)
            if fold(fresh.question) not in told:
                told.add(fold(fresh.question))
                yield fresh
        if all(s.document_id in used for rows in waiting.values() for s in rows):
            used.clear()
    yield from last


def _suggestions(document: Document) -> Iterator[Suggestion]:
    asking: tuple[tuple[Kind, Callable[[str, str], str]], ...] = (
        ("figure", _figure), ("day", _day), ("person", _person), ("list", _listing)
    )  # fmt: skip
    spans, title = sentence_spans(document.text), document.info.title.strip(" .")
    for kind, ask in asking:
        made = ((span, ask(document.text[span.start : span.end], title)) for span in spans)
        for span, question in islice(((s, q) for s, q in made if q), _OF_A_KIND):
            yield Suggestion(question, kind, document.id, span)
    if 0 < len(title) <= _TITLE_CHARS and not _GRIM.search(title):
        yield Suggestion(f"Bài “{title}” nêu những gì?", "topic", document.id)


def _figure(sentence: str, _title: str) -> str:
    """The first figure of the main clause: "huyện hoàn thành 6 công trình" asks "bao nhiêu công trình".

    >>> _figure("Năm 2020, xã Mẫu trồng mới 15 ha rừng, vượt 20% kế hoạch.", "")
    'Năm 2020, xã Mẫu trồng mới bao nhiêu ha rừng?'
    """
    quantity = next(iter(find_quantities(sentence)), None)
    if quantity is None or quantity.unit in _NOT_ASKED:
        return ""
    start = quantity.start
    if quantity.approx and sentence[:start].rstrip().endswith(quantity.approx):
        start = sentence.rindex(quantity.approx, 0, start)
    head, tail = sentence[:start], _until_part(sentence[quantity.end :])
    if not _says_of_whom(head) or _is_numbered(head):
        return ""
    return _whole(f"{head}{_how_many(head, quantity, tail)}")


def _how_many(head: str, quantity: Quantity, tail: str) -> str:
    if not quantity.unit:
        return f"bao nhiêu{tail}" if tail[:1] == " " and tail.strip() else ""
    if quantity.unit == "đồng":
        is_plain = head.rsplit(maxsplit=1)[-1] in _NO_MONEY_WORD
        return "" if tail.strip() else "bao nhiêu" if is_plain else "bao nhiêu tiền"
    return f"bao nhiêu {_UNITS_SAID.get(quantity.unit, quantity.unit)}{tail}"


def _is_numbered(head: str) -> bool:
    """Whether the number after these words is part of a name."""
    last = head.split()[-1:]
    return not last or last[0][0].isupper() or last[0][0].isdigit() or lower(last[0]) in _NUMBERED | _SCALE


def _says_of_whom(head: str) -> bool:
    """Whether what stands before a figure is one clause with a subject that is named, after when or where at most."""
    parts = [part.strip() for part in _PART.split(head)]
    if len(parts) > 2 or len(parts[-1].split()) < 3 or lower(parts[-1].split()[0]) in _HANGS_ON:
        return False
    if lower(head.rsplit(maxsplit=1)[-1]) == "với" or not _is_named(head):
        return False
    return all(lower(part.split()[0]) in _WHEN_OR_WHERE for part in parts[:-1] if part)


def _is_named(text: str) -> bool:
    """Whether it names something; an abbreviation alone ("HTX") is no name."""
    return any(not name.text.isupper() for name in find_names(text))


def _day(sentence: str, _title: str) -> str:
    """What happened on a day that the sentence begins with.

    >>> _day("Ngày 5/5/2022, xã Tổ Hợp khánh thành cầu dài 42 m, trị giá 3,7 tỷ đồng.", "")
    'Xã Tổ Hợp khánh thành cầu dài 42 m vào ngày nào?'
    """
    mention = next(iter(find_dates(sentence)), None)
    if mention is None or mention.kind != "day" or mention.relative or mention.start > len("Sáng ngày "):
        return ""
    rest = re.match(r"[^,]{0,8},\s+(?P<what>\S.*)", sentence[mention.end :])
    what = _until_part(rest["what"]).strip() if rest else ""
    if not what or lower(what.split()[0]) in _HANGS_ON | _WHEN_OR_WHERE or find_dates(what) or not _is_named(what):
        return ""
    done = what[find_names(what)[0].end :]  # after who did it; less than three words hold no deed
    return _whole(f"{what} vào ngày nào") if len(done.split()) > 2 and what[0].isalpha() else ""


def _person(sentence: str, _title: str) -> str:
    """Who holds an office that is named with its place or ministry.

    >>> _person("Bà Nguyễn Thị Ví Dụ, Chủ tịch UBND xã Mẫu, phát biểu.", "")
    'Ai là Chủ tịch UBND xã Mẫu?'
    """
    for person in find_people(sentence):
        if _OF_A_PLACE.search(person.role) and not _QUOTED.search(person.role) and len(person.role) <= _TITLE_CHARS:
            return f"Ai là {person.role}?"
    return ""


def _listing(sentence: str, title: str) -> str:
    """What a sentence lists, where the title says of whom and of which year."""
    found = _LIST.search(sentence)
    year = _YEAR.search(title)
    if not found or not year or ";" not in sentence or ":" not in sentence:
        return ""
    names = [name.text for name in find_names(title) if not name.text.isupper()]
    return f"{found.group(1).capitalize()} năm {year.group(1)} của {names[0]} là gì?" if names else ""


def _until_part(text: str) -> str:
    """Up to the end of the clause."""
    end = _PART.search(text)
    return text[: end.start()] if end else text


def _whole(question: str) -> str:
    """The question as it is offered; empty where it cannot stand alone."""
    text = " ".join(question.split())
    n_words = len(text.split())
    if not _LEAST_WORDS <= n_words <= _MOST_WORDS or len(text) > _MOST_CHARS:
        return ""
    if text.endswith("bao") or ("bao nhiêu" not in text and "ngày nào" not in text):
        return ""
    if any(p.search(text) for p in (_POINTS, _QUOTED, _GRIM)) or not text[0].isalpha():
        return ""
    return f"{text[0].upper()}{text[1:].rstrip(' .')}?"
