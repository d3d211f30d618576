"""Whatever at-least-once delivery may do, each workflow ends once and runs each task once (invariant 2)."""

from __future__ import annotations

from typing import Any

import pytest

from podium_local.pump import Faults
from tests.support.stack import LocalStack, local_stack

#: Seconds: longer than the visibility of any queue of ours, so that a dropped message is back.
_LONGER_THAN_VISIBILITY = 800


def simple(ref: str) -> dict[str, Any]:
    return {"name": "work", "taskReferenceName": ref, "type": "SIMPLE"}


INLINE = {
    "name": "sum",
    "taskReferenceName": "sum",
    "type": "INLINE",
    "inputParameters": {"evaluatorType": "graaljs", "expression": "1 + 1"},
}
TASKS = [
    simple("first"),
    {
        "name": "fork",
        "taskReferenceName": "fork",
        "type": "FORK_JOIN",
        "forkTasks": [[simple("left")], [simple("right"), INLINE]],
    },
    {"name": "join", "taskReferenceName": "join", "type": "JOIN", "joinOn": ["left", "sum"]},
    {
        "name": "wait",
        "taskReferenceName": "wait",
        "type": "WAIT",
        "inputParameters": {"duration": "20s"},
    },
    simple("last"),
]
REFS = ["first", "fork", "join", "last", "left", "right", "sum", "wait"]
DEFINITION = {
    "name": "tour",
    "version": 1,
    "ownerEmail": "a@example.com",
    "timeoutSeconds": 0,
    "tasks": TASKS,
}


def work(stack: LocalStack) -> int:
    """Do what a poll hands out; how much that was."""
    tasks = stack.request("GET", "/api/tasks/poll/batch/work", query={"count": 10}).body
    for task in tasks:
        result = {
            "workflowInstanceId": task["workflowInstanceId"],
            "taskId": task["taskId"],
            "status": "COMPLETED",
            "outputData": {"done": True},
        }
        assert stack.request("POST", "/api/tasks", result).status == 200
    return len(tasks)


@pytest.mark.parametrize("inline_advance", [True, False])
@pytest.mark.parametrize("seed", range(3))
def test_duplicates_reordering_delays_and_killed_invocations_change_nothing(seed, inline_advance):
    faults = Faults(seed=seed, duplicate=0.3, hold_back=0.3, drop=0.3, reorder=True)
    with local_stack(inline_advance=inline_advance, faults=faults) as stack:
        definition = [{"name": "work", "ownerEmail": "a@example.com", "responseTimeoutSeconds": 0}]
        stack.request("POST", "/api/metadata/taskdefs", definition)
        assert stack.request("POST", "/api/metadata/workflow", DEFINITION).status == 200
        ids = [stack.request("POST", "/api/workflow/tour", {}).body for _ in range(3)]
        for _ in range(30):
            stack.settle()
            if work(stack):
                continue
            found = [stack.request("GET", f"/api/workflow/{each}").body for each in ids]
            if all(workflow["status"] == "COMPLETED" for workflow in found):
                break
            stack.advance(_LONGER_THAN_VISIBILITY)
    for workflow in found:
        assert workflow["status"] == "COMPLETED"
        assert sorted(task["referenceTaskName"] for task in workflow["tasks"]) == REFS
        assert {task["status"] for task in workflow["tasks"]} == {"COMPLETED"}
