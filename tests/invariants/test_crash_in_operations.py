"""Invariant 3, for operations over trees: a crash before or after any single AWS call changes nothing.

A tree of three workflows has failed. An operation on one level is carried out once undisturbed;
then once for each call of it and of everything it sets going, with the process dying before that
call (which is after the one before it) and every cache lost. What was committed is finished by redelivery alone; only
an operation that was not committed is asked for again. The tree ends the same, each task run as
often.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from podium.domain.ids import TaskKey
from podium.domain.requests import RerunWorkflowRequest
from podium.domain.status import TaskStatus, WorkflowStatus
from tests.support.chaos import check_causes, check_facts
from tests.support.cluster import Cluster, Crash
from tests.support.trees import LEVELS, OPERATIONS, definitions

Outcome = tuple[tuple[Any, ...], Counter[str]]
STEERING = ("jump", "terminate")


def failed_tree(operation: str, deciders: int = 1) -> tuple[Cluster, tuple[str, ...]]:
    """The leaf's work has failed, and so has all above it, siblings cancelled; or is about to."""
    cluster = Cluster(deciders=deciders)
    cluster.register(*definitions("FORK_JOIN"))
    root = cluster.start("root", {"path": ""})
    cluster.settle()
    for name in ("root_first", "root_done", "mid_first", "mid_done", "leaf_first"):
        cluster.complete(name)
        cluster.settle()
    mid = cluster.task(root, "kid").child_id
    leaf = cluster.task(mid, "kid").child_id
    if operation not in STEERING:
        (handed,) = cluster.poll("leaf_work")
        cluster.report(handed.task, leaf, TaskStatus.FAILED)
        cluster.settle()
    return cluster, (root, mid, leaf)


def operate(cluster: Cluster, operation: str, workflow_id: str, level: int) -> None:
    repeats = cluster.engine.repeats
    match operation:
        case "restart":
            repeats.restart(workflow_id, use_latest_definitions=False)
        case "retry":
            repeats.retry(workflow_id)
        case "retry with resume":
            repeats.retry(workflow_id, resume_sub_workflows=True)
        case "rerun":
            repeats.rerun(workflow_id, RerunWorkflowRequest())
        case "jump":
            # Back to the first task of the level: all that is open there is cancelled.
            cluster.engine.steering.jump(workflow_id, f"{LEVELS[level]}_first", None)
        case "terminate":
            cluster.engine.operations.terminate(workflow_id, "enough")
        case _:
            task = cluster.task(workflow_id, "leaf_work" if level == len(LEVELS) - 1 else "kid")
            key = TaskKey(workflow_id, task.ref, task.seq)
            repeats.rerun(workflow_id, RerunWorkflowRequest(re_run_from_task_id=key.task_id))


def is_carried_out(cluster: Cluster, operation: str, workflow_id: str, before: int) -> bool:
    header = cluster.store.read_header(workflow_id)
    assert header is not None
    if operation == "terminate":
        return header.status.is_terminal
    if operation == "jump":
        return header.last_seq > before
    return not header.status.is_terminal


def finish(cluster: Cluster, root: str) -> Counter[str]:
    """Do whatever there is to do, once each."""
    runs: Counter[str] = Counter()
    for _ in range(40):
        names = sorted({address.task_type for address in cluster.task_queue.queues})
        handed = [each for name in names for each in cluster.poll(name, count=10)]
        if not handed:
            return runs
        for each in handed:
            runs[each.task.type] += 1
            cluster.report(each.task, each.message.workflow_id)
            cluster.settle()
    raise AssertionError(f"{root} does not come to rest")


def outcome(cluster: Cluster, workflow_id: str) -> tuple[Any, ...]:
    """Statuses and attempts of a tree."""
    view = cluster.view(workflow_id)
    tasks = sorted((task.wire_ref, task.attempt, task.status, task.child_id) for task in view.tasks)
    return (
        view.header.status,
        view.header.closed,
        view.header.reason,
        [
            (ref, attempt, status, outcome(cluster, child) if child else None)
            for ref, attempt, status, child in tasks
        ],
    )


def run(operation: str, level: int, crash_at: int | None) -> tuple[Outcome, int]:
    """The end of the tree, and the calls the operation made with all that followed at once."""
    cluster, ids = failed_tree(operation)
    header = cluster.store.read_header(ids[level])
    assert header is not None
    before = header.last_seq
    made = 0

    def hook(name: str) -> None:
        nonlocal made
        made += 1
        if made == crash_at:
            raise Crash(name)

    cluster.calls.before_call = hook
    try:
        operate(cluster, operation, ids[level], level)
        cluster.settle()
    except Crash:
        cluster.restart_processes()
    cluster.calls.before_call = lambda name: None
    cluster.settle()
    if not is_carried_out(cluster, operation, ids[level], before):
        operate(cluster, operation, ids[level], level)
        cluster.settle()
    check_causes(cluster, ids[0])
    runs = finish(cluster, ids[0])
    check_facts(cluster, ids[0])
    return (outcome(cluster, ids[0]), runs), made


@pytest.mark.parametrize("level", range(len(LEVELS)), ids=LEVELS)
@pytest.mark.parametrize("operation", [*OPERATIONS, *STEERING])
def test_a_crash_in_an_operation_is_finished_by_redelivery(operation: str, level: int) -> None:
    expected, calls = run(operation, level, None)
    assert calls > 3
    for number in range(1, calls + 1):
        actual, _ = run(operation, level, number)
        assert actual == expected, f"crash before call {number}"
    ended = operation == "terminate"
    assert expected[0][0] is (WorkflowStatus.TERMINATED if ended else WorkflowStatus.COMPLETED)
