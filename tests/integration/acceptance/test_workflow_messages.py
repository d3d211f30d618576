"""Messages to a workflow through the API (tasks.md 24)."""

from __future__ import annotations

import re
from typing import Any

import pytest

from podium import bootstrap
from podium.domain.workflow_messages import WorkflowMessage
from tests.support.client import Client, Json, definition, simple, task
from tests.support.racing import race

_UUID = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"


def pull(ref: str, **parameters: Any) -> Json:
    return task("PULL_WORKFLOW_MESSAGES", ref, inputParameters=parameters)


def post(client: Client, wf: str, *payloads: Json) -> list[str]:
    ids = [str(client.call("POST", f"/workflow/{wf}/messages", each)) for each in payloads]
    client.stack.settle()
    return ids


def test_a_waiting_task_is_woken_by_a_message_and_shows_it(client: Client) -> None:
    wf = client.run(definition("one", pull("p"), simple("t")))
    assert client.tasks(wf) == [("p", "IN_PROGRESS")]
    (message_id,) = post(client, wf, {"a": None, "b": [1]})
    assert re.fullmatch(_UUID, message_id)
    assert client.tasks(wf) == [("p", "COMPLETED"), ("t", "SCHEDULED")]
    (message,) = client.task(wf, "p")["outputData"]["messages"]
    assert message == {
        "id": message_id,
        "workflowId": wf,
        "payload": {"a": None, "b": [1]},
        "receivedAt": "2026-01-01T00:00:00.000Z",
    }
    assert client.task(wf, "p")["outputData"]["count"] == 1


def test_messages_wait_in_order_for_the_tasks_that_take_them(client: Client) -> None:
    wf = client.run(
        definition(
            "batches", simple("t"), pull("p", batchSize=2), pull("q", batchSize=9, blocking=False)
        )
    )
    post(client, wf, *({"n": n} for n in range(4)))
    client.finish("t")
    taken = [client.task(wf, ref)["outputData"]["messages"] for ref in ("p", "q")]
    assert [[each["payload"]["n"] for each in some] for some in taken] == [[0, 1], [2, 3]]
    assert client.status(wf) == "COMPLETED"


def test_without_blocking_an_empty_queue_is_an_answer(client: Client) -> None:
    wf = client.run(definition("empty", pull("p", blocking=False)))
    assert client.task(wf, "p")["outputData"] == {"messages": [], "count": 0}
    assert client.status(wf) == "COMPLETED"


def test_a_loop_and_branches_share_the_queue(client: Client) -> None:
    loop = task("DO_WHILE", "l", loopCondition="$.l['iteration'] < 2", loopOver=[pull("p")])
    wf = client.run(
        definition(
            "shared",
            task("FORK_JOIN", "f", forkTasks=[[loop], [pull("q", batchSize=2)]]),
            task("JOIN", "j", joinOn=["l", "q"]),
        )
    )
    for n in range(3):
        post(client, wf, {"n": n})
    assert client.status(wf) == "COMPLETED"
    taken = {ref: client.task(wf, ref)["outputData"]["messages"] for ref in ("p__1", "q", "p__2")}
    assert {ref: [each["payload"]["n"] for each in some] for ref, some in taken.items()} == {
        "q": [0],
        "p__1": [1],
        "p__2": [2],
    }


def test_a_message_may_be_as_large_as_a_request(client: Client) -> None:
    wf = client.run(definition("large", pull("p", batchSize=5), pull("q", batchSize=5)))
    big = {"text": "x" * 600_000}
    post(client, wf, big)
    post(client, wf, {"n": 2})
    assert client.task(wf, "p")["outputData"]["messages"][0]["payload"] == big
    assert client.task(wf, "q")["outputData"]["messages"][0]["payload"] == {"n": 2}


def test_who_may_not_be_sent_to_is_said(client: Client) -> None:
    wf = client.run(definition("refusing", pull("p")))

    def refused(workflow_id: str, body: Any = None) -> tuple[int, str]:
        path = f"/api/workflow/{workflow_id}/messages"
        answer = client.stack.request("POST", path, {"a": 1} if body is None else body)
        return answer.status, answer.body["message"]

    assert refused("nobody") == (404, "No such workflow found by id: nobody")
    assert refused(wf, [1])[0] == refused(wf, "{")[0] == 400
    client.call("PUT", f"/workflow/{wf}/pause")
    assert refused(wf) == (409, f"Workflow {wf} is not in RUNNING state (current: PAUSED)")
    client.call("DELETE", f"/workflow/{wf}")
    client.stack.settle()
    assert refused(wf) == (409, f"Workflow {wf} is not in RUNNING state (current: TERMINATED)")
    assert client.tasks(wf) == [("p", "CANCELED")]


@pytest.mark.parametrize("client", [False], indirect=True, ids=["stream-only"])
def test_the_limit_of_a_thousand_is_exact_when_many_send_at_once(client: Client) -> None:
    wf = client.run(definition("full", simple("t"), pull("p", batchSize=10), simple("u")))
    put = bootstrap.engine().ports.messages.put_message
    for n in range(1, 981):
        assert put(wf, 0, WorkflowMessage(n, f"m{n}", {"n": n}, client.stack.clock.now()))

    def send(by: int) -> int:
        path = f"/api/workflow/{wf}/messages"
        return client.stack.request("POST", path, {"by": by}).status

    statuses = race(10, lambda n: [send(n) for _ in range(4)])
    assert sorted(status for some in statuses for status in some) == [200] * 20 + [429] * 20
    client.finish("t")
    taken = client.task(wf, "p")["outputData"]["messages"]
    assert [each["payload"]["n"] for each in taken] == list(range(1, 11))
    assert [send(0) for _ in range(11)] == [200] * 10 + [429]
    refused = client.stack.request("POST", f"/api/workflow/{wf}/messages", {})
    assert refused.body["message"] == (
        f"The message queue of workflow {wf} is full: it holds 1000 messages"
    )
