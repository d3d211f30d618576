"""One operation on many executions, through the whole product (rest-api.md 4)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.client import Client, definition, simple
from tests.support.stack import local_stack

OPERATIONS = [
    ("PUT", "pause", "pauseWorkflow"),
    ("PUT", "resume", "resumeWorkflow"),
    ("POST", "restart", "restart"),
    ("POST", "retry", "retry"),
    ("POST", "terminate", "terminate"),
    ("DELETE", "remove", "deleteWorkflow"),
    ("DELETE", "terminate-remove", "terminateRemove"),
    ("POST", "search", "searchWorkflow"),
]
MB = 1024 * 1024


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    with local_stack() as stack:
        client = Client(stack)
        client.register({"name": "t1", "retryCount": 0}, definition("flow", simple("t1")))
        yield client


def bulk(client: Client, method: str, operation: str, ids: Any, **query: Any) -> Any:
    answer = client.call(method, f"/workflow/bulk/{operation}", ids, **query)
    client.stack.settle()
    assert set(answer) == {"bulkErrorResults", "bulkSuccessfulResults"}
    return answer


def started(client: Client, count: int) -> list[str]:
    return [client.start("flow") for _ in range(count)]


def ended(client: Client, count: int) -> list[str]:
    ids = started(client, count)
    assert bulk(client, "POST", "terminate", ids)["bulkErrorResults"] == {}
    return ids


def statuses(client: Client, ids: list[str]) -> set[str]:
    return {client.status(each) for each in ids}


def test_what_fails_is_told_by_id_and_stops_nobody(client: Client) -> None:
    ids = started(client, 12)
    client.call("DELETE", f"/workflow/{ids[3]}")
    answer = bulk(client, "PUT", "pause", [*ids[:5], "nobody", *ids[5:]])
    assert answer["bulkSuccessfulResults"] == ids[:3] + ids[4:], "in the order of the request"
    assert set(answer["bulkErrorResults"]) == {ids[3], "nobody"}
    assert "nobody" in answer["bulkErrorResults"]["nobody"]
    assert "TERMINATED" in answer["bulkErrorResults"][ids[3]]
    answer = bulk(client, "PUT", "resume", ids)
    assert list(answer["bulkErrorResults"]) == [ids[3]]
    assert statuses(client, ids[:3]) == {"RUNNING"}
    answer = bulk(client, "POST", "terminate", ids, reason="bulk, too")
    assert answer["bulkErrorResults"] == {}
    assert client.workflow(ids[0])["reasonForIncompletion"] == "bulk, too"


def test_executions_are_restarted_and_retried(client: Client) -> None:
    ids = ended(client, 3)
    assert bulk(client, "POST", "retry", ids)["bulkSuccessfulResults"] == ids
    assert statuses(client, ids) == {"RUNNING"}
    assert set(bulk(client, "POST", "restart", ids)["bulkErrorResults"]) == set(ids)
    bulk(client, "POST", "terminate", ids)
    client.register(definition("flow", simple("t1"), version=2, description="new"))
    answer = bulk(client, "POST", "restart", ids, useLatestDefinitions="True")
    assert answer["bulkSuccessfulResults"] == ids
    assert {client.workflow(each)["workflowVersion"] for each in ids} == {2}
    bulk(client, "POST", "terminate", ids)


def test_executions_are_removed_by_a_delete_with_a_body(client: Client) -> None:
    (running,) = started(client, 1)
    ids = ended(client, 3)
    answer = bulk(client, "DELETE", "remove", [*ids, running])
    assert answer["bulkSuccessfulResults"] == ids
    assert "RUNNING" in answer["bulkErrorResults"][running]
    assert statuses(client, ids) == {"TERMINATED"}, "archived"
    answer = bulk(client, "DELETE", "terminate-remove", [running], archiveWorkflow="false")
    assert answer["bulkSuccessfulResults"] == [running], "once"
    assert client.stack.request("GET", f"/api/workflow/{running}").status == 404


def test_an_id_that_is_repeated_is_done_once(client: Client) -> None:
    (wf,) = ended(client, 1)
    answer = bulk(client, "POST", "restart", [wf, wf, wf])
    assert answer == {"bulkErrorResults": {}, "bulkSuccessfulResults": [wf]}
    bulk(client, "POST", "terminate", [wf])


def test_executions_are_read_by_their_ids(client: Client) -> None:
    ids = started(client, 2)
    answer = bulk(client, "POST", "search", [*ids, "nobody"])
    assert answer["bulkSuccessfulResults"] == [client.workflow(each) for each in ids]
    assert list(answer["bulkErrorResults"]) == ["nobody"]
    answer = bulk(client, "POST", "search", ids, includeTasks="False")
    assert [each["tasks"] for each in answer["bulkSuccessfulResults"]] == [[], []]
    bulk(client, "POST", "terminate", ids)


def test_large_inputs_are_named_until_there_is_no_room_at_all(client: Client) -> None:
    size = 5 * MB // 2
    ids = [client.start("flow", {"n": n, "a": "x" * size}) for n in range(4)]
    answer = bulk(client, "POST", "search", ids)
    found = answer["bulkSuccessfulResults"]
    assert [each["workflowId"] for each in found] == ids
    assert answer["bulkErrorResults"] == {}
    assert sum("externalInputPayloadStoragePath" in each for each in found) == 2
    bulk(client, "POST", "terminate", ids)
    client.register(definition("wide", simple("t1"), description="x" * size))
    wide = [client.start("wide") for _ in range(4)]
    answer = bulk(client, "POST", "search", wide, includeTasks="false")
    found = [each["workflowId"] for each in answer["bulkSuccessfulResults"]]
    left = answer["bulkErrorResults"]
    assert len(found) == 2
    assert {*found, *left} == set(wide)
    assert all(f"GET /api/workflow/{each}" in message for each, message in left.items())
    bulk(client, "POST", "terminate", wide)


@pytest.mark.parametrize(("method", "operation", "call"), OPERATIONS)
def test_a_body_that_is_none_or_too_much_is_refused(
    client: Client, method: str, operation: str, call: str
) -> None:
    path = f"/api/workflow/bulk/{operation}"
    for ids in ([], [f"id-{n}" for n in range(1001)]):
        answer = client.stack.request(method, path, ids)
        assert answer.status == 400
        (violation,) = answer.body["validationErrors"]
        assert violation["path"] == f"{call}.arg0"
    bodies: list[tuple[Any, str]] = [
        (None, "body"),
        ({}, "array"),
        ([1], "[0]"),
        (["a", None], "[1]"),
    ]
    for body, what in bodies:
        answer = client.stack.request(method, path, body)
        assert answer.status == 400
        assert what in answer.body["message"]
    for name in ("useLatestDefinitions", "archiveWorkflow", "includeTasks"):
        answer = client.stack.request(method, path, ["nobody"], {name: "perhaps"})
        assert answer.status in (200, 400)
        if answer.status == 400:
            assert name in answer.body["message"]


def test_a_thousand_are_not_too_many(client: Client) -> None:
    ids = [f"id-{n}" for n in range(1000)]
    answer = bulk(client, "PUT", "pause", ids)
    assert list(answer["bulkErrorResults"]) == ids
