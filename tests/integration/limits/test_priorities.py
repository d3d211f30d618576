"""Priorities (engine.md 12): the higher is served first, over HTTP and straight from SQS."""

from __future__ import annotations

from typing import Any

import pytest

from infra.shapes import queue_prefix
from podium_worker import Queues, Task, TaskFunction, Worker
from tests.support.client import Client, definition, simple, task


def start(client: Client, priority: int, name: str = "one") -> str:
    wf = str(client.call("POST", "/workflow", {"name": name, "input": {}, "priority": priority}))
    client.stack.settle()
    return wf


@pytest.mark.parametrize(
    "limit",
    [{}, {"concurrentExecLimit": 5}, {"concurrentExecLimit": 5, "limitDelivery": "GATE"}],
    ids=["unlimited", "by poll", "at the gate"],
)
def test_polls_serve_the_higher_priority_first(client: Client, limit: dict[str, Any]) -> None:
    client.register({"name": "t1", **limit}, definition("one", simple("t1")))
    ids = {priority: start(client, priority) for priority in (0, 30, 80)}
    assert client.call("GET", "/tasks/queue/size", taskType="t1") == 3
    client.stack.advance(16)
    served = [client.finish("t1")["workflowInstanceId"] for _ in ids]
    assert served == [ids[80], ids[30], ids[0]]
    assert {client.status(wf) for wf in ids.values()} == {"COMPLETED"}


def test_a_batch_takes_from_all_priorities_the_highest_first(client: Client) -> None:
    client.register(definition("one", simple("t1")))
    for priority in (0, 0, 70):
        start(client, priority)
    client.stack.advance(16)
    polled = client.call("GET", "/tasks/poll/batch/t1", count=10)
    assert [each["workflowPriority"] for each in polled] == [70, 0, 0]


def test_sqs_direct_workers_serve_the_higher_priority_first(client: Client) -> None:
    client.register(definition("one", simple("t1")))
    ids = {priority: start(client, priority) for priority in (0, 30, 80)}
    seen: list[str] = []

    def run(task: Task) -> None:
        seen.append(task.workflow_id)

    results = client.stack.runtime.resources.queue_urls["results"]
    queues = Queues(client.stack.runtime.client("sqs"), queue_prefix(), results)
    function = TaskFunction("t1", run)
    worker = Worker(queues, [function], wait=0, now=client.stack.clock.now)
    for _ in ids:
        assert worker.run_once(function) == 1
    assert seen == [ids[80], ids[30], ids[0]]
    client.stack.settle()
    assert {client.status(wf) for wf in ids.values()} == {"COMPLETED"}


@pytest.mark.parametrize(("own", "expected"), [(None, 0), (90, 90), ("${workflow.input.p}", 5)])
def test_a_sub_workflow_has_the_priority_that_its_task_gives_it(
    client: Client, own: Any, expected: int
) -> None:
    param = {"name": "one", "version": 1, "priority": own}
    client.register(
        definition("one", simple("t1")),
        definition("parent", task("SUB_WORKFLOW", "sub", subWorkflowParam=param)),
    )
    body = {"name": "parent", "input": {"p": 5}, "priority": 77}
    client.call("POST", "/workflow", body)
    client.stack.settle()
    polled = client.poll("t1")
    assert polled is not None
    assert polled["workflowPriority"] == expected


def test_who_polled_is_told_also_when_there_was_nothing(client: Client) -> None:
    begin = client.stack.clock.now()
    client.call("GET", "/tasks/poll/t1", workerid="w1", domain="eu")
    client.stack.clock.advance(1000)
    client.call("GET", "/tasks/poll/t1", workerid="w2", domain="eu")
    client.call("GET", "/tasks/poll/t2", workerid="w3")
    of_t1 = [{"queueName": "t1", "domain": "eu", "workerId": "w1", "lastPollTime": begin}]
    assert client.call("GET", "/tasks/queue/polldata", taskType="t1") == of_t1
    client.stack.clock.advance(4000)
    client.call("GET", "/tasks/poll/t1", workerid="w2", domain="eu")
    later = {**of_t1[0], "workerId": "w2", "lastPollTime": begin + 5000}
    of_t2 = {"queueName": "t2", "workerId": "w3", "lastPollTime": begin + 1000}
    assert client.call("GET", "/tasks/queue/polldata/all") == [later, of_t2]
    assert client.stack.request("GET", "/api/tasks/queue/polldata").status == 400
