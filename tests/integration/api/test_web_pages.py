"""What Conductor's own web pages ask for (clients.md 3): served, whatever else they put into the query."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.client import Client, definition, simple
from tests.support.stack import local_stack

#: Path and query, as both pages send them; {id} is an execution, {task} a task of it.
READS = [
    "/version",
    "/metadata/workflow?short=true&metadata=true",
    "/metadata/workflow?short=true&metadata=true&classifier=workflow",
    "/metadata/workflow?includeShared=false&name=flow",
    "/metadata/workflow/flow",
    "/metadata/workflow/names",
    "/metadata/workflow/names-and-versions",
    "/metadata/workflow/flow/versions",
    "/metadata/taskdefs?access=READ&metadata=true",
    "/metadata/taskdefs/t1",
    "/metadata/tags",
    "/schema",
    "/workflow/search?start=0&size=15&sort=startTime:DESC&freeText=*&query=startTime>0&classifier=workflow",
    "/workflow/search?start=0&size=15&freeText=*&query=status IN (FAILED,TERMINATED,TIMED_OUT,PAUSED)",
    "/workflow/search?start=0&size=15&classifier=agent&topLevelOnly=true",
    "/tasks/search?start=0&size=15&sort=updateTime:DESC&freeText=*&query=updateTime>0",
    "/workflow/{id}",
    "/workflow/{id}?summarize=true",
    "/workflow/{id}/tasks?status=&count=15&start=0",
    "/workflow/{id}/tasks?status=COMPLETED&status=FAILED&count=15&start=0",
    "/tasks/{task}/log",
    "/tasks/queue/all",
    "/tasks/queue/polldata/all",
    "/tasks/queue/sizes?taskType=t1",
    "/tasks/queue/size?taskType=t1",
    "/tasks/queue/polldata?taskType=t1",
    "/secrets",
    "/secrets/v2",
    "/event",
    "/event/execution",
    "/event/execution/some:event",
    "/scheduler/schedules/search?start=0&size=15",
    "/scheduler/search/executions?start=0&size=15&sort=scheduledTime:DESC&freeText=*&query=",
    "/scheduler/schedules",
]
#: Neither the open server nor Podium has these; the pages cope with the 404.
MISSING = [
    "/workflow/{id}/size",
    "/workflow/introspection/records?workflowId={id}",
    "/metadata/webhook",
    "/users",
    "/groups",
    "/roles",
    "/applications",
    "/token/userInfo",
    "/token",
    "/integrations",
    "/prompts",
    "/human/template",
    "/agent/list",
    "/skills",
]


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    with local_stack() as stack:
        client = Client(stack)
        client.register({"name": "t1"}, definition("flow", simple("t1")))
        yield client


@pytest.fixture(scope="module")
def ids(client: Client) -> dict[str, str]:
    wf = client.start("flow")
    return {"id": wf, "task": client.task(wf, "t1")["taskId"]}


def asked(client: Client, ids: dict[str, str], what: str) -> Any:
    path, _, text = what.format_map(ids).partition("?")
    pairs = [part.partition("=")[::2] for part in text.split("&")] if text else []
    query: dict[str, list[str]] = {}
    for name, value in pairs:
        query.setdefault(name, []).append(value)
    return client.stack.request("GET", f"/api{path}", query=query)


@pytest.mark.parametrize("what", READS)
def test_a_page_gets_what_it_asks_for(client: Client, ids: dict[str, str], what: str) -> None:
    answer = asked(client, ids, what)
    assert answer.status in {200, 204}, answer.body


@pytest.mark.parametrize("what", MISSING)
def test_a_page_is_told_what_is_not_there(client: Client, ids: dict[str, str], what: str) -> None:
    answer = asked(client, ids, what)
    assert answer.status == answer.body["status"] == 404
    assert answer.body["message"].startswith("No endpoint GET /api/")


def test_a_page_steers_executions(client: Client) -> None:
    wf = client.start("flow")
    for method, path, body in [
        ("PUT", "/workflow/bulk/pause", [wf]),
        ("PUT", "/workflow/bulk/resume", [wf]),
        ("POST", "/workflow/bulk/terminate", [wf]),
        ("POST", "/workflow/bulk/restart", [wf]),
        ("PUT", f"/workflow/{wf}/pause", None),
        ("PUT", f"/workflow/{wf}/resume", None),
        ("DELETE", f"/workflow/{wf}", None),
        ("POST", f"/workflow/{wf}/retry", None),
        ("DELETE", f"/workflow/{wf}", None),
        ("POST", f"/workflow/{wf}/restart", None),
    ]:
        answer = client.call(method, path, body)
        assert not answer or answer["bulkErrorResults"] == {}
        client.stack.settle()
    task = "/tasks/{}/t1/COMPLETED"
    client.call("POST", task.format(wf), {"by": "hand"}, workerid="conductor-ui")
    client.stack.settle()
    assert client.status(wf) == "COMPLETED"
    assert client.call("POST", f"/workflow/{wf}/rerun", {}) == wf
