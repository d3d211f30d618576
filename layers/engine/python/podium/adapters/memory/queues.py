"""The queues in memory, with the semantics of a standard SQS queue and a clock of one's own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from podium.adapters.consistency import QUEUE_REGISTRY
from podium.adapters.memory.calls import Calls, Quirk
from podium.adapters.message import (
    GateCall,
    fitted,
    gate_json,
    readable_task_message,
    task_json,
    timer_json,
)
from podium.domain.queues import Depth, Lane, QueueAddress, gate_address, reading_order
from podium.ports.queues import LONGEST_DELAY, Received, TaskMessage, TimerMessage

if TYPE_CHECKING:
    from podium.adapters.items.payloads import Payloads
    from podium.ports.outside import Clock

#: Seconds a received message stays hidden when the receiver does not say.
VISIBILITY = 30
#: Seconds from its first receive on for which a message can be kept hidden.
LONGEST_VISIBILITY = 43_200
#: A message received this often without being deleted becomes a dead letter.
MAX_RECEIVES = 10
#: For how long (ms) an eventually consistent read of the registry may not know a queue.
_REGISTRY_LAG = 5_000


@dataclass(slots=True)
class StoredMessage:
    """A message in a queue; ``body`` is the text on the wire."""

    message_id: str
    body: str
    visible_at: int
    receive_count: int = 0
    receipt: str = ""
    first_received_at: int = 0
    #: Message attributes; all are strings.
    attributes: Mapping[str, str] = field(default_factory=dict)


class MemoryQueue:
    """One standard queue: delay, visibility, receive count, dead letters. Times in seconds in, ms inside."""

    def __init__(self, clock: Clock, calls: Calls | None = None, *, dies: bool = True) -> None:
        """``dies``: a message received too often becomes a dead letter."""
        self._clock = clock
        self._calls = calls or Calls()
        self._dies = dies
        self._lock = threading.Lock()
        self._messages: list[StoredMessage] = []
        #: How many messages were ever sent.
        self.sent = 0
        #: Those received too often.
        self.dead: list[StoredMessage] = []

    @property
    def dead_letters(self) -> list[str]:
        """Bodies of those received too often."""
        return [message.body for message in self.dead]

    def send(self, body: str, delay: int = 0, attributes: Mapping[str, str] | None = None) -> None:
        """SendMessage."""
        self._calls.write("SendMessage", lambda: self._send(body, delay, attributes or {}))

    def _send(self, body: str, delay: int, attributes: Mapping[str, str]) -> None:
        with self._lock:
            self.sent += 1
            visible_at = self._clock.now() + min(delay, LONGEST_DELAY) * 1000
            message = StoredMessage(f"m{self.sent}", body, visible_at, attributes=attributes)
            self._messages.append(message)

    def receive(self, count: int, visibility: int = VISIBILITY) -> list[StoredMessage]:
        """ReceiveMessage: up to ``count`` visible messages, then hidden for ``visibility`` seconds."""
        with self._calls.call("ReceiveMessage"), self._lock:
            now = self._clock.now()
            received: list[StoredMessage] = []
            visible = [message for message in self._messages if message.visible_at <= now]
            if visible and self._calls.happens(Quirk.RECEIVES_NOTHING):
                return []
            for message in visible:
                if len(received) == count:
                    break
                halves = self._calls.happens(Quirk.RECEIVED_IN_VAIN, 2)
                message.receive_count += halves * MAX_RECEIVES // 2
                if self._dies and message.receive_count >= MAX_RECEIVES:
                    self._messages.remove(message)
                    self.dead.append(message)
                    continue
                message.receive_count += 1
                message.first_received_at = message.first_received_at or now
                message.receipt = f"{message.message_id}:{message.receive_count}"
                if not self._calls.happens(Quirk.STAYS_VISIBLE):
                    message.visible_at = now + visibility * 1000
                received.append(_copy(message))
            return received

    def delete(self, receipts: Sequence[str]) -> None:
        """DeleteMessageBatch; an outdated receipt deletes nothing, as a standard queue may have it."""
        with self._calls.call("DeleteMessageBatch"), self._lock:
            self._messages = [
                message
                for message in self._messages
                if message.receipt not in receipts or self._calls.happens(Quirk.NOT_DELETED)
            ]

    def change_visibility(self, receipt: str, seconds: int) -> None:
        """ChangeMessageVisibility: the message comes again after ``seconds``.

        Nothing for one that is not in flight, or would be for more than twelve hours.
        """
        with self._calls.call("ChangeMessageVisibility"), self._lock:
            now = self._clock.now()
            until = now + seconds * 1000
            for message in self._messages:
                is_too_long = until > message.first_received_at + LONGEST_VISIBILITY * 1000
                if message.receipt == receipt and message.visible_at > now and not is_too_long:
                    message.visible_at = until

    def depth(self) -> Depth:
        """How many messages a receive could get right now, how many are held, how many delayed."""
        with self._calls.call("GetQueueAttributes"), self._lock:
            now = self._clock.now()
            hidden = [message for message in self._messages if message.visible_at > now]
            held = sum(bool(message.receipt) for message in hidden)
            return Depth(len(self._messages) - len(hidden), held, len(hidden) - held)

    def messages(self) -> list[StoredMessage]:
        """A copy of every message, delayed and hidden ones too; for assertions and pumps."""
        with self._lock:
            return [_copy(message) for message in self._messages]

    def held(self) -> int:
        """How many messages there are, delayed and hidden ones too."""
        with self._lock:
            return len(self._messages)

    def next_visible_at(self) -> int | None:
        """When the next message can be received (epoch ms); None when the queue is empty."""
        with self._lock:
            return min((message.visible_at for message in self._messages), default=None)


def _copy(message: StoredMessage) -> StoredMessage:
    return StoredMessage(
        message.message_id,
        message.body,
        message.visible_at,
        message.receive_count,
        message.receipt,
        message.first_received_at,
        message.attributes,
    )


def _body(message: TaskMessage, payloads: Payloads | None) -> str:
    return task_json(message if payloads is None else fitted(message, payloads))


class MemoryTaskQueue:
    """TaskQueue: a MemoryQueue for each address, made when first needed."""

    def __init__(
        self,
        clock: Clock,
        calls: Calls | None = None,
        wait: Callable[[int], None] | None = None,
        payloads: Payloads | None = None,
    ) -> None:
        """Queues on ``clock``.

        ``wait`` is called once with ``wait_ms`` when nothing is there, before a second look.
        ``payloads`` takes inputs that are too large for a message; None: none is.
        """
        self._clock = clock
        self._payloads = payloads
        self._calls = calls or Calls()
        self._wait = wait
        self._lock = threading.Lock()
        self.queues: dict[QueueAddress, MemoryQueue] = {}
        #: When each was made (epoch ms).
        self._made: dict[QueueAddress, int] = {}

    def send(self, message: TaskMessage, delay: int = 0) -> None:
        self._queue(message.address).send(_body(message, self._payloads), delay)

    def park(self, message: TaskMessage, delay: int = 0) -> None:
        address = gate_address(message.limit.key if message.limit else "")
        self._queue(address).send(_body(message, self._payloads), delay)

    def gates(self) -> Sequence[str]:
        keys = sorted(
            each.task_type
            for each in self.queues
            if each.lane is Lane.GATE and self._is_known(each)
        )
        return [key for key in keys if self.waiting_at(key)]

    def waiting_at(self, key: str) -> int:
        return self.depth_at(key).waiting

    def depth_at(self, key: str) -> Depth:
        queue = self.queues.get(gate_address(key))
        return Depth() if queue is None else queue.depth()

    def pollable(self, task_type: str, domain: str) -> Sequence[QueueAddress]:
        found = [
            address
            for address in self.queues
            if (address.task_type, address.domain) == (task_type, domain)
            and address.lane is not Lane.GATE
            and self._is_known(address)
        ]
        return sorted(found, key=reading_order)

    def receive(self, address: QueueAddress, count: int, wait_ms: int) -> Sequence[Received]:
        queue = self.queues.get(address)
        if queue is None or count < 1:
            return []
        found = queue.receive(count)
        if not found and wait_ms > 0 and self._wait is not None:
            self._wait(wait_ms)
            found = queue.receive(count)
        return [
            Received(message, stored.receipt, stored.receive_count, len(stored.body.encode()))
            for stored in found
            if (message := readable_task_message(stored.body)) is not None
        ]

    def delete(self, address: QueueAddress, receipts: Sequence[str]) -> None:
        if receipts and address in self.queues:
            self.queues[address].delete(receipts)

    def retry_later(self, address: QueueAddress, receipt: str, seconds: int) -> None:
        if address in self.queues:
            within = max(0, min(seconds, LONGEST_VISIBILITY))
            self.queues[address].change_visibility(receipt, within)

    def sizes(self) -> dict[str, int]:
        return {name: depth.waiting for name, depth in self.depths().items()}

    def depths(self) -> dict[str, Depth]:
        names = {
            address.registry_name: (address.task_type, address.domain)
            for address in self.queues
            if address.lane is not Lane.GATE
        }
        return {name: self.depth(*names[name]) for name in sorted(names)}

    def size(self, task_type: str, domain: str = "") -> int:
        return self.depth(task_type, domain).waiting

    def depth(self, task_type: str, domain: str = "") -> Depth:
        addresses = self.pollable(task_type, domain)
        return sum((self.queues[address].depth() for address in addresses), Depth())

    def _is_known(self, address: QueueAddress) -> bool:
        """The registry of queues tells of it."""
        is_new = not QUEUE_REGISTRY and self._made[address] + _REGISTRY_LAG >= self._clock.now()
        return not (is_new and self._calls.happens(Quirk.NOT_KNOWN_YET))

    def _queue(self, address: QueueAddress) -> MemoryQueue:
        with self._lock:
            if address not in self.queues:
                # What waits for a slot may be received any number of times.
                dies = address.lane is not Lane.GATE
                self._made[address] = self._clock.now()
                self.queues[address] = MemoryQueue(self._clock, self._calls, dies=dies)
            return self.queues[address]


class MemorySystemTaskQueue:
    """SystemTaskQueue; ``queue`` is where the stand-in for the function receives."""

    def __init__(
        self, clock: Clock, calls: Calls | None = None, payloads: Payloads | None = None
    ) -> None:
        """``payloads`` takes inputs that are too large for a message; None: none is."""
        self.queue = MemoryQueue(clock, calls)
        self._payloads = payloads

    def send(self, message: TaskMessage, delay: int = 0) -> None:
        self.queue.send(_body(message, self._payloads), delay)


class MemoryGateQueue:
    """GateQueue; ``queue`` is where the stand-in for the function receives."""

    def __init__(self, clock: Clock, calls: Calls | None = None) -> None:
        self.queue = MemoryQueue(clock, calls)

    def call(self, key: str, delay: int = 0, *, is_sweep: bool = False) -> None:
        self.queue.send(gate_json(GateCall(key, is_sweep=is_sweep)), delay)


class MemoryTimerQueue:
    """TimerQueue; ``queue`` is where the stand-in for the function receives."""

    def __init__(self, clock: Clock, calls: Calls | None = None) -> None:
        self.queue = MemoryQueue(clock, calls)

    def arm(self, timer: TimerMessage, delay: int) -> None:
        self.queue.send(timer_json(timer), delay)
