"""A child whose task ended without it is terminated, not left to itself (docs/parity.md)."""

from __future__ import annotations

from typing import Any

from podium.domain.status import TaskStatus, WorkflowStatus
from tests.support.cluster import Cluster
from tests.support.driver import simple, task

KID: dict[str, Any] = {"name": "kid", "version": 1, "tasks": [simple("work")]}


def _started(*following: Any, **fields: Any) -> tuple[Cluster, str]:
    cluster = Cluster()
    cluster.register(KID)
    child = task("s", "SUB_WORKFLOW", subWorkflowParam={"name": "kid", "version": 1}, **fields)
    workflow = cluster.start({"name": "parent", "version": 1, "tasks": [child, *following]})
    cluster.settle()
    return cluster, workflow


def test_the_child_of_a_task_that_timed_out_is_terminated_beside_its_replacement() -> None:
    definition = {
        "name": "s",
        "retryCount": 1,
        "retryDelaySeconds": 0,
        "timeoutSeconds": 100,
        "responseTimeoutSeconds": 0,
        "timeoutPolicy": "RETRY",
    }
    cluster, workflow = _started(taskDefinition=definition)
    first = cluster.task(workflow, "s").child_id
    cluster.advance(101)
    second = cluster.task(workflow, "s").child_id
    assert second != first
    assert cluster.status(first) is WorkflowStatus.TERMINATED
    assert cluster.status(second) is WorkflowStatus.RUNNING
    assert cluster.status(workflow) is WorkflowStatus.RUNNING
    cluster.advance(101)
    assert cluster.status(second) is WorkflowStatus.TERMINATED
    assert cluster.status(workflow) is WorkflowStatus.TIMED_OUT


def test_the_child_of_a_task_ended_through_the_api_is_terminated() -> None:
    cluster, workflow = _started(simple("after"))
    waiting = cluster.task(workflow, "s")
    cluster.report(waiting, workflow, TaskStatus.COMPLETED, {"by": "hand"})
    cluster.settle()
    assert cluster.status(waiting.child_id) is WorkflowStatus.TERMINATED
    cluster.complete("after")
    cluster.settle()
    assert cluster.status(workflow) is WorkflowStatus.COMPLETED


def test_a_launch_that_failed_leaves_nothing_to_end() -> None:
    cluster = Cluster()
    child = task(
        "s", "SUB_WORKFLOW", subWorkflowParam={"name": "${workflow.input.x}"}, optional=True
    )
    workflow = cluster.start({"name": "parent", "version": 1, "tasks": [child]}, {"x": "unknown"})
    cluster.settle()
    assert cluster.status(workflow) is WorkflowStatus.COMPLETED
    assert cluster.store.read_header(cluster.task(workflow, "s").child_id) is None
