"""What a client can get wrong, for every row of the route table: 4xx that names it, and nothing written.

The calls are read off the rows (tests/support/bad_calls.py). What is only odd is in
test_odd_calls.py, wrong states are in test_bad_operations.py, and chunked bodies are the front's,
tested at a real socket (local/test_front_server.py).
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from functions.api.route import Route
from functions.api.routes import ROUTES
from tests.integration.test_bad_input import everything_stored
from tests.support.bad_calls import Sent, ask, refused, unknown
from tests.support.calls import name_of
from tests.support.models import fits
from tests.support.stack import Answer, LocalStack, local_stack


@pytest.fixture(scope="module")
def stack() -> Iterator[LocalStack]:
    with local_stack() as running:
        yield running


def complaint(answer: Answer, status: int, sent: Sent) -> str:
    """What is wrong with how the call was refused; empty when nothing is."""
    told = f"{sent.what}: {answer.status} {str(answer.body)[:300]}"
    if answer.status != status:
        return told
    fits("ErrorResponse", answer.body)
    is_told = answer.body["status"] == status and not answer.body["retryable"]
    return "" if is_told and sent.named.casefold() in str(answer.body).casefold() else told


@pytest.mark.parametrize("route", ROUTES, ids=name_of)
def test_a_mistake_is_refused_by_name_and_writes_nothing(stack, route: Route):
    before = everything_stored(stack)
    calls = [(400, sent) for sent in refused(route)] + [(404, sent) for sent in unknown(route)]
    found = [complaint(ask(stack, sent), status, sent) for status, sent in calls]
    assert [each for each in found if each] == []
    assert everything_stored(stack) == before
