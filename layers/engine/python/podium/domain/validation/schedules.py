"""Validation of schedules. The peer has none (models.md 6.2): it keeps what never fires."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from podium.domain.schedules.timetable import timing_violations
from podium.domain.validation.requests import validate_start_request
from podium.errors import Violation

if TYPE_CHECKING:
    from podium.domain.engines import Zones
    from podium.domain.schedules.definition import WorkflowSchedule
    from podium.domain.validation.context import ValidationContext

_LONGEST_NAME = 255


def validate_schedule(
    schedule: WorkflowSchedule, context: ValidationContext, zones: Zones
) -> tuple[Violation, ...]:
    """All violations of ``schedule``: a name, moments that come, and a request that can be made."""
    return (
        *_name_violations(schedule.name),
        *timing_violations(schedule, zones),
        *_request_violations(schedule, context),
    )


def _name_violations(name: str) -> Iterator[Violation]:
    if not name.strip():
        yield Violation("name", "Schedule name cannot be null or empty")
    if len(name) > _LONGEST_NAME:
        yield Violation("name", f"longer than {_LONGEST_NAME} characters")


def _request_violations(
    schedule: WorkflowSchedule, context: ValidationContext
) -> Iterator[Violation]:
    path, request = "startWorkflowRequest", schedule.start_workflow_request
    if request is None:
        yield Violation(path, "startWorkflowRequest is required")
        return
    found = tuple(validate_start_request(request, context, path))
    yield from found
    if not found and not schedule.workflow_name.strip():
        yield Violation(f"{path}.name", "Workflow name cannot be null or empty")
