"""Requests that nobody thought of: whatever is sent, the API answers with a status below 500."""

from __future__ import annotations

import time
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
KEYS = st.sampled_from(
    "question history filters stream collections publishers documents date_from date_to top_k query verdict reason "
    "comment answer_id id title publisher author published model messages role content name rights ids url".split()
)
BODY = st.dictionaries(KEYS, JSON, max_size=8) | JSON
SEGMENT = st.text(st.characters(exclude_characters="/?#", exclude_categories=("Cs",)), min_size=1, max_size=20)
SECONDS = 60.0


def routes(site) -> list[tuple[str, str]]:
    """Method and path of every route that the API describes, and of the viewer."""
    paths = site().get("/api/v1/openapi.json").json()["paths"]
    found = [(method.upper(), path) for path, methods in paths.items() for method in methods]
    prefix = "" if found[0][1].startswith("/api") else "/api/v1"
    return [*((method, prefix + path) for method, path in found), ("GET", "/documents/{id}/{version}")]


def send(client, route, segment, body, query):
    method, path = route
    while "{" in path:
        head, _, rest = path.partition("{")
        path = head + quote(segment, safe="") + rest.partition("}")[2]
    return client.request(method, path, json=body, params=query, headers={"Origin": "http://127.0.0.1:7860"})


def attempt(site, count, until):
    known = routes(site)
    assert len(known) > 8
    sent = 0

    @settings(max_examples=count, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(st.sampled_from(known), SEGMENT, BODY, st.dictionaries(KEYS, st.text(max_size=20), max_size=3),
           st.sampled_from(["chief", "reader", ""]))  # fmt: skip
    def one(route, segment, body, query, user):
        nonlocal sent
        if time.monotonic() > until:
            return
        reply = send(site(user), route, segment, body, query)
        assert reply.status_code < 500, (route, reply.text[:200])
        sent += 1

    one()
    return sent


@pytest.mark.long
def test_a_minute_of_requests(fresh, figure):
    until, sent = time.monotonic() + SECONDS, 0
    while time.monotonic() < until:
        sent += attempt(fresh, 200, until)
    figure("requests answered below 500, seconds", SECONDS, sent)


def test_a_few_requests(fresh):
    assert attempt(fresh, 40, time.monotonic() + 10) > 0
