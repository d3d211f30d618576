"""Starts with an idempotency key: one execution, whoever asks at once and wherever one of them dies."""

from __future__ import annotations

from typing import Any

import pytest

from podium.domain.json import Json
from podium.domain.requests import StartWorkflowRequest
from podium.domain.status import TaskStatus, WorkflowStatus
from podium.errors import ConflictError
from tests.integration.protocol.definitions import CHAIN, CHILD, simple, sub_workflow, workflow
from tests.support.cluster import Cluster, Crash
from tests.support.racing import race


def start(cluster: Cluster, strategy: str | None, *, engine: int = 0, **fields: Json) -> str:
    body: dict[str, Json] = {
        "name": "wf",
        "workflowDef": CHAIN,
        "input": {},
        "idempotencyKey": "k",
        "idempotencyStrategy": strategy,
        **fields,
    }
    return cluster.engines[engine].starts.start(StartWorkflowRequest.from_json(body))


def headers(cluster: Cluster) -> list[dict[str, Any]]:
    return [item for item in cluster.store.items() if item["sk"] == "H"]


def keyed(
    ref: str, name: str, strategy: str = "RETURN_EXISTING", key: str = "k"
) -> dict[str, Json]:
    return sub_workflow(ref, name, idempotencyKey=key, idempotencyStrategy=strategy)


def test_many_starts_at_once_start_one_workflow() -> None:
    cluster = Cluster(deciders=8)
    ids = race(8, lambda n: start(cluster, "RETURN_EXISTING", engine=n, input={"by": n}))
    assert len(set(ids)) == 1
    assert len(headers(cluster)) == 1


def test_of_many_that_fail_on_conflict_exactly_one_starts() -> None:
    cluster = Cluster(deciders=8)

    def attempt(number: int) -> str | None:
        try:
            return start(cluster, "FAIL", engine=number)
        except ConflictError:
            return None

    assert len([each for each in race(8, attempt) if each]) == 1
    assert len(headers(cluster)) == 1


def test_many_successors_of_an_ended_workflow_start_one() -> None:
    cluster = Cluster(deciders=8)
    first = start(cluster, "FAIL_ON_RUNNING")
    cluster.engine.operations.terminate(first, "done with")
    cluster.settle()

    def attempt(number: int) -> str | None:
        try:
            return start(cluster, "FAIL_ON_RUNNING", engine=number)
        except ConflictError:
            return None

    assert len([each for each in race(8, attempt) if each]) == 1
    running = [item for item in headers(cluster) if item["st"] == "RUNNING"]
    assert len(running) == 1


def die_in_start(cluster: Cluster, crash_at: int, *, after: bool) -> bool:
    """Start once, dying at that call; False when the start made fewer calls."""
    made = 0

    def hook(name: str) -> None:
        nonlocal made
        made += 1
        if made == crash_at:
            raise Crash(name)

    if after:
        cluster.calls.after_call = hook
    else:
        cluster.calls.before_call = hook
    try:
        start(cluster, "RETURN_EXISTING")
    except Crash:
        return True
    finally:
        cluster.calls.before_call = cluster.calls.after_call = lambda name: None
    return False


@pytest.mark.parametrize("after", [False, True])
def test_a_start_that_dies_anywhere_is_repeated_to_one_workflow(after: bool) -> None:
    for crash_at in range(1, 50):
        cluster = Cluster()
        died = die_in_start(cluster, crash_at, after=after)
        cluster.restart_processes()
        wf = start(cluster, "RETURN_EXISTING")
        cluster.settle()
        assert [item["pk"] for item in headers(cluster)] == [f"W#{wf}"]
        for task_type in ("t1", "t2"):
            cluster.complete(task_type)
            cluster.settle()
        assert cluster.status(wf) is WorkflowStatus.COMPLETED
        if not died:
            break
    assert crash_at > 4


def test_a_key_whose_workflow_is_gone_is_free() -> None:
    cluster = Cluster()
    first = start(cluster, "FAIL")
    del cluster.store._memory._partitions[f"W#{first}"]
    assert start(cluster, "FAIL") != first


def test_a_child_of_a_used_key_fails_its_task_with_the_reason() -> None:
    cluster = Cluster()
    cluster.register(CHILD)
    first = start(cluster, None, name="child", workflowDef=None)
    wf = cluster.start(workflow(keyed("sub", "child", "FAIL"), name="parent"))
    cluster.settle()
    assert cluster.status(wf) is WorkflowStatus.FAILED
    assert f"{first} is RUNNING" in cluster.task(wf, "sub").reason


def test_a_task_waits_for_the_workflow_that_has_its_key() -> None:
    cluster = Cluster()
    cluster.register(CHILD)
    first = start(cluster, None, name="child", workflowDef=None)
    wf = cluster.start(workflow(keyed("sub", "child"), simple("after"), name="parent"))
    cluster.settle()
    waiting = cluster.task(wf, "sub")
    assert (waiting.status, waiting.child_id) == (TaskStatus.IN_PROGRESS, first)
    cluster.complete("inner", {"n": 1})
    cluster.settle()
    assert cluster.task(wf, "sub").output == {"subWorkflowId": first, "n": 1}
    assert cluster.task(wf, "after").status is TaskStatus.SCHEDULED


