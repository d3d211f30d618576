"""Messages to an execution, and the queue they stand in (tasks.md 24).

A message is an item under a number; the numbers of one run of an execution are given out without
gaps by conditional puts, and are the order of the queue. Which messages have been pulled is said by
the header: ``pulled`` is the number of the last one. What is numbered up to it, what has expired and
what belongs to an earlier run is in the queue no more.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from podium.domain.json import Json, JsonMap

#: A queue holds at most this many messages.
MOST_MESSAGES = 1000
#: A message that nobody has pulled after this long (ms) is gone.
LIFETIME_MS = 24 * 3_600_000
#: Characters of JSON after which a pull takes no further message, so that a task stays readable.
LARGEST_PULL = 1_000_000


@dataclass(frozen=True, slots=True)
class WorkflowMessage:
    """One message; times in epoch ms."""

    number: int
    message_id: str
    payload: JsonMap
    received_at: int

    @property
    def weight(self) -> int:
        """Characters of JSON, about."""
        return len(json.dumps(self.payload))

    def to_json(self, workflow_id: str) -> dict[str, Json]:
        """The model WorkflowMessage (models.md 3.5)."""
        received = datetime.fromtimestamp(self.received_at // 1000, UTC)
        return {
            "id": self.message_id,
            "workflowId": workflow_id,
            "payload": self.payload,
            "receivedAt": f"{received:%Y-%m-%dT%H:%M:%S}.{self.received_at % 1000:03d}Z",
        }


def is_alive(received_at: int, now: int) -> bool:
    """A message of that moment has not expired."""
    return now < received_at + LIFETIME_MS


@dataclass(frozen=True, slots=True)
class Inbox:
    """The first messages of a queue as one read found them, those that have expired left out."""

    messages: tuple[WorkflowMessage, ...] = ()
    #: There were no more.
    is_complete: bool = True
