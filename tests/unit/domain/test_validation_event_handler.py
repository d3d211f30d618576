"""Event handlers that are refused, and with what."""

from __future__ import annotations

from typing import Any

import pytest

from podium.domain.events.handler import EventHandler
from podium.domain.validation.event_handler import validate_event_handler
from podium.errors import InvalidInputError
from tests.support.validation import validation_context

START: dict[str, Any] = {"action": "start_workflow", "start_workflow": {"name": "w"}}
HANDLER: dict[str, Any] = {"name": "h", "event": "sqs:orders", "actions": [START], "active": True}


def violations(**changes: Any) -> list[tuple[str, str]]:
    handler = EventHandler.from_json({**HANDLER, **changes})
    found = validate_event_handler(handler, validation_context(), "addEventHandler.arg0")
    return [(each.path.removeprefix("addEventHandler.arg0."), each.message) for each in found]


def test_a_good_one_is_let_in():
    assert violations() == []


def test_every_violation_is_listed_at_once():
    assert violations(name="", event="", actions=[]) == [
        ("name", "Missing event handler name"),
        ("event", "Missing event location"),
        ("actions", "No actions specified. Please specify at-least one action"),
    ]


@pytest.mark.parametrize("event", ["nats:x", "sqs:a b", "${HOME}", "conductor"])
def test_an_event_that_nothing_carries_is_refused(event):
    ((path, message),) = violations(event=event)
    assert path == "event"
    assert "is no event" in message


def test_a_queue_that_keeps_an_order_is_no_source():
    assert violations(event="sqs:a.fifo")[0][0] == "event"
    assert violations(event="sns:a.fifo") == []


def test_an_unknown_evaluator_is_refused():
    ((path, message),) = violations(condition="true", evaluatorType="python")
    assert path == "condition"
    assert "python" in message


@pytest.mark.parametrize(
    ("action", "message"),
    [
        ({}, "action is required"),
        ({"action": "start_agent"}, "action: start_agent is known but not supported"),
        ({"action": "fail_task"}, "action: fail_task needs its details under fail_task"),
        ({"action": "complete_task", "fail_task": {}}, "action: complete_task needs its details"),
        ({"action": "start_workflow", "start_workflow": {}}, "start_workflow.name is required"),
        ({"action": "complete_task", "complete_task": {"workflowId": "w"}}, "needs taskId, or"),
        ({"action": "terminate_workflow", "terminate_workflow": {}}, "workflowId is required"),
    ],
)
def test_an_action_that_could_do_nothing_is_refused(action, message):
    ((path, found),) = violations(actions=[START, action])
    assert path == "actions[1]"
    assert message in found


def test_an_unknown_action_is_refused_by_its_place():
    with pytest.raises(InvalidInputError, match=r"actions\[0\]\.action: expected one of start_w"):
        violations(actions=[{"action": "START_WORKFLOW"}])