@pytest.mark.parametrize(
    ("status", "expected"),
    [(TaskStatus.COMPLETED, WorkflowStatus.RUNNING), (TaskStatus.FAILED, WorkflowStatus.FAILED)],
)
def test_a_task_whose_key_belongs_to_an_ended_workflow_ends_as_that_did(
    status: TaskStatus, expected: WorkflowStatus
) -> None:
    cluster = Cluster()
    cluster.register(CHILD, {"name": "inner", "retryCount": 0})
    first = start(cluster, None, name="child", workflowDef=None)
    cluster.settle()
    (handed,) = cluster.poll("inner")
    cluster.report(handed.task, first, status)
    cluster.settle()
    wf = cluster.start(workflow(keyed("sub", "child"), simple("after"), name="parent"))
    cluster.settle()
    assert cluster.status(wf) is expected
    assert cluster.task(wf, "sub").status is status


def test_a_parent_that_ends_leaves_the_workflow_of_somebody_else_alone() -> None:
    cluster = Cluster()
    cluster.register(CHILD)
    first = start(cluster, None, name="child", workflowDef=None)
    wf = cluster.start(workflow(keyed("sub", "child"), name="parent"))
    cluster.settle()
    cluster.engine.operations.terminate(wf, "not needed")
    cluster.settle()
    assert cluster.task(wf, "sub").status is TaskStatus.CANCELED
    assert cluster.status(first) is WorkflowStatus.RUNNING
    cluster.complete("inner")
    cluster.settle()
    assert cluster.status(first) is WorkflowStatus.COMPLETED
    assert cluster.status(wf) is WorkflowStatus.TERMINATED


def test_a_workflow_that_would_wait_for_itself_fails_instead() -> None:
    cluster = Cluster()
    own = workflow(keyed("sub", "ring"), name="ring")
    cluster.register(own)
    wf = start(cluster, None, name="ring", workflowDef=None)
    cluster.settle()
    assert cluster.status(wf) is WorkflowStatus.FAILED
    assert "waits for this workflow itself" in cluster.task(wf, "sub").reason


def test_workflows_that_would_wait_for_each_other_do_not_hang() -> None:
    cluster = Cluster()
    left = workflow(simple("go_left"), keyed("sub", "right", key="r"), name="left")
    right = workflow(simple("go_right"), keyed("sub", "left", key="l"), name="right")
    cluster.register(left, right)
    one = start(cluster, None, name="left", workflowDef=None, idempotencyKey="l")
    two = start(cluster, None, name="right", workflowDef=None, idempotencyKey="r")
    cluster.settle()
    cluster.complete("go_left")
    cluster.complete("go_right")
    cluster.settle()
    assert cluster.status(one) is WorkflowStatus.FAILED
    assert cluster.status(two) is WorkflowStatus.FAILED


def test_start_workflow_answers_with_the_workflow_that_has_its_key() -> None:
    cluster = Cluster()
    cluster.register(CHILD)
    first = start(cluster, None, name="child", workflowDef=None)
    request: dict[str, Json] = {
        "name": "child",
        "input": {},
        "idempotencyKey": "k",
        "idempotencyStrategy": "RETURN_EXISTING",
    }
    launch: dict[str, Json] = {
        "name": "go",
        "taskReferenceName": "go",
        "type": "START_WORKFLOW",
        "inputParameters": {"startWorkflow": request},
    }
    wf = cluster.start(workflow(launch, name="starter"))
    cluster.settle()
    assert cluster.task(wf, "go").output == {"workflowId": first}
    assert cluster.status(wf) is WorkflowStatus.COMPLETED


def test_a_delayed_task_sees_the_workflow_end_that_ends_while_it_begins_to_wait() -> None:
    cluster = Cluster(deciders=2)
    cluster.register(CHILD)
    first = start(cluster, None, name="child", workflowDef=None)
    wf = cluster.start(workflow({**keyed("sub", "child"), "startDelay": 5}, name="parent"))
    cluster.settle()

    def hook(name: str) -> None:
        if name == "UpdateItem" and cluster.status(first) is WorkflowStatus.RUNNING:
            with cluster.undisturbed():
                (handed,) = cluster.engines[1].polls.poll("inner", "w", count=1, wait_ms=0)
                cluster.report(handed.task, first, output={"n": 1})
                cluster.deliver(cluster.take(), decider=1)
                cluster.deliver(cluster.take(), decider=1)

    cluster.calls.before_call = hook
    cluster.advance(6)
    assert cluster.status(first) is WorkflowStatus.COMPLETED
    assert cluster.task(wf, "sub").output == {"subWorkflowId": first, "n": 1}
    assert cluster.status(wf) is WorkflowStatus.COMPLETED
