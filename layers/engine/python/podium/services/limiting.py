"""Slots of limited tasks: taken, given back, checked (engine.md 11, protocol.md 9).

A slot is held by a named hand-out, so whoever meets a holder whose task is not out drops it: the end
of the task does, and so does whoever finds the limit reached.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from podium.domain.limits import (
    free_slots,
    has_free_slot,
    holder_of,
    is_running,
    is_valid,
    next_token_at,
    suspects,
    with_forced,
    with_taken,
    without,
    workflow_holder,
)
from podium.errors import LostRaceError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from podium.domain.execution import Header, Task
    from podium.domain.limits import Holder, Limit, Slots
    from podium.ports.bundle import Ports

#: Compare-and-sets lost in a row before the caller is told to come again.
MAX_RACES = 100
#: Holders checked by one look at a limit that is reached; others in the next second.
CHECKED = 3


@dataclass(frozen=True, slots=True)
class Room:
    """Hand-outs that a limit allows, and L at the moment it was looked at."""

    free: int
    slots: Slots


class Limiting:
    """Everything that changes L."""

    def __init__(self, ports: Ports) -> None:
        """Wire the parts; see ``bootstrap``."""
        self._ports = ports

    def room(self, limit: Limit) -> Room:
        """How many hand-outs the limit allows right now; a hint, since only ``take`` is exact.

        When it is reached some of its holders are checked, and those that died are dropped.
        """
        slots = self._swept(limit)
        return Room(free_slots(slots, limit, self._now()), slots)

    def take(
        self, limit: Limit, wanted: Sequence[Holder], seen: Slots | None = None
    ) -> tuple[Holder, ...]:
        """Give slots to as many of ``wanted`` as there are, in their order; who has one afterwards.

        ``seen``: L as it was a moment ago, which saves a read unless somebody changed it meanwhile.
        """
        slots = self._ports.limits.read(limit.key) if seen is None else seen
        for _ in range(MAX_RACES):
            after, served = with_taken(slots, limit, wanted, self._now())
            if after is slots:
                return served
            swapped = self._ports.limits.swap(limit.key, after)
            if swapped.applied:
                return served
            slots = swapped.slots
        raise LostRaceError(_too_busy(limit.key))

    def next_token_at(self, limit: Limit) -> int:
        """When the rate allows the next hand-out (epoch ms)."""
        return next_token_at(self._ports.limits.read(limit.key), limit, self._now())

    def release(self, workflow_id: str, task: Task) -> None:
        """The task is not out any more: its slot is free. Nothing for a task without a limit.

        Where it was the last one that was taken, somebody may wait at the gate. The call follows the
        release: whoever frees a slot that is free already need not call.
        """
        if task.limit is not None:
            self._release(task.limit, holder_of(workflow_id, task))

    def release_workflow(self, header: Header) -> None:
        """The same for an execution that has ended, or was not begun."""
        if header.limit is not None:
            self._release(header.limit, workflow_holder(header))

    def force(self, header: Header) -> None:
        """An execution that an operator lets run again has a slot, be one free or not."""
        if header.limit is None:
            return
        slots = self._ports.limits.read(header.limit.key)
        for _ in range(MAX_RACES):
            after = with_forced(slots, workflow_holder(header), self._now())
            if after is slots:
                return
            swapped = self._ports.limits.swap(header.limit.key, after)
            if swapped.applied:
                return
            slots = swapped.slots
        raise LostRaceError(_too_busy(header.limit.key))

    def _release(self, limit: Limit, holder: Holder) -> None:
        if not limit.concurrent:
            return
        before = self._drop(limit.key, (holder,))
        if limit.at_gate and before is not None and not has_free_slot(before, limit):
            self._ports.gates.call(limit.key)

    def _swept(self, limit: Limit) -> Slots:
        slots = self._ports.limits.read(limit.key)
        if has_free_slot(slots, limit):
            return slots
        suspected = suspects(slots, self._now(), CHECKED)
        dead = [holder for holder, since in suspected if not self._is_out(holder, since)]
        if dead and self._drop(limit.key, dead) is not None:
            return self._ports.limits.read(limit.key)
        return slots

    def _is_out(self, holder: Holder, since: int) -> bool:
        if holder.is_workflow:
            header = self._ports.executions.read_header(holder.workflow_id)
            return is_running(holder, header, since, self._now())
        return is_valid(holder, self._ports.executions.read_task(holder.key))

    def _drop(self, key: str, holders: Sequence[Holder]) -> Slots | None:
        """Free the slots of these holders; the slots before that, None when none of them had one."""
        slots = self._ports.limits.read(key)
        for _ in range(MAX_RACES):
            after = without(slots, holders)
            if after is slots:
                return None
            swapped = self._ports.limits.swap(key, after)
            if swapped.applied:
                return slots
            slots = swapped.slots
        raise LostRaceError(_too_busy(key))

    def _now(self) -> int:
        return self._ports.clock.now()


def _too_busy(key: str) -> str:
    return f"the limit of {key} is too busy"
