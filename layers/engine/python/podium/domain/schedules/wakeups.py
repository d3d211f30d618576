"""Who wakes a schedule: near moments a delayed message, far ones EventBridge Scheduler.

The service calls within a minute after the minute it was told. It is told the minute before, and
the call becomes a delayed message for the seconds that are left (docs/adr, schedules).
"""

from __future__ import annotations

from dataclasses import dataclass

MINUTE = 60_000
#: SQS delays a message no longer (ms).
NEAR = 15 * MINUTE


@dataclass(frozen=True, slots=True)
class Wakeup:
    """A call to look at a schedule at ``moment`` (epoch ms), good for one revision of it."""

    schedule: str
    revision: str
    moment: int

    @property
    def minute(self) -> int:
        """When (epoch ms) EventBridge Scheduler is to call: it may be a minute late."""
        return (self.moment // MINUTE - 1) * MINUTE

    def is_near(self, now: int) -> bool:
        """A message can be delayed that long."""
        return self.moment - now <= NEAR

    def delay(self, now: int) -> int:
        """Whole seconds to wait: never early, 0 if the moment is past."""
        return max(0, -((now - self.moment) // 1000))
