"""The mapping of a schedule to a function: one tick at each full period, missed ones are not made up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podium_local.pump.mapping import Invocation
from podium_local.pump.shapes import scheduled_event
from podium_local.topology import physical_name

if TYPE_CHECKING:
    from podium_local.clock import LocalClock
    from podium_local.pump.invoking import Invoker
    from podium_local.topology import Function, ScheduleTrigger


class ScheduleMapping:
    """Ticks for one function."""

    concurrency = 1

    def __init__(
        self, function: Function, trigger: ScheduleTrigger, invoker: Invoker, clock: LocalClock
    ) -> None:
        """The first tick comes with the next full period of the clock."""
        self._function = function
        self._trigger = trigger
        self._invoker = invoker
        self._clock = clock
        self._next = self._after(clock.now())

    def step(self) -> list[Invocation]:
        """See Mapping."""
        now = self._clock.now()
        if now < self._next:
            return []
        self._next = self._after(now)
        rule = physical_name(self._trigger.name, self._invoker.stack)
        # Nothing retries a tick here: the next one does its work. So it is not dropped either.
        outcome = self._invoker.invoke(self._function, scheduled_event(rule, now), may_drop=False)
        failed, error = (0, "") if outcome.error is None else (1, repr(outcome.error))
        return [Invocation(self._function.name, self._trigger.name, 1, failed, error)]

    def due(self) -> int | None:
        """See Mapping."""
        return self._next

    def _after(self, now: int) -> int:
        period = self._trigger.rate_minutes * 60_000
        return (now // period + 1) * period
