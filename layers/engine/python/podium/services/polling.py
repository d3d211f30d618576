"""Poll: receive, claim, hand out (protocol.md 3, Claim)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from podium.domain.ids import TaskKey
from podium.domain.status import TaskStatus
from podium.errors import InvalidInputError
from podium.ports.queues import TimerMessage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from podium.domain.definitions import WorkflowTask
    from podium.domain.execution import Task
    from podium.ports.bundle import Ports
    from podium.ports.queues import Received, TaskMessage
    from podium.services.states import States
    from podium.services.timers import Timers

#: A long poll waits at most this long (rest-api.md 5).
LONGEST_WAIT_MS = 5000
#: One poll hands out at most this many tasks.
MOST_TASKS = 100
#: An unclaimable message whose item may still come is looked at again after this many seconds.
SOON = 2
#: From this receive on, the header tells whether the item will ever come (6).
SUSPICIOUS_RECEIVES = 5
#: SQS caps how long a message may stay hidden (seconds).
LONGEST_HIDDEN = 43_200
#: A lease shorter than this (ms) is not covered by the header's timer (protocol.md 8).
SHORT_LEASE = 60_000


@dataclass(frozen=True, slots=True)
class HandedOut:
    """A claimed task with its message and its place in the definition."""

    message: TaskMessage
    task: Task
    workflow_task: WorkflowTask | None


class Polling:
    """Hands tasks to workers that ask over HTTP."""

    def __init__(self, ports: Ports, states: States, timers: Timers) -> None:
        """Wire the parts; see ``bootstrap``."""
        self._ports = ports
        self._states = states
        self._timers = timers

    def poll(
        self, task_type: str, worker_id: str, domain: str = "", count: int = 1, wait_ms: int = 100
    ) -> list[HandedOut]:
        """Up to ``count`` claimed tasks; waits at most ``wait_ms`` for the first message.

        An unknown type yields none. Raises InvalidInputError for a wait above 5 s or a bad count.
        """
        if wait_ms > LONGEST_WAIT_MS:
            message = (
                f"Long Poll Timeout value cannot be more than {LONGEST_WAIT_MS // 1000} seconds"
            )
            raise InvalidInputError(message)
        if count < 1:
            message = f"count must be at least 1, not {count}"
            raise InvalidInputError(message)
        wanted = min(count, MOST_TASKS)
        claimed: list[HandedOut] = []
        while len(claimed) < wanted:
            wait = wait_ms if not claimed else 0
            batch = self._ports.tasks.receive(task_type, domain, wanted - len(claimed), wait)
            if not batch:
                break
            claimed += self._claim_batch(task_type, domain, worker_id, batch)
        return claimed

    def _claim_batch(
        self, task_type: str, domain: str, worker_id: str, batch: Sequence[Received]
    ) -> list[HandedOut]:
        claimed: list[HandedOut] = []
        settled: list[str] = []
        for received in batch:
            keep_for = self._claim(worker_id, received, claimed)
            if keep_for is None:
                settled.append(received.receipt)
            else:
                self._ports.tasks.retry_later(task_type, domain, received.receipt, keep_for)
        if settled:
            self._ports.tasks.delete(task_type, domain, settled)
        return claimed

    def _claim(self, worker_id: str, received: Received, claimed: list[HandedOut]) -> int | None:
        """None: the message is settled; else the seconds after which it is to be seen again."""
        message, now = received.message, self._ports.clock.now()
        if message.not_before > now:
            return min(LONGEST_HIDDEN, -((now - message.not_before) // 1000))
        key = TaskKey(message.workflow_id, message.ref, message.seq)
        lease = message.response_timeout * 1000
        if 0 < lease < SHORT_LEASE:
            self._timers.arm_lease(
                TimerMessage(key.workflow_id, now + lease, ref=key.ref, seq=key.seq)
            )
        outcome = self._ports.executions.claim(key, message.inc, message.epoch, worker_id, now)
        if outcome.applied and outcome.task is not None:
            claimed.append(HandedOut(message, outcome.task, self._place(message)))
            return None
        return SOON if self._may_still_come(received, outcome.task) else None

    def _may_still_come(self, received: Received, task: Task | None) -> bool:
        """The claim table: its put, or its re-queue, may be under way (21b, 22)."""
        message = received.message
        if task is not None and task.inc >= message.inc:
            return (
                task.inc == message.inc
                and task.status is TaskStatus.IN_PROGRESS
                and task.epoch == message.epoch
            )
        if received.receive_count < SUSPICIOUS_RECEIVES:
            return True
        header = self._ports.executions.read_header(message.workflow_id)
        if header is None or header.status.is_terminal:
            return False
        entry = header.entry(message.seq)
        return entry is not None and entry.inc == message.inc

    def _place(self, message: TaskMessage) -> WorkflowTask | None:
        """The WorkflowTask of a static node; a dynamic one is known by its message only."""
        if not message.definition or "/" in message.node:
            return None
        return self._states.graph(message.definition).nodes[message.node].task
