"""Legacy Vietnamese encodings: TCVN3 (fonts ``.Vn…``) and VNI (fonts ``VNI-…``), to Unicode.

Both are Latin-1 text that only its font made Vietnamese. The font's name decides where it is known, so convert run by
run, before runs are joined; without it :func:`detect` looks at the letters and leaves Unicode Vietnamese alone. The
tables follow the layouts of TCVN 5712:1993 and of the VNI-Windows fonts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal

from rag.text.syllable import is_syllable
from rag.text.unicode import TONES, nfc

LegacyEncoding = Literal["tcvn3", "vni"]


@dataclass(frozen=True, slots=True)
class Converted:
    """Text as Unicode, and the encoding it came from (``None``: it was Unicode already)."""

    text: str
    encoding: LegacyEncoding | None


_TCVN3_ROWS: Final = (
    # plain letters, then huyền, sắc, hỏi, ngã, nặng of each vowel, with their bytes
    ("ĂÂÊÔƠƯĐăâêôơưđ", range(0xA1, 0xAF)),
    ("àảãáạ", (0xB5, 0xB6, 0xB7, 0xB8, 0xB9)),
    ("ằẳẵắặ", (0xBB, 0xBC, 0xBD, 0xBE, 0xC6)),
    ("ầẩẫấậ", (0xC7, 0xC8, 0xC9, 0xCA, 0xCB)),
    ("èẻẽéẹ", (0xCC, 0xCE, 0xCF, 0xD0, 0xD1)),
    ("ềểễếệ", (0xD2, 0xD3, 0xD4, 0xD5, 0xD6)),
    ("ìỉĩíị", (0xD7, 0xD8, 0xDC, 0xDD, 0xDE)),
    ("òỏõóọ", (0xDF, 0xE1, 0xE2, 0xE3, 0xE4)),
    ("ồổỗốộ", (0xE5, 0xE6, 0xE7, 0xE8, 0xE9)),
    ("ờởỡớợ", (0xEA, 0xEB, 0xEC, 0xED, 0xEE)),
    ("ùủũúụ", (0xEF, 0xF1, 0xF2, 0xF3, 0xF4)),
    ("ừửữứự", (0xF5, 0xF6, 0xF7, 0xF8, 0xF9)),
    ("ỳỷỹýỵ", (0xFA, 0xFB, 0xFC, 0xFD, 0xFE)),
)
_TCVN3: Final = {
    chr(byte): letter for letters, codes in _TCVN3_ROWS for letter, byte in zip(letters, codes, strict=True)
}

_VNI_MARKS: Final = {
    # base letters: the mark letters for plain, huyền, sắc, hỏi, ngã, nặng
    "aeouy": ("", "ø", "ù", "û", "õ", "ï"),
    "ôö": ("", "ø", "ù", "û", "õ", "ï"),  # these stand for ơ and ư
}
_VNI_CIRCUMFLEX: Final = ("â", "à", "á", "å", "ã", "ä")
_VNI_BREVE: Final = ("ê", "è", "é", "ú", "ü", "ë")
_TONE_MARKS: Final = ("", "\u0300", "\u0301", "\u0309", "\u0303", "\u0323")


def _vni_table() -> dict[str, str]:
    table = {"ñ": "đ", "ì": "ì", "í": "í", "æ": "ỉ", "ó": "ĩ", "ò": "ị", "î": "ỵ"}
    for bases, marks in _VNI_MARKS.items():
        for base in bases:
            letter = {"ô": "ơ", "ö": "ư"}.get(base, base)
            table |= {base + mark: nfc(letter + tone) for mark, tone in zip(marks, _TONE_MARKS, strict=True) if mark}
    for base, letter, marks in (
        ("a", "â", _VNI_CIRCUMFLEX), ("e", "ê", _VNI_CIRCUMFLEX), ("o", "ô", _VNI_CIRCUMFLEX), ("a", "ă", _VNI_BREVE),
    ):  # fmt: skip
        table |= {base + mark: nfc(letter + tone) for mark, tone in zip(marks, _TONE_MARKS, strict=True)}
    table |= {"ô": "ơ", "ö": "ư"}
    upper = {k.upper(): v.upper() for k, v in table.items()}
    mixed = {k[0].upper() + k[1:]: v.upper() for k, v in table.items() if len(k) == 2}
    return table | mixed | upper


_VNI: Final = _vni_table()
_VNI_UNIT: Final = re.compile("|".join(sorted(map(re.escape, _VNI), key=len, reverse=True)))
_TCVN3_UNIT: Final = re.compile("[" + re.escape("".join(_TCVN3)) + "]")
_TCVN3_FONT: Final = re.compile(
    r"(?:[A-Z]{6}\+)?(?:\.[Vv][Nn]|Vn(?=Time|Arial|Avant|Book|Century|Courier|Helvet|Present|Univers|Black|Southern))"
)
"""PDF may drop the dot; fonts of other encodings are named "VN…", so the case counts."""
_VNI_FONT: Final = re.compile(r"(?:[A-Z]{6}\+)?vni(?:[-\s_]|$)", re.IGNORECASE)
_CAPITALS_FONT: Final = re.compile(r"H(?i:[-,\s]*(?:bold|italic|oblique|regular|normal))*\s*$")
_PRIVATE: Final = {0xF000 + code: code for code in range(0x20, 0x100)}
"""Where Word keeps the letters of a font that calls itself one of symbols."""


def encoding_of_font(font: str) -> LegacyEncoding | None:
    """The encoding that a font's name stands for.

    >>> encoding_of_font(".VnTimeH"), encoding_of_font("VNI-Times"), encoding_of_font("Times New Roman")
    ('tcvn3', 'vni', None)
    """
    if _TCVN3_FONT.match(font):
        return "tcvn3"
    return "vni" if _VNI_FONT.match(font) else None


def to_unicode(text: str, font: str | None = None) -> Converted:
    """Convert legacy text; Unicode text comes back as it is.

    :param font: Name of the font of this run; where given it alone decides. A TCVN3 font whose name ends in H draws
        small letters as capitals. Words that somebody typed in Unicode, with the old font still set, are left alone.

    >>> to_unicode("D©n téc thiÓu sè", ".VnTime").text
    'Dân tộc thiểu số'
    >>> to_unicode("Daân toäc thieåu soá", "VNI-Times").text
    'Dân tộc thiểu số'
    """
    encoding = encoding_of_font(font) if font else detect(text)
    if encoding is None:
        return Converted(text, None)
    if font is None:
        return Converted(_even_case(_decode(text, encoding)), encoding)
    text = text.translate(_PRIVATE)
    converted = _decode_but_unicode(text, encoding)
    capitals = encoding == "tcvn3" and _CAPITALS_FONT.search(font)
    if capitals:
        return Converted(converted.upper(), encoding)
    if converted == text and not text.isascii():
        return Converted(text, None)
    return Converted(_even_case(converted) if encoding == "tcvn3" else converted, encoding)


_MIXED: Final = re.compile(
    r"(?<![^\W\d_])(?=[^\W\d_]*[^\x00-\x7f])(?=(?:[^\W\d_]*[A-Z]){2}|[^\x00-\x7f][A-Z])[^\W_a-z]+(?![^\W\d_])"
)
_CAPITALS: Final = re.compile(r"(?=(?:[^A-Z\n]*[A-Z]){2})[^a-zăâđêôơư\n]+")
"""A line in capitals: TCVN3 has capitals for the letters without tones, so none of those is small."""


def _even_case(text: str) -> str:
    """Capitals of TCVN3 have small toned letters ("ĐảNG ủY"), unless the font draws them."""
    lines = [line.upper() if _CAPITALS.fullmatch(line) else line for line in text.split("\n")]
    return _MIXED.sub(lambda m: m.group().upper(), "\n".join(lines))


_STRETCH: Final = re.compile(r"[A-Za-z\xa1-\u024f\u0300-\u036f\u1e00-\u1eff]+")


def _decode_but_unicode(text: str, encoding: LegacyEncoding) -> str:
    """Convert a run in a legacy font, but not what somebody typed into it in Unicode."""
    if not _BEYOND_LATIN1.search(text):  # letters that both know: the font decides
        return _decode(text, encoding)
    words = [word for word in _STRETCH.findall(text) if not word.isascii()]
    found = [_is_unicode(word, encoding) for word in words]
    certain = [at for at, kind in enumerate(found) if kind is not None]
    # A word that could be either is what the nearest one is that could not: people type on as they began.
    kinds = iter([bool(found[min(certain, key=lambda other, at=at: abs(other - at))]) for at in range(len(words))])  # type: ignore[misc]

    def one(match: re.Match[str]) -> str:
        word = match.group()
        return word if word.isascii() or next(kinds) else _decode(word, encoding)

    return _STRETCH.sub(one, text)


def _is_unicode(word: str, encoding: LegacyEncoding) -> bool | None:
    """Whether one word is Unicode already; ``None`` where it could be either."""
    if _BEYOND_LATIN1.search(word):
        return True
    as_it_is, decoded = is_syllable(word), is_syllable(_decode(word, encoding))
    return None if as_it_is == decoded else as_it_is


def _decode(text: str, encoding: LegacyEncoding) -> str:
    if encoding == "vni":
        return _VNI_UNIT.sub(lambda m: _VNI[m.group()], text)
    return _TCVN3_UNIT.sub(lambda m: _TCVN3[m.group()], _with_lost_letters(text))


_GLYPH_NAMES: Final = re.compile(r"(?<=[^\W\d_])[\u2212\u2219\u2215](?!\d)|(?<!\d)[\u2212\u2219](?=[^\W\d_])")


def _with_lost_letters(text: str) -> str:
    """PDF extractors name the glyphs of ``ư`` and ``ã`` minus and bullet operator; beside letters they are letters."""
    return _GLYPH_NAMES.sub(lambda m: "\xad" if m.group() == "\u2212" else "\xb7", text)


_ENCODINGS: Final[tuple[LegacyEncoding, ...]] = ("tcvn3", "vni")
_MIN_LETTERS: Final = 6
"""A few letters beyond ASCII prove nothing,"""
_MIN_DIFFERENT: Final = 3
"""nor do one or two that come again and again, such as a list's Ð."""
_MIN_SHARE: Final = 0.8
"""Share of the marked words that must read as Vietnamese after converting, and how much more than otherwise."""
_MARGIN: Final = 0.2
_BEYOND_LATIN1: Final = re.compile("[ăđơưĂĐƠƯĩũĨŨạ-ỹẠ-Ỹ" + TONES + "]")
_HIGH: Final = re.compile("[\xa1-\xff]")


