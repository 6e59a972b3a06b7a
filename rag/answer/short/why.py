"""Why: the clause that gives the cause of what is asked about.

Vietnamese marks a cause before it ("do", "vì", "nhờ"), an effect before it ("khiến", "nên"), or lets the occasion, the
aim or the charge stand for the cause ("sau khi", "nhằm", "về tội").
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from rag.answer.match import coverage, words_of
from rag.answer.question import Question, key
from rag.answer.short.base import Short, placed
from rag.text.syllables import tokens
from rag.text.unicode import fold, lower

_BECAUSE = re.compile(
    r"(?<!\w)(?P<cue>do|vì|bởi vì|bởi|nhờ(?! (?:một |các |những )?(?:nhân viên|người|bạn|ông|bà|anh|chị|bác sĩ))|"
    r"xuất phát từ|bắt nguồn từ|(?:nguyên nhân|lý do|lí do)"
    r"(?: chính| chủ yếu| khiến[^,;:.]*?| dẫn (?:đến|tới)[^,;:.]*?| của[^,;:.]*?)? "
    r"(?:được xác định )?là(?: do| vì| bởi)?)\s+"
    r"(?!(?:vậy|thế|đó|đấy|đâu|sao|chính|(?:điều|việc|lý do|lẽ|chuyện) (?:này|đó|ấy|trên))(?!\w))"
)
_BY = re.compile(
    r"do (?:[\w./-]+ ){1,8}?(?:thực hiện|tổ chức|sản xuất|chủ trì|ban hành|phát động|đứng đầu|quản lý|kiểm soát|"
    r"cung cấp|thành lập|đầu tư|chế tạo|điều hành|lãnh đạo|sở hữu|phụ trách|tài trợ|phát triển|thiết kế|xây dựng|"
    r"bình chọn|công bố|đạo diễn|viết|sáng lập|làm chủ|làm trưởng|ký)(?!\w)"
)
"""A "do" that names the doer, not the cause: "hệ thống do Nga sản xuất"."""
_PASSIVE = re.compile(r"(?<!\w)(?:bị|được)(?: \w+){1,3} $")
"""Before a "bởi" that names a doer: "bị ảnh hưởng bởi dịch bệnh"."""
_OCCASION = re.compile(
    r"(?<!\w)(?P<cue>sau khi|(?<!trong )khi(?! được hỏi| nói| trả lời| đề cập)|nhằm|để|hòng|với mục đích|"
    r"mục đích (?:là )?để|giữa lúc|trong bối cảnh|"
    r"trước (?=nguy cơ|tình hình|diễn biến|thực trạng)|với lý do|về (?=tội|hành vi)|"
    r"(?=có (?:nhiều )?(?:thành tích|công|hành vi)))(?:(?<!\w)|\s+)(?=\w)"
)
_EFFECT = re.compile(
    r"(?<!\w)(?:(?:đã |mới )?(?:khiến(?: cho)?|dẫn (?:đến|tới)|làm cho|buộc)|cho nên|(?<!trở )(?<!tạo )nên)(?!\w)"
)
_NAMED = re.compile(r"(?<!\w)(?:nguyên nhân|lý do|lí do)(?!\w)", re.IGNORECASE)
_END = re.compile(
    r"[;:.?!]|,\s*(?=(?:khiến|nên|dẫn|theo|đồng thời|trong đó|trong khi|bên cạnh|tuy|nhưng|còn|ngoài ra|cho nên|vì vậy|"
    r"do đó|do vậy|từ đó)(?!\w))|\s(?=(?<!trở )(?<!tạo )nên\s)"
)
_COMMA = re.compile(r"[,;:.?!]|\s(?=(?<!trở )(?<!tạo )nên\s)")
_NAMED_FIRST = 5
"""Words behind "do", "vì" that say what the cause is."""
_EFFECT_SHARE = 0.6
"""Share of them that the question may say itself: it knows the effect, not the cause."""
_SAID = 0.5
"""Share of the question's words that must stand on the other side of a weaker sign of a cause."""
_HINTED = 0.25
"""The same for a plain sign: a cause of something else is none."""
_FOLLOWS = 0.4
_NEAR = 90
"""Characters before such a sign among which they stand."""
_LONGEST = 30
"""Words of a cause as a short answer."""


def find_cause(question: Question, sentence: str, _: date | None) -> Short | None:
    """The clause that gives the cause, nearest to what is asked about."""
    found = [placed(question, sentence, *_trimmed(sentence, start, end)) for start, end in _causes(question, sentence)]
    kept = [s for s in found if s.text and len(s.text.split()) <= _LONGEST]
    return max(kept, key=lambda s: s.score, default=None)


