"""What a schedule has started: the request it makes, the record it leaves (models.md 5.2)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from podium.domain.definitions import Record, codec
from podium.domain.requests import StartWorkflowRequest

if TYPE_CHECKING:
    from podium.domain.json import JsonMap
    from podium.domain.schedules.definition import WorkflowSchedule
    from podium.domain.schedules.state import Firing

LONGEST_REASON = 999


class ExecutionState(StrEnum):
    """How a firing went."""

    POLLED = "POLLED"
    FAILED = "FAILED"
    EXECUTED = "EXECUTED"


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkflowScheduleExecution(Record):
    """One firing; times in epoch ms. The request is the schedule's own."""

    execution_id: str = codec.name()
    schedule_name: str = codec.name()
    scheduled_time: int = codec.long()
    execution_time: int = codec.long()
    workflow_name: str = codec.name()
    #: None when nothing was started.
    workflow_id: str | None = codec.text()
    reason: str | None = codec.text()
    stack_trace: str | None = codec.text()
    start_workflow_request: StartWorkflowRequest | None = codec.record(lambda: StartWorkflowRequest)
    state: ExecutionState = codec.choice(ExecutionState, ExecutionState.POLLED)
    zone_id: str | None = codec.text()

    def started(self, workflow_id: str) -> WorkflowScheduleExecution:
        """It has started this workflow."""
        return replace(self, workflow_id=workflow_id, state=ExecutionState.EXECUTED)

    def failed(self, reason: str) -> WorkflowScheduleExecution:
        """Nothing could be started."""
        return replace(self, reason=reason[:LONGEST_REASON], state=ExecutionState.FAILED)


def execution(schedule: WorkflowSchedule, firing: Firing, now: int) -> WorkflowScheduleExecution:
    """The record of a firing at ``now``, before its workflow is started."""
    return WorkflowScheduleExecution(
        execution_id=firing.execution_id,
        schedule_name=schedule.name,
        scheduled_time=firing.moment,
        execution_time=now,
        workflow_name=schedule.workflow_name,
        start_workflow_request=schedule.start_workflow_request,
        zone_id=schedule.entries[firing.entry].zone,
    )


def start_request(
    schedule: WorkflowSchedule, firing: Firing, record: WorkflowScheduleExecution
) -> StartWorkflowRequest:
    """What a firing starts: the schedule's request, its input told by whom and when."""
    request = schedule.start_workflow_request or StartWorkflowRequest()
    told: JsonMap = {
        "_startedByScheduler": schedule.name,
        "_scheduledTime": record.scheduled_time,
        "_executedTime": record.execution_time,
        "_executionId": record.execution_id,
        "_schedulerCron": schedule.entries[firing.entry].label,
    }
    return replace(request, input={**(request.input or {}), **told}, created_by=schedule.created_by)
