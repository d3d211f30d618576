from __future__ import annotations

from typing import Any

import pytest

from podium.domain.definitions import IdempotencyStrategy
from podium.domain.requests import StartWorkflowRequest, TaskResult
from podium.domain.status import TaskStatus
from podium.domain.validation import (
    validate_priority,
    validate_start_request,
    validate_task_result,
)
from podium.errors import InvalidInputError, Violation
from tests.support.validation import validation_context


def test_a_start_request_has_the_defaults_of_the_peer():
    request = StartWorkflowRequest.from_json({"name": "wf"})

    assert request.version is None
    assert request.input == {}
    assert request.task_to_domain == {}
    assert request.priority == 0
    assert request.workflow_def is None
    assert request.idempotency_strategy is None


def test_a_start_request_reads_all_it_is_given():
    request = StartWorkflowRequest.from_json(
        {
            "name": "wf",
            "version": "2",
            "correlationId": "c",
            "input": {"a": None},
            "taskToDomain": {"*": "blue,NO_DOMAIN"},
            "workflowDef": {"name": "wf", "tasks": []},
            "priority": None,
            "idempotencyKey": "k",
            "idempotencyStrategy": "RETURN_EXISTING",
        }
    )

    assert request.version == 2
    assert request.given_input() == {"a": None}
    assert request.task_to_domain == {"*": "blue,NO_DOMAIN"}
    assert request.workflow_def is not None
    assert request.priority == 0
    assert request.idempotency_strategy is IdempotencyStrategy.RETURN_EXISTING


def test_a_null_input_needs_an_external_path():
    request = StartWorkflowRequest.from_json({"name": "wf", "input": None})

    with pytest.raises(InvalidInputError, match="NULL input passed when starting workflow"):
        request.given_input()


def test_a_null_input_with_an_external_path_is_empty():
    request = StartWorkflowRequest.from_json(
        {"name": "wf", "input": None, "externalInputPayloadStoragePath": "in/1.json"}
    )

    assert request.given_input() == {}


def test_an_input_that_is_no_object_is_refused():
    with pytest.raises(InvalidInputError, match=r"^input: expected an object$"):
        StartWorkflowRequest.from_json({"name": "wf", "input": [1]})


@pytest.mark.parametrize(
    ("priority", "message"),
    [(-1, "priority: -1 should be minimum 0"), (100, "priority: 100 should be maximum 99")],
)
def test_a_priority_out_of_range_is_a_violation(priority: int, message: str):
    request = StartWorkflowRequest.from_json({"name": "wf", "priority": priority})

    found = validate_start_request(request, validation_context())

    assert found == (Violation("startWorkflow.arg0.priority", message, str(priority)),)


def test_a_start_request_without_a_name_is_a_violation():
    found = validate_start_request(StartWorkflowRequest(), validation_context())

    assert found == (Violation("startWorkflow.arg0.name", "Workflow name cannot be null or empty"),)


def test_an_empty_name_is_left_to_the_lookup():
    assert not validate_start_request(StartWorkflowRequest(name=""), validation_context())


def test_a_definition_in_a_start_request_is_validated():
    request = StartWorkflowRequest.from_json({"name": "wf", "workflowDef": {"name": "wf"}})

    found = validate_start_request(request, validation_context())

    assert [(item.path, item.message) for item in found] == [
        ("startWorkflow.arg0.workflowDef.tasks", "WorkflowTask list cannot be empty")
    ]


@pytest.mark.parametrize(
    ("priority", "messages"),
    [
        (-1, ["0 is the minimum priority value"]),
        (0, []),
        (99, []),
        (100, ["99 is the maximum priority value"]),
    ],
)
def test_a_priority_parameter_has_messages_of_its_own(priority: int, messages: list[str]):
    found = validate_priority(priority)

    assert [item.message for item in found] == messages
    assert all(item.path == "startWorkflow.arg3" for item in found)


def test_a_task_result_has_the_defaults_of_the_peer():
    result = TaskResult.from_json({"workflowInstanceId": "w", "taskId": "t"})

    assert result.status is None
    assert result.output_data == {}
    assert result.callback_after_seconds == 0
    assert result.logs == ()
    assert result.extend_lease is False
    assert result.reason == ""


def test_a_task_result_reads_its_logs():
    result = TaskResult.from_json(
        {"status": "FAILED", "logs": [{"log": "boom", "taskId": "t", "createdTime": 5}] * 12}
    )

    assert result.status is TaskStatus.FAILED
    assert len(result.logs) == 12
    assert len(result.stored_logs) == 10
    assert (result.logs[0].log, result.logs[0].created_time) == ("boom", 5)


def test_a_long_reason_is_cut():
    assert len(TaskResult(reason_for_incompletion="x" * 600).reason) == 500


@pytest.mark.parametrize("status", ["SCHEDULED", "TIMED_OUT", "SKIPPED", "completed", 1])
def test_a_status_that_no_worker_may_report_is_refused(status: Any):
    with pytest.raises(InvalidInputError) as refusal:
        TaskResult.from_json({"status": status})

    assert str(refusal.value) == (
        "status: expected one of IN_PROGRESS, COMPLETED, FAILED, "
        "FAILED_WITH_TERMINAL_ERROR, CANCELED"
    )


def test_a_task_result_names_its_workflow_and_task():
    assert validate_task_result(TaskResult()) == (
        Violation("updateTask.arg0.workflowInstanceId", "Workflow Id cannot be null or empty"),
        Violation("updateTask.arg0.taskId", "Task ID cannot be null or empty"),
    )
    assert not validate_task_result(TaskResult(workflow_instance_id="w", task_id="t"))
