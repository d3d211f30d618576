"""tasks.md 27, cases 5 and 6, beyond the reach of one SQS delay, over HTTP and straight from SQS."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from podium_worker import Queues, Result, TaskFunction, Worker
from tests.support.client import Client, definition, simple


@pytest.fixture
def direct(client: Client) -> Callable[..., int]:
    """Let an SQS-direct worker take one message of ``t1``, run a function and report."""
    runtime = client.stack.runtime
    prefix = runtime.worker_environment()["PODIUM_QUEUE_PREFIX"]
    queues = Queues(runtime.client("sqs"), prefix, runtime.resources.queue_urls["results"])

    def take(run: Callable[..., Any], *, detached: bool = False) -> int:
        function = TaskFunction("t1", run, detached=detached)
        clock = client.stack.clock
        worker = Worker(queues, [function], worker_id="direct", wait=0, now=clock.now)
        handled = worker.run_once(function)
        client.stack.settle()
        return handled

    return take


@pytest.mark.parametrize("seconds", [901, 3600, 50_000])
def test_case_5_a_callback_may_be_later_than_an_sqs_delay_reaches(
    client: Client, seconds: int
) -> None:
    wf = client.run(definition("callback", simple("t1")))
    client.finish("t1", {"half": 1}, status="IN_PROGRESS", callbackAfterSeconds=seconds)
    assert client.task(wf, "t1")["callbackAfterSeconds"] == seconds
    _nothing_before(client, seconds, lambda: client.poll("t1") is not None)
    client.finish("t1")
    assert client.task(wf, "t1")["status"] == "COMPLETED"


@pytest.mark.parametrize("seconds", [0, 5, 3600])
def test_case_5_a_worker_straight_from_sqs_is_called_back_as_well(
    client: Client, direct: Callable[..., int], seconds: int
) -> None:
    wf = client.run(definition("callback", simple("t1")))
    assert direct(lambda: Result.in_progress({"half": 1}, seconds)) == 1
    found = client.task(wf, "t1")
    assert (found["status"], found["outputData"]) == ("SCHEDULED", {"half": 1})
    assert found["callbackAfterSeconds"] == seconds
    if seconds:
        _nothing_before(client, seconds, lambda: bool(direct(dict)))
    assert direct(lambda: {"whole": 2}) == 1
    assert client.task(wf, "t1")["outputData"] == {"whole": 2}
    assert client.status(wf) == "COMPLETED"


def test_case_6_a_lease_that_is_extended_does_not_run_out(client: Client) -> None:
    client.register({"name": "t1", "retryCount": 0, "responseTimeoutSeconds": 10})
    wf = client.run(definition("leased", simple("t1")))
    polled = client.poll("t1")
    assert polled is not None
    beat = {
        "workflowInstanceId": wf,
        "taskId": polled["taskId"],
        "status": "FAILED",
        "outputData": {"ignored": 1},
        "extendLease": True,
    }
    for _ in range(5):
        client.stack.advance(8)
        client.call("POST", "/tasks", beat)
    found = client.task(wf, "t1")
    assert (found["status"], found["outputData"]) == ("IN_PROGRESS", {})
    client.stack.advance(11)
    assert client.tasks(wf) == [("t1", "TIMED_OUT")]
    # Neither an ended task nor an unknown one is revived by it.
    client.call("POST", "/tasks", beat)
    unknown = {**beat, "taskId": polled["taskId"].replace(".1.", ".7.")}
    assert client.stack.request("POST", "/api/tasks", unknown).status == 404


def test_case_6_an_extension_does_not_stretch_the_timeout_of_the_task(client: Client) -> None:
    client.register(
        {
            "name": "t1",
            "retryCount": 0,
            "responseTimeoutSeconds": 10,
            "timeoutSeconds": 20,
            "timeoutPolicy": "RETRY",
        }
    )
    wf = client.run(definition("stretched", simple("t1")))
    polled = client.poll("t1")
    assert polled is not None
    beat = {"workflowInstanceId": wf, "taskId": polled["taskId"], "extendLease": True}
    for _ in range(4):
        client.stack.advance(6)
        client.call("POST", "/tasks", beat)
    assert client.tasks(wf) == [("t1", "TIMED_OUT")]


def test_case_6_a_detached_worker_keeps_its_task_by_signs_of_life(
    client: Client, direct: Callable[..., int]
) -> None:
    client.register({"name": "t1", "retryCount": 0, "responseTimeoutSeconds": 3600})
    wf = client.run(definition("long", simple("t1")))
    seen: list[str] = []

    def work() -> dict[str, int]:
        client.stack.settle()
        for _ in range(3):
            client.stack.advance(3000)
            beat = {"workflowInstanceId": wf, "taskId": f"{wf}.1.t1", "extendLease": True}
            client.call("POST", "/tasks", beat)
        seen.append(client.task(wf, "t1")["status"])
        return {"hours": 2}

    assert direct(work, detached=True) == 1
    assert seen == ["IN_PROGRESS"]
    found = client.task(wf, "t1")
    assert (found["status"], found["outputData"]) == ("COMPLETED", {"hours": 2})
    assert found["workerId"] == "direct"


def _nothing_before(client: Client, seconds: int, is_there: Callable[[], bool]) -> None:
    """Some looks on the way find nothing; afterwards the moment has come."""
    left = seconds
    for step in (min(4, seconds - 1), (seconds - 4) // 2, (seconds - 4) // 2 - 2):
        if step > 0:
            client.stack.advance(step)
            left -= step
            assert not is_there()
    client.stack.advance(left)
