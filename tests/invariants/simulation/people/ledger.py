"""What clients were told: every answer that promised something, to be held against what is true at rest."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]

#: Cron expressions: each moment is so many ms after a multiple of so many ms.
PERIODS = {
    "*/20 * * * * *": (20_000, 0),
    "0 * * * * *": (60_000, 0),
    "30 */2 * * * *": (120_000, 30_000),
    "0 */30 * * * *": (1_800_000, 0),
}
#: Key under which the output of a task tells which report it is from.
REPORT = "report"


@dataclass
class Report:
    """One result of a task, as somebody sent it; moments are counted in deeds, not in time."""

    number: int
    task_id: str
    status: str
    begun: int
    #: When the answer came that accepted it; 0: it has not been accepted, as far as anybody knows.
    accepted: int = 0


@dataclass
class Promise:
    """An operator's command that was obeyed."""

    workflow_id: str
    begun: int
    #: Run of the execution when the answer came.
    generation: int = 0
    #: The moment of that; none has come for certain yet.
    answered: float = math.inf


@dataclass
class Schedule:
    """A schedule as somebody made it."""

    body: Json
    #: Between these moments (epoch ms) it came into force.
    begun: int
    saved: int
    #: Nobody has tried to change it since.
    is_untouched: bool = True

    def moments(self, until: int) -> list[int]:
        """When it certainly fires (epoch ms), up to ``until``."""
        period, offset = PERIODS[self.body["cronExpression"]]
        first = (self.saved - offset) // period + 1
        return list(range(first * period + offset, until, period))


@dataclass
class Ledger:
    """Promises of one installation."""

    #: Deeds and answers so far.
    moment: int = 0
    #: Ids that starts were answered with.
    started: list[str] = field(default_factory=list)
    #: Those, by name and idempotency key.
    keyed: dict[tuple[str, str], set[str]] = field(default_factory=dict)
    reports: dict[int, Report] = field(default_factory=dict)
    terminated: list[Promise] = field(default_factory=list)
    #: With whether an archived copy was asked for.
    removed: list[tuple[Promise, bool]] = field(default_factory=list)
    #: Executions of which a removal was tried.
    perhaps_removed: set[str] = field(default_factory=set)
    #: Each such try, in the same way; one that is not known to be over has not been answered.
    removing: list[tuple[Promise, bool]] = field(default_factory=list)
    #: When somebody last tried to have something run again; may be trying still.
    repeated: float = 0
    #: When schedules were held for good (epoch ms).
    held_at: int = 0
    schedules: dict[str, Schedule] = field(default_factory=dict)
    #: Messages for handlers, by action.
    published: Counter[str] = field(default_factory=Counter)
    #: Promises found broken as soon as they were made.
    broken: list[str] = field(default_factory=list)

    def tick(self) -> int:
        """The next moment."""
        self.moment += 1
        return self.moment

    def repeats(self, *, is_over: bool = True) -> None:
        """Somebody tries to have something run again at this moment, or from now on."""
        self.repeated = max(self.repeated, self.tick() if is_over else math.inf)

    def report(self, task_id: str, status: str) -> Report:
        """One that is about to be sent."""
        found = Report(len(self.reports) + 1, task_id, status, self.tick())
        self.reports[found.number] = found
        return found

    def accept(self, report: Report) -> None:
        """The answer to it was good."""
        report.accepted = report.accepted or self.tick()

    def start(self, workflow_id: str, name: str, key: str) -> None:
        """A start was answered with an id."""
        self.started.append(workflow_id)
        if key:
            self.keyed.setdefault((name, key), set()).add(workflow_id)

    def scheduled(self, name: str, body: Json, begun: int, saved: int) -> None:
        """A schedule was saved between these moments."""
        is_new = name not in self.schedules
        self.schedules[name] = Schedule(body, begun, saved, is_untouched=is_new)

    def rescheduled(self, names: list[str]) -> None:
        """Somebody tries to change schedules."""
        for name in names:
            if name in self.schedules:
                self.schedules[name].is_untouched = False
