"""Words of a Vietnamese text: syllables, numbers with their separators, document numbers as one unit.

Vietnamese writes each syllable apart, so syllables and pairs of them (:func:`bigrams`) are what the lexical search
indexes; no word segmentation is needed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Final

from rag.text.numbers import normalize_number
from rag.text.references import NUMBER_PATTERN
from rag.text.unicode import canonical_tones, fold, lower, nfc
from rag.text.words import words

_TOKEN: Final = re.compile(
    r"[^\W\d_][\w\u0300-\u036f]*"  # hộ  QH14  F0
    rf"|(?:{NUMBER_PATTERN})(?!\w)"  # 88/2019/QH14
    r"|\d+(?:[.,/]\d+)*"  # 1.200  7,89  8/1
)
_PART: Final = re.compile(r"\d+|[^\W\d_]\w*")


@dataclass(frozen=True, slots=True)
class Token:
    """A syllable, word or number as it stands in the text: ``source[start:end] == text``."""

    text: str
    start: int
    end: int


def tokens(text: str) -> tuple[Token, ...]:
    """Cut a text into syllables, words and numbers; punctuation is left out.

    >>> [t.text for t in tokens("Tổng kinh phí 1.200 tỷ (Nghị quyết 12/NQ-CP).")]
    ['Tổng', 'kinh', 'phí', '1.200', 'tỷ', 'Nghị', 'quyết', '12/NQ-CP']
    """
    return tuple([Token(m.group(), m.start(), m.end()) for m in _TOKEN.finditer(text)])


def token_spans(text: str) -> list[tuple[int, int]]:
    """Where the tokens of a text stand, without making them: for long texts of which only some are looked at."""
    return [m.span() for m in _TOKEN.finditer(text)]


def search_terms(text: str) -> tuple[str, ...]:
    """What the lexical index holds of a text: lower-case words in one tone placement.

    Numbers come in one form; document numbers and full dates are followed by their parts.

    >>> search_terms("Hoà Bình: 1.200 hộ, 88/2019/QH14")
    ('hòa', 'bình', '1200', 'hộ', '88/2019/qh14', '88', '2019', 'qh14')
    """
    terms: list[str] = []
    for word in _TOKEN.findall(lower(nfc(text))):
        terms += _terms_of[word]
    return tuple(terms)


canonical_word = lru_cache(maxsize=1 << 16)(canonical_tones)
"""One tone placement for a word. Words repeat, and placing tones is most of the work of cutting a text into terms."""


class _TermsOf(dict[str, tuple[str, ...]]):
    """The terms of a word that was met before; a plain dictionary is looked up in half the time of a cached call."""

    def __missing__(self, word: str) -> tuple[str, ...]:
        if len(self) >= _REMEMBERED:
            self.clear()
        terms = tuple(_cut_number(canonical_tones(word))) if word[0].isdigit() else (canonical_tones(word),)
        self[word] = terms
        return terms


_REMEMBERED = 1 << 16
_terms_of = _TermsOf()


def folded_terms(text: str) -> tuple[str, ...]:
    """The same terms without tone and letter marks, for questions typed without them.

    >>> folded_terms("Hộ nghèo")
    ('ho', 'ngheo')
    """
    return tuple([fold(term) for term in search_terms(text)])


def bigrams(terms: Sequence[str]) -> tuple[str, ...]:
    """Neighbouring terms joined by an underscore.

    >>> bigrams(("hộ", "nghèo", "giảm"))
    ('hộ_nghèo', 'nghèo_giảm')
    """
    return tuple(map("_".join, pairwise(terms)))


def _cut_number(word: str) -> list[str]:
    if not word.replace("/", "").replace(".", "").replace(",", "").isdigit():
        return [_one_spelling(word), *map(_plain_number, _PART.findall(word))]
    if "/" in word:
        parts = [part.lstrip("0") or "0" for part in word.split("/")]
        year = parts[-1:] if len(parts[-1]) == 4 else []
        return ["/".join(parts), *(["/".join(parts[:-1])] if year else []), *year]
    return [_plain_number(word)]


def _one_spelling(number: str) -> str:
    """A document's number as it is compared: ``22 – NQ/TW`` is ``22-nq/tw``, ``01/2020/…`` is ``1/2020/…``."""
    return re.sub(r"\s+", "", number).replace("–", "-").lstrip("0")


def _plain_number(word: str) -> str:
    value = normalize_number(word)
    return word if value is None else f"{value:f}".replace(".", ",")


FUNCTION_WORDS: Final = words("""
    ai bao nhiêu bằng bị bởi các cái cần chỉ chiếc cho chứ chưa có còn cũng của cùng cứ dẫu do dù đã đang đâu
    đây đấy để đến đều đó được gì giữa hay hãy hoặc hỏi khi không kể là lại lên lúc mà mấy mỗi một nào này nay
    nên nếu ngay nhưng những như nhờ nó ở phải qua ra rằng rất rồi sao sau sẽ sự tại tất tận thế thì theo thôi
    từ từng trên trong trước tuy và vào vẫn vậy về vì việc với vừa xin hiện ấy à ạ nhé dưới ngoài đối kia cả bấy
    hết khiến
    """)
"""Words that say little of what a text is about, in exact spelling, lower-case, one tone placement."""

FOLDED_FUNCTION_WORDS: Final = words("""
    bao nhieu bang bi boi cac cai cho chua co con cung cua da dang de den deu do duoc gi hay hoac khi khong la
    lai len ma may moi mot nao nay neu nhung nhu o qua ra rang rat roi sao sau se su tai the thi theo tu trong
    truoc va vao van ve vi voi vua nhe ai
    """)
"""Folded spellings that in a question without marks are nearly always function words."""


def is_function_word(term: str, folded: bool = False) -> bool:
    """Whether a lower-case term is a function or question word.

    :param folded: The term was typed without marks: compare folded spellings.

    >>> is_function_word("của"), is_function_word("cua"), is_function_word("cua", folded=True)
    (True, False, True)
    """
    return term in (FOLDED_FUNCTION_WORDS if folded else FUNCTION_WORDS)


def content_terms(terms: Iterable[str]) -> tuple[str, ...]:
    """The terms that are not function words."""
    return tuple([term for term in terms if term not in FUNCTION_WORDS])
