"""Moments of a cron expression in a time zone, with what daylight saving does to them.

As the peer's: a wall time that the clock skips does not fire; one that it shows twice fires twice.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from podium.domain.schedules.cron import Cron

#: Moments lie before the year 9900 (epoch ms): wall times of every zone can be reckoned there.
LATEST = 250_245_504_000_000


def next_moment(cron: Cron, zone: tzinfo, after: int) -> int | None:
    """The first moment (epoch ms) later than ``after`` (epoch ms, 0 or more); None: there is none."""
    if after >= LATEST:
        return None
    seconds = after // 1000
    start = datetime.fromtimestamp(seconds, zone)
    wall = start.replace(tzinfo=None, fold=0)
    found = _first(cron, zone, wall, seconds)
    shown_again = _shown_again(start)
    if shown_again:
        # The clock goes back within the hour: wall times before this one come once more.
        again = _first(cron, zone, wall - shown_again, seconds)
        if again is not None and (found is None or again < found):
            found = again
    return None if found is None else found * 1000


def _first(cron: Cron, zone: tzinfo, wall: datetime, after: int) -> int | None:
    """The first instant (epoch s) later than ``after`` whose wall time is a match later than ``wall``."""
    match = cron.after(wall)
    while match is not None:
        instants = [instant for instant in _instants(match, zone) if instant > after]
        if instants:
            return min(instants)
        match = cron.after(match)
    return None


def _instants(wall: datetime, zone: tzinfo) -> set[int]:
    """When (epoch s) clocks of ``zone`` show ``wall``: once, twice, or never."""
    found: set[int] = set()
    for fold in (0, 1):
        instant = wall.replace(tzinfo=zone, fold=fold).astimezone(UTC)
        if instant.astimezone(zone).replace(tzinfo=None) == wall:
            found.add(round(instant.timestamp()))
    return found


def _shown_again(moment: datetime) -> timedelta:
    """By how much the clock is about to go back over what it shows at ``moment``; zero: it is not."""
    first, second = (moment.replace(fold=fold).utcoffset() for fold in (0, 1))
    if moment.fold or first is None or second is None or first <= second:
        return timedelta(0)
    return first - second
