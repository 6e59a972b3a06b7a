"""Whether a sentence plainly says yes or no to a question; where it does not, it is only quoted."""

from __future__ import annotations

import re
from typing import Literal

from rag.answer.match import words_of
from rag.answer.question import Question
from rag.answer.slots import slots_of
from rag.lang import say
from rag.text.unicode import lower

_HEDGES = re.compile(
    r"(?<!\w)(?:có thể|dự kiến|nếu|liệu|hay không|hay chưa|kế hoạch|khả năng|chuẩn bị|đề nghị|kiến nghị|đề xuất|"
    r"yêu cầu|mong|muốn|kỳ vọng|cho rằng|cáo buộc|nghi|tố|phủ nhận|bác bỏ|từ chối|hủy|huỷ|dừng|ngừng|hoãn|sẽ|sắp|"
    r"hầu như|gần như|một phần|trừ|ngoại trừ|thay vì|chỉ|ít khi|hiếm|khó|suýt|tưởng|giả sử)(?!\w)"
)
"""Words with which a sentence does not plainly affirm what it says."""


def verdict(question: Question, sentence: str) -> Literal["yes", "no"] | None:
    """What a sentence answers to a yes/no question; ``None`` where it leaves that to the reader.

    It must have all the question's words and names. It says no where it denies one of them ("chưa hoàn thành"), yes
    where it denies nothing and hedges nothing.
    """
    if question.kind != "yesno" or not question.terms:
        return None
    text, asked = lower(sentence), lower(question.text)
    words = words_of(sentence)
    if not all(words.find(t) for t in question.terms) or not all(lower(n) in text for n in question.names):
        return None
    if any(hedge.group() not in asked for hedge in _HEDGES.finditer(text)) or re.search(r"không phải|chẳng", asked):
        return None
    denied = slots_of(" ".join(sentence.split())).negated()
    if not denied:
        return "yes" if not re.search(r"(?<!\w)(?:không|chưa|chẳng)(?!\w)", text) else None
    asked_of = question.head or question.terms  # what is said to be done; another word denied decides nothing
    return "no" if len(denied) == 1 and any(denied[0] == t.text for t in asked_of) else None


def spoken(found: Literal["yes", "no"]) -> str:
    """The verdict in words."""
    return say("Có", "Yes") if found == "yes" else say("Không", "No")
