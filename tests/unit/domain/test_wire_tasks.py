"""The REST model Task (models.md 3.2, 8)."""

from __future__ import annotations

from typing import Any

import pytest

from podium.domain.definitions import TaskDef, WorkflowTask
from podium.domain.execution import Header, Kind, OpenEntry, Task
from podium.domain.status import TaskStatus
from podium.domain.wire import Owner, Relations, polled_task_json
from podium.domain.wire import task_json as strictly_typed_task_json

OWNER = Owner("wf-1", "order", priority=7, correlation_id="c-9")
NODE = WorkflowTask(name="charge", task_reference_name="charge_ref")


def task_json(task, owner, node, **more) -> Any:
    return strictly_typed_task_json(task, owner, node, **more)


def a_task(**changes):
    values: dict[str, Any] = {
        "ref": "charge_ref",
        "seq": 2,
        "node": "0",
        "type": "charge",
        "name": "charge",
        "kind": Kind.WORKER,
    }
    return Task(**(values | changes))


def test_a_fresh_task_shows_every_default_and_leaves_the_nulls_out():
    shown = task_json(a_task(scheduled_at=1000), Owner("wf-1", "order"), NODE)
    node = shown.pop("workflowTask")
    assert node["taskReferenceName"] == "charge_ref"
    assert shown == {
        "taskType": "charge",
        "status": "SCHEDULED",
        "inputData": {},
        "outputData": {},
        "referenceTaskName": "charge_ref",
        "retryCount": 0,
        "seq": 2,
        "pollCount": 0,
        "taskDefName": "charge",
        "taskId": "wf-1.2.charge_ref",
        "retried": False,
        "executed": False,
        "workflowInstanceId": "wf-1",
        "workflowType": "order",
        "workflowPriority": 0,
        "subworkflowChanged": False,
        "iteration": 0,
        "loopOverTask": False,
        "callbackFromWorker": True,
        "executionMetadata": {},
        "scheduledTime": 1000,
        "startTime": 0,
        "endTime": 0,
        "updateTime": 0,
        "firstStartTime": 0,
        "startDelayInSeconds": 0,
        "callbackAfterSeconds": 0,
        "queueWaitTime": 0,
        "responseTimeoutSeconds": 0,
        "rateLimitPerFrequency": 0,
        "rateLimitFrequencyInSeconds": 0,
        "taskDefinition": None,
    }


def test_what_is_set_is_shown():
    task = a_task(
        status=TaskStatus.FAILED,
        attempt=1,
        retried_seq=1,
        epoch=3,
        reason="card refused",
        worker_id="w-1",
        domain="eu",
        external_input_path="task/input/1.json",
        external_output_path="task/output/1.json",
    )
    shown = task_json(task, OWNER, NODE)
    assert shown["status"] == "FAILED"
    assert shown["retryCount"] == 1
    assert shown["retriedTaskId"] == "wf-1.1.charge_ref"
    assert shown["pollCount"] == 3
    assert shown["reasonForIncompletion"] == "card refused"
    assert shown["workerId"] == "w-1"
    assert shown["domain"] == "eu"
    assert shown["externalInputPayloadStoragePath"] == "task/input/1.json"
    assert shown["externalOutputPayloadStoragePath"] == "task/output/1.json"
    assert shown["correlationId"] == "c-9"
    assert shown["workflowPriority"] == 7


def test_nulls_inside_payloads_survive():
    shown = task_json(a_task(input={"a": None}, output={"b": [None, {"c": None}]}), OWNER, NODE)
    assert shown["inputData"] == {"a": None}
    assert shown["outputData"] == {"b": [None, {"c": None}]}


def test_a_task_in_a_loop_carries_its_iterations_in_the_reference_name():
    shown = task_json(a_task(iteration=(2, 3)), OWNER, NODE)
    assert shown["referenceTaskName"] == "charge_ref__2__3"
    assert shown["iteration"] == 3
    assert shown["loopOverTask"] is True
    assert shown["taskId"] == "wf-1.2.charge_ref"


def test_the_queue_wait_ends_with_the_first_hand_out():
    shown = task_json(a_task(scheduled_at=1000, started_at=4500), OWNER, NODE, now=9000)
    assert shown["queueWaitTime"] == 3500


def test_a_call_back_starts_the_queue_wait_anew():
    task = a_task(scheduled_at=1000, started_at=4500, updated_at=5000, callback_after=2)
    assert task_json(task, OWNER, NODE, now=9000)["queueWaitTime"] == 2000
    assert task_json(task, OWNER, NODE, now=6000)["queueWaitTime"] == 0


def test_limits_and_the_definition_come_from_the_embedded_task_definition():
    definition = TaskDef(
        name="charge",
        response_timeout_seconds=30,
        rate_limit_per_frequency=5,
        rate_limit_frequency_in_seconds=10,
        execution_name_space="ns",
        isolation_group_id="g",
    )
    node = WorkflowTask(name="charge", task_reference_name="charge_ref", task_definition=definition)
    shown = task_json(a_task(lease=99_000), OWNER, node)
    assert shown["responseTimeoutSeconds"] == 30
    assert shown["rateLimitPerFrequency"] == 5
    assert shown["rateLimitFrequencyInSeconds"] == 10
    assert shown["executionNameSpace"] == "ns"
    assert shown["isolationGroupId"] == "g"
    assert shown["taskDefinition"] == definition.to_json()
    assert shown["workflowTask"]["taskDefinition"] == definition.to_json()


