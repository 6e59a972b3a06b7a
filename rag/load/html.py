"""A saved web page: its main text, and the details that its meta elements, OpenGraph or JSON-LD state."""

from __future__ import annotations

import re
from typing import Any

import lxml.html
from lxml import etree

from rag.errors import LoadError
from rag.load.blocks import block_text
from rag.load.describe import describe, no_text, one_line, with_lead
from rag.load.encoding import decode
from rag.load.fonts import FontConverter, Run
from rag.load.limits import Limits
from rag.load.pagemeta import page_details
from rag.load.tidy import tidy
from rag.text.legacy import encoding_of_font
from rag.types import LoadedDocument

_CHARSET = re.compile(rb"""charset\s*=\s*["']?\s*([\w.:-]{2,40})""", re.IGNORECASE)
_FAMILY = re.compile(r"font-family\s*:\s*[\"']?([^\"';,]+)", re.IGNORECASE)


def read(data: bytes, limits: Limits) -> LoadedDocument:
    """Read a web page.

    :raises LoadError: If there is no text in it, or too much.
    """
    source, notes = _decode(data)
    parser = lxml.html.HTMLParser(no_network=True, remove_pis=True, remove_comments=True)
    try:
        tree = lxml.html.document_fromstring(source, parser=parser)
    except (etree.ParserError, ValueError) as error:
        raise LoadError(no_text()) from error
    fonts = FontConverter()
    _convert_fonts(tree, fonts)
    details = page_details(tree)
    text = with_lead(tidy(_main_text(tree)), one_line(details.title))
    return describe(text, limits, details, notes=(*notes, *fonts.notes), search=False)


def _decode(data: bytes) -> tuple[str, tuple[str, ...]]:
    """The page as text, without the XML declaration that lxml refuses in text."""
    declared = _CHARSET.search(data[:4096])
    name = declared.group(1).decode("ascii", "replace").lower() if declared else ""
    text = ""
    notes: tuple[str, ...] = ()
    if name and not name.startswith(("utf", "iso-8859-1", "windows-1252", "latin")):
        try:
            text = data.decode(name)
        except (LookupError, UnicodeDecodeError):
            text = ""
    if not text:
        decoded = decode(data)
        text, notes = decoded.text, (decoded.note,) if decoded.note else ()
    return re.sub(r"^\s*<\?xml[^>]{0,200}\?>", "", text), notes


def _convert_fonts(tree: Any, fonts: FontConverter) -> None:
    """Old pages name a TCVN3 or VNI font on the elements that use it; elements inside inherit it."""
    named: dict[Any, str] = {None: ""}
    for element in tree.iter():
        outer = named[element.getparent()]
        named[element] = _own_font(element) or outer
        if encoding_of_font(named[element]) and element.text:
            element.text = fonts.join([Run(element.text, named[element])])
        if encoding_of_font(outer) and element.tail:
            element.tail = fonts.join([Run(element.tail, outer)])


def _own_font(element: Any) -> str:
    family = _FAMILY.search(element.get("style") or "")
    names = element.get("face") or (family.group(1) if family else "")
    return str(names).split(",")[0].strip(" '\"")


def _main_text(tree: Any) -> str:
    import trafilatura
    from trafilatura.settings import use_config

    for element in tree.iter("figure", "figcaption"):  # captions belong to the text of an article
        element.tag = "div" if element.tag == "figure" else "p"
    everything = block_text(tree.body if tree.body is not None else tree)
    config = use_config()
    config.set("DEFAULT", "MIN_EXTRACTED_SIZE", "1")  # short news is news
    main = trafilatura.extract(tree, include_comments=False, favor_recall=True, config=config)
    if not main:
        return everything
    return "\n\n".join(_row(line) for line in main.split("\n") if line.strip(" |-"))


def _row(line: str) -> str:
    if not line.startswith("|"):
        return line
    return " | ".join(cell.strip() for cell in line.strip("| ").split("|"))
