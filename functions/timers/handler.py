"""Entry of the timers function: timer messages, and the schedule's tick (protocol.md 8)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from podium import bootstrap
from podium.adapters.message import timer_message
from podium.batch import report, settle

if TYPE_CHECKING:
    from podium.batch import Report


def handler(event: dict[str, Any], context: object) -> Report:
    """Fire each timer; an event without messages is the minute's tick."""
    engine = bootstrap.engine()
    if "Records" not in event:
        engine.timing.sweep()
        engine.gating.sweep()
        return report([])
    return settle(
        event, lambda body: engine.timing.fire(timer_message(body)), engine.redelivery.soon, context
    )
