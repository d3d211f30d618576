"""What actions ask for once they are filled in."""

from __future__ import annotations

from typing import Any

import pytest

from podium.domain.children import StartSpec
from podium.domain.events.commands import EndTask, TerminateWorkflow, UpdateVariables, command
from podium.domain.events.handler import Action
from podium.domain.events.message import EventMessage
from podium.domain.events.names import parse_event
from podium.domain.status import TaskStatus
from podium.errors import InvalidInputError
from tests.support.engines import TablePaths

TRACES = {"conductor.event.messageId": "m1", "conductor.event.name": "sqs:orders"}


def asked(payload: Any, kind: str, details: Any, **more: Any) -> Any:
    action = Action.from_json({"action": kind, kind: details, **more})
    message = EventMessage(parse_event("sqs:orders"), "m1", payload)
    return command(action, message, TablePaths({}))


def test_a_workflow_is_started_with_its_input_filled_in_and_the_traces_of_the_message():
    details = {
        "name": "${not.evaluated}",
        "version": 2,
        "correlationId": "order-${id}",
        "input": {"order": "${id}", "all": "${lines}"},
    }
    payload = {"id": 7, "lines": [1], "taskToDomain": {"*": "eu"}}
    assert asked(payload, "start_workflow", details) == StartSpec(
        name="${not.evaluated}",
        version=2,
        input={"order": 7, "all": [1], **TRACES},
        correlation_id="order-7",
        task_to_domain={"*": "eu"},
        event="sqs:orders",
    )


def test_domains_of_the_action_win_over_those_of_the_payload():
    found = asked(
        {"taskToDomain": {"*": "eu"}}, "start_workflow", {"name": "w", "taskToDomain": {"a": "us"}}
    )
    assert found.task_to_domain == {"a": "us"}
    assert asked("text", "start_workflow", {"name": "w"}).task_to_domain == {}
    assert asked({"taskToDomain": 7}, "start_workflow", {"name": "w"}).task_to_domain == {}


@pytest.mark.parametrize(
    ("kind", "status"),
    [("complete_task", TaskStatus.COMPLETED), ("fail_task", TaskStatus.FAILED)],
)
def test_a_task_is_ended_with_what_names_it_in_its_output(kind, status):
    details = {
        "workflowId": "${wf}",
        "taskRefName": "pay",
        "output": {"amount": "${amount}", "gone": "${gone}"},
        "reasonForIncompletion": "said ${amount}",
    }
    assert asked({"wf": "w1", "amount": 3}, kind, details) == EndTask(
        status=status,
        output={
            "workflowId": "w1",
            "taskRefName": "pay",
            "reasonForIncompletion": "said 3",
            "amount": 3,
            "gone": None,
            **TRACES,
        },
        workflow_id="w1",
        ref="pay",
        reason="said 3",
    )


def test_inline_json_is_expanded_when_the_action_says_so():
    details = {"taskId": "${body.id}"}
    payload = {"body": '{"id": "t1"}'}
    assert asked(payload, "complete_task", details, expandInlineJSON=True).task_id == "t1"
    assert asked(payload, "complete_task", details).task_id == ""


def test_workflows_are_terminated_and_variables_changed():
    payload = {"wf": "w1", "why": "sold out", "list": [1]}
    terminate = {"workflowId": "${wf}", "terminationReason": "${why}"}
    assert asked(payload, "terminate_workflow", terminate) == TerminateWorkflow("w1", "sold out")
    update = {"workflowId": "${wf}", "variables": {"seen": "${list}"}, "appendArray": True}
    assert asked(payload, "update_workflow_variables", update) == UpdateVariables(
        "w1", {"seen": [1]}, appends=True
    )


def test_a_payload_that_names_no_workflow_is_refused():
    with pytest.raises(InvalidInputError, match="names no workflow"):
        asked({}, "terminate_workflow", {"workflowId": "${wf}"})
    with pytest.raises(InvalidInputError, match="names no workflow"):
        asked("text", "update_workflow_variables", {"workflowId": "${wf}"})


def test_an_action_without_details_is_refused():
    action = Action.from_json({"action": "start_agent"})
    with pytest.raises(InvalidInputError, match="start_agent is not supported"):
        command(action, EventMessage(parse_event("sqs:a"), "m", {}), TablePaths({}))


def test_a_template_nested_too_deeply_is_refused():
    deep: Any = "${a}"
    for _ in range(3000):
        deep = [deep]
    action = Action.from_json({"action": "start_workflow", "start_workflow": {"name": "w"}})
    details = action.start_workflow
    assert details is not None
    object.__setattr__(details, "input", {"deep": deep})
    with pytest.raises(InvalidInputError, match="nested too deeply"):
        command(action, EventMessage(parse_event("sqs:a"), "m", {}), TablePaths({}))
