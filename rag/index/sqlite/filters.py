"""A person's filters and the server's access rule as one SQL condition on ``documents d`` and ``versions v``."""

from __future__ import annotations

from typing import Any

from rag.types import Access, Filters


def is_everything(filters: Filters | None, access: Access | None) -> bool:
    """Whether nothing is filtered out."""
    return not filters and (access is None or access.collections is None)


def condition(filters: Filters | None, access: Access | None) -> tuple[str, tuple[Any, ...]]:
    """The condition and its parameters. A document without a date matches no date filter."""
    filters = filters or Filters()
    parts: list[str] = []
    values: list[Any] = []
    if access is not None and access.collections is not None:
        _one_of("d.collection", access.collections, parts, values)
    for column, wanted in (
        ("d.collection", filters.collections),
        ("v.publisher", filters.publishers),
        ("d.id", filters.documents),
    ):
        if wanted:
            _one_of(column, wanted, parts, values)
    for comparison, day in ((">=", filters.date_from), ("<=", filters.date_to)):
        if day is not None:
            parts.append(f"v.published {comparison} ?")
            values.append(day.isoformat())
    return " AND ".join(parts) or "1", tuple(values)


def _one_of(column: str, wanted: tuple[str, ...], parts: list[str], values: list[Any]) -> None:
    """No value wanted means that nothing matches: a person who may read no collection reads nothing."""
    known = [value for value in wanted if is_storable(value)]
    parts.append(f"{column} IN ({','.join('?' * len(known))})")
    values.extend(known)


def is_storable(text: str) -> bool:
    """Whether a text can be stored; one with half surrogates cannot, so nothing stored equals it."""
    return not any("\ud800" <= char <= "\udfff" for char in text)
