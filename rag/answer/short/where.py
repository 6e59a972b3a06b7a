"""Where: a named place with the word that says what it is."""

from __future__ import annotations

import re
from datetime import date

from rag.answer.question import Question
from rag.answer.short.base import Short, in_question, names, placed
from rag.text.names import find_names
from rag.text.syllables import is_function_word
from rag.text.unicode import fold

_PLACE_HEAD = re.compile(
    r"(?:tại|ở|từ|đến|thuộc|trên địa bàn)\s+((?:(?:tỉnh|huyện|xã|thành phố|TP\.?|thị xã|thị trấn|quận|phường|thôn|bản|"
    r"làng|đảo|khu vực|khu|nước|hội trường|trụ sở|nhà|sân vận động|bệnh viện|trường)\s+)*)(?=[A-ZĐÀ-Ỹ])"
)


def find_place(question: Question, sentence: str, _: date | None) -> Short | None:
    """The named place that is asked for."""
    found = []
    wrong_way = _wrong_way(question)
    for head in _PLACE_HEAD.finditer(sentence):
        if head.group().startswith(wrong_way):
            continue
        name = next((n for n in find_names(sentence) if head.end() <= n.start + 1 <= head.end() + 2), None)
        if name and not in_question(name.text, question):
            found.append(placed(question, sentence, head.start(1), _whole_place(sentence, name.end)))
    if not found and re.search(r"\b(nao|gi)\b", fold(question.text)):
        found = names(question, sentence)
    return max(found, key=lambda s: s.score, default=None)


def _wrong_way(question: Question) -> tuple[str, ...]:
    """Words that lead away from what is asked: "phóng từ đâu" is not answered with where it goes to."""
    plain = fold(question.text)
    if re.search(r"\btu (dau|noi nao)\b", plain):
        return ("đến",)
    return ("từ",) if re.search(r"\b(den|di|toi|ve) (dau|noi nao)\b", plain) else ()


def _whole_place(sentence: str, end: int) -> int:
    """A place's name goes on over a few small words: "Trung tâm | vũ trụ Kennedy"."""
    more = re.match(r"(?: [a-zà-ỹđ]+){1,2} ([A-ZĐÀ-Ỹ]\w+(?: [A-ZĐÀ-Ỹ]\w+)*)", sentence[end:])
    joins = more and not any(is_function_word(w) for w in sentence[end : end + more.start(1)].split())
    return end + more.end() if more and joins else end
