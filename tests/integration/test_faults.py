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


def definition(name: str, *tasks: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "version": 1, "tasks": list(tasks)}


DEFINITION = definition("tour", *TASKS)
CHILD = definition("child", simple("inner"))
LOOP = {
    "name": "loop",
    "taskReferenceName": "loop",
    "type": "DO_WHILE",
    "loopCondition": "$.loop['iteration'] < 3",
    "loopOver": [
        simple("step"),
        {
            "name": "kid",
            "taskReferenceName": "kid",
            "type": "SUB_WORKFLOW",
            "subWorkflowParam": {"name": "child", "version": 1},
        },
    ],
}
#: A chain, a fork and a wait; a loop whose iterations start a child each.
WORKFLOWS = [
    (DEFINITION, REFS),
    (
        definition("rounds", LOOP, simple("last")),
        ["kid__1", "kid__2", "kid__3", "last", "loop", "step__1", "step__2", "step__3"],
    ),
]


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


def run_to_the_end(stack: LocalStack, name: str) -> list[Any]:
    """Start three at once, work, and let time pass when there is nothing to do; their last states."""
    ids = [stack.request("POST", f"/api/workflow/{name}", {}).body for _ in range(3)]
    for _ in range(60):
        stack.settle()
        if work(stack):
            continue
        found = [stack.request("GET", f"/api/workflow/{each}").body for each in ids]
        if all(workflow["status"] == "COMPLETED" for workflow in found):
            return found
        stack.advance(_LONGER_THAN_VISIBILITY)
    pytest.fail(f"still not completed: {found}")


@pytest.mark.parametrize("inline_advance", [True, False])
@pytest.mark.parametrize(("value", "refs"), WORKFLOWS, ids=["tour", "rounds"])
@pytest.mark.parametrize("seed", [None, 0, 1, 2])
def test_duplicates_reordering_delays_and_killed_invocations_change_nothing(
    seed, value, refs, inline_advance
):
    faults = seed is not None and Faults(
        seed=seed, duplicate=0.3, hold_back=0.3, drop=0.3, reorder=True
    )
    with local_stack(inline_advance=inline_advance, faults=faults or None) as stack:
        task_definition = {"name": "work", "responseTimeoutSeconds": 0}
        stack.request("POST", "/api/metadata/taskdefs", [task_definition])
        for each in (CHILD, value):
            assert stack.request("POST", "/api/metadata/workflow", each).status == 200
        found = run_to_the_end(stack, value["name"])
        kids = [
            task for each in found for task in each["tasks"] if task["taskType"] == "SUB_WORKFLOW"
        ]
        for kid in kids:
            child = stack.request("GET", f"/api/workflow/{kid['subWorkflowId']}").body
            assert child["status"] == "COMPLETED"
            assert [task["referenceTaskName"] for task in child["tasks"]] == ["inner"]
    assert len({kid["subWorkflowId"] for kid in kids}) == len(kids)
    for workflow in found:
        assert sorted(task["referenceTaskName"] for task in workflow["tasks"]) == refs
        assert {task["status"] for task in workflow["tasks"]} == {"COMPLETED"}
