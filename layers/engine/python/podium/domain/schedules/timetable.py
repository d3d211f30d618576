"""When a schedule fires: its expressions read, within its window (rest-api.md 9)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, tzinfo
from typing import TYPE_CHECKING

from podium.domain.schedules.cron_text import CronError, parse_cron
from podium.domain.schedules.moments import LATEST, next_moment
from podium.errors import ValidationError, Violation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podium.domain.engines import Zones
    from podium.domain.schedules.cron import Cron
    from podium.domain.schedules.definition import WorkflowSchedule

#: Expressions that one schedule may have.
MOST_ENTRIES = 100


@dataclass(frozen=True, slots=True)
class Timetable:
    """The moments (epoch ms) of each entry of a schedule, both bounds included."""

    entries: tuple[tuple[Cron, tzinfo], ...]
    start: int | None = None
    end: int | None = None
    #: How long ago (ms) moments may lie that were missed and are made up for, one by one.
    catches_up: int = 0

    def first(self, now: int) -> tuple[int | None, ...]:
        """The first moment of each entry after ``now``; None: there is none."""
        return tuple(self.after(index, now) for index in range(len(self.entries)))

    def following(self, index: int, fired: int, now: int) -> int | None:
        """The moment of one entry after the one that was to fire at ``fired`` and did at ``now``."""
        return self.after(index, max(fired, now - self.catches_up))

    def after(self, index: int, moment: int) -> int | None:
        """The first moment of one entry after ``moment``, if the window has one."""
        if self.start is not None:
            moment = max(moment, self.start - 1)
        found = next_moment(*self.entries[index], moment)
        if found is None or (self.end is not None and found > self.end):
            return None
        return found


def timetable(schedule: WorkflowSchedule, zones: Zones, longest_catch_up: int = 0) -> Timetable:
    """Read the expressions and zones of ``schedule``; raises ValidationError naming what is wrong.

    ``longest_catch_up`` (ms) is how far back a schedule looks that catches up.
    """
    entries, violations = _read(schedule, zones)
    if violations:
        raise ValidationError(violations)
    return Timetable(
        entries,
        start=schedule.schedule_start_time,
        end=schedule.schedule_end_time,
        catches_up=longest_catch_up if schedule.run_catchup_schedule_instances else 0,
    )


def timing_violations(schedule: WorkflowSchedule, zones: Zones) -> tuple[Violation, ...]:
    """All that is wrong with the expressions, the zones and the window of ``schedule``."""
    return _read(schedule, zones)[1]


def few_moments(
    cron: str, now: int, *, start: int | None, end: int | None, limit: int
) -> list[int]:
    """The next ``limit`` moments (epoch ms) of an expression in UTC; raises ValidationError."""
    read = parsed(cron, "cronExpression")
    if isinstance(read, Violation):
        raise ValidationError((read,))
    moments = Timetable(((read, UTC),), start=start, end=end)
    found: list[int] = []
    while len(found) < limit:
        following = moments.after(0, found[-1] if found else now)
        if following is None:
            break
        found.append(following)
    return found


def parsed(cron: str, path: str) -> Cron | Violation:
    """The expression, or what is wrong with it."""
    try:
        read = parse_cron(cron)
    except CronError as error:
        return Violation(path, str(error), cron)
    if next_moment(read, UTC, 0) is None:
        return Violation(path, f"'{cron}' never fires: no such day comes", cron)
    return read


def _read(
    schedule: WorkflowSchedule, zones: Zones
) -> tuple[tuple[tuple[Cron, tzinfo], ...], tuple[Violation, ...]]:
    """The entries that can be read, and what is wrong."""
    entries: list[tuple[Cron, tzinfo]] = []
    violations: list[Violation] = []
    for index, entry in enumerate(schedule.entries):
        path = f"cronSchedules[{index}]." if schedule.cron_schedules else ""
        cron = parsed(entry.cron_expression or "", f"{path}cronExpression")
        zone = zones.find(entry.zone)
        if isinstance(cron, Violation):
            violations.append(cron)
        if zone is None:
            message = f"there is no time zone '{entry.zone}'"
            violations.append(Violation(f"{path}zoneId", message, entry.zone))
        if not isinstance(cron, Violation) and zone is not None:
            entries.append((cron, zone))
    return tuple(entries), (*violations, *_window_violations(schedule))


def _window_violations(schedule: WorkflowSchedule) -> Iterator[Violation]:
    start, end = schedule.schedule_start_time, schedule.schedule_end_time
    for path, moment in (("scheduleStartTime", start), ("scheduleEndTime", end)):
        if moment is not None and not 0 <= moment < LATEST:
            yield Violation(path, "not within the years 1970 and 9899 (epoch ms)", str(moment))
    if start is not None and end is not None and end < start:
        yield Violation("scheduleEndTime", "before scheduleStartTime", str(end))
    if not schedule.entries:
        yield Violation("cronExpression", "cronExpression or cronSchedules is required")
    if len(schedule.entries) > MOST_ENTRIES:
        yield Violation("cronSchedules", f"more than {MOST_ENTRIES} entries")
