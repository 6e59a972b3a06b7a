"""What a tool must do to be measured."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

TOP_K = 10
"""Passages that are asked for."""
QUERY, PASSAGE = "query: ", "passage: "
"""What e5 expects before a question and before a passage; each tool has a place for them."""

Search = Callable[[str], list[str]]
"""From a question to the documents of the ten best passages, best first; one may stand more than once."""


@dataclass(frozen=True, slots=True)
class Row:
    """One document."""

    id: str
    title: str
    text: str

    @property
    def content(self) -> str:
        """Title and text, where a tool has no place for a title."""
        return f"{self.title}\n\n{self.text}" if self.title else self.text


class Peer(Protocol):
    """A module of one tool."""

    def ingest(self, rows: Sequence[Row], model: str, folder: Path) -> int:
        """Index documents into an empty folder.

        :param model: Folder of a sentence-transformers model.
        :return: How many passages they were cut into.
        """

    def load(self, model: str, folder: Path) -> Search:
        """Open what :meth:`ingest` wrote."""
