"""Bytes of a text file to characters. Legacy Vietnamese letters are converted later (:mod:`rag.load.fonts`)."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from rag.errors import LoadError
from rag.lang import say
from rag.text.legacy import detect
from rag.text.unicode import nfc

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_SAMPLE = 65_536
# A tone mark of Windows-1258 after a vowel; in any other code page such pairs are rare.
_MARKED_1258 = re.compile(rb"[aeiouyAEIOUY\xe2\xe3\xea\xf4\xf5\xfd\xc2\xc3\xca\xd4\xd5\xdd][\xcc\xd2\xde\xec\xf2]")
_HIGH = re.compile(rb"[\x80-\xff]")


@dataclass(frozen=True, slots=True)
class Decoded:
    """Characters of a file, and the code page they were written in where that is worth reporting."""

    text: str
    encoding: str
    note: str = ""


def decode(data: bytes) -> Decoded:
    """Turn bytes into characters.

    Tried in order: byte order mark, UTF-8, UTF-16 without mark, then the 8-bit code pages.

    :raises LoadError: If the bytes are not text.
    """
    for mark, name in _BOMS:
        if data.startswith(mark):
            return Decoded(data[len(mark) :].decode(name, "replace"), name)
    wide = _wide_encoding(data)
    if wide:
        return Decoded(data.decode(wide, "replace"), wide, _note(wide.upper()))
    if b"\0" in data:
        raise LoadError(say("có byte NUL, không phải văn bản", "it has NUL bytes and is not text"))
    try:
        return Decoded(data.decode("utf-8"), "utf-8")
    except UnicodeDecodeError:
        return _decode_8bit(data)


def decode_as(data: bytes, encoding: str) -> str:
    """Decode part of a file whose encoding was found before."""
    return data.decode(encoding, "replace")


def _wide_encoding(data: bytes) -> str:
    """UTF-16 without a mark: every second byte of spaces, digits and line ends is NUL."""
    sample = data[:_SAMPLE]
    if len(sample) < 4 or b"\0" not in sample:
        return ""
    for name, zeros, others in (("utf-16-le", sample[1::2], sample[0::2]), ("utf-16-be", sample[0::2], sample[1::2])):
        if zeros.count(0) * 4 > len(zeros) and others.count(0) == 0:
            return name
    return ""


def _decode_8bit(data: bytes) -> Decoded:
    mixed = _line_by_line(data)
    if mixed is not None:
        return mixed
    latin = _latin(data)
    if detect(latin[:_SAMPLE]):
        return Decoded(latin, "latin-1")  # its letters are converted, and reported, with those of all formats
    high = len(_HIGH.findall(data))
    if len(_MARKED_1258.findall(data)) * 10 >= high:
        return Decoded(nfc(data.decode("cp1258", "replace")), "cp1258", _note("Windows-1258"))
    if _damaged_share(data) < 0.01:
        return Decoded(data.decode("utf-8", "replace"), "utf-8", _damaged())
    return Decoded(latin, "latin-1", _note("Windows-1252"))


def _line_by_line(data: bytes) -> Decoded | None:
    """A file put together from UTF-8 and 8-bit legacy lines; ``None`` for any other."""
    lines: list[str] = []
    is_utf8: list[bool] = []
    for line in data.split(b"\n"):
        try:
            lines.append(line.decode("utf-8"))
            is_utf8.append(not line.isascii())
        except UnicodeDecodeError:
            lines.append(_latin(line))
            is_utf8.append(False)
    others = "\n".join(line for line, known in zip(lines, is_utf8, strict=True) if not known)
    if not any(is_utf8) or not detect(others[:_SAMPLE]):
        return None
    return Decoded("\n".join(lines), "mixed")


def _latin(data: bytes) -> str:
    """Windows-1252, with the five bytes that it leaves open as Latin-1, so that no byte is lost."""
    try:
        return data.decode("cp1252")
    except UnicodeDecodeError:
        return "".join(bytes([b]).decode("cp1252", "ignore") or chr(b) for b in data)


def _damaged_share(data: bytes) -> float:
    text = data.decode("utf-8", "replace")
    return text.count("\ufffd") / max(len(text), 1)


def _note(name: str) -> str:
    return say(f"chuyển từ {name} sang Unicode", f"converted from {name} to Unicode")


def _damaged() -> str:
    return say("có ký tự hỏng trong tệp", "some characters of the file are damaged")
