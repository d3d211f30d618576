"""EventBridge Scheduler: which one-time schedule comes first. moto keeps them and fires none."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from moto.scheduler.models import Schedule, scheduler_backends

_AT = re.compile(r"at\((\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})\)")


def earliest(group: str, region: str, account: str) -> tuple[int, str] | None:
    """Moment (epoch ms) and name of the first one in ``group``; None: it is empty."""
    schedules = scheduler_backends[account][region].schedule_groups[group].schedules
    return min(((moment_of(each), name) for name, each in schedules.items()), default=None)


def moment_of(schedule: Schedule) -> int:
    """When (epoch ms) it is to call; ValueError when it is no one-time schedule in UTC."""
    match = _AT.fullmatch(schedule.schedule_expression)
    if match is None or schedule.schedule_expression_timezone != "UTC":
        raise ValueError(f"not a one-time schedule in UTC: {schedule.schedule_expression}")
    return int(datetime.fromisoformat(match[1]).replace(tzinfo=UTC).timestamp()) * 1000
