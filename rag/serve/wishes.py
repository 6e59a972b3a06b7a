"""A person's filters as they stand in the page's address: ``?from=2021-01-01&publisher=…&document=…``."""

from __future__ import annotations

from datetime import date
from urllib.parse import parse_qsl, urlencode

from rag.types import Filters

_MOST = 20
"""Values of one kind that are looked at; more come from no page of ours."""
_LONGEST = 300


def parse_filters(query: str) -> Filters:
    """The filters named in the query part of an address. What is not one is passed over.

    >>> parse_filters("?from=2021-01-01&publisher=B%C3%A1o&x=1")
    Filters(date_from=datetime.date(2021, 1, 1), date_to=None, publishers=('Báo',), collections=(), documents=())
    """
    try:
        pairs = parse_qsl(query.removeprefix("?")[:8000], max_num_fields=200)
    except ValueError:
        return Filters()
    values: dict[str, list[str]] = {}
    for name, value in pairs:
        if 0 < len(value) <= _LONGEST:
            values.setdefault(name, []).append(value)
    return Filters(
        _day(values.get("from", [""])[0]),
        _day(values.get("to", [""])[0]),
        *(tuple(dict.fromkeys(values.get(name, ())))[:_MOST] for name in ("publisher", "collection", "document")),
    )


def filters_query(filters: Filters) -> str:
    """The inverse of :func:`parse_filters`, without the question mark."""
    pairs = [(name, day.isoformat()) for name, day in (("from", filters.date_from), ("to", filters.date_to)) if day]
    for name, values in (
        ("publisher", filters.publishers),
        ("collection", filters.collections),
        ("document", filters.documents),
    ):
        pairs += [(name, value) for value in values]
    return urlencode(pairs)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
