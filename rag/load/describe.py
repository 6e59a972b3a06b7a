"""The last step of every format: text and details become a document, or a reason why not."""

from __future__ import annotations

from dataclasses import replace

from rag.errors import LoadError
from rag.lang import say
from rag.load.details import Details, find_details
from rag.load.fonts import unify
from rag.load.limits import Limits
from rag.load.tidy import tidy
from rag.types import LoadedDocument, Page

_SEPARATOR = "\n\n"


def describe(
    text: str,
    limits: Limits,
    details: Details | None = None,
    *,
    notes: tuple[str, ...] = (),
    search: bool = True,
) -> LoadedDocument:
    """Make a document of one text.

    :param text: Text as the format gave it; fonts already converted run by run.
    :param details: What the format itself says (properties, meta elements, fields).
    :param notes: Lines for the ingest report.
    :param search: Whether details that the format does not give are looked for in the text.
    :raises LoadError: If there is no text, or too much.
    """
    check_length(text, limits)
    text, notes = unify(text, notes)
    text = tidy(text)
    if not has_text(text):
        raise LoadError(no_text())
    known = details or Details()
    known = replace(known, title=unify(known.title)[0])  # a property has no font
    if search:
        known = known.filled_from(find_details(text))
    return document(text, known, notes=notes)


def document(
    text: str, details: Details, *, notes: tuple[str, ...] = (), pages: tuple[Page, ...] = (), locator: str = ""
) -> LoadedDocument:
    """Put text and details together; details are cleaned to one line each."""
    return LoadedDocument(
        text=text,
        title=one_line(details.title),
        published=details.published,
        author=one_line(details.author),
        publisher=one_line(details.publisher),
        url=one_line(details.url),
        locator=locator,
        pages=pages,
        notes=notes,
    )


def one_line(value: str) -> str:
    """A detail on one line, cleaned."""
    return " ".join(tidy(value).split())


def with_lead(text: str, *leads: str) -> str:
    r"""The text with title and summary before it as paragraphs, unless it begins with them already.

    >>> with_lead("Hà Nội\n\nNội dung.", "Hà Nội", "Tóm tắt.")
    'Hà Nội\n\nTóm tắt.\n\nNội dung.'
    """
    cursor = 0
    for lead in filter(None, leads):
        end = cursor + len(lead)
        if text.startswith(lead, cursor) and (lead[-1] in ".!?…" or text[end : end + 1] in ("", "\n")):
            cursor = end + len(text[end:]) - len(text[end:].lstrip())
        else:
            text = f"{text[:cursor].rstrip()}{_SEPARATOR}{lead}{_SEPARATOR}{text[cursor:]}".strip()
            cursor = text.index(lead, max(cursor - 2, 0)) + len(lead) + len(_SEPARATOR)
    return text


def has_text(text: str) -> bool:
    """Whether there is at least one letter or digit."""
    return any(char.isalnum() for char in text)


def no_text() -> str:
    """The reason given for a document without text."""
    return say("không có chữ; có thể là bản quét", "there is no text; perhaps a scan")


def scanned() -> str:
    """The reason given for a PDF that is pictures of pages."""
    return say(
        "bản quét, không có lớp chữ; nạp với --ocr nếu máy có Tesseract",
        "a scan without text; add it with --ocr if Tesseract is installed",
    )


def check_length(text: str, limits: Limits) -> None:
    """Refuse a text longer than allowed.

    :raises LoadError: Naming both lengths.
    """
    if len(text) > limits.max_chars:
        raise LoadError(
            say(
                f"văn bản dài {len(text)} ký tự, tối đa {limits.max_chars}",
                f"the text has {len(text)} characters, at most {limits.max_chars} are allowed",
            )
        )
