"""Default queues: a message in one of them finishes a task (engine.md 19.5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from podium.domain.events.names import EventKind, EventName
from podium.domain.events.payload import read_payload
from podium.domain.status import TaskStatus

if TYPE_CHECKING:
    from podium.domain.events.message import EventMessage
    from podium.domain.json import Json, JsonMap

#: The queue of each status that has one.
STATUS_EVENTS: Mapping[TaskStatus, EventName] = {
    status: EventName(EventKind.SQS, f"_{status}")
    for status in (TaskStatus.COMPLETED, TaskStatus.FAILED)
}
_STATUSES = {event: status for status, event in STATUS_EVENTS.items()}


@dataclass(frozen=True, slots=True)
class StatusUpdate:
    """Finish a task: that with the id, else the open one with the name, else the first open WAIT."""

    status: TaskStatus
    output: JsonMap
    workflow_id: str
    ref: str = ""
    task_id: str = ""


def is_status_event(event: EventName) -> bool:
    """A message of ``event`` finishes a task."""
    return event in _STATUSES


def status_update(message: EventMessage) -> StatusUpdate | None:
    """What a message in one of those queues asks for; None when it names no workflow: it is dropped."""
    payload = message.payload
    if not isinstance(payload, Mapping):
        return None
    place = payload.get("externalId")
    if isinstance(place, str):
        place = read_payload(place)
    if not isinstance(place, Mapping) or not _text(place.get("workflowId")):
        return None
    return StatusUpdate(
        status=_STATUSES[message.event],
        output=payload,
        workflow_id=_text(place["workflowId"]),
        ref=_text(place.get("taskRefName")),
        task_id=_text(place.get("taskId")),
    )


def _text(value: Json) -> str:
    return value.strip() if isinstance(value, str) else ""
