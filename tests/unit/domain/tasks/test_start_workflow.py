"""START_WORKFLOW (tasks.md 11)."""

from __future__ import annotations

import pytest

from podium.domain.outcome import Outcome
from podium.domain.requests import StartWorkflowRequest
from podium.domain.status import TaskStatus
from podium.domain.tasks import start_workflow


def test_the_request_stands_in_the_input():
    request = start_workflow.request(
        {
            "startWorkflow": {
                "name": "orders",
                "version": 2,
                "input": {"a": 1},
                "correlationId": "c1",
                "taskToDomain": {"*": "blue"},
                "priority": 5,
            }
        }
    )
    assert isinstance(request, StartWorkflowRequest)
    assert (request.name, request.version, request.priority) == ("orders", 2, 5)
    assert request.input == {"a": 1}
    assert request.correlation_id == "c1"
    assert request.task_to_domain == {"*": "blue"}


def test_a_definition_needs_no_name_beside_it():
    definition = {"name": "inline", "tasks": []}
    request = start_workflow.request({"startWorkflow": {"workflowDef": definition}})
    assert isinstance(request, StartWorkflowRequest)
    assert request.workflow_def is not None
    assert request.workflow_def.name == "inline"


@pytest.mark.parametrize("task_input", [{}, {"startWorkflow": None}])
def test_without_a_request_it_fails(task_input):
    assert start_workflow.request(task_input) == Outcome(
        TaskStatus.FAILED, {}, "Missing 'startWorkflow' in input data."
    )


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("orders", "not a map"),
        ([], "not a map"),
        ({}, "name: cannot be null or empty"),
        ({"name": " "}, "name: cannot be null or empty"),
        ({"name": "orders", "version": "two"}, "version"),
        ({"name": "orders", "input": [1]}, "input"),
        ({"name": "orders", "input": None}, "NULL input"),
    ],
)
def test_an_invalid_request_fails_with_what_is_wrong(given, message):
    outcome = start_workflow.request({"startWorkflow": given})
    assert isinstance(outcome, Outcome)
    assert outcome.status is TaskStatus.FAILED
    assert message in outcome.reason
