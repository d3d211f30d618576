"""A cluster's scheduler, with the queue and EventBridge Scheduler played on its clock."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from podium.domain.schedules.definition import WorkflowSchedule
from podium.services.finding_schedules import FindingSchedules
from podium.services.firing import FiringSchedules
from podium.services.schedules import Schedules
from tests.support.cluster import Cluster, Crash

if TYPE_CHECKING:
    from podium.domain.schedules.executions import WorkflowScheduleExecution
    from podium.domain.schedules.state import ScheduleState
    from podium.domain.schedules.wakeups import Wakeup

#: Where the clock of a cluster starts: 2026-01-01T00:00:00Z, a Thursday.
START = 1_767_225_600_000
SECOND, MINUTE, HOUR, DAY = 1000, 60_000, 3_600_000, 86_400_000


def schedule(name: str = "s", cron: str | None = "0 * * * * *", **fields: Any) -> WorkflowSchedule:
    """Starts ``w``; other fields by their names on the wire."""
    body = {"name": name, "startWorkflowRequest": {"name": "w"}, "cronExpression": cron}
    return WorkflowSchedule.from_json(body | fields)


class Scheduler:
    """Wakes schedules when it is their time; a wakeup that dies comes again."""

    def __init__(self, cluster: Cluster | None = None) -> None:
        self.cluster = cluster or Cluster()
        self.cluster.register(
            {"name": "w", "version": 1, "schemaVersion": 2, "tasks": [_NOOP], "ownerEmail": "a@b.c"}
        )
        self.crashes = 0

    @property
    def schedules(self) -> Schedules:
        return self.cluster.engine.scheduling().schedules

    @property
    def finding(self) -> FindingSchedules:
        return self.cluster.engine.scheduling().finding

    @property
    def firing(self) -> FiringSchedules:
        return self.cluster.engine.scheduling().firing

    def save(self, *args: Any, **fields: Any) -> ScheduleState:
        return self.schedules.save(schedule(*args, **fields))

    def records(self) -> list[WorkflowScheduleExecution]:
        """What was started, the first first."""
        with self.cluster.undisturbed():
            return list(self.finding.executions("", "*", 0, 1000, ["scheduledTime:ASC"]).records)

    def moments(self) -> list[int]:
        """When it was to be started (ms after START)."""
        return [record.scheduled_time - START for record in self.records()]

    def started(self) -> int:
        """Executions that there are."""
        with self.cluster.undisturbed():
            records = self.records()
            ids = {record.workflow_id for record in records if record.workflow_id}
            return len([id_ for id_ in ids if self.cluster.store.read_header(id_) is not None])

    def run_until(self, end: int) -> None:
        """Let time pass (to ``end`` ms after START), delivering every wakeup in its moment."""
        clock, wakeups = self.cluster.clock, self.cluster.wakeups
        while True:
            queue = [(due, True, wakeup) for due, wakeup in wakeups.sent]
            queue += [(due, False, wakeup) for wakeup, due in wakeups.booked.items()]
            due, is_message, wakeup = min(queue, key=lambda each: each[0], default=(None, 0, None))
            if due is None or wakeup is None or due > START + end:
                break
            clock.advance(max(0, due - clock.now()))
            if is_message:
                wakeups.sent.remove((due, wakeup))
            else:
                del wakeups.booked[wakeup]
            self.deliver(wakeup)
        clock.advance(max(0, START + end - clock.now()))

    def deliver(self, wakeup: Wakeup) -> None:
        """One wakeup; the process that dies of it is followed by another."""
        while True:
            try:
                self.firing.wake(wakeup)
            except Crash:
                self.crashes += 1
                self.cluster.restart_processes()
            else:
                return


_NOOP = {"name": "n", "taskReferenceName": "n", "type": "NOOP"}
