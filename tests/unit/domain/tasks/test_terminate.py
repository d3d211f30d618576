"""TERMINATE (tasks.md 19)."""

from __future__ import annotations

import pytest

from podium.domain.status import TaskStatus, WorkflowStatus
from podium.domain.tasks import terminate


@pytest.mark.parametrize(
    ("workflow_output", "expected"),
    [({"a": 1}, {"a": 1}), ({}, {}), ([1], {"output": [1]}), (0, {"output": 0}), (None, {})],
)
def test_the_workflow_output_is_the_output_of_the_task(workflow_output, expected):
    outcome = terminate.run({"terminationStatus": "COMPLETED", "workflowOutput": workflow_output})
    assert outcome.status is TaskStatus.COMPLETED
    assert outcome.output == expected


@pytest.mark.parametrize("status", ["COMPLETED", "FAILED", "TERMINATED"])
def test_the_task_completes_however_the_workflow_is_to_end(status):
    task_input = {"terminationStatus": status}
    assert terminate.run(task_input).status is TaskStatus.COMPLETED
    assert terminate.run(task_input).output == {}
    assert terminate.status_of(task_input) is WorkflowStatus(status)


@pytest.mark.parametrize("status", ["RUNNING", "PAUSED", "TIMED_OUT", "completed", "", None, 7, []])
def test_any_other_status_fails_the_task(status):
    outcome = terminate.run({"terminationStatus": status, "workflowOutput": {"a": 1}})
    assert outcome.status is TaskStatus.FAILED
    assert "given termination status is not valid" in outcome.reason


def test_the_reason_is_what_the_input_says():
    task_input = {"terminationStatus": "FAILED", "terminationReason": "no stock"}
    assert terminate.reason_of(task_input, "t1") == "no stock"


@pytest.mark.parametrize("reason", [None, "", 7])
def test_the_reason_names_the_task_otherwise(reason):
    task_input = {"terminationStatus": "COMPLETED", "terminationReason": reason}
    expected = "Workflow is COMPLETED by TERMINATE task: t1"
    assert terminate.reason_of(task_input, "t1") == expected
