"""Registered schemas and those who name them, through the whole product (docs/schemas.md)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.client import Client, definition, simple
from tests.support.stack import local_stack

NUMBERS = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    with local_stack() as stack:
        yield Client(stack)


def schema(name: str, version: int = 1, **fields: Any) -> dict[str, Any]:
    return {"name": name, "version": version, "type": "JSON", "data": NUMBERS, **fields}


def named(name: str, version: int = 1) -> dict[str, Any]:
    """As conductor-python links a schema to a task definition."""
    return {"name": name, "version": version}


def test_schemas_are_registered_read_and_forgotten(client: Client) -> None:
    assert client.call("POST", "/schema", schema("s")) == ""
    client.call("POST", "/schema", [schema("s", 3), schema("r", type="AVRO", data={"any": 1})])
    client.call("POST", "/schema", schema("s"), newVersion="True")
    found = client.call("GET", "/schema", short="true")
    assert [(each["name"], each["version"]) for each in found if each["name"] in "rs"] == [
        ("r", 1),
        ("s", 1),
        ("s", 3),
        ("s", 4),
    ]
    assert client.call("GET", "/schema/s")["version"] == 4
    first = client.call("GET", "/schema/s/1")
    assert first["data"] == NUMBERS
    client.stack.advance(1)
    client.call("POST", "/schema", schema("s", data={}))
    again = client.call("GET", "/schema/s/1")
    assert (again["createTime"], again["data"]) == (first["createTime"], {})
    assert again["updateTime"] > first["createTime"]
    client.call("DELETE", "/schema/s/3", {})
    assert client.stack.request("GET", "/api/schema/s/3").status == 404
    client.call("DELETE", "/schema/s", {})
    client.call("DELETE", "/schema/r")
    assert not [each for each in client.call("GET", "/schema") if each["name"] in "rs"]


@pytest.mark.parametrize("path", ["/api/schema/nobody", "/api/schema/nobody/1"])
@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_an_unknown_schema_is_not_found(client: Client, method: str, path: str) -> None:
    answer = client.stack.request(method, path)
    assert answer.status == 404
    assert "nobody" in answer.body["message"]


@pytest.mark.parametrize(
    ("body", "what"),
    [
        (None, "body"),
        ([], "required"),
        (1, "array"),
        ([1], "body[0]"),
        (schema(""), "body[0].name"),
        ([schema("a"), schema("b", 0)], "body[1].version"),
        (schema("a", type="XML"), "type"),
        (schema("a", data={"type": "nothing"}), "cannot be used"),
        ({"name": "a"}, "no data"),
    ],
)
def test_a_bad_schema_is_refused_and_nothing_stored(client: Client, body: Any, what: str) -> None:
    answer = client.stack.request("POST", "/api/schema", body)
    assert answer.status == 400
    assert what in answer.body["message"]
    assert client.stack.request("GET", "/api/schema/a").status == 404


def test_a_task_definition_enforces_a_schema_by_its_name(client: Client) -> None:
    task_def = {"name": "typed", "enforceSchema": True, "inputSchema": named("typed_input")}
    refused = client.stack.request("POST", "/api/metadata/taskdefs", [task_def])
    assert refused.status == 400
    assert "registered in version 1" in str(refused.body["validationErrors"])
    client.call("POST", "/schema", schema("typed_input"))
    client.register(task_def)
    kept = client.call("GET", "/metadata/taskdefs/typed")["inputSchema"]
    assert kept["name"] == "typed_input"
    assert "data" not in kept, "a name stays a name"
    flow = definition("typing", simple("typed", inputParameters={"n": "${workflow.input.n}"}))
    assert client.task(client.run(flow, {"n": 1}), "typed")["status"] == "SCHEDULED"
    bad = client.task(client.run(flow, {"n": "one"}), "typed")
    assert bad["status"] == "FAILED_WITH_TERMINAL_ERROR"
    assert "$.n" in bad["reasonForIncompletion"]
    dynamic = definition(
        "dynamically",
        {
            **simple("d"),
            "type": "DYNAMIC",
            "dynamicTaskNameParam": "task",
            "inputParameters": {"task": "typed", "n": "one"},
        },
    )
    assert client.task(client.run(dynamic), "d")["status"] == "FAILED_WITH_TERMINAL_ERROR"


def test_a_workflow_and_the_task_definitions_in_it_enforce_schemas_by_name(client: Client) -> None:
    client.call("POST", "/schema", [schema("flow_input"), schema("own_input")])
    own = {"name": "own", "enforceSchema": True, "inputSchema": named("own_input"), "retryCount": 0}
    flow = definition(
        "schooled",
        simple("own", taskDefinition=own, inputParameters={"n": "${workflow.input.m}"}),
        inputSchema=named("flow_input"),
    )
    client.register(flow)
    answer = client.stack.request("POST", "/api/workflow/schooled", {"n": "one"})
    assert answer.status == 400
    assert "flow_input" in answer.body["message"]
    wf = client.start("schooled", {"n": 1, "m": "one"})
    assert client.task(wf, "own")["status"] == "FAILED_WITH_TERMINAL_ERROR"
    wf = client.start("schooled", {"n": 1, "m": 1})
    client.call("POST", "/schema", schema("own_input", data={"type": "object", "required": ["x"]}))
    assert client.task(wf, "own")["status"] == "SCHEDULED", "an execution keeps its own copy"
