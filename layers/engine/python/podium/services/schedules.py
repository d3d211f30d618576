"""The scheduler routes: schedules made, changed, found, paused; what they have started (rest-api.md 9)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from podium.domain.schedules.state import ScheduleState, scheduled
from podium.domain.schedules.timetable import timetable
from podium.domain.validation.schedules import validate_schedule
from podium.errors import LostRaceError, NotFoundError, ValidationError, Violation
from podium.services.bulk import Outcome, each_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from podium.domain.schedules.definition import Tag, WorkflowSchedule
    from podium.ports.bundle import Ports
    from podium.ports.schedules import ScheduleStore
    from podium.services.validating import Validating
    from podium.services.waking import Waking

MAX_RACES = 25
#: Schedules of one bulk request.
MOST_NAMES = 1000


class Schedules:
    """Schedules for clients. A schedule is armed before it is written, and spared its old call after."""

    def __init__(
        self, ports: Ports, store: ScheduleStore, waking: Waking, validating: Validating
    ) -> None:
        """Wire the parts; see ``services/scheduling.py``."""
        self._ports = ports
        self._store = store
        self._validating = validating
        self._waking = waking

    # --- one schedule ---------------------------------------------------------------------------

    def save(self, wanted: WorkflowSchedule) -> ScheduleState:
        """Create or replace; from now on it fires as ``wanted`` says.

        Raises ValidationError, with everything that is wrong.
        """
        zones = self._ports.engines.zones
        violations = validate_schedule(wanted, self._validating.context, zones)
        if violations:
            raise ValidationError(violations)

        def changed(old: ScheduleState | None) -> WorkflowSchedule:
            before = wanted if old is None else old.schedule
            return replace(
                wanted,
                create_time=self._ports.clock.now() if old is None else before.create_time,
                created_by="" if old is None else before.created_by,
                tags=wanted.tags or before.tags,
                next_run_time=None,
            )

        return self._write(wanted.name, changed)

    def get(self, name: str) -> ScheduleState:
        """One schedule; raises NotFoundError."""
        state = self._store.read(name)
        if state is None:
            raise _unknown(name)
        return state

    def delete(self, name: str) -> None:
        """Forget a schedule, if there is one; what it has started stays, and its records for a while."""
        for _ in range(MAX_RACES):
            state = self._store.read(name)
            if state is None:
                return
            if self._store.delete(state):
                self._waking.disarm(state)
                return
        raise LostRaceError(f"schedule {name} is too busy")

    def pause(self, name: str, reason: str | None = None) -> None:
        """Hold a schedule; raises NotFoundError."""

        def paused(old: ScheduleState | None) -> WorkflowSchedule:
            if old is None:
                raise _unknown(name)
            return replace(old.schedule, paused=True, paused_reason=reason)

        self._write(name, paused)

    def resume(self, name: str) -> None:
        """Let a paused schedule fire from now on; raises NotFoundError, also if it is not paused."""

        def resumed(old: ScheduleState | None) -> WorkflowSchedule:
            if old is None or not old.schedule.paused:
                raise _unknown(name)
            return replace(old.schedule, paused=False, paused_reason=None)

        self._write(name, resumed)

    def tag(self, name: str, tags: Sequence[Tag]) -> None:
        """Put these tags in the place of all that are there; raises NotFoundError."""
        self._retag(name, lambda _: tuple(tags))

    def untag(self, name: str, tags: Sequence[Tag]) -> None:
        """Take these tags off; raises NotFoundError."""
        gone = {(tag.key, tag.value) for tag in tags}
        self._retag(name, lambda old: tuple(tag for tag in old if (tag.key, tag.value) not in gone))

    def _retag(self, name: str, change: Callable[[tuple[Tag, ...]], tuple[Tag, ...]]) -> None:
        """A label says nothing of when to fire: cursors and revision stay."""
        for _ in range(MAX_RACES):
            old = self.get(name)
            new = replace(old, schedule=replace(old.schedule, tags=change(old.schedule.tags)))
            if self._store.put(new, old):
                return
        raise LostRaceError(f"schedule {name} is too busy")

    def _write(
        self, name: str, change: Callable[[ScheduleState | None], WorkflowSchedule]
    ) -> ScheduleState:
        """Write what ``change`` makes of what is there, its moments counted from now."""
        clock = self._ports.clock
        for _ in range(MAX_RACES):
            old, now = self._store.read(name), clock.now()
            schedule = replace(change(old), updated_time=now, updated_by="")
            moments = timetable(schedule, self._ports.engines.zones)
            revision = self._ports.ids.unique()
            new = scheduled(schedule, moments, revision, now, old.fired if old else 0)
            self._waking.arm(new)
            if not self._store.put(new, old):
                self._waking.disarm(new)
                continue
            if new.is_due(clock.now()):
                # Its wakeup may have come before it was there to be found.
                self._waking.poke(new)
            if old is not None:
                self._waking.disarm(old)
            return new
        raise LostRaceError(f"schedule {name} is too busy")

    # --- several --------------------------------------------------------------------------------

    def pause_all(self, names: Sequence[str]) -> Outcome[None]:
        """Pause each; raises ValidationError when there is none, or too many."""
        _refuse_number(names, "pauseSchedules.arg0")
        return each_of(names, self.pause, self._ports.clock)

    def resume_all(self, names: Sequence[str]) -> Outcome[None]:
        """Resume each; raises ValidationError when there is none, or too many."""
        _refuse_number(names, "resumeSchedules.arg0")
        return each_of(names, self.resume, self._ports.clock)


def _refuse_number(names: Sequence[str], path: str) -> None:
    if not names:
        raise ValidationError((Violation(path, "Schedule names list cannot be null."),))
    if len(names) > MOST_NAMES:
        raise ValidationError((Violation(path, f"more than {MOST_NAMES} schedules"),))


def _unknown(name: str) -> NotFoundError:
    return NotFoundError(f"Schedule '{name}' not found")
