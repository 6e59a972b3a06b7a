"""Follow-up questions made standalone by rules: what "Còn năm 2021?" or "Ai chủ trì?" means after the last question.

A question that stands on its own is never touched, so a new topic is not polluted by the old one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.answer.question import analyse
from rag.text.dates import DateMention, find_dates
from rag.text.names import find_names
from rag.text.references import find_document_numbers
from rag.text.unicode import fold
from rag.types import Turn

_CONTINUES = re.compile(r"^(con|the con|vay con|the thi|vay thi|the|vay|va|roi)\b")
_ASK_WORDS = re.compile(r"\b(thi sao|thi the nao|the nao|ra sao|thi|sao|nhu the nao)\s*$")
_POINTS_BACK = re.compile(
    r"\b(đó|này|kia|ấy|nói trên|kể trên|ở trên|vừa rồi|vừa nêu|họ|nó|ông ta|bà ta)\b", re.IGNORECASE
)
"""Words that point back. With their marks: folded, "đó" is also "đô", "họ" also "hộ"; restore the question first."""
_MORE = re.compile(r"^(chi tiet hon|cu the hon|noi ro hon|giai thich them|noi them|them|tiep|con gi nua|con gi khac)\b")
_NOUN_WORDS = 2
"""More words than these after "còn" are another doing, not another noun ("còn chuyển tiếp, trả nợ?")."""
_FEW_TERMS = 3
"""A question with fewer words of content than this cannot stand alone ("Ai chủ trì?")."""


def standalone(question: str, history: Sequence[Turn]) -> str:
    """The question with what it leaves unsaid taken from the earlier ones.

    :param question: With tone marks (restored where typed without).
    :param history: Earlier exchanges, oldest first.

    >>> standalone("Còn năm 2021?", [Turn("Tỷ lệ hộ nghèo năm 2020 là bao nhiêu?", "")])
    'Tỷ lệ hộ nghèo năm 2021 là bao nhiêu?'
    """
    current = ""
    for turn in (*history, Turn(question, "")):
        current = _completed(turn.question, current) if current else turn.question
    return current


def leaning(question: str, history: Sequence[Turn]) -> str | None:
    """A question that names nothing, with the topic of the one before taken along; ``None`` where it names something.

    "Diện tích đất thu hồi là bao nhiêu?" may go on with the last question or begin anew. Only the documents can tell:
    the caller looks whether one holds what is asked together with what the last question named.

    >>> leaning("Giá vé là bao nhiêu?", [Turn("Bảo tàng Mẫu An mở cửa khi nào?", "")])
    'Giá vé là bao nhiêu (Bảo tàng Mẫu An mở cửa)?'
    """
    if not history or find_names(question) or find_dates(question) or find_document_numbers(question):
        return None
    previous = standalone(history[-1].question, history[:-1]).partition(" (")[0]
    if not find_names(previous) or len(analyse(question).terms) > _MOST_TERMS:
        return None
    return f"{question.rstrip(' ?.!')} ({_topic(previous, question)})?"


_MOST_TERMS = 8
"""A longer question says enough by itself."""


def leans_on(question: str) -> bool:
    """Whether a question cannot be understood without what was asked before it.

    >>> leans_on("Còn năm 2021?"), leans_on("Tỷ lệ hộ nghèo năm 2021 là bao nhiêu?")
    (True, False)
    """
    plain = fold(question).strip(" ?.!")
    continues = _CONTINUES.match(plain) and len(plain.split()) <= 8
    return bool(continues or _MORE.match(plain)) or not _stands_alone(question)


def _completed(question: str, previous: str) -> str:
    plain = fold(question).strip(" ?.!")
    if _MORE.match(plain):
        return previous
    if _CONTINUES.match(plain) and len(plain.split()) <= 8:
        return _substituted(question, previous)
    if _stands_alone(question):
        return question
    return f"{question.rstrip(' ?.!')} ({_topic(previous, question)})?"


def _stands_alone(question: str) -> bool:
    if find_names(question) or find_dates(question) or find_document_numbers(question):
        return not _POINTS_BACK.search(question)
    asked = analyse(question)
    noun = {word for focus in asked.foci for word in focus} if asked.kind == "other" else set()
    telling = [term for term in asked.terms if term.text not in noun]  # "đơn vị" of "đơn vị nào" tells nothing
    return len(telling) > _FEW_TERMS and not _POINTS_BACK.search(question)


def _substituted(question: str, previous: str) -> str:
    """Put what follows "còn" in the place of its like in the previous question: a year for a year."""
    rest = _without_frame(question)
    new_dates, old_dates = find_dates(rest), find_dates(previous)
    if new_dates and old_dates:
        return _replaced(previous, old_dates[0], new_dates[0].text)
    if new_dates:
        return f"{previous.rstrip(' ?.!')} {new_dates[0].text}?"
    new_names, old_names = find_names(rest), find_names(previous)
    if new_names and old_names:
        old = old_names[-1]
        return previous[: old.start] + new_names[0].text + previous[old.end :]
    noun = _asked_noun(previous)
    if noun and len(rest.split()) <= _NOUN_WORDS:
        return previous.replace(noun, rest, 1)
    if noun:
        return " ".join([rest, "bao nhiêu", noun, *_when_and_who(previous)]) + "?"
    return f"{rest} ({_topic(previous, rest)})?"


def _replaced(text: str, mention: DateMention, by: str) -> str:
    year = re.search(r"\b\d{4}\b", by)
    if mention.kind == "year" and year:
        by = re.sub(r"\d{4}", year.group(0), mention.text)
    return text[: mention.start] + by + text[mention.end :]


def _without_frame(question: str) -> str:
    words = question.strip(" ?.!").split()
    while words and _CONTINUES.fullmatch(fold(words[0])):
        words = words[1:]
    rest = " ".join(words)
    asked = _ASK_WORDS.search(fold(rest))
    return rest[: asked.start()].strip() if asked else rest


def _asked_noun(previous: str) -> str:
    """The words right after "bao nhiêu", as they stand."""
    found = re.search(r"bao nhi[êe]u\s+((?:\w+\s*){1,2})", previous, re.IGNORECASE)
    return found.group(1).strip() if found else ""


def _when_and_who(previous: str) -> list[str]:
    """Times and names of the previous question: they hold on for another doing ("còn sửa chữa?"), its verb does not."""
    return [d.text[:1].lower() + d.text[1:] for d in find_dates(previous)] + [n.text for n in find_names(previous)]


_ASKING = frozenset("bao nhiêu ai gì nào đâu mấy là khi ở sao vì có không thế như".split())


def _topic(previous: str, question: str) -> str:
    """Words of content of the previous question that the new one does not already have."""
    known = set(question.lower().split())
    # The capital that opens a sentence would pass for a name inside another one.
    opened = previous if any(n.start == 0 for n in find_names(previous)) else previous[:1].lower() + previous[1:]
    words = re.findall(r"[\w/-]+", opened)
    return " ".join(w for w in words if w.lower() not in known and w.lower() not in _ASKING)
