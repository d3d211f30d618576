"""The OpenAPI document against the running product: what it promises holds for made-up calls, too.

Schemathesis makes 20 calls of each route, of which a half goes to something that is there, and some
are wrong on purpose. The calls are the same in every run. None is 5xx; each answer has a status, a
type and a shape that the document names.
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from functools import cache
from typing import Any
from urllib.parse import unquote

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, assume, given, settings
from schemathesis import Case, GenerationMode, Response
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from functions.api.handler import app
from functions.api.openapi.document import document
from functions.api.route import Route
from functions.api.routes import ROUTES
from podium_local.front import HttpRequest
from tests.support.calls import good_call, name_of
from tests.support.stack import LocalStack, local_stack
from tests.support.world import World

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
_SENT = {"method", "url", "headers", "params", "json", "data", "cookies"}
POSITIVE, NEGATIVE = GenerationMode.POSITIVE, GenerationMode.NEGATIVE


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with local_stack() as stack:
        yield World(stack)
        # What the made-up calls have started runs, or ends with a reason.
        stack.settle()


#: Tasks in tasks take most of the time to make up; the generator of definitions makes better ones.
NESTED = {
    *("decisionCases", "defaultCase", "forkTasks", "loopOver", "subWorkflowParam"),
    *("tryTasks", "catchTasks", "finallyTasks", "taskDefinition"),
}


@cache
def the_schema() -> Any:
    promised = deepcopy(document())
    task = promised["components"]["schemas"]["WorkflowTask"]["properties"]
    for name in NESTED:
        del task[name]
    return schemathesis.openapi.from_dict(promised)


def answer_to(stack: LocalStack, case: Case[Any], route: Route) -> Response:
    """What the front answers, as the response of a client."""
    arguments = case.as_transport_kwargs(base_url="http://podium")
    sent = requests.Request(**{k: v for k, v in arguments.items() if k in _SENT}).prepare()
    target, _, query = str(sent.path_url).partition("?")
    # A value with a slash makes it another path: docs/api.md says how it is to be written.
    assume(app.matches(route.rule, unquote(target)))
    body: Any = sent.body or b""
    answer = stack.runtime.handle(
        HttpRequest(
            method=str(sent.method),
            target=target,
            query=query,
            headers=tuple((name, str(value)) for name, value in sent.headers.items()),
            body=body.encode() if isinstance(body, str) else body,
        )
    )
    headers = {name.lower(): [value] for name, value in answer.headers}
    return Response(answer.status, headers, answer.body, sent, elapsed=0, verify=False)


def call(world: World, route: Route, mode: GenerationMode, calls: int, **given_path: Any) -> None:
    operation = the_schema()[route.path][route.method]

    @settings(
        max_examples=calls,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(operation.as_strategy(generation_mode=mode, **given_path))
    def once(case: Case[Any]) -> None:
        case.validate_response(answer_to(world.stack, case, route), checks=CHECKS)

    once()


@pytest.mark.parametrize("route", ROUTES, ids=name_of)
def test_a_route_keeps_what_the_document_promises(world: World, route: Route):
    there = {"path_parameters": dict(good_call(route, world).path)} if route.variables else {}
    call(world, route, POSITIVE, 10, **there)
    can_be_wrong = bool(route.parameters or route.body)
    call(world, route, POSITIVE, 5 if can_be_wrong else 10)
    if can_be_wrong:
        call(world, route, NEGATIVE, 5)
