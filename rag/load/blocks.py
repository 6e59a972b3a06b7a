"""The text of an HTML tree, each block a paragraph, the cells of a table row joined by bars."""

from __future__ import annotations

import re
from typing import Any

from lxml import etree

_BLOCKS = frozenset(
    "address article aside blockquote body caption dd details div dl dt fieldset figcaption figure footer form h1 h2 "
    "h3 h4 h5 h6 header hr li main nav ol p pre section summary table tbody tfoot thead tr ul".split()
)
_SILENT = frozenset("script style noscript template head iframe object svg math select button".split())
_SPACE = re.compile(r"\s+")
_BREAK = "\0"
_PARAGRAPH = "\0\0"


def block_text(root: Any) -> str:
    """Text of the tree under ``root``; scripts, styles and controls are left out."""
    pieces: list[str] = []
    silent = 0
    for event, element in etree.iterwalk(root, events=("start", "end", "comment", "pi")):
        tag = element.tag if isinstance(element.tag, str) else ""
        if event == "start":
            silent += tag in _SILENT
            if not silent:
                pieces += [_mark(tag), _SPACE.sub(" ", element.text or "")]
            continue
        silent -= event == "end" and tag in _SILENT
        if not silent:
            pieces.append(_mark(tag) if tag in _BLOCKS else "")
            if element is not root:
                pieces.append(_SPACE.sub(" ", element.tail or ""))
    return _lines("".join(pieces))


def _mark(tag: str) -> str:
    if tag in ("td", "th"):
        return " | "
    if tag == "br":
        return _BREAK
    return _PARAGRAPH if tag in _BLOCKS else ""


def _lines(text: str) -> str:
    paragraphs = re.split(f"{_BREAK}{{2,}}", text)
    cleaned = (re.sub(rf" ?{_BREAK} ?", "\n", p).strip(" |\n") for p in paragraphs)
    return "\n\n".join(re.sub(r" {2,}", " ", p) for p in cleaned if p)
