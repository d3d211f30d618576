"""Ports of the scheduler: where schedules and their executions are kept, and what wakes them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from podium.domain.schedules.executions import WorkflowScheduleExecution
from podium.domain.schedules.state import ScheduleState
from podium.domain.schedules.wakeups import Wakeup


class ScheduleStore(Protocol):
    """Schedules by name. A write is made iff the schedule is as it was read, cursors included."""

    def read(self, name: str) -> ScheduleState | None:
        """GetItem, consistent."""
        ...

    def all(self) -> Sequence[ScheduleState]:
        """Every schedule by name; a Query per page."""
        ...

    def put(self, state: ScheduleState, before: ScheduleState | None) -> bool:
        """PutItem iff ``before`` is what is there (None: nothing); False when it is not."""
        ...

    def move(self, state: ScheduleState, before: ScheduleState) -> bool:
        """UpdateItem of the cursors and the count alone, iff ``before`` is what is there."""
        ...

    def delete(self, before: ScheduleState) -> bool:
        """DeleteItem iff ``before`` is what is there."""
        ...

    def is_stopped(self) -> bool:
        """Nothing fires in this installation; GetItem."""
        ...

    def stop(self, *, stopped: bool) -> None:
        """Whether anything fires; PutItem."""
        ...

    def note(self, record: WorkflowScheduleExecution, slot: int) -> None:
        """Keep a record in a place of its schedule, instead of what is there; PutItem."""
        ...

    def executions(self, schedule: str = "") -> Sequence[WorkflowScheduleExecution]:
        """Records of one schedule, or of all; a Query per page."""
        ...


class Wakeups(Protocol):
    """Calls the ``schedules`` function when the time has come; each at least once."""

    def send(self, wakeup: Wakeup, delay: int) -> None:
        """In ``delay`` seconds, 900 at most; SendMessage."""
        ...

    def book(self, wakeup: Wakeup) -> None:
        """At its minute; nothing if it is booked already. CreateSchedule."""
        ...

    def cancel(self, wakeup: Wakeup) -> None:
        """Not at its minute, after all; nothing if it is not booked. DeleteSchedule."""
        ...
