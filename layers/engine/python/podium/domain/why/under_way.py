"""What a stream record brings, and what is to be said when none will."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podium.domain.why.causes import RepairDue, UndeliveredRecord
from podium.domain.why.facts import Sight

if TYPE_CHECKING:
    from podium.domain.why.causes import Cause, Lack, Waiting
    from podium.domain.why.facts import Facts

#: A record is handled within seconds; one that takes longer (ms) is retried, or was lost.
SLOW = 300_000
#: Timers fire, and counts of SQS are right, within this time (ms).
GRACE = 120_000


def due(
    facts: Facts,
    lack: Lack,
    since: int,
    *tasks: Waiting,
    records: Sight | None = None,
) -> Cause:
    """A change of the execution, or of another one (``records``), has to be handled."""
    seen = facts.records if records is None else records
    if seen is Sight.MISSING and facts.records is not Sight.SEEN:
        return RepairDue(lack, tasks)
    is_late = seen is Sight.UNKNOWN and facts.now - since > SLOW
    return UndeliveredRecord(lack, since, is_late, tasks)


def lost(facts: Facts, lack: Lack, *tasks: Waiting) -> Cause:
    """What should be under way is not; a record that is still to be handled brings it."""
    if facts.records is Sight.SEEN:
        return UndeliveredRecord(lack, facts.header.committed_at, tasks=tasks)
    return RepairDue(lack, tasks)


def is_overdue(moment: int, now: int) -> bool:
    """It should have happened by now."""
    return now - moment > GRACE
