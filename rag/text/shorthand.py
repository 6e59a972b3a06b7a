"""Chat shorthand of people who type fast, spelt out before anything else reads the question."""

from __future__ import annotations

import re
from typing import Final

_SHORT: Final = {
    "bn": "bao nhiêu", "bnh": "bao nhiêu", "bnhieu": "bao nhiêu", "bnhiu": "bao nhiêu", "baonhieu": "bao nhiêu",
    "ntn": "như thế nào", "nhtn": "như thế nào", "ko": "không", "kg": "không", "kh": "không", "hok": "không",
    "dc": "được", "đc": "được", "dk": "được", "đk": "được", "vs": "với", "trg": "trong", "nc": "nước",
    "ng": "người", "ngta": "người ta", "nvu": "nhiệm vụ", "kq": "kết quả", "kquả": "kết quả", "hnghi": "hội nghị",
    "tn": "thế nào", "lm": "làm", "vd": "ví dụ", "gđ": "giai đoạn", "tp": "thành phố", "j": "gì", "s": "sao",
}  # fmt: skip
_WORD: Final = re.compile(r"[^\W\d_]+")
_BEFORE_NUMBER: Final = re.compile(r"\d\s*$")


def spell_out(question: str) -> str:
    """A question with its shorthand spelt out; capitals ("TN", "KG") and units after a number ("5 kg") stay.

    >>> spell_out("ho ngheo 2020 con bn")
    'ho ngheo 2020 con bao nhiêu'
    """

    def whole(match: re.Match[str]) -> str:
        word = match.group()
        if word == "kg" and _BEFORE_NUMBER.search(question[: match.start()]):
            return word
        return _SHORT.get(word, word)

    return _WORD.sub(whole, question)
