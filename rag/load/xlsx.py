"""Excel workbooks (.xlsx): each sheet a table, its rows as text that names the columns."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from typing import Any

import openpyxl
from openpyxl.cell.rich_text import CellRichText, TextBlock

from rag.errors import LoadError
from rag.lang import say
from rag.load.cells import cell_text
from rag.load.describe import describe
from rag.load.details import Details
from rag.load.fonts import FontConverter, Run
from rag.load.limits import Limits
from rag.load.table import table_text
from rag.types import LoadedDocument


def read(data: bytes, limits: Limits) -> LoadedDocument:
    """Read a workbook.

    :raises LoadError: If it has no text, or too much.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about styles and extensions that the text does not need
        book = openpyxl.load_workbook(
            io.BytesIO(data), read_only=True, data_only=True, keep_links=False, rich_text=True
        )
        fonts = FontConverter()
        budget = Budget(limits.max_chars)
        sheets = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
        parts = [(sheet.title, table_text(_rows(sheet, fonts, budget))) for sheet in sheets]
    properties = book.properties
    details = Details(title=properties.title or "")
    return describe(join_sheets(parts), limits, details, notes=fonts.notes, search=False)


class Budget:
    """Counts characters and stops a table that never ends."""

    def __init__(self, left: int) -> None:
        self._left = left

    def spend(self, count: int) -> None:
        """Take ``count`` characters away.

        :raises LoadError: When none are left.
        """
        self._left -= count
        if self._left < 0:
            raise LoadError(say("bảng quá dài", "the table is too long"))


def join_sheets(parts: list[tuple[str, str]]) -> str:
    """The sheets that have text, each under its name where there are several."""
    filled = [(name, text) for name, text in parts if text]
    if len(filled) == 1:
        return filled[0][1]
    return "\n\n".join(f"{name}\n\n{text}" for name, text in filled)


def _rows(sheet: Any, fonts: FontConverter, budget: Budget) -> Iterator[list[str]]:
    for row in sheet.iter_rows():
        cells = [_cell(cell, fonts) for cell in row]
        budget.spend(1 + sum(map(len, cells)))
        yield cells


def _cell(cell: Any, fonts: FontConverter) -> str:
    if cell.value is None:
        return ""
    if not isinstance(cell.value, str | CellRichText):
        return cell_text(cell.value, cell.number_format or "")
    font = (cell.font.name if cell.font else "") or ""
    if not isinstance(cell.value, CellRichText):
        return fonts.join([Run(cell.value, font)])
    return fonts.join(
        Run(str(part), (isinstance(part, TextBlock) and part.font and part.font.rFont) or font) for part in cell.value
    )
