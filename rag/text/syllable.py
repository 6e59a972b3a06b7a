"""The shape of a Vietnamese syllable: onset, rhyme and tone, as spelt since the alphabet was fixed."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

from rag.text.unicode import TONES, lower

_ONSET: Final = r"(?:ngh|ng|nh|gh|gi|kh|ph|th|tr|ch|qu|[bcdđghklmnpqrstvx])?"
_RHYME: Final = (
    r"(?:(?:oa|oă|oe|uâ|uê|uô|uơ|uy|uyê|yê|iê|ươ|[aăâeêioôơuưy])(?:ng|nh|ch|[cmnpt])"
    r"|o[ae]|oa[iyo]|oeo|uâ[yu]|u[êơyao]|uô[i]|uya|uy[uê]|iê?u|yêu|i[ae]|yê|ươ[iu]|ư[aiu]|[aăâeêioôơuưy]"
    r"|a[iouy]|â[uy]|eo|êu|o[iy]|ô[i]|ơi|ui|uai|uây|uao|uơ|oong|ôông)"
)
_SYLLABLE: Final = re.compile(_ONSET + _RHYME)
_TONE: Final = re.compile(f"[{TONES}]")
_STOPPED: Final = re.compile(r"(?:c|ch|p|t)$")
_STOP_TONES: Final = (["\u0301"], ["\u0323"])  # only sắc and nặng end in a stop


@lru_cache(maxsize=20_000)
def is_syllable(word: str) -> bool:
    """Whether a word is a possible Vietnamese syllable, marks and tone included.

    >>> is_syllable("nghiêng"), is_syllable("téc"), is_syllable("tëc"), is_syllable("the")
    (True, True, False, True)
    """
    apart = unicodedata.normalize("NFD", lower(word))
    tones = _TONE.findall(apart)
    plain = unicodedata.normalize("NFC", _TONE.sub("", apart))
    if len(tones) > 1 or not _SYLLABLE.fullmatch(plain):
        return False
    return not _STOPPED.search(plain) or tones in _STOP_TONES


_BARE: Final = re.compile(
    r"(?:ngh|ng|nh|gh|gi|kh|ph|th|tr|ch|qu|[bcdghklmnpqrstvx])?"
    r"(?:(?:[aeiouy]|oa|oe|ua|ue|uo|uy|uye|ye|ie)(?:ng|nh|ch|[cmnpt])?|[aeiou][iouy]|oa[iyo]|oeo|ua[yui]|uoi|uou|ieu|yeu|uyu|uya|uoi|ia)"
)


def is_bare_syllable(word: str) -> bool:
    """Whether an unmarked word is a Vietnamese syllable or one typed without its marks.

    >>> is_bare_syllable("nghieng"), is_bare_syllable("ubnd"), is_bare_syllable("what")
    (True, False, False)
    """
    return _BARE.fullmatch(lower(word)) is not None
