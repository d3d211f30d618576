"""Messages to executions: numbered and put in the queue (tasks.md 24, ADR 9)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podium.domain.changes import MessageChange
from podium.domain.status import WorkflowStatus
from podium.domain.workflow_messages import MOST_MESSAGES, WorkflowMessage, is_alive
from podium.errors import ConflictError, LostRaceError, NotFoundError, TooManyRequestsError

if TYPE_CHECKING:
    from podium.domain.execution import Header
    from podium.domain.json import JsonMap
    from podium.ports.bundle import Ports
    from podium.services.following import Following

#: Numbers that others took first before the caller is told to come again.
MAX_RACES = 200


class Posting:
    """Puts messages in queues."""

    def __init__(self, ports: Ports, following: Following) -> None:
        """Wire the parts; see ``bootstrap``."""
        self._ports = ports
        self._following = following

    def post(self, workflow_id: str, payload: JsonMap) -> str:
        """Put a message in the queue of a RUNNING execution; gives its id.

        A message stands behind every one whose post has been answered before. Raises NotFoundError,
        ConflictError unless it is RUNNING, TooManyRequestsError when the queue is full.
        """
        header = self._running(workflow_id)
        message_id, now = self._ports.ids.unique(), self._ports.clock.now()
        last = self._ports.messages.last_number(workflow_id, header.generation)
        number = max(last, header.pulled) + 1
        for _ in range(MAX_RACES):
            if number - header.pulled > MOST_MESSAGES:
                header = self._with_room(header, number, now)
            message = WorkflowMessage(number, message_id, payload, now)
            if self._ports.messages.put_message(workflow_id, header.generation, message):
                place = MessageChange(workflow_id, header.generation, number)
                self._following.follow([place])
                return message_id
            # Somebody else has this number: the next one has no gap before it either.
            number += 1
        message_text = f"the message queue of workflow {workflow_id} is too busy; try again"
        raise LostRaceError(message_text)

    def _running(self, workflow_id: str) -> Header:
        header = self._ports.executions.read_header(workflow_id)
        if header is None:
            message = f"No such workflow found by id: {workflow_id}"
            raise NotFoundError(message)
        if header.status is not WorkflowStatus.RUNNING:
            message = f"Workflow {workflow_id} is not in RUNNING state (current: {header.status})"
            raise ConflictError(message)
        return header

    def _with_room(self, header: Header, number: int, now: int) -> Header:
        """The header as it is, if the queue has room for a message with this number.

        All numbers below are taken, and were so before this read: what is full here was full when
        the caller asked. Of what has expired the newest is a whole queue away, or there is none.
        """
        fresh = self._running(header.workflow_id)
        if fresh.generation != header.generation:
            message = f"workflow {header.workflow_id} has begun to run again; try again"
            raise LostRaceError(message)
        if number - fresh.pulled <= MOST_MESSAGES:
            return fresh
        oldest = self._ports.messages.received_at(
            fresh.workflow_id, fresh.generation, number - MOST_MESSAGES
        )
        if is_alive(oldest, now):
            message = (
                f"The message queue of workflow {header.workflow_id} is full: "
                f"it holds {MOST_MESSAGES} messages"
            )
            raise TooManyRequestsError(message)
        return fresh
