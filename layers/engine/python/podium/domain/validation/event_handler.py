"""Validation of event handlers (models.md 4); what could never run is refused, too."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from podium.domain.events.conditions import condition_problem
from podium.domain.events.handler import (
    Action,
    ActionType,
    StartWorkflowAction,
    TaskAction,
)
from podium.domain.events.names import EventKind, parse_event
from podium.errors import InvalidInputError, Violation

if TYPE_CHECKING:
    from podium.domain.events.handler import EventHandler
    from podium.domain.validation.context import ValidationContext


def validate_event_handler(
    handler: EventHandler, context: ValidationContext, prefix: str
) -> tuple[Violation, ...]:
    """All violations of ``handler``."""
    return tuple(_violations(handler, context, prefix))


def _violations(
    handler: EventHandler, context: ValidationContext, prefix: str
) -> Iterator[Violation]:
    if not handler.name.strip():
        yield Violation(f"{prefix}.name", "Missing event handler name")
    if not handler.event.strip():
        yield Violation(f"{prefix}.event", "Missing event location")
    else:
        problem = _event_problem(handler.event)
        if problem is not None:
            yield Violation(f"{prefix}.event", problem, handler.event)
    problem = condition_problem(handler, context.scripts)
    if problem is not None:
        yield Violation(f"{prefix}.condition", problem, handler.condition)
    if not handler.actions:
        message = "No actions specified. Please specify at-least one action"
        yield Violation(f"{prefix}.actions", message)
    for index, action in enumerate(handler.actions):
        for message in _action_problems(action):
            yield Violation(f"{prefix}.actions[{index}]", message)


def _event_problem(text: str) -> str | None:
    try:
        event = parse_event(text)
    except InvalidInputError as error:
        return str(error)
    if event.kind is EventKind.SQS and event.is_ordered:
        return f"event: {text} is a FIFO queue; a handler reads standard queues"
    return None


def _action_problems(action: Action) -> Iterator[str]:
    if action.action is None:
        yield "action is required"
        return
    if action.action is ActionType.START_AGENT:
        yield "action: start_agent is known but not supported"
        return
    details = action.details
    if details is None:
        yield f"action: {action.action} needs its details under {action.action}"
    elif isinstance(details, StartWorkflowAction):
        if not (details.name or "").strip():
            yield "start_workflow.name is required"
    elif isinstance(details, TaskAction):
        if not details.task_id and not (details.workflow_id and details.task_ref_name):
            yield f"{action.action} needs taskId, or workflowId and taskRefName"
    elif not details.workflow_id:
        yield f"{action.action}.workflowId is required"
