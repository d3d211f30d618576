"""Calls that are odd and in order, for every row of the route table: answered like the plain one.

``True``, empty and repeated parameters, parameters that nobody knows, bodies where none is taken,
bodies in base64. The calls are read off the rows (tests/support/bad_calls.py).
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from functions.api.route import Route
from functions.api.routes import ROUTES
from tests.support.bad_calls import ask, plain, tolerated
from tests.support.calls import name_of
from tests.support.stack import LocalStack, local_stack


@pytest.fixture(scope="module")
def stack() -> Iterator[LocalStack]:
    with local_stack() as running:
        yield running


@pytest.mark.parametrize("route", ROUTES, ids=name_of)
def test_what_is_only_odd_is_answered_like_the_plain_call(stack, route: Route):
    usual = ask(stack, plain(route))
    assert usual.status < 500, usual.body
    # The second time a thing may be there that was not: what exists already is 409.
    usual = ask(stack, plain(route))
    found = [(sent.what, ask(stack, sent)) for sent in tolerated(route)]
    assert [
        f"{what}: {answer.status} {answer.body}"
        for what, answer in found
        if answer.status != usual.status
    ] == []
