"""Schedules and what they have started, found for clients (rest-api.md 9)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from podium.domain.schedules.search import (
    execution_query,
    mentions,
    ordered_executions,
    ordered_schedules,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from podium.domain.schedules.definition import WorkflowSchedule
    from podium.domain.schedules.executions import WorkflowScheduleExecution
    from podium.domain.schedules.state import ScheduleState
    from podium.ports.schedules import ScheduleStore


@dataclass(frozen=True, slots=True)
class Found:
    """A page of schedules, and how many there are in all."""

    total: int
    states: Sequence[ScheduleState]


@dataclass(frozen=True, slots=True)
class Executed:
    """A page of executions, and how many there are in all."""

    total: int
    records: Sequence[WorkflowScheduleExecution]


class FindingSchedules:
    """Reads all there are, and takes out what is asked for: hundreds, not millions."""

    def __init__(self, store: ScheduleStore) -> None:
        """Wire the parts; see ``services/scheduling.py``."""
        self._store = store

    def all(self, workflow_name: str | None = None) -> Sequence[ScheduleState]:
        """Every schedule by name; only those of one workflow if it is given."""
        found = ordered_schedules(self._store.all(), [])
        if not (workflow_name or "").strip():
            return found
        return [state for state in found if state.schedule.workflow_name == workflow_name]

    def search(
        self,
        *,
        workflow_name: str | None,
        schedule_name: str | None,
        paused: bool | None,
        free_text: str,
        start: int,
        size: int,
        sort: Sequence[str],
    ) -> Found:
        """Schedules of a workflow (exactly), with a part of the name, paused or not, with a text."""
        found = [
            state
            for state in self.all(workflow_name)
            if (schedule_name or "") in state.schedule.name
            and paused in {None, state.schedule.paused}
            and _mentions(state.schedule, free_text)
        ]
        return Found(len(found), ordered_schedules(found, sort)[start : start + size])

    def executions(
        self, query: str, free_text: str, start: int, size: int, sort: Sequence[str]
    ) -> Executed:
        """What schedules have started; the newest records of each are kept."""
        wanted = execution_query(query)
        names = dict.fromkeys(wanted.schedules) or {"": None}
        found = [
            record
            for name in names
            for record in self._store.executions(name)
            if wanted.holds(record)
            and mentions(
                free_text,
                record.schedule_name,
                record.workflow_name,
                record.workflow_id,
                record.execution_id,
                record.reason,
            )
        ]
        return Executed(len(found), ordered_executions(found, sort)[start : start + size])


def _mentions(schedule: WorkflowSchedule, text: str) -> bool:
    return mentions(
        text,
        schedule.name,
        schedule.workflow_name,
        schedule.description,
        *(entry.cron_expression for entry in schedule.entries),
    )
