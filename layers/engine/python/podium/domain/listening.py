"""What listeners hear: events that follow from two images of a header or of a task (engine.md 18).

An event is a function of the images, its id included, so that a change seen twice is the same
event. Whether anybody listens is marked in the items themselves: changes of others reach nobody.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from podium.domain.ids import TaskKey
from podium.domain.status import TaskStatus, WorkflowStatus

if TYPE_CHECKING:
    from podium.domain.changes import HeaderChange, TaskTransition
    from podium.domain.definitions import StateChangeEvent, WorkflowDef, WorkflowTask
    from podium.domain.execution import Header
    from podium.domain.graph import Node
    from podium.domain.json import JsonMap

#: Keys of ``onStateChange``, and the statuses they mean (models.md 1.2).
STATES = {
    "onScheduled": frozenset({TaskStatus.SCHEDULED}),
    "onStart": frozenset({TaskStatus.IN_PROGRESS}),
    "onSuccess": frozenset({TaskStatus.COMPLETED, TaskStatus.COMPLETED_WITH_ERRORS}),
    "onFailed": frozenset(
        {TaskStatus.FAILED, TaskStatus.FAILED_WITH_TERMINAL_ERROR, TaskStatus.TIMED_OUT}
    ),
    "onCancelled": frozenset({TaskStatus.CANCELED}),
}


@dataclass(frozen=True, slots=True)
class Notification:
    """One event as it is published."""

    #: The same for the same change, however often it is published.
    id: str
    #: ``workflow.<event>``, ``task.<event>``, or the type that onStateChange gives.
    type: str
    #: When it happened (epoch ms).
    at: int
    #: Summary of the workflow or task, and what concerns this event.
    detail: JsonMap = field(default_factory=dict)


def is_listened(definition: WorkflowDef) -> bool:
    """Somebody hears of the status of these workflows."""
    return definition.workflow_status_listener_enabled


def is_task_listened(header: Header, node: Node) -> bool:
    """Somebody may hear of the status of this task; a DYNAMIC's definition is looked at later."""
    if node.task.on_state_change:
        return True
    definition = node.task.task_definition
    return header.tasks_listened and (definition is None or definition.task_status_listener_enabled)


def workflow_events(change: HeaderChange) -> tuple[str, ...]:
    """Names of the events of a workflow listener that follow from one write of its header."""
    return tuple(_workflow_events(change.old, change.new))


def _workflow_events(old: Header | None, new: Header) -> Iterator[str]:
    if old is None:
        yield "started"
    elif old.status.is_terminal and not new.status.is_terminal:
        yield _revival(old, new)
    elif old.status is WorkflowStatus.PAUSED and new.status is WorkflowStatus.RUNNING:
        yield "resumed"
    if new.status is WorkflowStatus.PAUSED and (old is None or old.status is not new.status):
        yield "paused"
    if new.status.is_terminal and (old is None or old.status is not new.status):
        yield "completed" if new.status is WorkflowStatus.COMPLETED else "terminated"
    if new.closed and (old is None or not old.closed):
        yield "finalized"


def _revival(old: Header, new: Header) -> str:
    """Restart and rerun leave their moment in the header; what else revives it is a retry, its own
    or that of a child.
    """
    if new.created_at != old.created_at:
        return "restarted"
    return "rerun" if new.rerun_at != old.rerun_at else "retried"


def workflow_event_id(header: Header, event: str) -> str:
    """Id of an event: a header is written once with each version."""
    return f"{header.workflow_id}:{event}:{header.version}"


def task_event(status: TaskStatus) -> str:
    """Name of the event of a task listener."""
    return status.value.lower().replace("_", "-")


def task_event_id(transition: TaskTransition, event: str) -> str:
    """Id of an event: in one hand-out of one incarnation a task has each status once."""
    task = transition.new
    key = TaskKey(transition.workflow_id, task.ref, task.seq)
    return f"{key.task_id}:{event}:{task.inc}.{task.epoch}"


def state_events(
    task: WorkflowTask, status: TaskStatus
) -> Iterator[tuple[str, int, StateChangeEvent]]:
    """Events of ``onStateChange`` for a new status: the state, the place in its list, the event."""
    for states, events in task.on_state_change.items():
        for state in split_states(states):
            if status in STATES.get(state, ()):
                for index, event in enumerate(events):
                    yield state, index, event


def split_states(states: str) -> list[str]:
    """The states of a key of ``onStateChange``."""
    return [state.strip() for state in states.split(",") if state.strip()]
