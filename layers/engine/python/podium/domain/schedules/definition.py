"""What a schedule is on the wire (models.md 5.1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from podium.domain.definitions import Record, codec
from podium.domain.requests import StartWorkflowRequest

if TYPE_CHECKING:
    from podium.domain.json import Json

UTC = "UTC"


@dataclass(frozen=True, slots=True, kw_only=True)
class CronSchedule(Record):
    """One expression in its time zone; no zone is UTC."""

    cron_expression: str | None = codec.text()
    zone_id: str | None = codec.text()

    @property
    def zone(self) -> str:
        """The name of the zone that counts."""
        return (self.zone_id or "").strip() or UTC

    @property
    def label(self) -> str:
        """``<cron> <zone>``, as a started workflow is told."""
        return f"{self.cron_expression} {self.zone}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag(Record):
    """A label; ``type`` is mostly METADATA."""

    key: str | None = codec.text()
    type: str | None = codec.text()
    value: str | None = codec.text()


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkflowSchedule(Record):
    """When to start which workflow; times in epoch ms."""

    name: str = codec.name()
    cron_expression: str | None = codec.text()
    run_catchup_schedule_instances: bool = codec.flag()
    paused: bool = codec.flag()
    paused_reason: str | None = codec.text()
    start_workflow_request: StartWorkflowRequest | None = codec.record(lambda: StartWorkflowRequest)
    zone_id: str | None = codec.text()
    schedule_start_time: int | None = codec.optional_long()
    schedule_end_time: int | None = codec.optional_long()
    create_time: int | None = codec.optional_long()
    updated_time: int | None = codec.optional_long()
    created_by: str | None = codec.text()
    updated_by: str | None = codec.text()
    description: str | None = codec.text()
    #: Not empty: counts instead of ``cron_expression`` and ``zone_id``.
    cron_schedules: tuple[CronSchedule, ...] = codec.records(lambda: CronSchedule)
    next_run_time: int | None = codec.optional_long()
    tags: tuple[Tag, ...] = codec.optional_records(lambda: Tag)

    @property
    def entries(self) -> tuple[CronSchedule, ...]:
        """The expressions that count; the schedule fires for each."""
        if self.cron_schedules:
            return self.cron_schedules
        if self.cron_expression is None:
            return ()
        return (CronSchedule(cron_expression=self.cron_expression, zone_id=self.zone_id),)

    @property
    def workflow_name(self) -> str:
        """Name of the workflow it starts; empty when it says none."""
        request = self.start_workflow_request
        if request is None:
            return ""
        given = request.workflow_def
        return request.name or (given.name if given is not None else "")


def schedule_json(schedule: WorkflowSchedule, next_run_time: int | None) -> dict[str, Json]:
    """The schedule as it is answered: zones said, and when it fires next."""
    body = schedule.to_json()
    body.setdefault("zoneId", UTC)
    body["cronSchedules"] = [
        {**entry.to_json(), "zoneId": entry.zone} for entry in schedule.cron_schedules
    ]
    body.pop("nextRunTime", None)
    if next_run_time is not None:
        body["nextRunTime"] = next_run_time
    return body