def test_a_child_is_named_by_the_task_or_else_by_its_payloads():
    named = task_json(a_task(child_id="wf-2", output={"subWorkflowId": "wf-3"}), OWNER, NODE)
    assert named["subWorkflowId"] == "wf-2"
    by_output = task_json(a_task(output={"subWorkflowId": "wf-3"}), OWNER, NODE)
    assert by_output["subWorkflowId"] == "wf-3"
    by_input = task_json(a_task(input={"subWorkflowId": "wf-4"}), OWNER, NODE)
    assert by_input["subWorkflowId"] == "wf-4"
    nonsense = task_json(a_task(input={"subWorkflowId": 4}), OWNER, NODE)
    assert "subWorkflowId" not in nonsense


def test_the_workflow_task_always_has_a_name_and_a_reference_name():
    shown = task_json(a_task(), OWNER, WorkflowTask(type="INLINE"))
    assert shown["workflowTask"]["name"] == "charge"
    assert shown["workflowTask"]["taskReferenceName"] == "charge_ref"


def test_a_task_without_a_definition_name_shows_its_type():
    assert task_json(a_task(type="SWITCH", name=""), OWNER, NODE)["taskDefName"] == "SWITCH"


def test_a_polled_task_carries_what_was_resolved_for_it_and_others_do_not():
    task = a_task(status=TaskStatus.IN_PROGRESS, epoch=1)
    polled: Any = polled_task_json(task, OWNER, NODE, runtime_metadata={"API_KEY": "k"})
    assert polled["runtimeMetadata"] == {"API_KEY": "k"}
    assert polled["status"] == "IN_PROGRESS"
    assert "runtimeMetadata" not in polled_task_json(task, OWNER, NODE, runtime_metadata={})


def test_retried_executed_and_the_first_start_are_derived_from_the_other_tasks():
    first = a_task(seq=1, status=TaskStatus.FAILED, started_at=100)
    second = a_task(seq=2, status=TaskStatus.FAILED, started_at=200, retried_seq=1, attempt=1)
    third = a_task(seq=3, retried_seq=2, attempt=2)
    header = Header("wf-1", "d", "order", 1, last_seq=3, open=(OpenEntry(3, "0", Kind.WORKER, 2),))
    relations = Relations.of(header, (third, first, second))
    shown = [task_json(task, OWNER, NODE, relations=relations) for task in (first, second, third)]
    assert [task["retried"] for task in shown] == [True, True, False]
    assert [task["executed"] for task in shown] == [True, True, False]
    assert [task["firstStartTime"] for task in shown] == [100, 100, 100]


def test_numbers_made_void_are_shown_again():
    header = Header("wf-1", "hash", "order", 1, last_seq=9, gone=((1, 3), (5, 6)))
    tasks = [a_task(seq=seq) for seq in (4, 7, 8)]
    relations = Relations.of(header, tasks)
    shown = [task_json(task, OWNER, NODE, relations=relations) for task in tasks]
    assert [each["seq"] for each in shown] == [1, 2, 3]
    assert shown[1]["taskId"] == "wf-1.7.charge_ref"
    assert polled_task_json(tasks[1], OWNER, NODE, place=header.place(7))["seq"] == 2


def test_an_end_that_the_header_has_not_folded_is_not_executed_yet():
    ended = a_task(seq=1, status=TaskStatus.COMPLETED)
    header = Header("wf-1", "d", "order", 1, last_seq=1, open=(OpenEntry(1, "0", Kind.WORKER),))
    relations = Relations.of(header, (ended,))
    assert task_json(ended, OWNER, NODE, relations=relations)["executed"] is False


# What the genuine server shows (tests/parity) ---------------------------------------------------


def test_a_task_nobody_has_touched_has_no_update_time():
    fresh = a_task(scheduled_at=1000, updated_at=1000)
    assert task_json(fresh, OWNER, NODE)["updateTime"] == 0
    polled = a_task(scheduled_at=1000, updated_at=1000, status=TaskStatus.IN_PROGRESS)
    assert task_json(polled, OWNER, NODE)["updateTime"] == 1000


@pytest.mark.parametrize(
    ("kind", "response", "frequency"),
    [
        ("SIMPLE", 60, 5),
        ("MINE", 0, 5),
        ("HTTP", 0, 5),
        ("DO_WHILE", 0, 5),
        ("JOIN", 0, 0),
        ("INLINE", 0, 0),
    ],
)
def test_what_a_task_shows_of_its_limits_depends_on_its_type(kind, response, frequency):
    definition = TaskDef(
        name="charge", response_timeout_seconds=60, rate_limit_frequency_in_seconds=5
    )
    node = WorkflowTask(
        name="charge", task_reference_name="charge_ref", type=kind, task_definition=definition
    )
    shown = task_json(a_task(type=kind), OWNER, node)
    assert shown["responseTimeoutSeconds"] == response
    assert shown["rateLimitFrequencyInSeconds"] == frequency


def test_a_fork_shows_its_branches_whole():
    forked = a_task(
        type="FORK", input={"forkedTaskDefs": [{"taskReferenceName": "b", "name": "x"}]}
    )
    branch = task_json(forked, OWNER, NODE)["inputData"]["forkedTaskDefs"][0]
    assert (branch["name"], branch["type"], branch["optional"]) == ("x", "SIMPLE", False)


def test_a_sub_workflow_shows_the_priority_it_gives_its_child():
    own = a_task(type="SUB_WORKFLOW", input={"priority": 9})
    none = a_task(type="SUB_WORKFLOW", input={"priority": None})
    shown = [task_json(each, OWNER, NODE)["workflowPriority"] for each in (own, none)]
    assert shown == [9, 7]
