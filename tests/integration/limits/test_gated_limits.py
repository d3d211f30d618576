"""Limits at the gate (protocol.md 9): the slot is taken before a task is sent, so that any worker may serve it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from infra.shapes import queue_prefix
from podium_worker import Queues, TaskFunction, Worker
from tests.support.client import Client, definition, simple
from tests.support.crew import Ledger, work_once
from tests.support.stack import LocalStack

HTTP = {
    "name": "call",
    "taskReferenceName": "call",
    "type": "HTTP",
    "inputParameters": {"http_request": {"uri": "http://127.0.0.1:9/none", "method": "GET"}},
}


def gated(**fields: Any) -> dict[str, Any]:
    return {"name": "work", "limitDelivery": "GATE", "retryDelaySeconds": 0, **fields}


def chain(length: int) -> dict[str, Any]:
    tasks = [{**simple("work"), "taskReferenceName": f"t{number}"} for number in range(length)]
    return definition("chain", *tasks)


def queues_of(stack: LocalStack) -> Queues:
    """What an SQS-direct worker knows."""
    results = stack.runtime.resources.queue_urls["results"]
    return Queues(stack.runtime.client("sqs"), queue_prefix(), results)


class DirectCrew:
    """SQS-direct workers without their loop: each message is taken, and reported or lost."""

    def __init__(self, stack: LocalStack) -> None:
        self._queues = queues_of(stack)
        self._messages: dict[str, dict[str, Any]] = {}

    def take(self, number: int) -> str | None:
        url = self._queues.url("work")
        found = self._queues.receive(url, 1, 0, 60) if url else []
        if not found:
            return None
        message = found[0]
        task_id = str(json.loads(message["Body"])["taskId"])
        self._messages[task_id] = message
        return task_id

    def finish(self, task_id: str, status: str = "COMPLETED", **fields: Any) -> None:
        message = self._messages[task_id]
        body = json.loads(message["Body"])
        result = {key: body[key] for key in ("v", "taskId", "workflowInstanceId", "inc", "epoch")}
        self._queues.send_result(json.dumps({**result, "status": status, **fields}))
        self._queues.delete(self._queues.url("work") or "", message["ReceiptHandle"])


def test_twenty_sqs_direct_workers_never_have_more_than_five_and_finish_all_200_tasks(
    client: Client,
) -> None:
    """One in ten dies: its message is seen again, by another worker, and the slot was never free."""
    stack, ledger, crew = client.stack, Ledger(), DirectCrew(client.stack)
    client.register(gated(concurrentExecLimit=5), chain(5))
    ids = [str(client.call("POST", "/workflow/chain", {})) for _ in range(40)]
    stack.settle()
    for _ in range(20):
        work_once(stack, ledger, crew.take, crew.finish, dies=lambda number: number % 10 == 0)
        if {client.status(each) for each in ids} == {"COMPLETED"}:
            break
        ledger.bury()
        stack.advance(61)
    assert {client.status(each) for each in ids} == {"COMPLETED"}
    assert len(ledger.handed_out) >= 220
    assert ledger.most == 5


def test_a_rate_of_ten_a_second_over_the_gate(client: Client) -> None:
    stack, crew = client.stack, DirectCrew(client.stack)
    client.register(gated(rateLimitPerFrequency=10, rateLimitFrequencyInSeconds=1), chain(1))
    for _ in range(100):
        client.call("POST", "/workflow/chain", {})
    stack.settle()
    begin = stack.clock.now()
    moments: list[int] = []
    while len(moments) < 100:
        while crew.take(0):
            moments.append(stack.clock.now())
        stack.advance(0.25)
    assert moments[-1] - begin <= 11_000
    pairs = zip(moments, moments[10:], strict=False)
    assert all(later - earlier >= 1000 for earlier, later in pairs)


def test_a_worker_of_the_library_and_one_over_http_share_the_slots(client: Client) -> None:
    client.register(gated(concurrentExecLimit=2), chain(1))
    ids = [client.start("chain") for _ in range(4)]
    assert client.poll("work") is not None
    seen: list[Any] = []
    function = TaskFunction("work", lambda: seen.append(client.poll("work")))
    worker = Worker(queues_of(client.stack), [function], wait=0, now=client.stack.clock.now)
    for _ in ids[1:]:
        assert worker.run_once(function) == 1
        client.stack.settle()
    assert seen == [None] * 3
    assert [client.status(each) for each in ids].count("COMPLETED") == 3


def test_sqs_direct_workers_get_no_message_of_a_type_that_is_limited_by_poll(
    client: Client,
) -> None:
    client.register({"name": "work", "concurrentExecLimit": 5}, chain(1))
    client.start("chain")
    assert queues_of(client.stack).url("work") is None
    assert client.call("GET", "/tasks/queue/size", taskType="work") == 1


def test_case_29_of_two_http_tasks_the_second_stays_scheduled_until_the_window(
    client: Client,
) -> None:
    client.register(
        {
            "name": "call",
            "retryCount": 0,
            "rateLimitPerFrequency": 1,
            "rateLimitFrequencyInSeconds": 60,
        },
        definition("calls", {**HTTP, "optional": True}),
    )
    first, second = client.start("calls"), client.start("calls")
    assert client.tasks(first) == [("call", "COMPLETED_WITH_ERRORS")]
    assert client.tasks(second) == [("call", "SCHEDULED")]
    client.stack.advance(59)
    assert client.tasks(second) == [("call", "SCHEDULED")]
    client.stack.advance(1)
    assert client.tasks(second) == [("call", "COMPLETED_WITH_ERRORS")]


def test_an_http_task_that_fails_frees_its_slot(client: Client) -> None:

    client.register(
        {"name": "call", "concurrentExecLimit": 1, "retryCount": 0},
        definition("calls", {**HTTP, "asyncComplete": True}, simple("after")),
    )
    first, second = client.start("calls"), client.start("calls")
    # Nobody listens there: the call fails and the workflow with it, and so the slot is free.
    assert (client.status(first), client.status(second)) == ("FAILED", "FAILED")


class TestOneSlot:
    """What frees it, and what does not."""

    @pytest.fixture
    def second(self, client: Client) -> str:
        """Two tasks, one slot: the first is sent; this is the workflow of the one that waits."""
        client.register(gated(concurrentExecLimit=1, responseTimeoutSeconds=60), chain(1))
        self.first = client.start("chain")
        return client.start("chain")

    def is_sent(self, client: Client) -> int:
        return int(client.call("GET", "/tasks/queue/size", taskType="work"))

    def test_the_end_lets_the_next_one_through_at_once(self, client: Client, second: str) -> None:
        assert self.is_sent(client) == 1
        client.finish("work")
        assert self.is_sent(client) == 1
        client.finish("work")
        assert client.status(second) == "COMPLETED"

    def test_terminating_its_workflow_does_too(self, client: Client, second: str) -> None:
        client.call("DELETE", f"/workflow/{self.first}")
        client.stack.settle()
        # The message of the terminated one lies there still; a poll finds it stale.
        polled = client.poll("work")
        assert polled is not None
        assert polled["workflowInstanceId"] == second

    def test_a_claimed_task_keeps_it_and_a_dead_worker_gives_it_back(
        self, client: Client, second: str
    ) -> None:
        """26b: a claim over HTTP raises the epoch, which must not cost the task its slot."""
        client.register({"name": "work"})
        assert client.poll("work") is not None
        client.stack.advance(59)
        assert client.poll("work") is None
        client.stack.advance(5)
        assert client.poll("work") is not None
        assert client.poll("work") is None

    def test_a_worker_that_asks_to_be_called_back_keeps_it(
        self, client: Client, second: str
    ) -> None:
        client.finish("work", status="IN_PROGRESS", callbackAfterSeconds=5)
        assert client.poll("work") is None
        client.stack.advance(6)
        again = client.finish("work")
        assert again["workflowInstanceId"] == self.first
        client.finish("work")
        assert client.status(second) == "COMPLETED"

    def test_a_paused_workflow_is_passed_over_and_comes_back(
        self, client: Client, second: str
    ) -> None:
        client.call("PUT", f"/workflow/{second}/pause")
        client.finish("work")
        assert client.poll("work") is None
        client.call("PUT", f"/workflow/{second}/resume")
        client.stack.settle()
        client.finish("work")
        assert client.status(second) == "COMPLETED"


@pytest.mark.parametrize("limit", [{}, {"concurrentExecLimit": 1}], ids=["unlimited", "limited"])
def test_what_a_direct_worker_reports_in_progress_comes_back_to_its_queue(
    client: Client, limit: dict[str, Any]
) -> None:
    client.register(gated(**limit), chain(1))
    wf = client.start("chain")
    crew = DirectCrew(client.stack)
    task_id = crew.take(0)
    assert task_id is not None
    crew.finish(task_id, "IN_PROGRESS", callbackAfterSeconds=30, outputData={"half": 1})
    client.stack.advance(29)
    assert crew.take(0) is None
    client.stack.advance(2)
    assert crew.take(0) == task_id
    crew.finish(task_id)
    client.stack.settle()
    assert client.status(wf) == "COMPLETED"


def test_a_delayed_task_waits_at_the_gate_for_its_time_first(client: Client) -> None:
    client.register(
        gated(concurrentExecLimit=1),
        definition("late", {**simple("work"), "startDelay": 1000}),
        chain(1),
    )
    late, soon = client.start("late"), client.start("chain")
    client.finish("work")
    assert client.status(soon) == "COMPLETED"
    client.stack.advance(999)
    assert client.poll("work") is None
    client.stack.advance(2)
    client.finish("work")
    assert client.status(late) == "COMPLETED"


def test_a_lost_call_costs_a_minute(client: Client) -> None:
    client.register(gated(concurrentExecLimit=1), chain(1))
    client.start("chain")
    url = client.stack.runtime.resources.queue_urls["gates"]
    wf = str(client.call("POST", "/workflow/chain", {}))
    client.finish("work")
    client.stack.runtime.client("sqs").purge_queue(QueueUrl=url)
    client.stack.advance(61)
    client.finish("work")
    assert client.status(wf) == "COMPLETED"
