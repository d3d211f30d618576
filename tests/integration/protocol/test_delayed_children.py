"""SUB_WORKFLOW and START_WORKFLOW with a delay: launched when it is over (tasks.md 0, engine.md 6)."""

from __future__ import annotations

from typing import Any

import pytest

from podium.domain.status import TaskStatus, WorkflowStatus
from tests.support.cluster import Cluster
from tests.support.driver import simple, task

KID: dict[str, Any] = {"name": "kid", "version": 1, "tasks": [simple("work")]}


def _parent(**fields: Any) -> dict[str, Any]:
    child = task("s", "SUB_WORKFLOW", subWorkflowParam={"name": "kid", "version": 1}, **fields)
    return {"name": "parent", "version": 1, "tasks": [child]}


def _cluster() -> Cluster:
    cluster = Cluster()
    cluster.register(KID)
    return cluster


def test_a_child_is_launched_when_its_start_delay_is_over() -> None:
    cluster = _cluster()
    workflow = cluster.start(_parent(startDelay=30))
    cluster.settle()
    assert cluster.task(workflow, "s").status is TaskStatus.SCHEDULED
    cluster.advance(29)
    assert cluster.poll("work") == []
    cluster.advance(2)
    cluster.settle()
    assert cluster.task(workflow, "s").status is TaskStatus.IN_PROGRESS
    cluster.complete("work", {"v": 1})
    cluster.settle()
    assert cluster.status(workflow) is WorkflowStatus.COMPLETED
    assert cluster.task(workflow, "s").output["v"] == 1


def test_a_failed_child_is_started_again_after_the_retry_delay() -> None:
    cluster = _cluster()
    definition = {
        "name": "s",
        "retryCount": 1,
        "retryDelaySeconds": 20,
        "responseTimeoutSeconds": 1,
    }
    workflow = cluster.start(_parent(taskDefinition=definition))
    cluster.settle()
    [work] = cluster.poll("work")
    cluster.report(work.task, work.message.workflow_id, TaskStatus.FAILED)
    cluster.settle()
    assert cluster.task(workflow, "s").attempt == 1
    assert cluster.poll("work") == []
    cluster.advance(21)
    cluster.settle()
    cluster.complete("work")
    cluster.settle()
    assert cluster.status(workflow) is WorkflowStatus.COMPLETED


@pytest.mark.parametrize(("name", "status"), [("kid", "COMPLETED"), ("unknown", "FAILED")])
def test_a_delayed_start_ends_the_task_at_its_launch(name: str, status: str) -> None:
    cluster = _cluster()
    inputs = {"startWorkflow": {"name": name, "version": 1}}
    launch = task("s", "START_WORKFLOW", inputParameters=inputs, startDelay=10)
    workflow = cluster.start({"name": "parent", "version": 1, "tasks": [launch]})
    cluster.settle()
    assert cluster.status(workflow) is WorkflowStatus.RUNNING
    cluster.advance(11)
    cluster.settle()
    assert cluster.status(workflow) is WorkflowStatus(status)


def test_a_parent_that_ends_before_the_launch_leaves_no_child_behind() -> None:
    cluster = _cluster()
    workflow = cluster.start(_parent(startDelay=30))
    cluster.settle()
    cluster.engine.operations.terminate(workflow, "enough")
    cluster.settle()
    cluster.advance(60)
    cluster.settle()
    assert cluster.task(workflow, "s").status is TaskStatus.CANCELED
    assert cluster.poll("work") == []
