"""Port of the queues: work by task type, system tasks, timers.

A standard queue: at least once, any order, delays up to 15 minutes. Messages are values here and
JSON on the wire; the adapter owns the format (``adapters/message.py``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from podium.domain.json import JsonMap


@dataclass(frozen=True, slots=True)
class TaskMessage:
    """All a worker needs to run a task and report it; secrets stay references in ``input``."""

    workflow_id: str
    ref: str
    seq: int
    inc: int
    epoch: int
    #: taskType on the wire; with ``domain`` it names the queue.
    task_type: str
    domain: str = ""
    #: referenceTaskName with its iteration suffix.
    wire_ref: str = ""
    #: Definition snapshot and node, from which a poll reply takes ``workflowTask``.
    definition: str = ""
    node: str = ""
    workflow_name: str = ""
    correlation_id: str | None = None
    priority: int = 0
    attempt: int = 0
    iteration: int = 0
    #: Seconds; 0 means none.
    response_timeout: int = 0
    input: JsonMap = field(default_factory=dict)
    #: Path in the payload store when the input is too large to travel.
    external_input_path: str = ""
    #: Not to be handed out before this moment (epoch ms); delays above 15 minutes.
    not_before: int = 0


@dataclass(frozen=True, slots=True)
class Received:
    """A message with what is needed to settle it."""

    message: TaskMessage
    receipt: str
    #: How often it has been received, this time included.
    receive_count: int


@dataclass(frozen=True, slots=True)
class TimerMessage:
    """Look at this workflow: a deadline of it may have come at ``at``."""

    workflow_id: str
    at: int
    #: Set for a lease shorter than a minute: look at this task only, whatever the header's timer says
    #: (protocol.md 8).
    ref: str = ""
    seq: int = 0


#: SQS caps a message's delay (seconds).
LONGEST_DELAY = 900


class TaskQueue(Protocol):
    """Hand-out queues, one per (domain, task type), made when first needed."""

    def send(self, message: TaskMessage, delay: int = 0) -> None:
        """SendMessage to the queue of the message's type and domain, delayed by at most 900 seconds.

        The first use of a type also makes its queue: a read of the registry, CreateQueue and the
        registry write.
        """
        ...

    def receive(self, task_type: str, domain: str, count: int, wait_ms: int) -> Sequence[Received]:
        """Up to ``count`` messages; waits at most ``wait_ms``. One ReceiveMessage per 10 messages asked.
        An unknown type gives an empty answer and makes no queue.
        """
        ...

    def delete(self, task_type: str, domain: str, receipts: Sequence[str]) -> None:
        """DeleteMessageBatch, 10 at a time."""
        ...

    def retry_later(self, task_type: str, domain: str, receipt: str, seconds: int) -> None:
        """ChangeMessageVisibility."""
        ...

    def sizes(self) -> dict[str, int]:
        """Messages waiting in each known queue, by ``[domain:]taskType``: a registry read, then one call each."""
        ...

    def size(self, task_type: str, domain: str = "") -> int:
        """Messages waiting in one queue; 0 for an unknown type."""
        ...


class SystemTaskQueue(Protocol):
    """Work for our own ``system_tasks`` function."""

    def send(self, message: TaskMessage, delay: int = 0) -> None:
        """SendMessage, delayed by at most 900 seconds."""
        ...


class TimerQueue(Protocol):
    """Near timers."""

    def arm(self, timer: TimerMessage, delay: int) -> None:
        """SendMessage delayed by at most 900 seconds."""
        ...


class Redelivery(Protocol):
    """Messages of our functions' queues that came too early."""

    def soon(self, queue_arn: str, receipt: str) -> None:
        """ChangeMessageVisibility: seen again in two seconds; nothing for a queue of somebody else."""
        ...
