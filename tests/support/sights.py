"""What can be seen in the queues in memory: everything, unlike on AWS."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache

from podium.adapters.memory.queues import (
    MemoryQueue,
    MemorySystemTaskQueue,
    MemoryTaskQueue,
    MemoryTimerQueue,
)
from podium.adapters.message import task_message, timer_message
from podium.domain.execution import Header, Kind, Task
from podium.domain.ids import TaskKey
from podium.domain.queues import Depth, Lane, gate_address
from podium.domain.why import Sight
from podium.domain.why.facts import Carrier
from podium.ports.evidence import OwnQueue
from podium.ports.queues import TaskMessage, TimerMessage


class CountedQueues:
    """Evidence as on AWS: counts, and nothing else."""

    def __init__(self, queues: Mapping[OwnQueue, MemoryQueue]) -> None:
        """``queues``: those of our own; of others nothing is counted."""
        self._queues = queues

    def depth(self, queue: OwnQueue) -> Depth:
        found = self._queues.get(queue)
        return Depth() if found is None else found.depth()

    def records(self, workflow_id: str) -> Sight:
        return Sight.UNKNOWN

    def message(self, key: TaskKey, task: Task) -> Carrier:
        return Carrier.UNKNOWN

    def timer(self, header: Header) -> Sight:
        return Sight.UNKNOWN

    def own_timer(self, key: TaskKey) -> Sight:
        return Sight.UNKNOWN

    def gate(self, header: Header) -> Sight:
        return Sight.UNKNOWN


class SeenQueues:
    """Evidence on the memory adapters; records are the stand-in's business, and not seen."""

    def __init__(
        self, tasks: MemoryTaskQueue, system: MemorySystemTaskQueue, timers: MemoryTimerQueue
    ) -> None:
        self._tasks = tasks
        self._system = system
        self._timers = timers

    def depth(self, queue: OwnQueue) -> Depth:
        return self._system.queue.depth() if queue is OwnQueue.SYSTEM_TASKS else Depth()

    def records(self, workflow_id: str) -> Sight:
        return Sight.UNKNOWN

    def message(self, key: TaskKey, task: Task) -> Carrier:
        if task.limit is not None and task.limit.at_gate:
            gate = self._tasks.queues.get(gate_address(task.limit.key))
            if gate is not None and _hands_out(gate, key, task):
                return Carrier.GATE
        if task.kind is Kind.SYSTEM:
            queues = [self._system.queue]
        else:
            queues = [
                queue
                for address, queue in self._tasks.queues.items()
                if address.lane is not Lane.GATE and address.task_type == task.type
            ]
        is_there = any(_hands_out(queue, key, task) for queue in queues)
        return Carrier.QUEUE if is_there else Carrier.NOWHERE

    def timer(self, header: Header) -> Sight:
        if header.timer_is_far:
            return Sight.SEEN
        found = any(
            not message.ref and message.at >= header.timer
            for message in self._timer_messages(header.workflow_id)
        )
        return Sight.SEEN if found else Sight.MISSING

    def own_timer(self, key: TaskKey) -> Sight:
        found = any(
            (message.ref, message.seq) == (key.ref, key.seq)
            for message in self._timer_messages(key.workflow_id)
        )
        return Sight.SEEN if found else Sight.MISSING

    def gate(self, header: Header) -> Sight:
        queue = (
            None if header.limit is None else self._tasks.queues.get(gate_address(header.limit.key))
        )
        found = queue is not None and any(
            message.workflow_id == header.workflow_id and not message.seq
            for message in _messages(queue)
        )
        return Sight.SEEN if found else Sight.MISSING

    def _timer_messages(self, workflow_id: str) -> Iterator[TimerMessage]:
        for stored in self._timers.queue.messages():
            message = timer_message(stored.body)
            if message.workflow_id == workflow_id:
                yield message


def is_handed_out_by(body: str, key: TaskKey, task: Task) -> bool:
    """The message hands out the task at its present epoch."""
    return _handed_out(body) == (key, task.inc, task.epoch)


def _messages(queue: MemoryQueue) -> Iterator[TaskMessage]:
    return (task_message(stored.body) for stored in queue.messages())


def _hands_out(queue: MemoryQueue, key: TaskKey, task: Task) -> bool:
    return any(is_handed_out_by(stored.body, key, task) for stored in queue.messages())


@lru_cache(4096)
def _handed_out(body: str) -> tuple[TaskKey, int, int]:
    message = task_message(body)
    key = TaskKey(message.workflow_id, message.ref, message.seq)
    return key, message.inc, message.epoch
