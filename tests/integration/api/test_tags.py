"""Tags of definitions, as the SDKs set them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.client import Client, definition, simple
from tests.support.stack import local_stack

TEAM = {"key": "team", "type": "METADATA", "value": "blue"}
TIER = {"key": "tier", "type": "METADATA", "value": "1"}


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    with local_stack() as stack:
        client = Client(stack)
        client.register({"name": "tagged"}, definition("tagged", simple("tagged")))
        yield client


@pytest.mark.parametrize("kind", ["workflow", "task"])
def test_tags_come_and_go(client: Client, kind: str) -> None:
    path = f"/metadata/{kind}/tagged/tags"
    assert client.call("GET", path) == []
    assert client.call("POST", path, TEAM) == ""
    client.call("POST", path, [TEAM, {"key": "tier", "value": 1}])
    assert client.call("GET", path) == [TEAM, TIER]
    client.call("DELETE", path, {"key": "team", "value": "red"})
    client.call("DELETE", path, TEAM)
    assert client.call("GET", path) == [TIER]
    client.call("PUT", path, [TEAM])
    assert client.call("GET", path) == [TEAM]
    assert TEAM in client.call("GET", "/metadata/tags")
    client.call("PUT", path, [])
    assert client.call("GET", path) == []


@pytest.mark.parametrize("kind", ["workflow", "task"])
def test_what_is_not_registered_gets_no_tags(client: Client, kind: str) -> None:
    path = f"/api/metadata/{kind}/nobody/tags"
    for method, body in (("POST", TEAM), ("PUT", [TEAM])):
        answer = client.stack.request(method, path, body)
        assert answer.status == 404
        assert "nobody" in answer.body["message"]
    assert client.stack.request("GET", path).body == []
    assert client.stack.request("DELETE", path, TEAM).status == 200


@pytest.mark.parametrize(
    ("body", "what"),
    [
        (None, "body"),
        (1, "array"),
        ({}, "body.key"),
        ({"key": "a"}, "body.value"),
        ([TEAM, {"key": "a", "value": True}], "body[1].value"),
        ({"key": "a", "value": {}}, "body.value"),
        ({"key": "a", "value": "x" * 2000}, "1000"),
        ([TEAM] * 101, "101"),
        ({"key": "tagged", "value": 5, "type": "RATE_LIMIT"}, "limits a workflow"),
        ({"key": "tagged", "value": 0, "type": "RATE_LIMIT"}, "from 1 on"),
        ({"key": "tagged", "value": "many", "type": "RATE_LIMIT"}, "from 1 on"),
    ],
)
def test_a_bad_tag_is_refused_and_nothing_stored(client: Client, body: Any, what: str) -> None:
    answer = client.stack.request("POST", "/api/metadata/task/tagged/tags", body)
    assert answer.status == 400
    assert what in answer.body["message"]
    assert client.call("GET", "/metadata/task/tagged/tags") == []


def test_a_limit_is_set_where_it_works(client: Client) -> None:
    client.register(
        definition("limited", simple("slow")), definition("limited", simple("slow"), version=2)
    )
    path = "/metadata/workflow/limited/tags"

    def limit(value: int) -> dict[str, Any]:
        return {"key": "limited", "type": "RATE_LIMIT", "value": value}

    client.call("POST", path, limit(2))
    client.call("POST", path, [TEAM, limit(1)])
    assert client.call("GET", path) == [limit(1), TEAM]
    for version in (1, 2):
        found = client.call("GET", "/metadata/workflow/limited", version=version)
        assert found["rateLimitConfig"]["concurrentExecLimit"] == 1
    first, second = client.start("limited"), client.start("limited")
    assert client.tasks(first) == [("slow", "SCHEDULED")]
    assert client.tasks(second) == []
    client.finish("slow")
    assert client.tasks(second) == [("slow", "SCHEDULED")]
    client.finish("slow")
    client.call("DELETE", path, limit(7))
    assert limit(1) in client.call("GET", path), "another limit than there is"
    client.call("PUT", path, [TEAM])
    assert client.call("GET", path) == [TEAM]
    assert "rateLimitConfig" not in client.call("GET", "/metadata/workflow/limited")
