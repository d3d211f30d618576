"""WAIT: until a moment, for a while, or until somebody ends it (tasks.md 12)."""

from __future__ import annotations

import re
from datetime import UTC, datetime, tzinfo
from typing import TYPE_CHECKING

from podium.domain.expressions import excerpt
from podium.domain.outcome import Outcome
from podium.domain.status import TaskStatus

if TYPE_CHECKING:
    from podium.domain.engines import Zones
    from podium.domain.json import Json, JsonMap

#: Single spaces only, see _length: runs of blanks would make the matching slow.
_DURATION = re.compile(
    r"""(?:(?P<days>\d{1,9})[ ]?(?:days|day|d))?[ ]?
        (?:(?P<hours>\d{1,9})[ ]?(?:hours|hour|hrs|hr|h))?[ ]?
        (?:(?P<minutes>\d{1,9})[ ]?(?:minutes|minute|mins|min|m))?[ ]?
        (?:(?P<seconds>\d{1,9})[ ]?(?:seconds|second|secs|sec|s))?""",
    re.VERBOSE | re.IGNORECASE,
)
_UNTIL = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?: (\d{1,2}):(\d{1,2})(?: (?P<zone>\S+))?)?")
_OFFSET = re.compile(r"(?:GMT|UTC)?(?P<offset>[+-]\d{2}:?\d{2})")
_MILLISECONDS = {"days": 86_400_000, "hours": 3_600_000, "minutes": 60_000, "seconds": 1000}


def deadline(task_input: JsonMap, now: int, zones: Zones) -> int | Outcome:
    """Epoch milliseconds at which it completes by itself; 0 when it does not.

    An Outcome for what cannot be understood: the task ends FAILED_WITH_TERMINAL_ERROR with a
    reason. A moment in the past is a deadline like any other. ``until`` without a zone is UTC.
    """
    duration, until = _given(task_input, "duration"), _given(task_input, "until")
    if duration is not None and until is not None:
        return _refused("Both 'duration' and 'until' specified. Please provide only one input")
    if duration is not None:
        length = _length(duration)
        if length is None:
            return _refused(f"Not valid duration: {excerpt(duration)}")
        return now + length
    if until is not None:
        moment = _moment(until, zones)
        if moment is None:
            return _refused(
                f"Not valid until: {excerpt(until)}, expected yyyy-MM-dd, yyyy-MM-dd HH:mm "
                "or yyyy-MM-dd HH:mm z"
            )
        return moment
    return 0


def _given(task_input: JsonMap, key: str) -> Json:
    value = task_input.get(key)
    return None if isinstance(value, str) and not value.strip() else value


def _length(duration: Json) -> int | None:
    text = " ".join(duration.split()) if isinstance(duration, str) else "?"
    match = _DURATION.fullmatch(text)
    if match is None:
        return None
    return sum(int(match[unit] or 0) * factor for unit, factor in _MILLISECONDS.items())


def _moment(until: Json, zones: Zones) -> int | None:
    match = _UNTIL.fullmatch(until.strip()) if isinstance(until, str) else None
    if match is None:
        return None
    zone = UTC if match["zone"] is None else _zone(match["zone"], zones)
    if zone is None:
        return None
    try:
        year, month, day, hour, minute = (int(part or 0) for part in match.groups()[:5])
        moment = datetime(year, month, day, hour, minute, tzinfo=zone)
        # Before the epoch it is past anyway, and 0 would mean no deadline.
        return max(int(moment.timestamp()) * 1000, 1)
    except (ValueError, OverflowError):
        return None


def _zone(name: str, zones: Zones) -> tzinfo | None:
    offset = _OFFSET.fullmatch(name)
    if offset is None:
        return zones.find(name)
    try:
        return datetime.strptime(offset["offset"], "%z").tzinfo
    except ValueError:
        return None


def _refused(reason: str) -> Outcome:
    return Outcome(TaskStatus.FAILED_WITH_TERMINAL_ERROR, {}, reason)
