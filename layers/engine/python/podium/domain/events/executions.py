"""Event executions: what became of one action for one message (models.md 4.3)."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from podium.domain.ids import derived_workflow_id

if TYPE_CHECKING:
    from podium.domain.events.handler import EventHandler
    from podium.domain.events.message import EventMessage
    from podium.domain.json import JsonMap


class EventStatus(StrEnum):
    """How an action stands."""

    IN_PROGRESS = "IN_PROGRESS"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"
    #: The condition did not hold.
    SKIPPED = "SKIPPED"


@dataclass(frozen=True, slots=True)
class EventExecution:
    """One action of one handler for one message; the three together name it."""

    handler: str
    event: str
    message_id: str
    index: int
    #: Epoch ms.
    created: int
    status: EventStatus = EventStatus.IN_PROGRESS
    #: None when the condition did not hold.
    action: str | None = None
    output: JsonMap = field(default_factory=dict)
    #: The task that the action ends, noted before it does: a repeat ends no other.
    target: str = ""
    target_inc: int = 0

    @property
    def id(self) -> str:
        """The id clients see."""
        return f"{self.message_id}_{self.index}"

    def to_json(self) -> JsonMap:
        """As the peer stores it."""
        found: JsonMap = {
            "id": self.id,
            "messageId": self.message_id,
            "name": self.handler,
            "event": self.event,
            "created": self.created,
            "status": self.status.value,
            "output": self.output,
        }
        return found if self.action is None else {**found, "action": self.action}


def execution_of(
    handler: EventHandler, message: EventMessage, index: int, now: int
) -> EventExecution:
    """The execution of one action, about to begin."""
    action = handler.actions[index].action
    return EventExecution(
        handler=handler.name,
        event=str(message.event),
        message_id=message.id,
        index=index,
        created=now,
        action=None if action is None else action.value,
    )


def started_workflow_id(execution: EventExecution) -> str:
    """Id of the workflow that an action starts: a repeat of the message finds the same one."""
    return derived_workflow_id(
        "event", execution.handler, execution.event, execution.message_id, execution.index
    )
