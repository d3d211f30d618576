"""The gate: limited tasks that wait for a slot before they are sent to their workers (protocol.md 9).

Executions that wait for a slot of their own do so here, too. Anything is parked iff its message lies in the gate queue of its limit; nothing else says so. Whoever
parks a task calls for the gate, and so does the end that frees a slot where none was free. A call that is
lost is made up for by the minute's sweep. Any number of processes may run one gate at a time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from podium.domain.ids import TaskKey
from podium.domain.limits import Holder
from podium.domain.queues import gate_address
from podium.domain.status import TaskStatus
from podium.errors import LostRaceError
from podium.ports.queues import LONGEST_DELAY
from podium.services.timers import seconds_until

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from podium.domain.execution import Task
    from podium.domain.limits import Limit, Slots
    from podium.domain.queues import QueueAddress
    from podium.ports.bundle import Ports
    from podium.ports.queues import Received, TaskMessage
    from podium.services.admitting import Admitting
    from podium.services.limiting import Limiting, Room

#: Messages taken out of a gate queue at a time.
BATCH = 10
#: Batches let through by one run; what is left calls for another run.
MOST_BATCHES = 50
#: Batches that a scan looks at.
MOST_SCANNED = 30
#: Seconds after which a message that got no slot can be received again, and when a scan saw it.
SEEN_AT_ONCE, SCANNED = 0, 5
#: A message whose item may still come is looked at again after this many seconds.
SOON = 2
#: From this receive on, the header tells whether the item will ever come (6).
SUSPICIOUS_RECEIVES = 5


class Gating:
    """Lets tasks through as slots become free."""

    def __init__(self, ports: Ports, limiting: Limiting, admitting: Admitting) -> None:
        """Wire the parts; see ``bootstrap``."""
        self._ports = ports
        self._limiting = limiting
        self._admitting = admitting
        #: What limited the tasks that waited at a gate last.
        self._limits: dict[str, Limit] = {}
        #: When a gate will be looked at again for the sake of its rate; this process saw to it.
        self._called: dict[str, int] = {}

    def run(self, key: str, *, is_sweep: bool = False) -> None:
        """Let through what the limit called ``key`` allows, until nothing waits or no slot is free.

        A process that died between taking a slot and sending has left a message here that holds its slot. Nobody
        would receive it where such slots are all there are, so the sweep receives also when the limit
        is reached (26c).
        """
        address = gate_address(key)
        for _ in range(MOST_BATCHES):
            limit = self._limits.get(key)
            room = None if limit is None else self._limiting.room(limit)
            asked = BATCH if room is None else min(BATCH, room.free)
            if not asked and is_sweep:
                self._scan(address)
            batch = self._ports.tasks.receive(address, asked, 0) if asked else ()
            # What was received and not let through is visible again: whoever freed a slot
            # meanwhile found nothing, so the limit is looked at once more.
            are_left = self._let_through(address, batch, SEEN_AT_ONCE, room)
            if not asked:
                self._call_for_the_next_token(key)
                return
            if len(batch) < asked and not are_left:
                self._call_if_missed(key)
                return
        self._ports.gates.call(key)

    def _scan(self, address: QueueAddress) -> None:
        """Receive all there is, to find what holds a slot already; what does not is hidden a while."""
        found = False
        for _ in range(MOST_SCANNED):
            batch = self._ports.tasks.receive(address, BATCH, 0)
            if not batch:
                break
            self._let_through(address, batch, SCANNED)
            found = True
        if found:
            # Whoever freed a slot meanwhile found nothing.
            self._ports.gates.call(address.task_type, SCANNED + 1)

    def sweep(self) -> int:
        """Call for every gate at which somebody waits; how many there were."""
        waiting = self._ports.tasks.gates()
        for key in waiting:
            self._ports.gates.call(key, is_sweep=True)
        return len(waiting)

    def _let_through(
        self,
        address: QueueAddress,
        batch: Sequence[Received],
        seen_again: int,
        room: Room | None = None,
    ) -> bool:
        """Send those that get a slot, or have one; whether there are others.

        The others are seen again after so many seconds.
        """
        are_left = False
        settled: list[str] = []
        ready: dict[Limit, dict[Holder, Received]] = {}
        for received in batch:
            keep_for = self._wait_of(received)
            limit = received.message.limit
            if keep_for is None or limit is None:
                settled.append(received.receipt)
            elif keep_for:
                self._ports.tasks.retry_later(address, received.receipt, keep_for)
                self._ports.gates.call(address.task_type, keep_for)
            elif _holder(received.message) in ready.setdefault(limit, {}):
                settled.append(received.receipt)
            else:
                ready[limit][_holder(received.message)] = received
        for limit, waiting in ready.items():
            self._limits[limit.key] = limit
            sent = self._send(limit, waiting, None if room is None else room.slots)
            room = None
            settled += [waiting[holder].receipt for holder in sent]
            for holder in waiting.keys() - sent:
                self._ports.tasks.retry_later(address, waiting[holder].receipt, seen_again)
                are_left = True
        if settled:
            self._ports.tasks.delete(address, settled)
        return are_left

    def _send(
        self, limit: Limit, waiting: Mapping[Holder, Received], seen: Slots | None
    ) -> set[Holder]:
        """Take slots, then send; who has been sent. A limit that is too busy is looked at again."""
        try:
            taken = self._limiting.take(limit, tuple(waiting), seen)
        except LostRaceError:
            self._ports.gates.call(limit.key, SOON)
            return set()
        for holder in taken:
            self._let_go(holder, waiting[holder].message)
        return set(taken)

    def _let_go(self, holder: Holder, message: TaskMessage) -> None:
        if holder.is_workflow:
            self._admitting.admit(holder.workflow_id)
        elif message.is_system:
            self._ports.system_tasks.send(message)
        else:
            self._ports.tasks.send(message)

    def _wait_of(self, received: Received) -> int | None:
        """Seconds for which the message is kept: 0 when it may go through, None when it is stale."""
        message, now = received.message, self._ports.clock.now()
        if not message.seq:
            return 0 if self._admitting.is_waiting(message) else None
        if message.not_before > now:
            return min(LONGEST_DELAY, seconds_until(message.not_before, now))
        key = TaskKey(message.workflow_id, message.ref, message.seq)
        task = self._ports.executions.read_task(key)
        if task is None or task.inc < message.inc:
            return SOON if self._may_still_come(received) else None
        return 0 if _is_parked(task, message) else None

    def _may_still_come(self, received: Received) -> bool:
        if received.receive_count < SUSPICIOUS_RECEIVES:
            return True
        header = self._ports.executions.read_header(received.message.workflow_id)
        if header is None or header.status.is_terminal:
            return False
        entry = header.entry(received.message.seq)
        return entry is not None and entry.inc == received.message.inc

    def _call_if_missed(self, key: str) -> None:
        """A queue that gave nothing may still have something: SQS asks only some of its servers."""
        if self._ports.tasks.waiting_at(key):
            self._ports.gates.call(key, 1)

    def _call_for_the_next_token(self, key: str) -> None:
        """Nobody's end frees a token of a rate: only time does."""
        limit = self._limits.get(key)
        now = self._ports.clock.now()
        at = now if limit is None else self._limiting.next_token_at(limit)
        if at <= now or now < self._called.get(key, 0) <= at:
            return
        self._called[key] = at
        self._ports.gates.call(key, min(LONGEST_DELAY, seconds_until(at, now)))


def _holder(message: TaskMessage) -> Holder:
    return Holder(message.workflow_id, message.ref, message.seq, message.inc)


def _is_parked(task: Task, message: TaskMessage) -> bool:
    """Still to be handed out for the first time in this incarnation, and not held by a pause."""
    is_new = task.status is TaskStatus.SCHEDULED and task.epoch == 0
    return task.inc == message.inc and is_new and not task.held
