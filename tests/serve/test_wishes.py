"""Filters in the address and back; what is none is passed over."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.serve.wishes import filters_query, parse_filters
from rag.types import Filters

names = st.lists(st.text(st.characters(codec="utf-8"), min_size=1, max_size=40), max_size=5, unique=True).map(tuple)
days = st.none() | st.dates(date(1900, 1, 1), date(2100, 1, 1))


@given(st.builds(Filters, days, days, names, names, names))
def test_filters_survive_the_address(filters: Filters) -> None:
    assert parse_filters("?" + filters_query(filters)) == filters


@pytest.mark.parametrize("query", ["", "?", "?from=x&to=2021-13-01", "?document=", "?publisher=" + "x" * 400, "?x=1",
                                   "?" + "&" * 500])  # fmt: skip
def test_what_is_no_filter_is_passed_over(query: str) -> None:
    assert not parse_filters(query)


def test_any_query_can_be_read() -> None:
    given_ids = "&".join(f"document={n}" for n in range(100))
    assert len(parse_filters(given_ids).documents) == 20
