"""EVENT: the message that a task sends, and its end (tasks.md 20).

The sending is done outside a decision, by the ``system_tasks`` function.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from podium.domain.events.message import Publication
from podium.domain.events.names import sink_event
from podium.domain.ids import TaskKey
from podium.domain.outcome import Outcome
from podium.domain.scopes import reference_name
from podium.domain.status import TaskStatus
from podium.errors import InvalidInputError

if TYPE_CHECKING:
    from podium.domain.execution import Header, StartRecord, Task
    from podium.domain.json import JsonMap


def publication(task: Task, header: Header, start: StartRecord) -> Publication | Outcome:
    """What the task publishes; FAILED for a sink that is none.

    The id is the task's, so a repeat can be told; a rerun of the same task sends a message of its own.
    """
    try:
        event = sink_event(task.input.get("sink"), header.name, reference_name(task.ref))
    except InvalidInputError as error:
        return Outcome(TaskStatus.FAILED, reason=str(error))
    payload: JsonMap = {
        **task.input,
        "workflowInstanceId": header.workflow_id,
        "workflowType": header.name,
        "workflowVersion": header.name_version,
        "correlationId": start.correlation_id,
        "taskToDomain": start.task_to_domain,
        "event_produced": str(event),
    }
    task_id = TaskKey(header.workflow_id, task.ref, task.seq).task_id
    id_ = f"{task_id}.{task.inc}" if task.inc else task_id
    return Publication(event, id_, payload, header.workflow_id)


def end(task: Task, sent: Publication) -> Outcome:
    """COMPLETED, or still IN_PROGRESS when somebody else is to complete it; the output is the payload."""
    is_open = task.input.get("asyncComplete") is True
    return Outcome(TaskStatus.IN_PROGRESS if is_open else TaskStatus.COMPLETED, sent.payload)


def failure(reason: str) -> Outcome:
    """The message could not be sent."""
    return Outcome(TaskStatus.FAILED, reason=f"Failed to publish the event: {reason}")
