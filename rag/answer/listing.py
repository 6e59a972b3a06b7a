"""Lists: the items that a sentence introduces, however the article lays them out.

News writes a list inside one sentence ("một số nhiệm vụ: a; b; c."), goes on in the next ("Đồng thời d; e."), numbers
its items ("Một là …", "Thứ hai, …", "3. …") over several paragraphs, or puts each on a line of its own. Items come back
in the text's order, none left out.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.text.sentences import clause_spans, sentence_spans
from rag.text.unicode import fold, lower
from rag.types import Document, Span

_GOES_ON = re.compile(
    r"(dong thoi|ben canh do|ngoai ra|cung voi do|song song|mat khac|tiep tuc|tiep do|cung do|them vao do|"
    r"thu (hai|ba|tu|nam|sau|bay|tam|chin)|hai la|ba la|bon la|nam la|sau la|bay la|cuoi cung)\b"
)
_FIRST = re.compile(r"(thu nhat|mot la|1[.)])\b")
_ITEM = re.compile(r"\s*([-–—•*+]|\d{1,2}[.)]|[a-zđ][.)]|[IVX]{1,4}[.)])\s+")
_MAX_ITEMS = 40
_ENUMERATES = re.compile(r":.+;|;.+;|(?<!\w)(?:gồm|như|là)(?!\w).+,.+(?:(?<!\w)và(?!\w)|,)", re.DOTALL)
_NAMES_SEVERAL = re.compile(r"[^,;]+,[^,;]+,[^,;]+ và ")


def enumerates(sentence: str, *, strictly: bool = False) -> bool:
    """Whether a sentence has the form of several items.

    :param strictly: Three things joined by commas are not enough: every long sentence has them.
    """
    if _ENUMERATES.search(sentence) or is_numbered(sentence):
        return True
    return not strictly and bool(_NAMES_SEVERAL.search(sentence))


def is_numbered(sentence: str) -> bool:
    """Whether a sentence holds the first of several numbered items."""
    begun = _ordinal(sentence, 0, 1)
    return bool(begun and sentence[: begun.start()].rstrip().endswith((":", "sau")))


def list_items(document: Document, at: Span) -> tuple[Span, ...]:
    """The items of the list that begins at a sentence; empty when that sentence introduces none.

    :param at: The sentence that introduces the list or holds its beginning.
    :return: Spans of the items in the document, in order.
    """
    sentences = sentence_spans(document.text)
    first = next((i for i, s in enumerate(sentences) if s.start <= at.start < s.end), None)
    if first is None:
        return ()
    items = _numbered(document.text, sentences[first]) or _counted(document.text, sentences[first:])
    if not items:
        items = _inside(document.text, sentences[first])
        if items:
            items += _going_on(document.text, sentences[first + 1 :], bool(items))
        elif document.text[: sentences[first].end].rstrip().endswith(":"):
            items = _on_lines(document.text, sentences[first + 1 :])
    return tuple(items[:_MAX_ITEMS])


_COUNTED = ("một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín", "mười")
_ORDINALS = ("nhất", "hai", "ba", "tư|bốn", "năm", "sáu", "bảy", "tám", "chín", "mười")
_REACH = 1600
"""Characters of one item behind which the next must stand."""
_LONG_ITEM = 420
"""Characters above which only the first sentence of an item is quoted."""


def _ordinal(text: str, start: int, number: int) -> re.Match[str] | None:
    """Where item ``number`` begins: "Một là", "Thứ hai,", "Nhóm giải pháp thứ ba là", "4."."""
    counted, ordinal = _COUNTED[number - 1], _ORDINALS[number - 1]
    kind = r"(?:(?:Nhóm|Nhiệm vụ|Giải pháp|Mục tiêu|Nội dung|Vấn đề|Kết quả|Biện pháp|Điểm)[^.;:,\n]{0,30} )?"
    marks = rf"(?:(?i:{counted}) là|{kind}(?i:thứ (?:{ordinal}))(?! (?:đầu|cuối|này|tới)\b)|{number}[.)](?!\d))"
    place = r"(?:^|(?<=[.:;\n”])|(?<=[.:;\n] ))"
    return re.compile(rf"{place}{marks}[ ,:]*(?=\w)").search(text, start, start + _REACH)


def _numbered(text: str, sentence: Span) -> list[Span]:
    """Numbered items that begin in or right behind a sentence, each up to the next; at least two.

    Where the first has no number ("bao gồm: …. Nhóm giải pháp thứ hai là …") it is what stands behind the colon.
    """
    begun = _ordinal(text, sentence.start, 1)
    opening = text[sentence.end : begun.start()].strip() if begun else "-"
    starts = [begun.start()] if begun and (begun.start() < sentence.end or not opening) else []
    if not starts:
        colon = re.search(r"(?:gồm|như sau|sau đây|là): ", text[sentence.start : sentence.end])
        starts = [sentence.start + colon.end()] if colon else []
    while starts and len(starts) < len(_COUNTED):
        following = _ordinal(text, starts[-1] + 1, len(starts) + 1)
        if following is None:
            break
        starts.append(following.start())
    if len(starts) < (2 if begun and starts[:1] == [begun.start()] else 3):
        return []
    ends = [*starts[1:], _end_of_paragraph(text, starts[-1])]
    return [_item(text, start, end) for start, end in zip(starts, ends, strict=True)]


_HOW_MANY = re.compile(
    r"(?<![\w.,/])(?P<n>\d{1,2}|hai|ba|bốn|năm|sáu|bảy|tám|chín|mười) (?!năm|tháng|ngày)[^:;.]{2,200}: "
)


def _counted(text: str, sentences: Sequence[Span]) -> list[Span]:
    """A counted list in plain sentences: "3 nhóm giải pháp gồm: A. B. C.", where the paragraph ends with the last."""
    first = sentences[0]
    intro = _HOW_MANY.search(text[first.start : first.end])
    if intro is None or ";" in text[first.start + intro.end() : first.end]:
        return []
    number = int(intro["n"]) if intro["n"].isdigit() else _COUNTED.index(lower(intro["n"])) + 1
    end = _end_of_paragraph(text, first.start)
    items = [Span(first.start + intro.end(), first.end), *(s for s in sentences[1:] if s.end <= end)]
    return items if len(items) == number > 1 else []


def _end_of_paragraph(text: str, start: int) -> int:
    end = text.find("\n", start)
    return len(text) if end < 0 else end


def _item(text: str, start: int, end: int) -> Span:
    """An item up to the next; of a long one its first sentence."""
    whole = text[start:end].rstrip()
    if len(whole) <= _LONG_ITEM:
        return Span(start, start + len(whole))
    first = next((s for s in sentence_spans(whole) if s.end > _ITEM_MARK), None)
    return Span(start, start + (first.end if first else len(whole)))


_ITEM_MARK = 12
"""Characters that the mark of an item may take; a "sentence" no longer than this is the mark alone ("1.")."""


def _inside(text: str, sentence: Span) -> list[Span]:
    """Clauses after the introduction; a sentence with fewer than three is no list."""
    clauses = clause_spans(text, sentence)
    introduced = len(clauses) > 1 and text[clauses[0].start : clauses[0].end].rstrip().endswith(":")
    items = list(clauses[1:] if introduced else clauses)
    return items if len(items) >= (2 if introduced else 3) else []


def _going_on(text: str, following: Sequence[Span], listed: bool) -> list[Span]:
    """Sentences right behind that go on with the list ("Đồng thời …; …")."""
    items: list[Span] = []
    for sentence in following:
        plain = fold(text[sentence.start : sentence.end])
        if not (listed and _GOES_ON.match(plain)) or _introduces_another(plain):
            break
        items += clause_spans(text, sentence)
    return items


def _introduces_another(plain: str) -> bool:
    """Whether a sentence opens a list of its own ("Đồng thời đề xuất một số giải pháp: …")."""
    return bool(re.search(r"(:|nhu:|gom:)\s", plain))


def _on_lines(text: str, following: Sequence[Span]) -> list[Span]:
    items: list[Span] = []
    for sentence in following:
        line = text[sentence.start : sentence.end]
        if not (_ITEM.match(line) or _FIRST.match(fold(line)) or _GOES_ON.match(fold(line)) or line.endswith(";")):
            break
        items.append(sentence)
    return items
