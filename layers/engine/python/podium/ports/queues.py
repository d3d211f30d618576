"""Port of the queues: work by task type, system tasks, timers.

A standard queue: at least once, any order, delays up to 15 minutes. Messages are values here and
JSON on the wire; the adapter owns the format (``adapters/message.py``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from podium.domain.json import JsonMap
from podium.domain.limits import Limit, key_of_task
from podium.domain.queues import Depth, Lane, QueueAddress, band_of


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
    #: Names of the secrets that references in ``input`` may be replaced by, at the hand-off.
    secrets: tuple[str, ...] = ()
    #: Names to look up for the worker (TaskDef.runtimeMetadata).
    runtime_metadata: tuple[str, ...] = ()
    #: Not to be handed out before this moment (epoch ms); delays above 15 minutes.
    not_before: int = 0
    #: The ``seq`` that clients see; 0 where it is the sequence number.
    place: int = 0
    #: What limits the hand-out; None when nothing does.
    limit: Limit | None = None
    #: Our own function runs it, not a worker.
    is_system: bool = False

    @property
    def address(self) -> QueueAddress:
        """The queue it is received from; one that is limited by poll is for polls alone."""
        band = band_of(self.priority)
        if self.limit is None or self.limit.at_gate:
            return QueueAddress(self.task_type, self.domain, band=band)
        key = "" if self.limit.key == key_of_task(self.task_type) else self.limit.key
        return QueueAddress(self.task_type, self.domain, Lane.POLLED, key, band)


@dataclass(frozen=True, slots=True)
class Received:
    """A message with what is needed to settle it."""

    message: TaskMessage
    receipt: str
    #: How often it has been received, this time included.
    receive_count: int
    #: Bytes of its body.
    size: int = 0


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
    """Hand-out queues: a few for each task type and domain, each made when first needed."""

    def send(self, message: TaskMessage, delay: int = 0) -> None:
        """SendMessage to ``message.address``, delayed by at most 900 seconds.

        The first use also makes the queue: a read of the registry, CreateQueue and the registry
        write.
        """
        ...

    def park(self, message: TaskMessage, delay: int = 0) -> None:
        """SendMessage to the gate queue of the message's limit, made as ``send`` makes one."""
        ...

    def gates(self) -> Sequence[str]:
        """Keys of the limits at whose gates messages wait: a registry read, then one call per gate."""
        ...

    def waiting_at(self, key: str) -> int:
        """Messages that can be received at the gate of the limit called ``key``, about; one call."""
        ...

    def depth_at(self, key: str) -> Depth:
        """Messages at the gate of the limit called ``key``; one call."""
        ...

    def pollable(self, task_type: str, domain: str) -> Sequence[QueueAddress]:
        """The queues a poll for the type reads, in this order; none for an unknown type.

        A read of the registry unless remembered; one made elsewhere is seen within some seconds.
        """
        ...

    def receive(self, address: QueueAddress, count: int, wait_ms: int) -> Sequence[Received]:
        """Up to ``count`` messages; waits at most ``wait_ms``. One ReceiveMessage per 10 messages asked.
        A queue that does not exist gives an empty answer and is not made.
        """
        ...

    def delete(self, address: QueueAddress, receipts: Sequence[str]) -> None:
        """DeleteMessageBatch, 10 at a time."""
        ...

    def retry_later(self, address: QueueAddress, receipt: str, seconds: int) -> None:
        """ChangeMessageVisibility."""
        ...

    def sizes(self) -> dict[str, int]:
        """Messages waiting for workers, by ``[domain:]taskType``: a registry read, then one call per queue."""
        ...

    def depths(self) -> dict[str, Depth]:
        """As ``sizes``, with what workers hold."""
        ...

    def size(self, task_type: str, domain: str = "") -> int:
        """Messages waiting in all queues of a type and domain; 0 for an unknown type."""
        ...

    def depth(self, task_type: str, domain: str = "") -> Depth:
        """Messages in all queues of a type and domain; one call for each of them."""
        ...


class SystemTaskQueue(Protocol):
    """Work for our own ``system_tasks`` function."""

    def send(self, message: TaskMessage, delay: int = 0) -> None:
        """SendMessage, delayed by at most 900 seconds."""
        ...


class GateQueue(Protocol):
    """Calls for a look at a gate."""

    def call(self, key: str, delay: int = 0, *, is_sweep: bool = False) -> None:
        """SendMessage delayed by at most 900 seconds: look at the gate of the limit called ``key``.

        ``is_sweep``: thoroughly, since somebody has been waiting there.
        """
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
