"""Word documents (.docx): paragraphs, tables, text boxes and notes in reading order; headers and footers left out."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import docx as python_docx
from docx.oxml.ns import qn

from rag.load.describe import describe, one_line, with_lead
from rag.load.details import Details
from rag.load.docx_fonts import StyleFonts
from rag.load.fonts import FontConverter, Run, symbol
from rag.load.limits import Limits
from rag.load.own_title import own_title
from rag.load.tidy import tidy
from rag.types import LoadedDocument

_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"  # the same again for old readers
_SKIPPED = frozenset(
    qn(f"w:{tag}") for tag in ("del", "moveFrom", "instrText", "pPr", "rPr", "tblPr", "trPr", "tcPr", "sectPr", "sdtPr")
) | {_FALLBACK}
_PARAGRAPH, _TABLE, _ROW, _CELL, _RUN = (qn(f"w:{tag}") for tag in ("p", "tbl", "tr", "tc", "r"))
_CHARACTERS = {
    qn("w:tab"): "\t",
    qn("w:br"): "\n",
    qn("w:cr"): "\n",
    qn("w:noBreakHyphen"): "-",
    qn("w:softHyphen"): "\xad",
}
_GENERIC_AUTHORS = frozenset("admin administrator user windows home pc hp dell asus lenovo acer python-docx".split())


def read(data: bytes, limits: Limits) -> LoadedDocument:
    """Read a Word document.

    :raises LoadError: If it has no text, or too much.
    """
    file = python_docx.Document(io.BytesIO(data))
    fonts = FontConverter()
    styles = StyleFonts(file)
    body = "\n\n".join([*_blocks(file.element.body, styles, fonts), *_notes(file, styles, fonts)])
    properties = file.core_properties
    title = _styled_title(file, styles, fonts) or own_title(tidy(properties.title or ""))
    details = Details(title=title, author=_own_author(properties.author or ""))
    found = describe(body, limits, Details(title=details.title), notes=fonts.notes)
    text = with_lead(found.text, one_line(title))
    return describe(text, limits, Details(title=found.title, author=found.author or details.author), notes=found.notes)


def _blocks(element: Any, styles: StyleFonts, fonts: FontConverter) -> Iterator[str]:
    """Paragraphs and table rows under an element, in order. Depth is followed on a stack of its own, not by calls."""
    stack = [iter(element)]
    while stack:
        child = next(stack[-1], None)
        if child is None:
            stack.pop()
        elif child.tag == _PARAGRAPH:
            yield paragraph_text(child, styles, fonts)
            stack.append(_inner_blocks(child))
        elif child.tag == _ROW:
            yield _row(child, styles, fonts)
        elif child.tag not in _SKIPPED:
            stack.append(iter(child))


def _inner_blocks(paragraph: Any) -> Iterator[Any]:
    """Text boxes that hang on a paragraph."""
    return (
        box
        for box in paragraph.iter(qn("w:txbxContent"))
        if next(box.iterancestors(_FALLBACK, _PARAGRAPH), None) is paragraph
    )


def _row(row: Any, styles: StyleFonts, fonts: FontConverter) -> str:
    cells = []
    for cell in row.iter(_CELL):
        if next(cell.iterancestors(_ROW), None) is row:  # a table inside a cell belongs to that cell
            shown = (p for p in cell.iter(_PARAGRAPH) if next(p.iterancestors(_FALLBACK, _CELL), cell).tag == _CELL)
            texts = (paragraph_text(p, styles, fonts).strip() for p in shown)
            cells.append(" ".join(" ".join(filter(None, texts)).split()))
    return " | ".join(filter(None, cells))


def paragraph_text(paragraph: Any, styles: StyleFonts, fonts: FontConverter) -> str:
    """The text of one paragraph, each run converted by its own font."""
    return fonts.join(_runs(paragraph, styles))


def _runs(paragraph: Any, styles: StyleFonts) -> Iterator[Run]:
    stack = [iter(paragraph)]
    while stack:
        child = next(stack[-1], None)
        if child is None:
            stack.pop()
        elif child.tag == _RUN:
            yield from _run_pieces(child, styles.font_of(child, paragraph))
        elif child.tag not in _SKIPPED and child.tag != _PARAGRAPH:
            stack.append(iter(child))


def _run_pieces(run: Any, font: str) -> Iterator[Run]:
    for child in run:
        if child.tag == qn("w:t"):
            yield Run(child.text or "", font)
        elif child.tag == qn("w:sym"):  # F000 to F0FF stand for the bytes of its own font
            yield symbol(int(child.get(qn("w:char")) or "20", 16), child.get(qn("w:font")) or "")
        elif child.tag in _CHARACTERS:
            yield Run(_CHARACTERS[child.tag], font)


def _notes(file: Any, styles: StyleFonts, fonts: FontConverter) -> Iterator[str]:
    """Footnotes and endnotes, after the text."""
    from docx.oxml.parser import parse_xml

    for relation in file.part.rels.values():
        if relation.reltype.rsplit("/", 1)[-1] in ("footnotes", "endnotes") and not relation.is_external:
            yield from _blocks(parse_xml(relation.target_part.blob), styles, fonts)


def _styled_title(file: Any, styles: StyleFonts, fonts: FontConverter) -> str:
    for paragraph in list(file.element.body.iter(_PARAGRAPH))[:30]:
        style = paragraph.style
        if style is not None and style.lower() == "title":
            return paragraph_text(paragraph, styles, fonts)
    return ""


def _own_author(author: str) -> str:
    """The author property, unless it is the name of a machine or account."""
    words = author.lower().split()
    return "" if not words or words[0] in _GENERIC_AUTHORS or (author.isascii() and len(words) < 2) else author
