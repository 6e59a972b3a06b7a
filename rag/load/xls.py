"""Excel 97-2003 workbooks (.xls)."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import olefile
import xlrd

from rag.errors import LoadError
from rag.lang import say
from rag.load.cells import cell_text
from rag.load.describe import describe
from rag.load.fonts import FontConverter, Run
from rag.load.limits import Limits
from rag.load.table import table_text
from rag.load.xlsx import Budget, join_sheets
from rag.types import LoadedDocument


def read(data: bytes, limits: Limits) -> LoadedDocument:
    """Read a workbook.

    :raises LoadError: If it is protected, has no text, or too much.
    """
    try:
        book = xlrd.open_workbook(file_contents=_stream(data), formatting_info=True, logfile=io.StringIO())
    except xlrd.XLRDError as error:
        if "encrypted" in str(error):
            raise LoadError(say("tệp có mật khẩu", "the file is protected by a password")) from error
        raise
    fonts = FontConverter()
    budget = Budget(limits.max_chars)
    sheets = [sheet for sheet in book.sheets() if sheet.visibility == 0]
    parts = [(sheet.name, table_text(_rows(book, sheet, fonts, budget))) for sheet in sheets]
    return describe(join_sheets(parts), limits, notes=fonts.notes, search=False)


def _stream(data: bytes) -> bytes:
    """The workbook inside the compound file; xlrd itself follows sectors and entries that point in a ring for ever."""
    try:
        with olefile.OleFileIO(io.BytesIO(data)) as container:
            name = next((name for name in ("Workbook", "Book") if container.exists(name)), "")
            if name:
                stream: bytes = container.openstream(name).read()
                return stream
    except (OSError, IndexError, ValueError) as error:
        raise LoadError(say("tệp hỏng hoặc bị cắt cụt", "the file is damaged or cut short")) from error
    raise LoadError(say("không phải sổ tính Excel", "not an Excel workbook"))


def _rows(book: Any, sheet: Any, fonts: FontConverter, budget: Budget) -> Iterator[list[str]]:
    for row in range(sheet.nrows):
        cells = [_cell(book, sheet, row, column, fonts) for column in range(sheet.row_len(row))]
        budget.spend(1 + sum(map(len, cells)))
        yield cells


def _cell(book: Any, sheet: Any, row: int, column: int, fonts: FontConverter) -> str:
    cell = sheet.cell(row, column)
    if cell.ctype == xlrd.XL_CELL_TEXT:
        return fonts.join(_runs(book, sheet, row, column, cell))
    if cell.ctype == xlrd.XL_CELL_DATE:
        return cell_text(xlrd.xldate_as_datetime(cell.value, book.datemode))
    if cell.ctype == xlrd.XL_CELL_NUMBER:
        style = book.format_map.get(book.xf_list[cell.xf_index].format_key)
        return cell_text(cell.value, style.format_str if style else "")
    return cell_text(bool(cell.value)) if cell.ctype == xlrd.XL_CELL_BOOLEAN else ""


def _runs(book: Any, sheet: Any, row: int, column: int, cell: Any) -> Iterator[Run]:
    """A cell's text by font: its own, then those of the parts that were styled apart."""
    font = book.font_list[book.xf_list[cell.xf_index].font_index].name
    start = 0
    for offset, index in sheet.rich_text_runlist_map.get((row, column), ()):
        yield Run(cell.value[start:offset], font)
        start, font = offset, book.font_list[index].name
    yield Run(cell.value[start:], font)
