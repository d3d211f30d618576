"""What the actions of a handler ask for once their expressions are filled in (engine.md 19.4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from podium.domain.children import StartSpec
from podium.domain.events.handler import (
    Action,
    ActionType,
    StartWorkflowAction,
    TaskAction,
    TerminateWorkflowAction,
    UpdateVariablesAction,
)
from podium.domain.events.payload import expanded, filled
from podium.domain.expressions import as_text
from podium.domain.outcome import TerminateWorkflowError
from podium.domain.status import TaskStatus
from podium.errors import InvalidInputError

if TYPE_CHECKING:
    from podium.domain.engines import PathEngine
    from podium.domain.events.message import EventMessage
    from podium.domain.json import Json, JsonMap

MESSAGE_ID = "conductor.event.messageId"
EVENT_NAME = "conductor.event.name"


@dataclass(frozen=True, slots=True)
class EndTask:
    """End a task: that with the id, else the open one with the reference name."""

    status: TaskStatus
    output: JsonMap
    workflow_id: str = ""
    ref: str = ""
    task_id: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class TerminateWorkflow:
    """Terminate a workflow."""

    workflow_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class UpdateVariables:
    """Put variables over those of a workflow; ``appends``: lists go behind the lists there are."""

    workflow_id: str
    variables: JsonMap
    appends: bool = False


Command = StartSpec | EndTask | TerminateWorkflow | UpdateVariables


def command(action: Action, message: EventMessage, paths: PathEngine) -> Command:
    """What ``action`` asks for; raises InvalidInputError when that cannot be done."""
    payload = expanded(message.payload) if action.expand_inline_json else message.payload

    def fill(template: Json) -> Json:
        return filled(template, payload, paths)

    try:
        match action.details:
            case StartWorkflowAction() as start:
                return _start(
                    start, message, fill(start.input), fill(start.correlation_id), payload
                )
            case TaskAction() as task:
                return _end_task(task, action.action, message, _map(fill(_fields(task))))
            case TerminateWorkflowAction() as terminate:
                wanted = _map(
                    fill({"id": terminate.workflow_id, "r": terminate.termination_reason})
                )
                return TerminateWorkflow(_id(wanted["id"]), _text(wanted["r"]))
            case UpdateVariablesAction() as update:
                wanted = _map(fill({"id": update.workflow_id, "v": update.variables}))
                return UpdateVariables(
                    _id(wanted["id"]), _map(wanted["v"]), appends=bool(update.append_array)
                )
            case None:
                raise InvalidInputError(f"Action {action.action} is not supported")
    except TerminateWorkflowError as error:
        raise InvalidInputError(str(error)) from error


def _start(
    action: StartWorkflowAction,
    message: EventMessage,
    workflow_input: Json,
    correlation_id: Json,
    payload: Json,
) -> StartSpec:
    event = str(message.event)
    domains: Json = action.task_to_domain
    if domains is None and isinstance(payload, Mapping):
        domains = payload.get("taskToDomain")
    return StartSpec(
        name=action.name or "",
        version=action.version,
        input={**_map(workflow_input), MESSAGE_ID: message.id, EVENT_NAME: event},
        correlation_id=None if correlation_id is None else as_text(correlation_id),
        task_to_domain=domains if isinstance(domains, Mapping) else {},
        event=event,
    )


def _fields(action: TaskAction) -> JsonMap:
    named: JsonMap = {
        "workflowId": action.workflow_id,
        "taskId": action.task_id,
        "taskRefName": action.task_ref_name,
        "reasonForIncompletion": action.reason_for_incompletion,
    }
    return {**named, **action.output}


def _end_task(
    action: TaskAction, kind: ActionType | None, message: EventMessage, values: JsonMap
) -> EndTask:
    """The filled values are the task's output, names of the task included (engine.md 19.4)."""
    given: dict[str, Json] = {
        name: value for name, value in values.items() if value is not None or name in action.output
    }
    is_completed = kind is ActionType.COMPLETE_TASK
    return EndTask(
        status=TaskStatus.COMPLETED if is_completed else TaskStatus.FAILED,
        output={**given, MESSAGE_ID: message.id, EVENT_NAME: str(message.event)},
        workflow_id=_text(values["workflowId"]),
        ref=_text(values["taskRefName"]),
        task_id=_text(values["taskId"]),
        reason=_text(values["reasonForIncompletion"]),
    )


def _id(value: Json) -> str:
    text = _text(value)
    if not text:
        raise InvalidInputError("the payload names no workflow")
    return text


def _text(value: Json) -> str:
    return "" if value is None else as_text(value).strip()


def _map(value: Json) -> JsonMap:
    # The value of a map is a map.
    return value if isinstance(value, Mapping) else {}
