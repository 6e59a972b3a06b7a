"""Plain text."""

from __future__ import annotations

from rag.load.describe import describe
from rag.load.encoding import decode
from rag.load.limits import Limits
from rag.types import LoadedDocument


def read(data: bytes, limits: Limits) -> LoadedDocument:
    """Read a plain text article.

    :raises LoadError: If it is not text, is empty or too long.
    """
    decoded = decode(data)
    return describe(decoded.text, limits, notes=(decoded.note,) if decoded.note else ())
