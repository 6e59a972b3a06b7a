"""Values of a worksheet as Vietnamese writes them: a decimal comma, the day before the month."""

from __future__ import annotations

from datetime import date, datetime, time


def cell_text(value: object, number_format: str = "") -> str:  # noqa: PLR0911 - one return a kind
    """A number, date or truth value as text.

    >>> cell_text(7.89), cell_text(0.0789, "0.00%"), cell_text(112.0), cell_text(date(2021, 1, 8))
    ('7,89', '7,89%', '112', '08/01/2021')
    """
    if isinstance(value, bool):
        return "có" if value else "không"
    if isinstance(value, (int, float)):
        if number_format.endswith("%"):
            return _number(value * 100) + "%"
        return _number(value)
    if isinstance(value, datetime):
        has_time = (value.hour, value.minute, value.second) != (0, 0, 0)
        return value.strftime("%d/%m/%Y %H:%M" if has_time else "%d/%m/%Y")
    if isinstance(value, date):
        return value.strftime("%d/%m/%Y")
    if isinstance(value, time):
        return value.strftime("%H:%M")
    return str(value)


def _number(value: float) -> str:
    if isinstance(value, int) or value.is_integer():
        return str(int(value))
    return f"{value:.10f}".rstrip("0").rstrip(".").replace(".", ",") if abs(value) >= 1e-6 else str(value)
