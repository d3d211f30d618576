"""What waits in the in-process AWS, so that the pump need not ask it in vain."""

from __future__ import annotations

import time
from typing import Protocol

from podium_local.clock import LocalClock
from podium_local.resources import ACCOUNT, REGION

#: Records a stream keeps after everybody has read them: the repair function looks some up later.
RECORDS_KEPT = 5_000


class Backlog(Protocol):
    """Knows of messages and records without receiving them."""

    def queue_due(self, queue: str) -> int | None:
        """When a message of the queue (physical name) can next be received; None: not before one is sent."""
        ...

    def next_call(self, group: str) -> tuple[int, str] | None:
        """When (epoch ms) the next one-time schedule of the group is to be done, and its name."""
        ...

    def stream_end(self, table: str) -> int | None:
        """Sequence number that the next record of the table's stream gets; None when unknown."""
        ...

    def trim(self, table: str, before: int) -> None:
        """Records with sequence numbers below ``before`` have been read by everybody."""
        ...

    def mapped_queues(self, function: str) -> list[str]:
        """ARNs of the queues mapped to a function (physical name) at run time."""
        ...

    def count(self) -> int:
        """How many records and messages were added so far."""
        ...

    def announce(self) -> None:
        """End every wait, as if something had been added."""
        ...

    def wait(self, seen: int, seconds: float) -> None:
        """Sleep until more than ``seen`` were added, at most ``seconds``."""
        ...


class MotoBacklog:
    """Looks into the patched moto."""

    def queue_due(self, queue: str) -> int | None:
        """See Backlog."""
        from podium_local.moto_patch.queues import next_visible

        due = next_visible(queue, REGION, ACCOUNT)
        return None if due is None else int(due)

    def next_call(self, group: str) -> tuple[int, str] | None:
        """See Backlog."""
        from podium_local.moto_patch.scheduler import earliest

        return earliest(group, REGION, ACCOUNT)

    def stream_end(self, table: str) -> int | None:
        """See Backlog."""
        from podium_local.moto_patch.streams import end

        return end(table, REGION, ACCOUNT)

    def trim(self, table: str, before: int) -> None:
        """See Backlog."""
        from podium_local.moto_patch.streams import trim

        trim(table, REGION, ACCOUNT, before, RECORDS_KEPT)

    def mapped_queues(self, function: str) -> list[str]:
        """See Backlog."""
        from podium_local.moto_patch.mappings import mapped_queues

        return mapped_queues(function, REGION, ACCOUNT)

    def count(self) -> int:
        """See Backlog."""
        from podium_local.moto_patch import activity

        return activity.count()

    def announce(self) -> None:
        """See Backlog."""
        from podium_local.moto_patch import activity

        activity.announce()

    def wait(self, seen: int, seconds: float) -> None:
        """See Backlog."""
        from podium_local.moto_patch import activity

        activity.wait(seen, seconds)


class BlindBacklog:
    """Knows nothing, so that the pump asks every time: for a moto that is not patched."""

    #: Seconds between two rounds of the pump.
    PAUSE = 0.1

    def __init__(self, clock: LocalClock) -> None:
        """Everything is due now, by ``clock``."""
        self._clock = clock

    def queue_due(self, queue: str) -> int | None:
        """See Backlog."""
        return self._clock.now()

    def next_call(self, group: str) -> tuple[int, str] | None:
        """See Backlog."""
        from podium_local.moto_patch.scheduler import earliest

        return earliest(group, REGION, ACCOUNT)

    def stream_end(self, table: str) -> int | None:
        """See Backlog."""
        return None

    def trim(self, table: str, before: int) -> None:
        """See Backlog."""

    def mapped_queues(self, function: str) -> list[str]:
        """See Backlog."""
        del function
        return []

    def count(self) -> int:
        """See Backlog."""
        return 0

    def announce(self) -> None:
        """See Backlog."""

    def wait(self, seen: int, seconds: float) -> None:
        """See Backlog."""
        time.sleep(min(seconds, self.PAUSE))
