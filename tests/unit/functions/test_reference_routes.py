"""Every route of Conductor's REST API is served, or left out for a reason that is written down."""

from __future__ import annotations

from typing import Any

import pytest

from functions.api.handler import handler
from functions.api.routes import ROUTES
from tests.support.fake_engine import FakeEngine, http_event, installed
from tests.support.reference_routes import DOCUMENT, Listed, listed, named, plain

NO_CONTEXT: Any = None
LISTED = listed()
SERVED = [route for route in LISTED if not route.reason]
LEFT_OUT = [route for route in LISTED if route.reason]


def is_served(route: Listed) -> bool:
    return any(route.covers(row.method, plain(row.path)) for row in ROUTES)


def name_of(route: Listed) -> str:
    return f"{route.method} {route.path}"


@pytest.mark.parametrize("route", SERVED, ids=name_of)
def test_a_route_of_the_reference_is_served(route: Listed) -> None:
    assert is_served(route)


@pytest.mark.parametrize("route", LEFT_OUT, ids=name_of)
def test_a_route_that_is_left_out_has_a_reason_and_is_unknown(route: Listed) -> None:
    assert len(route.reason) > 10
    assert not is_served(route)
    method = "GET" if route.method == "*" else route.method
    with installed(FakeEngine()):
        answer = handler(http_event(method, route.path.replace("*", "x")), NO_CONTEXT)
    assert answer["statusCode"] in {404, 405}


def test_the_list_names_every_path_of_the_document() -> None:
    missing = [
        f"{DOCUMENT.name}:{one.line} {one.method} {one.paths[0]}"
        for one in named()
        if not any(route.covers(one.method, path) for path in one.paths for route in LISTED)
    ]
    assert missing == []


def test_the_list_names_nothing_that_the_document_does_not() -> None:
    spoken = list(named())
    unheard = [
        name_of(route)
        for route in LISTED
        if not any(route.covers(one.method, path) for one in spoken for path in one.paths)
    ]
    assert unheard == []


def test_no_line_stands_twice() -> None:
    assert len({(route.method, route.path) for route in LISTED}) == len(LISTED)
