"""ScheduleStore and Wakeups in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from podium.adapters.memory.calls import Calls
from podium.domain.schedules.executions import WorkflowScheduleExecution
from podium.domain.schedules.state import ScheduleState
from podium.domain.schedules.wakeups import Wakeup
from podium.ports.outside import Clock


class MemorySchedules:
    """Schedules of one process."""

    def __init__(self, calls: Calls | None = None) -> None:
        self._calls = calls or Calls()
        self._states: dict[str, ScheduleState] = {}
        self._records: dict[tuple[str, int], WorkflowScheduleExecution] = {}
        self._stopped = False

    def read(self, name: str) -> ScheduleState | None:
        with self._calls.call("GetItem"):
            return self._states.get(name)

    def all(self) -> Sequence[ScheduleState]:
        with self._calls.call("Query"):
            return [state for _, state in sorted(self._states.items())]

    def put(self, state: ScheduleState, before: ScheduleState | None) -> bool:
        return self._calls.write("PutItem", lambda: self._write(state, before))

    def move(self, state: ScheduleState, before: ScheduleState) -> bool:
        return self._calls.write("UpdateItem", lambda: self._move(state, before))

    def _move(self, state: ScheduleState, before: ScheduleState) -> bool:
        stored = self._states.get(state.schedule.name, state)
        moved = replace(stored, cursors=state.cursors, fired=state.fired)
        return self._write(moved, before)

    def delete(self, before: ScheduleState) -> bool:
        return self._calls.write("DeleteItem", lambda: self._delete(before))

    def _delete(self, before: ScheduleState) -> bool:
        name = before.schedule.name
        is_there = _same(self._states.get(name), before)
        if is_there:
            del self._states[name]
        return is_there

    def is_stopped(self) -> bool:
        with self._calls.call("GetItem"):
            return self._stopped

    def stop(self, *, stopped: bool) -> None:
        with self._calls.call("PutItem"):
            self._stopped = stopped

    def note(self, record: WorkflowScheduleExecution, slot: int) -> None:
        with self._calls.call("PutItem"):
            self._records[record.schedule_name, slot] = record

    def executions(self, schedule: str = "") -> Sequence[WorkflowScheduleExecution]:
        with self._calls.call("Query"):
            return [
                record
                for (name, _), record in sorted(self._records.items(), key=lambda item: item[0])
                if schedule in {"", name}
            ]

    def _write(self, state: ScheduleState, before: ScheduleState | None) -> bool:
        name = state.schedule.name
        is_there = _same(self._states.get(name), before)
        if is_there:
            self._states[name] = state
        return is_there


class MemoryWakeups:
    """Keeps wakeups, each with the moment (epoch ms) it comes at, for whoever plays the services."""

    def __init__(self, clock: Clock, calls: Calls | None = None) -> None:
        self._clock = clock
        self._calls = calls or Calls()
        #: Messages.
        self.sent: list[tuple[int, Wakeup]] = []
        #: Calls of EventBridge Scheduler.
        self.booked: dict[Wakeup, int] = {}

    def send(self, wakeup: Wakeup, delay: int) -> None:
        moment = self._clock.now() + delay * 1000
        self._calls.write("SendMessage", lambda: self.sent.append((moment, wakeup)))

    def book(self, wakeup: Wakeup) -> None:
        with self._calls.call("CreateSchedule"):
            self.booked[wakeup] = wakeup.minute

    def cancel(self, wakeup: Wakeup) -> None:
        with self._calls.call("DeleteSchedule"):
            self.booked.pop(wakeup, None)


def _same(there: ScheduleState | None, before: ScheduleState | None) -> bool:
    if there is None or before is None:
        return there is before
    return (there.revision, there.cursors) == (before.revision, before.cursors)
