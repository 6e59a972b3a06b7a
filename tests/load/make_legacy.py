"""Files in legacy encodings made from Unicode text: whole, and mixed run by run (line by line in plain text)."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence
from itertools import cycle
from typing import Literal

import docx
import openpyxl
import xlwt
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont

from rag.text.legacy import LegacyEncoding, from_unicode
from tests.load.make_doc import make_doc
from tests.load.make_pdf import Text, make_pdf

FONTS: dict[str, str] = {"tcvn3": ".VnTime", "vni": "VNI-Times", "": "Times New Roman"}
FORMATS = ("txt", "doc", "docx", "rtf", "xls", "xlsx", "pdf")
Kind = Literal["whole", "mixed"]
Run = tuple[str, str]
"""Text as the file stores it, and its font."""

_WORDS_A_RUN = 7


def make_file(kind: str, paragraphs: Sequence[str], encoding: LegacyEncoding, mix: Kind) -> bytes:
    """A file of a format with the paragraphs in an encoding, whole or with Unicode runs between."""
    lines = [runs(paragraph, encoding, mix) for paragraph in paragraphs]
    if kind == "txt":
        return _txt(paragraphs, encoding, mix)
    return {"doc": _doc, "docx": _docx, "rtf": _rtf, "xls": _xls, "xlsx": _xlsx, "pdf": _pdf}[kind](lines)


def plain(text: str) -> str:
    """The text without signs that the encodings have no place for."""
    for sign, other in {"…": "...", "–": "-", "—": "-", "“": '"', "”": '"', "‘": "'", "’": "'"}.items():
        text = text.replace(sign, other)
    return text


def runs(paragraph: str, encoding: LegacyEncoding, mix: Kind) -> list[Run]:
    """A paragraph cut into runs; with ``mixed`` every second one is Unicode in a Unicode font."""
    if mix == "whole":
        return [(from_unicode(paragraph, encoding), FONTS[encoding])]
    words = paragraph.split(" ")
    parts = [" ".join(words[i : i + _WORDS_A_RUN]) + " " for i in range(0, len(words), _WORDS_A_RUN)]
    turns = cycle((encoding, ""))
    return [
        (from_unicode(part, encoding) if turn else part, FONTS[turn]) for part, turn in zip(parts, turns, strict=False)
    ]


def _txt(paragraphs: Sequence[str], encoding: LegacyEncoding, mix: Kind) -> bytes:
    """Whole files in the bytes of the encoding; mixed ones as pasted lines in a Unicode file."""
    if mix == "whole":
        return "\n\n".join(from_unicode(p, encoding) for p in paragraphs).encode("latin-1")
    turns = cycle((True, False))
    mixed = (from_unicode(p, encoding) if turn else p for p, turn in zip(paragraphs, turns, strict=False))
    return "\n\n".join(mixed).encode("utf-8")


def _doc(lines: Sequence[Sequence[Run]]) -> bytes:
    return make_doc([run for line in lines for run in (*line, ("\r", "Times New Roman"))])


def _docx(lines: Sequence[Sequence[Run]]) -> bytes:
    file, buffer = docx.Document(), io.BytesIO()
    for line in lines:
        paragraph = file.add_paragraph()
        for text, font in line:
            paragraph.add_run(text).font.name = font
    file.save(buffer)
    return buffer.getvalue()


def _rtf(lines: Sequence[Sequence[Run]]) -> bytes:
    numbers = {font: number for number, font in enumerate(FONTS.values())}
    fonts = "".join(f"{{\\f{number}\\fnil\\fcharset0 {font};}}" for font, number in numbers.items())
    body = "\\par ".join("".join(f"{{\\f{numbers[font]} {_escaped(text)}}}" for text, font in line) for line in lines)
    return f"{{\\rtf1\\ansi\\ansicpg1252{{\\fonttbl{fonts}}}{body}}}".encode("ascii")


def _escaped(text: str) -> str:
    return "".join(c if c < "\x80" else f"\\'{ord(c):02x}" if c < "\u0100" else f"\\u{ord(c)}?" for c in text)


def _xls(lines: Sequence[Sequence[Run]]) -> bytes:
    book, buffer = xlwt.Workbook(), io.BytesIO()
    sheet = book.add_sheet("Trang")
    for row, line in enumerate(lines):
        fonts = []
        for _text, name in line:
            font = xlwt.Font()
            font.name = name
            fonts.append(font)
        style = xlwt.XFStyle()
        style.font = fonts[0]
        sheet.write_rich_text(row, 0, [(text, font) for (text, _), font in zip(line, fonts, strict=True)], style)
    book.save(buffer)
    return buffer.getvalue()


def _xlsx(lines: Sequence[Sequence[Run]]) -> bytes:
    book, buffer = openpyxl.Workbook(), io.BytesIO()
    for row, line in enumerate(lines, 1):
        parts = [TextBlock(InlineFont(rFont=font), text) for text, font in line]
        book.active.cell(row, 1).value = CellRichText(*parts)
    book.save(buffer)
    return _share_strings(buffer.getvalue())


def _share_strings(data: bytes) -> bytes:
    """The same workbook with its strings in a table of their own, where Excel puts them."""
    changed = io.BytesIO()
    namespace = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(changed, "w") as new:
        sheet = old.read("xl/worksheets/sheet1.xml").decode()
        strings = re.findall(r"<is>(.*?)</is>", sheet, re.DOTALL)
        numbers = iter(range(len(strings)))
        sheet = re.sub(r"<is>.*?</is>", lambda _: f"<v>{next(numbers)}</v>", sheet, flags=re.DOTALL)
        table = "".join(f"<si>{string}</si>" for string in strings)
        parts = {
            "xl/worksheets/sheet1.xml": sheet.replace('t="inlineStr"', 't="s"'),
            "xl/sharedStrings.xml": f'<sst xmlns="{namespace}" count="{len(strings)}">{table}</sst>',
        }
        kinds = old.read("[Content_Types].xml").decode()
        kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
        part = f'<Override PartName="/xl/sharedStrings.xml" ContentType="{kind}"/></Types>'
        parts["[Content_Types].xml"] = kinds.replace("</Types>", part)
        for name in dict.fromkeys((*old.namelist(), *parts)):
            new.writestr(name, parts.get(name) or old.read(name))
    return changed.getvalue()


def _pdf(lines: Sequence[Sequence[Run]]) -> bytes:
    """Each paragraph on a page of its own, its runs as pieces of lines one after the other."""
    pages = []
    for line in lines:
        page, y = [], 820.0
        for text, font in line:
            for at in range(0, len(text), 90):
                page.append(Text(text[at : at + 90], y=y, size=8, font=font))
                y -= 10
        pages.append(page)
    return make_pdf(pages)
