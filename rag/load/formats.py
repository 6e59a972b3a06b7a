"""Which formats are read, by which module, and how their content must begin."""

from __future__ import annotations

from dataclasses import dataclass

from rag.errors import LoadError
from rag.lang import say

LOADER_VERSION = "3"
"""Raised whenever the same bytes would give other text or other details."""

_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_KNOWN = {_ZIP: "zip/docx/xlsx", _OLE: "doc/xls", b"%PDF-": "pdf", b"{\\rtf": "rtf"}


@dataclass(frozen=True, slots=True)
class Format:
    """One format.

    :param module: Module of this room that reads it.
    :param magic: How the content begins; empty for text.
    :param is_rows: Whether one file holds many documents.
    """

    module: str
    magic: bytes = b""
    is_rows: bool = False


FORMATS = {
    ".txt": Format("txt"),
    ".md": Format("md"),
    ".html": Format("html"),
    ".htm": Format("html"),
    ".docx": Format("docx", _ZIP),
    ".doc": Format("doc", _OLE),
    ".rtf": Format("rtf", b"{\\rtf"),
    ".pdf": Format("pdf", b"%PDF-"),
    ".xlsx": Format("xlsx", _ZIP),
    ".xls": Format("xls", _OLE),
    ".json": Format("jsontree", is_rows=True),
    ".jsonl": Format("jsonl", is_rows=True),
    ".csv": Format("csvtable", is_rows=True),
}
SUPPORTED: tuple[str, ...] = tuple(FORMATS)


def unsupported(suffix: str) -> str:
    """The reason given for a file of another format."""
    known = " ".join(SUPPORTED)
    shown = suffix or say("(không có đuôi)", "(no suffix)")
    return say(f"không hỗ trợ: {shown}; hỗ trợ: {known}", f"not supported: {shown}; supported: {known}")


def check_magic(suffix: str, head: bytes) -> None:
    """Refuse content that is not what the file's suffix says.

    :param head: The first 1,024 bytes or more; PDF may have other bytes before its mark.
    :raises LoadError: Naming what the content looks like.
    """
    expected = FORMATS[suffix].magic
    if expected == b"%PDF-" and expected in head[:1024]:
        return
    if expected and head.startswith(expected):
        return
    found = next((name for mark, name in _KNOWN.items() if head.startswith(mark)), "")
    if expected == _ZIP and found == _KNOWN[_OLE]:
        raise LoadError(say(f"tệp có mật khẩu, hoặc không phải {suffix}", f"protected by a password, or not {suffix}"))
    if expected or found:
        kind = found or say("dạng khác", "something else")
        raise LoadError(
            say(f"đuôi là {suffix} nhưng nội dung là {kind}", f"the suffix is {suffix} but the content is {kind}")
        )
