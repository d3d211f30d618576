"""The route table: complete, without doubles, every row reached by its own path."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from functions.api.handler import handler
from functions.api.openapi.document import SECTIONS
from functions.api.parameter import Place
from functions.api.route import Content, Role, Route
from functions.api.routes import ROUTES
from tests.support.api_document import PAGE, with_route_tables
from tests.support.fake_engine import FakeEngine, http_event, installed

NO_CONTEXT: Any = None
REPOSITORY = Path(__file__).resolve().parents[3]


def name_of(route):
    return f"{route.method} {route.path}"


def path_of(route, value="x"):
    return re.sub(r"\{\w+\}", value, route.path)


def ask(method, path, query="", body=None, engine=None):
    with installed(engine or FakeEngine()):
        return handler(http_event(method, path, query, body), NO_CONTEXT)


def test_no_row_stands_twice():
    names = [name_of(route) for route in ROUTES]
    assert len(names) == len(set(names))


def test_no_two_rows_describe_the_same_path_in_other_words():
    shapes = [(route.method, path_of(route, "*")) for route in ROUTES]
    assert len(shapes) == len(set(shapes))


def test_every_route_of_the_reference_is_in_the_table():
    text = (REPOSITORY / "docs" / "reference" / "rest-api.md").read_text()
    described = set(routes_in(text))
    assert len(described) > 100
    assert described - {(route.method, path_of(route, "*")) for route in ROUTES} == set()


def routes_in(text):
    """Method and path of each row whose first cell is ``METHOD `/path` ``; its heading has the base."""
    base = ""
    for line in text.splitlines():
        if line.startswith("## "):
            found = re.search(r"`(/api[^`]*)`", line)
            base = found[1] if found else ""
        cell = re.match(r"\| ((?:GET|POST|PUT|DELETE) `[^|]*)\|", line)
        method = ""
        for found in re.finditer(r"(?:(GET|POST|PUT|DELETE) )?`([^`]*)`", cell[1] if cell else ""):
            method = found[1] or method
            path = found[2].removesuffix("/") if found[2] == "/" else found[2]
            if path.startswith("/") or not path:
                is_absolute = path.startswith(("/api", "/health", "/actuator", "/swagger"))
                full = path if is_absolute else base + path
                yield method, re.sub(r"\{\w+\}", "*", full)


@pytest.mark.parametrize("route", ROUTES, ids=name_of)
def test_every_row_is_served(route):
    answer = ask(route.method, path_of(route, "1"), body="")
    assert answer["statusCode"] not in {404, 405}


@pytest.mark.parametrize(
    ("method", "path", "summary"),
    [
        ("GET", "/api/metadata/workflow/names", "Names of the workflow definitions"),
        ("GET", "/api/metadata/workflow/name", "One workflow definition"),
        ("GET", "/api/workflow/search", "Search executions: summaries"),
        ("GET", "/api/workflow/x", "One execution"),
        ("GET", "/api/tasks/search", "Search tasks: summaries"),
        ("POST", "/api/tasks/w/COMPLETED/signal", "Signal the WAIT task"),
        ("POST", "/api/tasks/queue/requeue/t", "Put the pending tasks"),
        ("POST", "/api/tasks/w/r/COMPLETED", "Report a task by its reference name"),
        ("POST", "/api/tasks/w/COMPLETED/signal/sync", "Signal the WAIT task"),
        ("PUT", "/api/workflow/bulk/pause", "Pause executions"),
        ("PUT", "/api/workflow/decide/pause", "Evaluate an execution now"),
        ("POST", "/api/workflow/correlated/batch", "Executions of several workflows"),
        ("POST", "/api/workflow/execute/correlated", "Start the latest version"),
        ("GET", "/api/tasks/poll/batch/t", "Take several tasks"),
        ("GET", "/api/tasks/poll/batch", "Take one task"),
    ],
)
def test_a_literal_segment_wins_over_a_variable(method, path, summary):
    from functions.api.handler import app

    matching = [
        route
        for route in sorted(ROUTES, key=lambda route: route.specificity)
        if route.method == method and app.matches(route.rule, path)
    ]
    assert matching[0].summary.startswith(summary)
    served = next(
        route
        for route in (*app._static_routes, *app._dynamic_routes)
        if route.method == method and route.rule.match(path)
    )
    assert served.path == matching[0].rule


@pytest.mark.parametrize(
    "path",
    ["/", "/api", "/api/", "/api/nothing", "/api/token", "/api/workflow/", "/x/y/z"],
)
def test_an_unknown_path_is_404_with_the_usual_body(path):
    answer = ask("GET", path)
    body = json.loads(answer["body"])
    assert answer["statusCode"] == body["status"] == 404
    assert path in body["message"]
    assert body["retryable"] is False
    assert body["instance"]


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", "/api/version", "GET"),
        ("PATCH", "/api/workflow", "POST"),
        ("POST", "/api/metadata/workflow/a/versions", "GET"),
    ],
)
def test_a_known_path_with_another_method_is_405_and_says_which_are_allowed(method, path, allowed):
    answer = ask(method, path)
    body = json.loads(answer["body"])
    assert answer["statusCode"] == body["status"] == 405
    assert allowed in answer["headers"]["Allow"].split(", ")
    assert method in body["message"]


def test_a_trailing_slash_is_another_path():
    assert ask("GET", "/api/version/")["statusCode"] == 404
    assert ask("GET", "/api/version")["statusCode"] == 200
    assert ask("GET", "/api/queue/")["statusCode"] == 200
    assert ask("GET", "/api/queue")["statusCode"] == 404


def test_every_row_says_what_it_does_and_how_it_answers():
    for route in ROUTES:
        assert route.method in {"GET", "POST", "PUT", "DELETE"}
        assert route.summary[0].isupper()
        assert not route.summary.endswith(".")
        assert isinstance(route.content, Content)
        assert isinstance(route.permission, Role)


def test_a_json_answer_has_a_model_and_no_other_has():
    assert [
        name_of(route)
        for route in ROUTES
        if (route.answer is not None) != (route.content is Content.JSON)
    ] == []


def test_no_parameter_is_declared_twice_nor_without_a_word_about_it():
    for route in ROUTES:
        names = [each.name for each in route.parameters]
        assert len(names) == len(set(names)), name_of(route)
        assert all(
            each.description[0].isupper() or not each.description[0].isalpha()
            for each in route.parameters
        )
        assert all(each.place is not Place.PATH for each in route.parameters)


#: Routes that change nothing, though their methods do not say so.
QUESTIONS = {
    "POST /api/metadata/workflow/validate",
    "POST /api/workflow/{name}/correlated",
    "POST /api/workflow/correlated/batch",
    "POST /api/workflow/bulk/search",
}


def test_whoever_may_only_read_changes_nothing():
    open_to_readers = {name_of(route) for route in ROUTES if route.permission is Role.READER}
    assert {name for name in open_to_readers if not name.startswith("GET ")} == QUESTIONS


def test_a_row_that_names_no_role_is_for_administrators():
    assert Route("GET", "/x", "Anything", Content.JSON, lambda *_: None).permission is Role.ADMIN


def test_every_route_is_documented_as_it_is():
    page = PAGE.read_text()
    assert with_route_tables(page) == page, "run: python -m tests.support.api_document"
    assert {route for rows in SECTIONS.values() for route in rows} == set(ROUTES)
