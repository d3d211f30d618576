"""The REST models Workflow and WorkflowStatus (models.md 3.1, 3.5)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from podium.domain.decision import ExecutionView
from podium.domain.definitions import WorkflowDef, WorkflowTask
from podium.domain.execution import Header, Kind, Parent, StartRecord, Task
from podium.domain.status import TaskStatus, WorkflowStatus
from podium.domain.wire import (
    failed_tasks,
    view_tasks_json,
    workflow_status_json,
)
from podium.domain.wire import view_task_json as strictly_typed_view_task_json
from podium.domain.wire import workflow_json as strictly_typed_workflow_json

DEFINITION = WorkflowDef(
    name="order",
    version=3,
    tasks=(
        WorkflowTask(
            name="choose",
            task_reference_name="choose_ref",
            type="SWITCH",
            decision_cases={
                "card": (WorkflowTask(name="charge", task_reference_name="charge_ref"),)
            },
        ),
        WorkflowTask(name="ship", task_reference_name="ship_ref"),
    ),
)


def workflow_json(view, **more) -> Any:
    return strictly_typed_workflow_json(view, **more)


def view_task_json(view, task) -> Any:
    return strictly_typed_view_task_json(view, task)


PLAIN_START = StartRecord()


def a_view(tasks=(), start=PLAIN_START, **header):
    values: dict[str, Any] = {
        "workflow_id": "wf-1",
        "definition": "d",
        "name": "order",
        "name_version": 3,
    }
    return ExecutionView(Header(**(values | header)), start, DEFINITION, {}, {}, tuple(tasks))


def a_task(seq, node="2", ref="ship_ref", name="ship", **changes):
    return Task(ref=ref, seq=seq, node=node, type=name, name=name, kind=Kind.WORKER, **changes)


def test_a_running_workflow_shows_every_default_and_leaves_the_nulls_out():
    shown = workflow_json(a_view(created_at=1000, committed_at=2000, version=1))
    assert shown.pop("workflowDefinition") == DEFINITION.to_json()
    assert shown == {
        "ownerApp": "",
        "createTime": 1000,
        "startTime": 1000,
        "updateTime": 2000,
        "status": "RUNNING",
        "endTime": 0,
        "workflowId": "wf-1",
        "workflowName": "order",
        "workflowVersion": 3,
        "tasks": [],
        "input": {},
        "output": {},
        "variables": {},
        "taskToDomain": {},
        "failedReferenceTaskNames": [],
        "failedTaskNames": [],
        "priority": 0,
        "lastRetriedTime": 0,
        "history": [],
        "rateLimited": False,
    }


def test_what_a_start_fixed_is_shown():
    start = StartRecord(
        input={"a": None},
        correlation_id="c",
        priority=5,
        task_to_domain={"*": "eu"},
        created_by="me",
        event="sqs:orders",
        external_input_path="workflow/input/1.json",
        idempotency_key="k",
    )
    parent = Parent("wf-0", "sub", 4, 0)
    shown = workflow_json(a_view(start=start, parent=parent, reason="why"))
    assert shown["input"] == {}, "it lies at the path"
    assert shown["correlationId"] == "c"
    assert shown["priority"] == 5
    assert shown["taskToDomain"] == {"*": "eu"}
    assert shown["createdBy"] == "me"
    assert shown["event"] == "sqs:orders"
    assert shown["externalInputPayloadStoragePath"] == "workflow/input/1.json"
    assert shown["idempotencyKey"] == "k"
    assert shown["parentWorkflowId"] == "wf-0"
    assert shown["parentWorkflowTaskId"] == "wf-0.4.sub"
    assert shown["reasonForIncompletion"] == "why"


def test_tasks_are_shown_in_order_with_their_own_node_and_owner():
    start = StartRecord(correlation_id="c", priority=5)
    tasks = (a_task(1, "1", "charge_ref", "charge"), a_task(2))
    shown = workflow_json(a_view(tasks, start=start))["tasks"]
    assert [task["seq"] for task in shown] == [1, 2]
    assert [task["workflowTask"]["name"] for task in shown] == ["charge", "ship"]
    assert {task["correlationId"] for task in shown} == {"c"}
    assert {task["workflowPriority"] for task in shown} == {5}


def test_tasks_can_be_left_out():
    assert workflow_json(a_view((a_task(1),)), include_tasks=False)["tasks"] == []


def test_some_tasks_keep_what_they_owe_to_the_others():
    first = a_task(1, status=TaskStatus.FAILED)
    second = a_task(2, retried_seq=1, attempt=1)
    view = a_view((first, second), last_seq=2)
    assert [task["retried"] for task in view_tasks_json(view, (first,))] == [True]
    assert view_task_json(view, second)["retriedTaskId"] == "wf-1.1.ship_ref"


def test_a_task_of_a_branch_forked_at_run_time_has_a_workflow_task_made_of_itself():
    shown = view_task_json(
        a_view((a_task(5, "0/4:0", "line_1", "pick"),)), a_task(5, "0/4:0", "line_1", "pick")
    )
    assert shown["workflowTask"]["name"] == "pick"
    assert shown["workflowTask"]["taskReferenceName"] == "line_1"


def test_failed_tasks_are_listed_once_each_when_the_run_has_ended():
    tasks = (
        a_task(1, status=TaskStatus.FAILED),
        a_task(2, status=TaskStatus.FAILED, retried_seq=1, attempt=1),
        a_task(3, "1", "charge_ref", "charge", status=TaskStatus.FAILED_WITH_TERMINAL_ERROR),
        a_task(4, "1", "other_ref", "other", status=TaskStatus.TIMED_OUT),
    )
    view = a_view(tasks, status=WorkflowStatus.FAILED)
    assert failed_tasks(view) == (["ship_ref", "charge_ref"], ["ship", "charge"])
    running = replace(view, header=replace(view.header, status=WorkflowStatus.RUNNING))
    assert failed_tasks(running) == ([], [])


def test_the_status_shows_output_and_variables_only_when_asked():
    view = a_view(status=WorkflowStatus.COMPLETED)
    assert workflow_status_json(view.header, StartRecord(correlation_id="")) == {
        "workflowId": "wf-1",
        "status": "COMPLETED",
    }
    shown = workflow_status_json(
        view.header, StartRecord(correlation_id="c"), output={}, variables={"v": None}
    )
    assert shown == {
        "workflowId": "wf-1",
        "correlationId": "c",
        "status": "COMPLETED",
        "output": {},
        "variables": {"v": None},
    }
