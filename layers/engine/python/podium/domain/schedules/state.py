"""Where a schedule stands: which moments of it are next, and what follows when they have come."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from podium.domain.ids import derived_workflow_id
from podium.domain.schedules.definition import WorkflowSchedule

if TYPE_CHECKING:
    from podium.domain.schedules.timetable import Timetable

#: Execution records that are kept of a schedule: the newest.
RECORDS_KEPT = 20


@dataclass(frozen=True, slots=True)
class Firing:
    """One moment (epoch ms) of one entry of a schedule; ``number`` counts those of the schedule."""

    schedule: str
    entry: int
    moment: int
    number: int

    @property
    def execution_id(self) -> str:
        """Id of its record: the same whoever makes it."""
        return derived_workflow_id("scheduled", self.schedule, self.entry, self.moment)

    @property
    def workflow_id(self) -> str:
        """Id of the workflow it starts: one, however often the firing is delivered."""
        return derived_workflow_id("schedule", self.schedule, self.entry, self.moment)

    @property
    def slot(self) -> int:
        """Place of its record: newer ones take the places of older ones."""
        return self.number % RECORDS_KEPT


@dataclass(frozen=True, slots=True)
class ScheduleState:
    """A schedule as it is kept."""

    schedule: WorkflowSchedule
    #: Changes with each change by a client.
    revision: str
    #: The next moment of each entry; None: there is none. All None while it is paused.
    cursors: tuple[int | None, ...]
    #: Firings so far.
    fired: int = 0

    @property
    def next(self) -> int | None:
        """The moment at which something is to be done; None: never."""
        return min((cursor for cursor in self.cursors if cursor is not None), default=None)

    def is_due(self, now: int) -> bool:
        """A moment has come."""
        return self.next is not None and self.next <= now

    def due(self, now: int) -> tuple[Firing, ...]:
        """What is to fire, in the order of time."""
        found = sorted(
            (cursor, index)
            for index, cursor in enumerate(self.cursors)
            if cursor is not None and cursor <= now
        )
        return tuple(
            Firing(self.schedule.name, index, moment, self.fired + place)
            for place, (moment, index) in enumerate(found)
        )

    def after(self, firings: tuple[Firing, ...], moments: Timetable, now: int) -> ScheduleState:
        """The state when ``firings`` are done."""
        cursors = list(self.cursors)
        for firing in firings:
            cursors[firing.entry] = moments.following(firing.entry, firing.moment, now)
        return replace(self, cursors=tuple(cursors), fired=self.fired + len(firings))


def scheduled(
    schedule: WorkflowSchedule, moments: Timetable, revision: str, now: int, fired: int = 0
) -> ScheduleState:
    """A schedule as a client wants it from ``now`` on."""
    cursors = moments.first(now)
    if schedule.paused:
        cursors = (None,) * len(cursors)
    return ScheduleState(schedule, revision, cursors, fired)
