"""Port of what is under way between the functions: messages, timers, records (services/explaining.py).

Nobody can look into a queue or a stream of AWS without taking from it, so the adapter on AWS tells
counts alone. A simulated installation answers the other questions exactly.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from podium.domain.execution import Header, Task
    from podium.domain.ids import TaskKey
    from podium.domain.queues import Depth
    from podium.domain.why.facts import Carrier, Sight


class OwnQueue(Enum):
    """A queue that functions of ours read."""

    SYSTEM_TASKS = "system-tasks"
    RESULTS = "results"
    TASK_DEAD_LETTERS = "tasks-dead-letters"


class Evidence(Protocol):
    """What can be seen without being changed."""

    def depth(self, queue: OwnQueue) -> Depth:
        """GetQueueAttributes."""
        ...

    def records(self, workflow_id: str) -> Sight:
        """A stream record of the execution that nobody has handled to its end. No call."""
        ...

    def message(self, key: TaskKey, task: Task) -> Carrier:
        """The message that hands the task out at its present epoch. No call."""
        ...

    def timer(self, header: Header) -> Sight:
        """What will look at the deadlines of the execution at ``header.timer``, or before. No call."""
        ...

    def own_timer(self, key: TaskKey) -> Sight:
        """The timer message of one task, whose lease is short. No call."""
        ...

    def gate(self, header: Header) -> Sight:
        """The message with which the execution waits for its slot. No call."""
        ...
