"""The API against its own OpenAPI document: schemathesis makes up requests, valid and not, and reads each answer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import hypothesis
import pytest
import schemathesis
from schemathesis.specs.openapi.checks import positive_data_acceptance

from tests.conftest import Figure
from tests.serve.api.conftest import opened, running

OPERATIONS = ["POST /ask", "POST /search", "GET /documents", "GET /documents/{document_id}", "POST /documents",
              "GET /documents/{document_id}/{version}", "PATCH /documents/{document_id}", "POST /documents/undo",
              "DELETE /documents/{document_id}", "POST /feedback", "GET /status"]  # fmt: skip


PATIENCE_S = 60
"""A busy machine is no failure."""


@pytest.fixture(scope="module")
def operations(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """The operations of our OpenAPI document, as a real server gives it."""
    with opened(tmp_path_factory.mktemp("schema")) as site, running(site.assistant, site.settings) as address:
        schema = schemathesis.openapi.from_url(f"{address}/api/v1/openapi.json")
        found = (result.ok() for result in schema.get_all_operations())
        yield {operation.label: operation for operation in found}


def try_out(operation: Any, n: int, *, derandomize: bool) -> int:
    """Send made-up requests: every answer has a status, a type and a shape that the document names, and none is 5xx.

    :return: How many were sent.
    """
    sent = 0

    @hypothesis.settings(
        max_examples=n, derandomize=derandomize, deadline=None, database=None,
        suppress_health_check=list(hypothesis.HealthCheck),
    )  # fmt: skip
    @hypothesis.given(case=operation.as_strategy())
    def keeps_to_its_document(case: Any) -> None:
        nonlocal sent
        case.call_and_validate(excluded_checks=excluded, timeout=PATIENCE_S)
        sent += 1

    # A schema cannot say which bytes make a form that can be read.
    excluded = [positive_data_acceptance] if operation.label == "POST /documents" else []
    keeps_to_its_document()
    return sent


def test_the_document_has_all_operations(operations: dict[str, Any]) -> None:
    assert sorted(operations) == sorted(OPERATIONS)


@pytest.mark.parametrize("label", OPERATIONS)
def test_an_operation_keeps_to_its_document(operations: dict[str, Any], label: str) -> None:
    try_out(operations[label], 8, derandomize=True)


@pytest.mark.long
@pytest.mark.parametrize("label", OPERATIONS)
def test_an_operation_keeps_to_its_document_for_longer(operations: dict[str, Any], label: str, figure: Figure) -> None:
    sent = try_out(operations[label], 300, derandomize=False)
    figure("made-up requests, each answered as the document says", sent, sent)
