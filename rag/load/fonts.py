"""Legacy Vietnamese letters (TCVN3, VNI) of a document to Unicode, run by run where fonts are known.

In these encodings the font's name is all that tells "µ" from "à", and it is gone once runs are joined. Runs of the
same font are joined first, because a VNI letter may be spread over two of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import groupby

from rag.lang import say
from rag.text.legacy import convert_lines, encoding_of_font, to_unicode

_NAMES = {"tcvn3": "TCVN3", "vni": "VNI"}


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of text in one font; an empty name means that the font is not known."""

    text: str
    font: str = ""


def symbol(code: int, font: str) -> Run:
    """One character that the file gives by its number in a font, as Word inserts signs: a letter, or just a sign."""
    if encoding_of_font(font):
        return Run(chr(code & 0xFF), font)
    return Run(chr(code) if 0x20 <= code < 0xD800 else "•", font)


@dataclass(slots=True)
class FontConverter:
    """Converts the runs of one document and remembers from what, for the report."""

    found: dict[str, int] = field(default_factory=dict)

    def join(self, runs: Iterable[Run]) -> str:
        """The text of a paragraph, cell or page whose runs stand next to each other."""
        pieces = []
        for font, same in groupby(runs, key=_legacy_font):
            text = "".join(run.text for run in same)
            if font:
                converted = to_unicode(text, font)
                text = converted.text
                if converted.encoding:
                    self.found[converted.encoding] = self.found.get(converted.encoding, 0) + len(text)
            pieces.append(text)
        return "".join(pieces)

    @property
    def notes(self) -> tuple[str, ...]:
        """One line for each encoding that was met."""
        return tuple(conversion_note(encoding) for encoding in sorted(self.found))


def _legacy_font(run: Run) -> str:
    return run.font if _encoding(run.font) else ""


_encoding = lru_cache(maxsize=256)(encoding_of_font)  # a document has few fonts and very many runs


def unify(text: str, notes: tuple[str, ...] = ()) -> tuple[str, tuple[str, ...]]:
    """Convert what is legacy by its letters, line by line; other text comes back as it is.

    :param notes: Lines of the report so far.
    """
    converted, encodings = convert_lines(text)
    return converted, tuple(dict.fromkeys((*notes, *map(conversion_note, encodings))))


def conversion_note(encoding: str) -> str:
    """The line of the report that names a conversion."""
    name = _NAMES.get(encoding, encoding)
    return say(f"chuyển từ {name} sang Unicode", f"converted from {name} to Unicode")
