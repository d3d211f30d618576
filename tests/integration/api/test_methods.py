"""HEAD, OPTIONS and pages of other origins, through the whole product."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from functions.api.routes import ROUTES
from tests.support.client import Client, definition, simple
from tests.support.stack import Answer, LocalStack, local_stack

PAGE = "http://localhost:5000"
FROM_PAGE = {"Origin": PAGE}
PREFLIGHT = {
    "Origin": PAGE,
    "Access-Control-Request-Method": "POST",
    "Access-Control-Request-Headers": "content-type,x-authorization",
}
PATHS = sorted({route.path for route in ROUTES})


@pytest.fixture(scope="module")
def stack() -> Iterator[LocalStack]:
    with local_stack() as stack:
        Client(stack).register(definition("flow", simple("t1")))
        yield stack


def allowed(answer: Answer) -> set[str]:
    return set(answer.headers["allow"].split(", "))


@pytest.mark.parametrize("path", PATHS)
def test_every_path_says_its_methods_and_lets_a_page_ask(stack: LocalStack, path: str) -> None:
    asked = re.sub(r"\{\w+\}", "1", path)
    answer = stack.request("OPTIONS", asked, headers=PREFLIGHT)
    rows = {route.method for route in ROUTES if route.path == path}
    assert (answer.status, answer.body) == (200, "")
    assert rows | {"OPTIONS"} <= allowed(answer)
    assert ("HEAD" in allowed(answer)) <= ("GET" in allowed(answer))
    assert answer.headers["access-control-allow-origin"] == PAGE
    assert answer.headers["access-control-allow-methods"] == answer.headers["allow"]
    assert answer.headers["access-control-allow-headers"] == "content-type,x-authorization"
    assert "vary" in answer.headers


@pytest.mark.parametrize(
    "path", ["/api/metadata/workflow/flow", "/api/version", "/health", "/api/workflow/nobody"]
)
def test_head_is_get_without_a_body(stack: LocalStack, path: str) -> None:
    get, head = stack.request("GET", path), stack.request("HEAD", path)
    assert (head.status, head.body) == (get.status, "")
    assert head.headers["content-type"] == get.headers["content-type"]
    assert int(head.headers["content-length"]) > 0


def test_head_takes_no_task(stack: LocalStack) -> None:
    client = Client(stack)
    client.start("flow")
    for path in ("/api/tasks/poll/t1", "/api/tasks/poll/batch/t1"):
        answer = stack.request("HEAD", path)
        assert (answer.status, answer.body) == (405, "")
        assert "HEAD" not in allowed(answer)
    assert client.poll("t1") is not None


def test_unknown_paths_have_no_methods(stack: LocalStack) -> None:
    for method in ("OPTIONS", "HEAD"):
        assert stack.request(method, "/api/nothing").status == 404


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/version", 200),
        ("GET", "/api/tasks/poll/nothing", 204),
        ("GET", "/api/tasks/poll/batch/nothing", 200),
        ("GET", "/api/tasks/poll/batch/nothing?timeout=9999", 400),
        ("GET", "/api/workflow/nobody", 404),
        ("GET", "/api/nothing", 404),
        ("PATCH", "/api/version", 405),
        ("POST", "/api/workflow", 400),
        ("HEAD", "/api/version", 200),
    ],
)
def test_answers_and_errors_are_shown_to_pages_that_are_allowed(
    stack: LocalStack, method: str, path: str, status: int
) -> None:
    path, _, query = path.partition("?")
    pairs = dict([query.split("=")]) if query else {}
    answer = stack.request(method, path, query=pairs, headers=FROM_PAGE)
    assert answer.status == status
    assert answer.headers["access-control-allow-origin"] == PAGE
    answer = stack.request(method, path, query=pairs, headers={"Origin": "https://evil.example"})
    assert answer.status == status
    assert "access-control-allow-origin" not in answer.headers
    assert answer.headers["vary"] == "Origin"


def test_a_page_that_is_not_allowed_is_told_nothing_before_it_sends(stack: LocalStack) -> None:
    headers = PREFLIGHT | {"Origin": "https://evil.example"}
    answer = stack.request("OPTIONS", "/api/workflow", headers=headers)
    assert allowed(answer) == {"POST", "OPTIONS"}
    assert not [name for name in answer.headers if name.startswith("access-control")]
