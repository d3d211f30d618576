"""Executions as a client reads them: outputs that are directions, voids, stubs, pages."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from podium.domain.decision import Decision
from podium.domain.execution import Header
from podium.domain.ids import TaskKey
from podium.domain.json import JsonMap
from podium.domain.status import TaskStatus, WorkflowStatus
from podium.domain.wire import view_task_json, workflow_json
from podium.errors import NotFoundError
from tests.support.cluster import Cluster


def simple(ref: str) -> JsonMap:
    return {"name": ref, "taskReferenceName": ref}


def a_workflow(*tasks: JsonMap) -> JsonMap:
    return {"name": "order", "tasks": list(tasks)}


FORK: JsonMap = {
    "name": "fork",
    "taskReferenceName": "fork",
    "type": "FORK_JOIN",
    "forkTasks": [[simple("a")], [simple("b")]],
}
JOIN: JsonMap = {"name": "join", "taskReferenceName": "join", "type": "JOIN", "joinOn": ["a", "b"]}
LOOP: JsonMap = {
    "name": "loop",
    "taskReferenceName": "loop",
    "type": "DO_WHILE",
    "loopCondition": "$.loop['iteration'] < 2",
    "loopOver": [simple("a")],
}
DYNAMIC: tuple[JsonMap, ...] = (
    {
        "name": "fork",
        "taskReferenceName": "fork",
        "type": "FORK_JOIN_DYNAMIC",
        "dynamicForkTasksParam": "tasks",
        "dynamicForkTasksInputParamName": "inputs",
        "inputParameters": {
            "tasks": [{"name": "pick", "taskReferenceName": "line_1", "description": "first"}],
            "inputs": {"line_1": {"sku": 7}},
        },
    },
    {"name": "join", "taskReferenceName": "join", "type": "JOIN"},
)


@pytest.fixture
def cluster():
    return Cluster(inline=True)


def shown(cluster, workflow_id) -> dict[str, Any]:
    """Tasks of the execution as JSON by reference name."""
    body: Any = workflow_json(cluster.view(workflow_id))
    return {task["referenceTaskName"]: task for task in body["tasks"]}


def test_the_output_of_a_join_is_that_of_its_branches(cluster):
    workflow_id = cluster.start(a_workflow(FORK, JOIN))
    cluster.complete("a", {"x": 1})
    assert shown(cluster, workflow_id)["join"]["outputData"] == {}
    cluster.complete("b", {"y": None})
    cluster.settle()
    tasks = shown(cluster, workflow_id)
    assert tasks["join"]["outputData"] == {"a": {"x": 1}, "b": {"y": None}}
    assert tasks["fork"]["taskType"] == "FORK"
    assert cluster.view(workflow_id).output == {"a": {"x": 1}, "b": {"y": None}}


def test_a_loop_under_way_shows_the_iterations_behind_it(cluster):
    workflow_id = cluster.start(a_workflow(LOOP))
    assert shown(cluster, workflow_id)["loop"]["outputData"] == {"iteration": 1}
    cluster.complete("a", {"x": 1})
    cluster.settle()
    loop = shown(cluster, workflow_id)["loop"]
    assert loop["outputData"] == {"1": {"a": {"x": 1}}, "iteration": 2}
    assert (loop["status"], loop["iteration"], loop["loopOverTask"]) == ("IN_PROGRESS", 2, True)


def test_the_output_of_an_ended_loop_has_every_iteration(cluster):
    workflow_id = cluster.start(a_workflow(LOOP))
    for number in (1, 2):
        cluster.complete("a", {"x": number})
        cluster.settle()
    tasks = shown(cluster, workflow_id)
    assert tasks["loop"]["outputData"] == {
        "1": {"a": {"x": 1}},
        "2": {"a": {"x": 2}},
        "iteration": 2,
    }
    assert tasks["a__2"]["iteration"] == 2
    assert tasks["a__2"]["workflowTask"]["taskReferenceName"] == "a"


def test_a_branch_forked_at_run_time_shows_its_own_definition(cluster):
    workflow_id = cluster.start(a_workflow(*DYNAMIC))
    task = shown(cluster, workflow_id)["line_1"]
    assert task["taskType"] == "pick"
    assert task["inputData"]["sku"] == 7
    assert task["workflowTask"]["description"] == "first"


def test_one_task_is_read_like_all_of_them(cluster):
    workflow_id = cluster.start(a_workflow(*DYNAMIC, LOOP))
    cluster.complete("pick", {"picked": True})
    cluster.settle()
    everything: Any = workflow_json(cluster.view(workflow_id))
    assert len(everything["tasks"]) == 5
    for expected in everything["tasks"]:
        view, task = cluster.engine.reads.task(expected["taskId"])
        assert view_task_json(view, task) == expected


def test_a_retry_is_told_from_the_attempt_before(cluster):
    cluster.register({"name": "a", "retryCount": 1, "retryDelaySeconds": 0})
    workflow_id = cluster.start(a_workflow(simple("a")))
    (handed,) = cluster.poll("a")
    cluster.report(handed.task, workflow_id, TaskStatus.FAILED)
    cluster.settle()
    first, second = cluster.view(workflow_id).tasks
    body: Any = workflow_json(cluster.view(workflow_id))
    assert [task["retried"] for task in body["tasks"]] == [True, False]
    assert body["tasks"][1]["retriedTaskId"] == body["tasks"][0]["taskId"]
    view, task = cluster.engine.reads.task(TaskKey(workflow_id, first.ref, first.seq).task_id)
    shown_first: Any = view_task_json(view, task)
    assert shown_first["retried"] is True
    assert second.attempt == 1


def test_only_the_last_attempt_of_an_optional_task_is_forgiven(cluster):
    cluster.register({"name": "a", "retryCount": 1, "retryDelaySeconds": 0})
    workflow_id = cluster.start(a_workflow({**simple("a"), "optional": True}, simple("b")))
    for _ in range(2):
        (handed,) = cluster.poll("a")
        cluster.report(handed.task, workflow_id, TaskStatus.FAILED)
        cluster.settle()
    body: Any = workflow_json(cluster.view(workflow_id))
    assert [task["status"] for task in body["tasks"]] == [
        "FAILED",
        "COMPLETED_WITH_ERRORS",
        "SCHEDULED",
    ]
    for expected in body["tasks"]:
        view, task = cluster.engine.reads.task(expected["taskId"])
        assert view_task_json(view, task) == expected


def test_what_a_restart_made_void_is_not_shown(cluster):
    workflow_id = cluster.start(a_workflow(simple("a"), simple("b")))
    cluster.complete("a")
    cluster.settle()
    header = cluster.view(workflow_id).header
    void = replace(header, version=header.version + 1, gone=((1, 1),))
    assert cluster.store.commit(Decision(void))
    assert [task.seq for task in cluster.view(workflow_id).tasks] == [2]
    with pytest.raises(NotFoundError):
        cluster.engine.reads.task(TaskKey(workflow_id, "a", 1).task_id)


def test_a_child_that_was_ended_before_its_launch_can_be_read(cluster):
    stub = Header(
        "w-stub", "", "child", 3, version=1, status=WorkflowStatus.TERMINATED, closed=True
    )
    assert cluster.store.put_terminated_stub(stub)
    body = workflow_json(cluster.view("w-stub"))
    assert (body["status"], body["workflowName"], body["workflowVersion"]) == (
        "TERMINATED",
        "child",
        3,
    )
    standing = cluster.engine.reads.standing("w-stub", with_output=True, with_variables=True)
    assert (standing.output, standing.variables) == ({}, {})


def test_without_tasks_a_running_execution_of_any_size_is_a_handful_of_reads(cluster):
    workflow_id = cluster.start(a_workflow(FORK, JOIN))
    calls: list[str] = []
    cluster.calls.before_call = calls.append
    view = cluster.engine.reads.view(workflow_id, include_tasks=False)
    assert view.tasks == ()
    assert set(calls) == {"GetItem"}
    assert len(calls) <= 4


def test_one_that_ended_badly_names_what_failed_even_without_tasks(cluster):
    cluster.register({"name": "a", "retryCount": 0})
    workflow_id = cluster.start(a_workflow(simple("a")))
    (handed,) = cluster.poll("a")
    cluster.report(handed.task, workflow_id, TaskStatus.FAILED)
    cluster.settle()
    view = cluster.engine.reads.view(workflow_id, include_tasks=False)
    body = workflow_json(view, include_tasks=False)
    assert body["failedReferenceTaskNames"] == ["a"]
    assert body["failedTaskNames"] == ["a"]
    assert body["tasks"] == []


def test_changed_variables_are_shown_with_and_without_tasks(cluster):
    change: JsonMap = {
        "name": "set",
        "taskReferenceName": "set",
        "type": "SET_VARIABLE",
        "inputParameters": {"v": 2},
    }
    workflow_id = cluster.start({**a_workflow(change, simple("a")), "variables": {"v": 1}})
    reads = cluster.engine.reads
    assert reads.view(workflow_id).variables == {"v": 2}
    assert reads.view(workflow_id, include_tasks=False).variables == {"v": 2}
    assert reads.standing(workflow_id, with_variables=True).variables == {"v": 2}
    assert reads.standing(workflow_id).variables is None


@pytest.mark.parametrize("include_tasks", [True, False])
def test_an_unknown_execution_is_not_found(cluster, include_tasks):
    with pytest.raises(NotFoundError, match="nope"):
        cluster.engine.reads.view("nope", include_tasks=include_tasks)
    with pytest.raises(NotFoundError, match="nope"):
        cluster.engine.reads.standing("nope")
