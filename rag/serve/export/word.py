"""Word documents in the layout of Vietnamese official documents (Nghị định 30/2020/NĐ-CP, phụ lục I).

A4; margins 20 mm above and below, 30 mm left, 15 mm right; Times New Roman 14; page numbers centred at the top from
the second page on. Each citation is a real footnote; the documents cited are listed at the end.
"""

from __future__ import annotations

import io
import re
from datetime import datetime
from typing import Any

from rag.lang import language, say
from rag.serve.conversation import Conversation
from rag.serve.export.text import describe, one_line, remarks, said_when, sources_of, tentative_notice, title_of
from rag.serve.sources import viewer_url
from rag.types import Answer, Citation

_FONT = "Times New Roman"
_MARKER = re.compile(r"\s?\[(\d{1,3})\]")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""What XML cannot hold."""


def as_word(conversation: Conversation, origin: str = "") -> bytes:
    """A conversation as a Word document.

    :param origin: Put before the addresses in the viewer, such as ``http://127.0.0.1:7860``.
    """
    from docx import Document

    from rag.serve.export.footnotes import Footnotes

    document = Document()
    _lay_out(document)
    _set_styles(document)
    _describe(document, title_of(conversation))
    notes = Footnotes(document)
    document.add_paragraph(title_of(conversation).upper(), style="Title")
    when = said_when(conversation)
    if when:
        document.add_paragraph(when, style="Subtitle")
    for number, exchange in enumerate(conversation, 1):
        if exchange.answer is not None:
            heading = f"{number}. " if len(conversation) > 1 else ""
            document.add_paragraph(_safe(heading + one_line(exchange.question)), style="Heading 1")
            _answer(document, notes, exchange.answer, origin)
    _list_sources(document, conversation)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _answer(document: Any, notes: Any, answer: Answer, origin: str) -> None:
    if answer.status == "tentative":
        document.add_paragraph(tentative_notice()).runs[0].italic = True
    if answer.short_answer and answer.status == "answered":
        document.add_paragraph(_safe(answer.short_answer)).runs[0].bold = True
    cited = {c.n: c for c in sources_of(answer)}
    used: set[int] = set()
    for line in answer.text.splitlines():
        if line.strip():
            used |= _line(document, notes, line.strip(), cited, origin)
    rest = [c for n, c in cited.items() if n not in used]
    if rest:
        document.add_paragraph(say("Đoạn gần nhất:", "Nearest passages:"))
        for citation in rest:
            paragraph = document.add_paragraph(_safe(f"“{one_line(citation.quote)}”"), style="List Bullet")
            notes.add(paragraph, _note(citation, origin, quoted=False))
    for remark in remarks(answer):
        document.add_paragraph(_safe(remark)).runs[0].italic = True


def _line(document: Any, notes: Any, line: str, cited: dict[int, Citation], origin: str) -> set[int]:
    """One paragraph with a footnote for each marker that points somewhere; returns those markers."""
    is_item = line.startswith("- ")
    text = line[2:] if is_item else line
    paragraph = document.add_paragraph(style="List Bullet" if is_item else None)
    used: set[int] = set()
    end = 0
    for match in _MARKER.finditer(text):
        citation = cited.get(int(match[1]))
        if citation is not None:
            paragraph.add_run(_safe(text[end : match.start()]))
            notes.add(paragraph, _note(citation, origin))
            used.add(citation.n)
            end = match.end()
    paragraph.add_run(_safe(text[end:]))
    return used


def _note(citation: Citation, origin: str, *, quoted: bool = True) -> str:
    quote = f"“{one_line(citation.quote)}” " if quoted else ""
    return _safe(f"{quote}{describe(citation)} {origin}{viewer_url(citation)}")


def _list_sources(document: Any, conversation: Conversation) -> None:
    cited = [c for e in conversation if e.answer is not None for c in sources_of(e.answer)]
    rows = list(dict.fromkeys(describe(c) + (f" {c.url}" if c.url.startswith(("http://", "https://")) else "")
                              for c in cited))  # fmt: skip
    if not rows:
        return
    document.add_paragraph(say("Tài liệu đã dẫn", "Sources"), style="Heading 1")
    for row in rows:
        document.add_paragraph(_safe(row), style="List Number")


def _lay_out(document: Any) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Mm

    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin = section.bottom_margin = Mm(20)
    section.left_margin, section.right_margin = Mm(30), Mm(15)
    section.header_distance = section.footer_distance = Mm(10)
    section.different_first_page_header_footer = True
    header = section.header.paragraphs[0]
    header.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _page_number(header)


def _page_number(paragraph: Any) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    run, text = OxmlElement("w:r"), OxmlElement("w:t")
    text.text = "2"
    run.append(text)
    field.append(run)
    paragraph._p.append(field)


def _set_styles(document: Any) -> None:
    from docx.enum.style import WD_STYLE_TYPE
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Pt

    from rag.serve.export.footnotes import MARK_STYLE, TEXT_STYLE

    styles = document.styles
    for name, size, bold in (
        ("Normal", 14, False), ("Title", 14, True), ("Subtitle", 13, False), ("Heading 1", 14, True),
        ("List Bullet", 14, False), ("List Number", 14, False), ("Header", 13, False),
    ):  # fmt: skip
        _set_font(styles[name], size, bold)
    body = styles["Normal"].paragraph_format
    body.alignment, body.space_after, body.line_spacing = WD_ALIGN_PARAGRAPH.JUSTIFY, Pt(6), 1.15
    for name in ("Title", "Subtitle"):
        styles[name].paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
    styles["Subtitle"].font.italic = True
    styles["Heading 1"].paragraph_format.space_before = Pt(12)
    styles["Heading 1"].paragraph_format.space_after = Pt(6)
    for name in ("Heading 1", "List Bullet", "List Number"):
        styles[name].paragraph_format.alignment = WD_ALIGN_PARAGRAPH.LEFT
    note = styles.add_style("footnote text", WD_STYLE_TYPE.PARAGRAPH)
    note.element.set(_qn("w:styleId"), TEXT_STYLE)
    note.base_style = styles["Normal"]
    _set_font(note, 11, False)
    note.paragraph_format.space_after, note.paragraph_format.line_spacing = Pt(2), 1.0
    mark = styles.add_style("footnote reference", WD_STYLE_TYPE.CHARACTER)
    mark.element.set(_qn("w:styleId"), MARK_STYLE)
    mark.font.superscript = True


def _set_font(style: Any, size: int, bold: bool) -> None:
    """Font of a style for all scripts: Word takes Vietnamese letters from several of them."""
    from docx.shared import Pt, RGBColor

    style.font.name, style.font.size, style.font.bold = _FONT, Pt(size), bold
    style.font.color.rgb = RGBColor(0, 0, 0)
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(_qn(f"w:{theme}"), None)
    for script in ("ascii", "hAnsi", "eastAsia", "cs"):
        fonts.set(_qn(f"w:{script}"), _FONT)
    borders = style.element.get_or_add_pPr().find(_qn("w:pBdr")) if style.type == 1 else None
    if borders is not None:
        borders.getparent().remove(borders)


def _describe(document: Any, title: str) -> None:
    properties = document.core_properties
    properties.title, properties.author = title, say("Hỏi đáp tài liệu", "Ask the documents")
    properties.language = "vi-VN" if language() == "vi" else "en-GB"
    properties.comments = ""
    properties.created = properties.modified = datetime.now().replace(microsecond=0)


def _qn(name: str) -> str:
    from docx.oxml.ns import qn

    found: str = qn(name)
    return found


def _safe(text: str) -> str:
    return _CONTROL.sub("", text)
