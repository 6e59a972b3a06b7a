"""Which font a run of a Word document is in: its own, its styles', the document's default or the theme's."""

from __future__ import annotations

from typing import Any

from docx.oxml.ns import qn

_FONTS = qn("w:rFonts")
_FONT_ATTRIBUTES = (("w:hAnsiTheme", "w:hAnsi"), ("w:asciiTheme", "w:ascii"))
"""Letters beyond ASCII, which alone are legacy, are drawn in the font of the first pair; a theme's goes before a named
one. The fonts for Arabic and East Asian letters decide nothing here."""
_TABLE, _TABLE_STYLE = qn("w:tbl"), f"{qn('w:tblPr')}/{qn('w:tblStyle')}"
_VAL = qn("w:val")
_MAX_CHAIN = 30  # styles may be based on each other in a ring


class StyleFonts:
    """Font names of one document, each style looked up once."""

    def __init__(self, document: Any) -> None:
        self._theme = _theme_fonts(document)
        self._styles: dict[str, Any] = {}
        self._default_style = ""
        root = document.styles.element
        for style in root.iter(qn("w:style")):
            name = style.get(qn("w:styleId")) or ""
            self._styles[name] = style
            if style.get(qn("w:type")) == "paragraph" and style.get(qn("w:default")) in ("1", "true"):
                self._default_style = name
        defaults = root.find(f"{qn('w:docDefaults')}/{qn('w:rPrDefault')}/{qn('w:rPr')}")
        self._default = self._named(defaults)
        self._known: dict[str, str] = {}

    def font_of(self, run: Any, paragraph: Any) -> str:
        """The name of the font that Latin letters of the run are drawn in; empty when nothing says."""
        properties = run.find(qn("w:rPr"))
        own = self._named(properties)
        if own:
            return own
        style = properties.find(qn("w:rStyle")) if properties is not None else None
        by_run = self._style_font(style.get(_VAL) or "") if style is not None else ""
        by_paragraph = by_run or self._style_font(paragraph.style or self._default_style)
        return by_paragraph or self._table_font(paragraph) or self._default

    def _named(self, properties: Any) -> str:
        fonts = properties.find(_FONTS) if properties is not None else None
        if fonts is None:
            return ""
        for theme, name in _FONT_ATTRIBUTES:
            if fonts.get(qn(theme)):
                return self._theme.get(fonts.get(qn(theme))[:5], "")
            if fonts.get(qn(name)):
                return str(fonts.get(qn(name)))
        return ""

    def _table_font(self, paragraph: Any) -> str:
        table = next(paragraph.iterancestors(_TABLE), None)
        style = table.find(_TABLE_STYLE) if table is not None else None
        return self._style_font(style.get(_VAL) or "") if style is not None else ""

    def _style_font(self, name: str) -> str:
        if name not in self._known:
            self._known[name] = self._look_up(name)
        return self._known[name]

    def _look_up(self, name: str) -> str:
        for _ in range(_MAX_CHAIN):
            style = self._styles.get(name)
            if style is None:
                return ""
            font = self._named(style.find(qn("w:rPr")))
            if font:
                return font
            base = style.find(qn("w:basedOn"))
            name = (base.get(_VAL) or "") if base is not None else ""
        return ""


def _theme_fonts(document: Any) -> dict[str, str]:
    """Latin fonts of the theme by the first letters of their references, ``major`` and ``minor``."""
    from docx.oxml.parser import parse_xml

    drawing = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
    for relation in document.part.rels.values():
        if relation.reltype.endswith("/theme") and not relation.is_external:
            root = parse_xml(relation.target_part.blob)
            found = {kind: root.find(f".//{drawing}{kind}Font/{drawing}latin") for kind in ("major", "minor")}
            return {kind: latin.get("typeface") or "" for kind, latin in found.items() if latin is not None}
    return {}
