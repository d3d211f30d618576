"""What AWS carries to functions beside the triggers of the topology.

EventBridge Scheduler calls schedules; queues of other people are event sources of the events function
once a handler listens to them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from podium.adapters.memory.calls import Calls
from podium.adapters.memory.queues import MemoryQueue
from podium.adapters.message import wakeup_json
from podium.domain.schedules.wakeups import Wakeup
from podium.ports.outside import Clock
from podium_local.clock import VirtualClock
from podium_local.pump.faults import Faults
from podium_local.pump.invoking import Invoker
from podium_local.pump.mapping import Invocation
from podium_local.pump.queues import MappedQueue, QueueMapping
from podium_local.topology import Function, QueueTrigger
from tests.invariants.simulation.sources import QUEUE_ARN, QueueClient, Waiting

#: A queue of somebody's that handlers may listen to, and the name of its event.
NEWS, NEWS_EVENT = "sink-news", "sqs:news"
#: Seconds for which a message of it is hidden, as of the others that this function reads.
_VISIBILITY = 360


class Callers:
    """Wakeups: messages of the schedules' queue, and calls of EventBridge Scheduler, which send such."""

    concurrency = 1

    def __init__(self, clock: Clock, calls: Calls, queue: MemoryQueue) -> None:
        """``queue``: of schedules."""
        self._clock = clock
        self._calls = calls
        self._queue = queue
        #: When each call is to be made (epoch ms).
        self._booked: dict[Wakeup, int] = {}

    def send(self, wakeup: Wakeup, delay: int) -> None:
        self._queue.send(wakeup_json(wakeup), delay)

    def book(self, wakeup: Wakeup) -> None:
        with self._calls.call("CreateSchedule"):
            self._booked[wakeup] = wakeup.minute

    def cancel(self, wakeup: Wakeup) -> None:
        with self._calls.call("DeleteSchedule"):
            self._booked.pop(wakeup, None)

    def step(self) -> list[Invocation]:
        """Make the calls that are due: the message first, for a call is made at least once."""
        now = self._clock.now()
        for wakeup in [each for each, moment in self._booked.items() if moment <= now]:
            self._queue.send(wakeup_json(wakeup))
            self._booked.pop(wakeup, None)
        return []

    def due(self) -> int | None:
        """When the next call is to be made."""
        return min(self._booked.values(), default=None)


def listened_queue(
    function: Function,
    queues: Mapping[str, MemoryQueue],
    invoker: Invoker,
    clock: VirtualClock,
    faults: Faults,
) -> QueueMapping:
    """The event source that is opened for ``NEWS``."""
    waiting: Any = Waiting(queues)
    return QueueMapping(
        function,
        QueueTrigger(NEWS),
        MappedQueue(NEWS, QUEUE_ARN + NEWS, NEWS),
        QueueClient(queues, {NEWS: _VISIBILITY}),
        invoker,
        waiting,
        clock,
        faults=faults,
    )
