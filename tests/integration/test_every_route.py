"""Every row of the route table, called through the front: status, content type, and the model it names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import quote

import pytest

from functions.api.route import Content, Route
from functions.api.routes import ROUTES
from tests.support.calls import CALLS, example_body, good_call, name_of
from tests.support.models import fits
from tests.support.stack import local_stack
from tests.support.world import World


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with local_stack() as stack:
        yield World(stack)


def call(world: World, route: Route):
    good = good_call(route, world)
    path = re.sub(r"\{(\w+)\}", lambda found: quote(good.path[found[1]], safe=""), route.path)
    body = example_body(route) if good.body is None else good.body
    return world.stack.request(route.method, path, body, good.query)


def test_no_call_is_of_a_row_that_is_gone():
    assert set(CALLS) <= {name_of(route) for route in ROUTES}


@pytest.mark.parametrize("route", ROUTES, ids=name_of)
def test_a_row_answers_as_it_says(world, route):
    answer = call(world, route)
    assert answer.status == route.status, answer.body
    content_type = answer.headers.get("content-type")
    if route.content is Content.EMPTY:
        assert answer.body == ""
    else:
        assert content_type == route.content.value
    if route.answer is not None:
        fits(route.answer, answer.body)
    if route.content is Content.TEXT:
        assert isinstance(answer.body, str)
        assert answer.body
