"""Timers that fire, and the minute's sweep of far ones (protocol.md 8)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from podium.domain import operations
from podium.domain.changes import HeaderChange
from podium.domain.decision import Decision
from podium.domain.execution import Kind
from podium.domain.ids import TaskKey
from podium.domain.status import TaskStatus
from podium.domain.timeouts import (
    RESEND_MS,
    due_ends,
    next_timer,
    ready_at,
    sent_at,
    workflow_is_due,
)
from podium.errors import LostRaceError

if TYPE_CHECKING:
    from podium.domain.execution import Task
    from podium.domain.state import State
    from podium.ports.bundle import Ports
    from podium.ports.queues import TimerMessage
    from podium.services.committing import Committing
    from podium.services.creating import Creating
    from podium.services.deciding import Deciding
    from podium.services.ending import Ending
    from podium.services.states import States
    from podium.services.timers import Timers

MAX_RACES = 25
#: Least time (ms) between two firings of one workflow's timer. A task whose item is not there yet has
#: clocks nobody can read: that often it is looked at, for it is put a moment after the commit.
SHORTEST = 1000
#: Longest time (ms) between two looks at a task whose item is not there, which the timer could not make either.
#: No clock of a task that is put meanwhile runs out sooner, unclaimed (protocol.md 8).
LONGEST_LOOK = 60_000
_HANDED_OUT = frozenset({Kind.WORKER, Kind.SYSTEM})
_LAUNCHED = frozenset({Kind.CHILD, Kind.LAUNCH})
#: The sweep runs each minute and moves what comes due within this time (ms) to delay messages.
SWEEP_AHEAD = 16 * 60 * 1000


class Timing:
    """What happens when time has passed."""

    def __init__(
        self,
        ports: Ports,
        states: States,
        deciding: Deciding,
        committing: Committing,
        creating: Creating,
        timers: Timers,
        ending: Ending,
    ) -> None:
        """Wire the parts; see ``bootstrap``."""
        self._ports = ports
        self._states = states
        self._deciding = deciding
        self._committing = committing
        self._creating = creating
        self._timers = timers
        self._ending = ending

    def fire(self, message: TimerMessage) -> None:
        """End what is due in one workflow and arm the next timer; a stale message does nothing.

        What the ends lead to is decided by whoever gets their records.
        """
        if message.ref:
            self._fire_lease(message)
            return
        for _ in range(MAX_RACES):
            state = self._states.fresh(message.workflow_id)
            if state is None or state.header.status.is_terminal:
                return
            if not state.header.timer or state.header.timer > message.at:
                return
            if self._fire(state):
                return
        raise _too_busy(message.workflow_id)

    def arm_again(self, workflow_id: str) -> None:
        """What carried the timer is lost: end what is due, and arm the next timer in any case."""
        for _ in range(MAX_RACES):
            state = self._states.fresh(workflow_id)
            if state is None or state.header.status.is_terminal:
                return
            if self._fire(state, is_lost=True):
                return
        raise _too_busy(workflow_id)

    def sweep(self) -> int:
        """Move far timers that come near to delay messages; how many were moved."""
        now = self._ports.clock.now()
        moved = 0
        for due in self._ports.executions.due_timers(now + SWEEP_AHEAD):
            moved += self._bring_near(due.workflow_id)
        return moved

    def _bring_near(self, workflow_id: str) -> bool:
        state = self._states.fresh(workflow_id)
        if state is None or not state.header.timer_is_far:
            return False
        header = state.header
        near = replace(header, version=header.version + 1, committed_at=self._ports.clock.now())
        # ``arm`` sees no timer before, so it sends the delay message, and then the flag goes.
        armed = self._timers.arm(None, Decision(near))
        return self._committing.commit_as_is(state, armed) is not None

    def _fire(self, state: State, *, is_lost: bool = False) -> bool:
        now = self._ports.clock.now()
        if workflow_is_due(state, now):
            decision = self._deciding.settle(
                lambda context: operations.time_out(state, context),
                header=state.header,
                memory=state.memory,
            )
            return decision is None or self._committing.commit(state, decision) is not None
        tasks, all_there = self._open_tasks(state)
        if not all_there and now - state.header.committed_at >= SHORTEST:
            # Whoever should have made them is slow, away, or has never heard of it: as the header's record would.
            self._creating.carry_out(HeaderChange(None, state.header))
            tasks, all_there = self._open_tasks(state)
        open_tasks = self._end_due(state, tasks, now)
        self._send_old_ones_again(state, open_tasks, now)
        open_tasks = self._launch_ready(state, open_tasks, now)
        timer = self._deciding.settle(
            lambda context: next_timer(state, open_tasks, now, context),
            header=state.header,
            memory=state.memory,
        )
        timer = _not_in_a_rush(timer, now)
        if not all_there:
            look = _next_look(state.header.committed_at, now)
            timer = min(timer, look) if timer else look
        if timer == state.header.timer and not is_lost:
            return True
        # Not dated anew: nothing was decided, and how long something has been due can still be told.
        header = replace(state.header, version=state.header.version + 1, timer=timer)
        if is_lost:
            # ``arm`` sees no timer before, so it arms this one.
            armed = self._timers.arm(None, Decision(header))
            return self._committing.commit_as_is(state, armed) is not None
        return self._committing.commit(state, Decision(header)) is not None

    def _end_due(self, state: State, tasks: list[Task], now: int) -> list[Task]:
        """End what is due; returns the tasks still open."""
        still_open = {task.seq: task for task in tasks}
        due = self._deciding.settle(
            lambda context: due_ends(state, tasks, now, context),
            header=state.header,
            memory=state.memory,
        )
        for task, end in due:
            key = TaskKey(state.header.workflow_id, task.ref, task.seq)
            is_lease = bool(task.lease_until) and task.lease_until <= now
            outcome = self._ending.end(
                key,
                end,
                inc=task.inc,
                epoch=task.epoch,
                lease_before=now if is_lease else None,
            )
            if outcome.task is not None and not outcome.task.status.is_terminal:
                still_open[task.seq] = outcome.task
            else:
                del still_open[task.seq]
        return list(still_open.values())

    def _send_old_ones_again(self, state: State, tasks: list[Task], now: int) -> None:
        """A queue keeps a message for 14 days; a task may wait longer for its worker, or its moment."""
        for task in tasks:
            is_waiting = task.status is TaskStatus.SCHEDULED and task.kind in _HANDED_OUT
            if is_waiting and not task.held and now - sent_at(task) >= RESEND_MS:
                self._creating.send_again(state, task)

    def _launch_ready(self, state: State, tasks: list[Task], now: int) -> list[Task]:
        """Launch children whose start or retry was delayed until now; the items afterwards."""
        found: list[Task | None] = []
        for task in tasks:
            is_waiting = task.status is TaskStatus.SCHEDULED and task.kind in _LAUNCHED
            if not is_waiting or ready_at(task) > now:
                found.append(task)
                continue
            found.append(self._creating.launch_ready(state, task))
        return [task for task in found if task is not None and not task.status.is_terminal]

    def _open_tasks(self, state: State) -> tuple[list[Task], bool]:
        """Items of the open entries, and whether all are there; one may still have to be put.

        Of a task that was taken up again the item of the run before is none: that its clocks have stopped
        says nothing of those to come (32).
        """
        there: list[Task] = []
        entries = [e for e in state.header.open if e.kind is not Kind.DUE and not e.closing]
        for entry in entries:
            key = TaskKey(state.header.workflow_id, state.graph.ref(entry), entry.seq)
            task = self._ports.executions.read_task(key)
            if task is not None and not entry.is_ahead_of(task):
                there.append(task)
        tasks = [task for task in there if not task.status.is_terminal]
        return tasks, len(there) == len(entries)

    def _fire_lease(self, message: TimerMessage) -> None:
        """One short lease: end the task if a clock of it has run out, look again if none has.

        A lease that is extended does not stretch the task's own timeout, which may be as short.
        """
        key = TaskKey(message.workflow_id, message.ref, message.seq)
        task = self._ports.executions.read_task(key)
        if task is None or task.status is not TaskStatus.IN_PROGRESS or not task.lease_until:
            return
        state = self._states.fresh(message.workflow_id)
        if state is None or state.header.status.is_terminal:
            return
        now = self._ports.clock.now()
        still_open = self._end_due(state, [task], now)
        if not still_open or still_open[0].status is not TaskStatus.IN_PROGRESS:
            return
        timer = self._deciding.settle(
            lambda context: next_timer(state, still_open, now, context),
            header=state.header,
            memory=state.memory,
        )
        self._timers.arm_lease(replace(message, at=_not_in_a_rush(timer, now)))


def _too_busy(workflow_id: str) -> LostRaceError:
    return LostRaceError(f"the timer of workflow {workflow_id} is too busy")


def _next_look(since: int, now: int) -> int:
    """When to look again for what should have been put behind the commit at ``since``: less and less often.

    Each look is a commit. A decider that is away for hours must not cost one a second.
    """
    return now + min(max(now - since, SHORTEST // 2) * 2, LONGEST_LOOK)


def _not_in_a_rush(timer: int, now: int) -> int:
    """``timer``, but never at once again: a clock that cannot be acted on must not spin."""
    return max(timer, now + SHORTEST) if timer else 0
