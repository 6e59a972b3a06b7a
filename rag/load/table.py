"""Rows of cells as text that reads on its own: each row names its columns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def table_text(rows: Iterable[Sequence[str]]) -> str:
    """Write a table as paragraphs, one a row.

    The header is the first row with at least two cells, all of them words; single cells above it are kept as lines
    of their own.

    >>> print(table_text([["Kết quả 2020"], ["Huyện", "Số hộ"], ["Bắc Sơn", "120"]]))
    Kết quả 2020
    <BLANKLINE>
    Huyện: Bắc Sơn; Số hộ: 120.
    """
    header: list[str] | None = None
    blank_header = True
    lines: list[str] = []
    for row in rows:
        cells = [" ".join(cell.split()) for cell in row]
        filled = [cell for cell in cells if cell]
        if not filled:
            continue
        if header is None and len(filled) > 1 and not any(_is_number(cell) for cell in filled):
            header, blank_header = cells, True
            continue
        blank_header = False
        lines.append(_row(cells, header) if header and len(filled) > 1 else " | ".join(filled))
    if header and blank_header:  # nothing stood under it, so it was no header
        lines.append(" | ".join(cell for cell in header if cell))
    return "\n\n".join(lines)


def _row(cells: Sequence[str], header: Sequence[str]) -> str:
    names = [*header, *[""] * (len(cells) - len(header))]
    pairs = (f"{name}: {cell}" if name else cell for name, cell in zip(names, cells, strict=False) if cell)
    return "; ".join(pairs) + "."


def _is_number(cell: str) -> bool:
    is_year = len(cell) == 4 and cell.isdigit() and cell[:2] in ("19", "20")  # years head columns
    return not is_year and any(char.isdigit() for char in cell) and not any(char.isalpha() for char in cell)
