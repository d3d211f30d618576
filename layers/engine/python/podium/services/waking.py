"""Sees to it that a schedule is woken at its next moment; before the commit that names the moment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podium.domain.schedules.wakeups import Wakeup

if TYPE_CHECKING:
    from podium.domain.schedules.state import ScheduleState
    from podium.ports.outside import Clock
    from podium.ports.schedules import Wakeups


class Waking:
    """One wakeup for each schedule that has a moment to come."""

    def __init__(self, wakeups: Wakeups, clock: Clock) -> None:
        """Wire the parts; see ``services/scheduling.py``."""
        self._wakeups = wakeups
        self._clock = clock

    def arm(self, state: ScheduleState) -> None:
        """Wake it at its next moment. Twice does no harm: the second call finds nothing to do."""
        wakeup = _wakeup(state)
        if wakeup is None:
            return
        now = self._clock.now()
        if wakeup.is_near(now):
            self._wakeups.send(wakeup, wakeup.delay(now))
        else:
            self._wakeups.book(wakeup)

    def disarm(self, state: ScheduleState) -> None:
        """Spare a booked call that would find nothing to do; a delayed message is left to find it."""
        wakeup = _wakeup(state)
        if wakeup is not None and wakeup.minute > self._clock.now():
            self._wakeups.cancel(wakeup)

    def poke(self, state: ScheduleState) -> None:
        """Look at it now."""
        wakeup = _wakeup(state)
        if wakeup is not None:
            self._wakeups.send(wakeup, 0)


def _wakeup(state: ScheduleState) -> Wakeup | None:
    if state.next is None:
        return None
    return Wakeup(state.schedule.name, state.revision, state.next)
