"""Limits of tasks that are polled over HTTP (engine.md 11): never above, and nobody starves."""

from __future__ import annotations

from typing import Any

from tests.support.client import Client, definition, simple
from tests.support.crew import Ledger, work_once
from tests.support.stack import local_stack

LEASE = 60


def limited(**fields: Any) -> dict[str, Any]:
    return {"name": "work", "responseTimeoutSeconds": LEASE, "retryDelaySeconds": 0, **fields}


def chain(length: int) -> dict[str, Any]:
    tasks = [{**simple("work"), "taskReferenceName": f"t{number}"} for number in range(length)]
    return definition("chain", *tasks)


def statuses(client: Client, ids: list[str]) -> set[str]:
    return {client.status(each) for each in ids}


def test_twenty_workers_never_have_more_than_five_and_finish_all_200_tasks() -> None:
    """One in ten dies with its slot."""
    ledger = Ledger()
    with local_stack() as stack:
        client = Client(stack)
        client.register(limited(concurrentExecLimit=5, retryCount=9), chain(5))
        ids = [str(client.call("POST", "/workflow/chain", {})) for _ in range(40)]
        stack.settle()
        tasks: dict[str, Any] = {}

        def take(number: int) -> str | None:
            found = client.call("GET", "/tasks/poll/work", workerid=f"w{number}")
            if not found:
                return None
            tasks[found["taskId"]] = found
            return str(found["taskId"])

        def finish(task_id: str) -> None:
            result = {
                "workflowInstanceId": tasks[task_id]["workflowInstanceId"],
                "taskId": task_id,
                "status": "COMPLETED",
            }
            client.call("POST", "/tasks", result)

        for _ in range(20):
            work_once(stack, ledger, take, finish, dies=lambda number: number % 10 == 0)
            if statuses(client, ids) == {"COMPLETED"}:
                break
            ledger.bury()
            stack.advance(LEASE + 2)
    assert len(ledger.handed_out) >= 220
    assert ledger.most == 5


def test_a_rate_of_ten_a_second_is_used_up_and_never_exceeded() -> None:
    moments: list[int] = []
    with local_stack() as stack:
        client = Client(stack)
        client.register(limited(rateLimitPerFrequency=10, rateLimitFrequencyInSeconds=1), chain(1))
        for _ in range(100):
            client.call("POST", "/workflow/chain", {})
        stack.settle()
        begin = stack.clock.now()
        while len(moments) < 100:
            for worker in range(3):
                found = client.call(
                    "GET", "/tasks/poll/batch/work", workerid=f"w{worker}", count=4, timeout=0
                )
                moments += [stack.clock.now()] * len(found)
            stack.clock.advance(130)
    assert moments[-1] - begin <= 11_000
    assert all(
        later - earlier >= 1000 for earlier, later in zip(moments, moments[10:], strict=False)
    )


def test_a_batch_gets_no_more_than_the_free_slots(client: Client) -> None:
    client.register(limited(concurrentExecLimit=3), chain(1))
    for _ in range(8):
        client.start("chain")
    first = client.call("GET", "/tasks/poll/batch/work", count=2)
    second = client.call("GET", "/tasks/poll/batch/work", count=10)
    assert (len(first), len(second)) == (2, 1)
    assert client.poll("work") is None
    assert client.call("GET", "/tasks/queue/size", taskType="work") == 5


def test_one_slot_frees_one_task(client: Client) -> None:
    client.register(limited(concurrentExecLimit=1), chain(1))
    ids = [client.start("chain") for _ in range(3)]
    for _ in ids:
        client.finish("work")
        # Whoever is next gets it at once, and he alone.
    assert statuses(client, ids) == {"COMPLETED"}


def test_a_worker_that_asks_to_be_called_back_frees_its_slot(client: Client) -> None:
    """engine.md 11.1: reporting IN_PROGRESS puts the task back into its queue."""
    client.register(limited(concurrentExecLimit=1), chain(1))
    client.start("chain")
    client.start("chain")
    first = client.finish("work", status="IN_PROGRESS", callbackAfterSeconds=30)
    second = client.poll("work")
    assert second is not None
    assert second["workflowInstanceId"] != first["workflowInstanceId"]
    client.stack.advance(31)
    assert client.poll("work") is None


def test_terminating_a_workflow_frees_its_slots(client: Client) -> None:
    client.register(limited(concurrentExecLimit=1), chain(1))
    holder = client.start("chain")
    client.start("chain")
    assert client.poll("work") is not None
    client.call("DELETE", f"/workflow/{holder}")
    client.stack.settle()
    assert client.poll("work") is not None


def test_the_slot_of_a_dead_worker_comes_back_when_its_lease_ends(client: Client) -> None:
    client.register(limited(concurrentExecLimit=1), chain(1))
    client.start("chain")
    client.start("chain")
    dead = client.poll("work")
    assert dead is not None
    client.stack.advance(LEASE - 1)
    assert client.poll("work") is None
    client.stack.advance(3)
    assert client.poll("work") is not None


def test_a_dynamic_task_has_the_limit_of_the_name_it_resolves_to(client: Client) -> None:
    client.register(limited(concurrentExecLimit=1))
    dynamic = {
        **simple("any"),
        "type": "DYNAMIC",
        "dynamicTaskNameParam": "worker",
        "inputParameters": {"worker": "work"},
    }
    for _ in range(2):
        client.run(definition("dynamic", dynamic))
    assert client.poll("work") is not None
    assert client.poll("work") is None


def test_types_of_ones_own_are_limited_by_name(client: Client) -> None:
    """Two names that are polled as one type have a limit each."""
    for name in ("ship", "fly"):
        client.register({"name": name, "concurrentExecLimit": 1})
    tasks = [
        {"name": name, "taskReferenceName": name, "type": "CARRIER"} for name in ("ship", "fly")
    ]
    for _ in range(4):
        for each in tasks:
            client.run(definition("carry", each))
    polled = [client.poll("CARRIER") for _ in range(12)]
    names = sorted(each["taskDefName"] for each in polled if each)
    assert names == ["fly", "ship"]


def test_an_execution_keeps_the_limit_it_began_with(client: Client) -> None:
    """engine.md 1.4: definitions are frozen at the start, limits with them."""
    client.register(chain(1))
    client.start("chain")
    client.register(limited(concurrentExecLimit=1))
    client.start("chain")
    client.start("chain")
    assert len(client.call("GET", "/tasks/poll/batch/work", count=10)) == 2
