"""Real footnotes for python-docx, which reads and writes Word documents but has no footnotes of its own.

A footnote is a mark in the text and an entry in a part of its own (ECMA-376 part 1, 17.11). The part begins with the
two entries that every document has: the line over the notes, and the one over their continuation.
"""

from __future__ import annotations

from typing import Any

from docx.opc.packuri import PackURI
from docx.opc.part import XmlPart
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn

_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes"
_CONTENT = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
_EMPTY = (
    f"<w:footnotes {nsdecls('w')}>"
    '<w:footnote w:type="separator" w:id="-1"><w:p><w:pPr><w:spacing w:after="0" w:line="240" w:lineRule="auto"/>'
    "</w:pPr><w:r><w:separator/></w:r></w:p></w:footnote>"
    '<w:footnote w:type="continuationSeparator" w:id="0"><w:p><w:pPr><w:spacing w:after="0" w:line="240" '
    'w:lineRule="auto"/></w:pPr><w:r><w:continuationSeparator/></w:r></w:p></w:footnote></w:footnotes>'
)
TEXT_STYLE, MARK_STYLE = "FootnoteText", "FootnoteReference"


class Footnotes:
    """The footnotes of one document.

    :param document: A document of python-docx that has none yet.
    """

    def __init__(self, document: Any) -> None:
        self._document = document
        part = XmlPart(PackURI("/word/footnotes.xml"), _CONTENT, parse_xml(_EMPTY), document.part.package)
        document.part.relate_to(part, _RELATION)
        self._notes = part.element
        self._number = 0

    def add(self, paragraph: Any, text: str) -> int:
        """Put a mark at the end of a paragraph, and its note at the foot of the page.

        :return: The note's number.
        """
        self._number += 1
        mark = OxmlElement("w:footnoteReference")
        mark.set(qn("w:id"), str(self._number))
        _styled(paragraph.add_run()._r, MARK_STYLE).append(mark)
        self._notes.append(_note(self._number, text))
        return self._number


def _note(number: int, text: str) -> Any:
    note = OxmlElement("w:footnote")
    note.set(qn("w:id"), str(number))
    paragraph = OxmlElement("w:p")
    properties = OxmlElement("w:pPr")
    style = OxmlElement("w:pStyle")
    style.set(qn("w:val"), TEXT_STYLE)
    properties.append(style)
    paragraph.append(properties)
    own = _styled(OxmlElement("w:r"), MARK_STYLE)
    own.append(OxmlElement("w:footnoteRef"))
    paragraph.append(own)
    run, words = OxmlElement("w:r"), OxmlElement("w:t")
    words.text = f" {text}"
    words.set(qn("xml:space"), "preserve")
    run.append(words)
    paragraph.append(run)
    note.append(paragraph)
    return note


def _styled(run: Any, style: str) -> Any:
    properties = OxmlElement("w:rPr")
    name = OxmlElement("w:rStyle")
    name.set(qn("w:val"), style)
    properties.append(name)
    run.insert(0, properties)
    return run
