"""Entry of the schedules function: wakeups of schedules, and the tick that looks for lost ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from podium import bootstrap
from podium.adapters.message import wakeup_message
from podium.batch import report, settle
from podium.observability import count

if TYPE_CHECKING:
    from podium.batch import Report


#: Metric: schedules that had lost their wakeup.
OVERDUE = "SchedulesOverdue"


def handler(event: dict[str, Any], context: object) -> Report:
    """Wake each schedule; an event without messages is the tick."""
    engine = bootstrap.engine()
    firing = engine.scheduling().firing
    if "Records" not in event:
        overdue = firing.sweep()
        if overdue:
            count(OVERDUE, overdue)
        return report([])
    return settle(
        event, lambda body: firing.wake(wakeup_message(body)), engine.redelivery.soon, context
    )