def detect(text: str) -> LegacyEncoding | None:
    """The legacy encoding of a whole text, by its letters; ``None`` for Unicode, for other languages and in doubt.

    >>> detect("Tæng kÕt c«ng t¸c d©n téc n¨m 2020"), detect("Tổng kết công tác dân tộc năm 2020")
    ('tcvn3', None)
    """
    letters = _HIGH.findall(text)
    if len(letters) < _MIN_LETTERS or len(set(letters)) < _MIN_DIFFERENT:
        return None
    if len(_BEYOND_LATIN1.findall(text)) * 20 > len(letters):
        return None
    as_it_is = _share_of_syllables(text)
    shares = {encoding: _share_of_syllables(_decode(text, encoding)) for encoding in _ENCODINGS}
    best = max(_ENCODINGS, key=lambda encoding: shares[encoding])
    clear = shares[best] - max(min(shares.values()), as_it_is) >= _MARGIN
    return best if as_it_is < 0.5 and shares[best] >= _MIN_SHARE and clear else None


_LONE_MIN_SHARE: Final = 0.9
"""Share of syllables that a line needs whose letters are too few to prove anything, beside lines that prove it."""


def convert_lines(text: str) -> tuple[str, tuple[LegacyEncoding, ...]]:
    r"""Convert those lines of a text that are legacy, and leave the Unicode ones beside them alone.

    A line with enough letters decides for itself; one with few follows the line before or after it that was decided,
    if its words then are Vietnamese and were not before.

    :return: The text, and the encodings met.

    >>> convert_lines("Tổng kết công tác\nTæng kÕt c«ng t¸c d©n téc n¨m 2020\nn¨m")[0]
    'Tổng kết công tác\nTổng kết công tác dân tộc năm 2020\nnăm'
    """
    if len(_HIGH.findall(text)) < _MIN_LETTERS:
        return text, ()
    lines = text.split("\n")
    decided = {number: found for number, line in enumerate(lines) if (found := detect(line))}
    if not decided and (whole := detect(text)):  # many lines, each too short to tell
        decided = {number: whole for number, line in enumerate(lines) if _follows(line, whole)}
    if not decided:
        return text, ()
    known = sorted(decided)
    for number, line in enumerate(lines):
        if number not in decided and _HIGH.search(line):
            nearest = decided[min(known, key=lambda at, here=number: abs(at - here))]  # type: ignore[misc]
            if _follows(line, nearest):
                decided[number] = nearest
    for number, encoding in decided.items():
        lines[number] = _even_case(_decode(lines[number], encoding))
    return "\n".join(lines), tuple(sorted(set(decided.values())))


def _follows(line: str, encoding: LegacyEncoding) -> bool:
    if not _HIGH.search(line) or _BEYOND_LATIN1.search(line):
        return False
    as_it_is, decoded = _share_of_syllables(line), _share_of_syllables(_decode(line, encoding))
    return decoded >= _LONE_MIN_SHARE and decoded - as_it_is >= _MARGIN


_WORD: Final = re.compile(r"[^\W\d_]+")


def _share_of_syllables(text: str) -> float:
    """Share of the words with marks that are possible Vietnamese syllables."""
    words = [w for w in _WORD.findall(text) if not w.isascii()]
    return sum(map(is_syllable, words)) / len(words) if words else 0.0


def from_unicode(text: str, encoding: LegacyEncoding) -> str:
    """The reverse of :func:`to_unicode`, for making test files; capitals with tones become small in TCVN3."""
    if encoding == "tcvn3":
        table = {letter: byte for byte, letter in _TCVN3.items()}
        return "".join(table.get(c) or table.get(c.lower(), c) for c in nfc(text))
    vni = {letter: code for code, letter in _VNI.items() if len(code) < 2 or code[0].isupper() == code[1].isupper()}
    return "".join(vni.get(c, c) for c in nfc(text))
