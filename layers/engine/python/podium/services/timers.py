"""Arming of timers: before the commit that needs them (protocol.md 8, (18))."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from podium.ports.queues import LONGEST_DELAY, TimerMessage

if TYPE_CHECKING:
    from collections.abc import Callable

    from podium.domain.changes import HeaderChange
    from podium.domain.decision import Decision
    from podium.domain.execution import Header
    from podium.domain.ids import TaskKey
    from podium.ports.outside import Clock
    from podium.ports.queues import TimerQueue


#: A lease shorter than this (ms) is not covered by the header's timer (protocol.md 8).
SHORT_LEASE = 60_000
#: By how much (ms) the clocks of two hosts may differ: that of who armed a timer, and that of who got the record.
CLOCKS_APART = 1_000


def seconds_until(moment: int, now: int) -> int:
    """Whole seconds from ``now`` to ``moment`` (both ms), rounded up: never early, 0 if past."""
    return max(0, -((now - moment) // 1000))


class Timers:
    """One armed timer per workflow, no later than any deadline that can occur."""

    def __init__(self, queue: TimerQueue, clock: Clock) -> None:
        """``queue`` carries near timers; far ones travel in the header's ``due`` key."""
        self._queue = queue
        self._clock = clock

    def arm(self, before: Header | None, decision: Decision) -> Decision:
        """Arm the timer that ``decision.header`` names, unless ``before`` had it armed already.

        Up to 15 minutes: a delay message, sent now. Beyond: ``timer_is_far``, which the commit
        itself puts into the ``due`` index. A terminal header needs none.
        """
        header = decision.header
        if header.status.is_terminal or not header.timer:
            return replace(decision, header=replace(header, timer=0, timer_is_far=False))
        if before is not None and before.timer == header.timer:
            return decision
        delay = seconds_until(header.timer, self._clock.now())
        is_far = delay > LONGEST_DELAY
        if not is_far:
            self._queue.arm(TimerMessage(header.workflow_id, header.timer), delay)
        return replace(decision, header=replace(header, timer_is_far=is_far))

    def make_good(self, change: HeaderChange, present: Callable[[], Header | None]) -> None:
        """Send the timer of a committed header again, where its message may have come before the commit.

        Armed first, committed second (18): a commit that takes longer than a short delay is overtaken, and
        whoever fires the timer finds a header that has not got it. One message too many is stale. A
        record, which may come again, is judged on the ``present`` header: once fired, the timer is another.
        """
        before, header, now = change.old, change.new, self._clock.now()
        if header.status.is_terminal or not header.timer or header.timer_is_far:
            return
        is_new = before is None or before.timer != header.timer
        if not is_new or header.timer > now + CLOCKS_APART:
            return
        if change.created is None:
            found = present()
            if found is None or found.timer != header.timer or found.status.is_terminal:
                return
        timer = TimerMessage(header.workflow_id, header.timer)
        self._queue.arm(timer, seconds_until(header.timer, now))

    def arm_short_lease(self, key: TaskKey, lease: int) -> None:
        """Before a claim: a ``lease`` (ms) that the header's timer does not cover arms its own."""
        if 0 < lease < SHORT_LEASE:
            until = self._clock.now() + lease
            self.arm_lease(TimerMessage(key.workflow_id, until, ref=key.ref, seq=key.seq))

    def arm_lease(self, message: TimerMessage) -> None:
        """A lease shorter than a minute has a message of its own (protocol.md 8)."""
        delay = seconds_until(message.at, self._clock.now())
        self._queue.arm(message, min(delay, LONGEST_DELAY))