def names_cause(sentence: str) -> bool:
    """Whether a sentence speaks of a cause or reason by that name."""
    return bool(_NAMED.search(sentence))


def _causes(question: Question, sentence: str) -> Iterator[tuple[int, int]]:
    plain = lower(sentence)
    for cue in _BECAUSE.finditer(plain):
        end = _end(question, plain, cue.end(), opens=_opens(plain, cue.start()))
        if cue["cue"] == "bởi" and _PASSIVE.search(plain, 0, cue.start()):
            continue
        of_it = names_cause(sentence) or _says_effect(question, sentence[: cue.start()] + sentence[end:], _HINTED)
        if of_it and not _BY.match(plain, cue.start()) and not _is_effect(question, sentence[cue.end() : end]):
            yield cue.end(), end
    for cue in _OCCASION.finditer(plain):
        opens = _opens(plain, cue.start())
        if opens and cue["cue"] == "khi":  # a mere point in time
            continue
        end = _end(question, plain, cue.end(), opens=opens)
        rest = sentence[end:] if opens else _clause_before(sentence, plain, cue.start())
        if _says_effect(question, rest) and not _is_effect(question, sentence[cue.end() : end]):
            yield cue.end(), end
    for cue in _EFFECT.finditer(plain):
        start = max(plain.rfind(mark, 0, cue.start()) + 1 for mark in ";:.")
        turn = list(re.finditer(r"(?:,\s*|(?<!\w))(?:nhưng|chính)\s", plain[start : cue.start()]))
        start += turn[-1].end() if turn else 0
        before = _BECAUSE.search(plain, start, cue.start()) or _NAMED.search(plain, start, cue.start())
        if before is None and start < cue.start() - 1 and _says_effect(question, sentence[cue.end() :], _FOLLOWS):
            yield start, cue.start()


def _opens(plain: str, start: int) -> bool:
    return not plain[:start].strip(" \"“'-–")


def _end(question: Question, plain: str, start: int, *, opens: bool) -> int:
    """Where a clause ends; before what it explains, where that follows behind a comma."""
    found = (_COMMA if opens else _END).search(plain, start)
    end = found.start() if found else len(plain)
    commas = (m.start() for m in re.finditer(",", plain[start:end]))
    return next((start + at for at in commas if _says_effect(question, plain[start + at : end])), end)


def _clause_before(sentence: str, plain: str, end: int) -> str:
    """The clause before a sign, up to what it gives as a cause itself: "khách bị kẹt | do giãn cách"."""
    start = max(end - _NEAR, *(plain.rfind(mark, 0, end) + 1 for mark in ";:."))
    inner = _BECAUSE.search(plain, start, end)
    return sentence[start : inner.start() if inner else end]


def _trimmed(sentence: str, start: int, end: int) -> tuple[int, int]:
    text = sentence[start:end]
    if len(text.split()) > _LONGEST:  # its first part says enough
        text = re.split(r"[,(–]", text.lstrip(" ,"), maxsplit=1)[0]
        start = sentence.index(text, start)
        end = start + len(text)
    if text.count("“") != text.count("”") or text.count('"') % 2 or text.count("'") % 2:
        text = text.rstrip(" ,\n”\"'")
        return start + len(text) - len(text.lstrip(" ,\n“\"'")), start + len(text)
    return start + len(text) - len(text.lstrip(" ,\n")), start + len(text.rstrip(" ,\n"))


def _says_effect(question: Question, text: str, least: float = _SAID) -> bool:
    """Whether a text says what happened, beside the names of whom it happened to."""
    named = {key(word) for name in question.names for word in name.split()}
    happened = tuple(t for t in question.terms if t.text not in named) or question.terms
    return coverage(happened, words_of(text)) >= least


def _is_effect(question: Question, behind: str) -> bool:
    """Whether the words behind "do", "vì" are what the question asks the cause of: then they are that of another thing.

    "Vì sao huyện cách ly?" is not answered by "khách kẹt lại do huyện cách ly".
    """
    words = [key(t.text) for t in tokens(behind)[:_NAMED_FIRST]]
    asked = {t.text for t in question.terms} | {fold(t.text) for t in question.terms if t.loose}
    return bool(words) and sum(w in asked or fold(w) in asked for w in words) >= _EFFECT_SHARE * len(words)
