"""Answers taken along: as plain text with footnotes, as Markdown, as a Word document."""

from __future__ import annotations

from rag.serve.export.text import as_markdown, as_text
from rag.serve.export.word import as_word

__all__ = ["as_markdown", "as_text", "as_word"]
