"""Numbers and moments as queries write them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

_INTEGER = re.compile(r"[+-]?[0-9]{1,18}\Z")
_DATE = re.compile(
    r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?(?:Z|[+-]\d\d:?\d\d)?)?\Z", re.ASCII
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def counted(text: str) -> int | None:
    """An integer of at most 18 digits; None for anything else."""
    text = text.strip()
    return int(text) if _INTEGER.match(text) else None


def moment(text: str) -> int | None:
    """Epoch milliseconds, written as such or as an ISO date, which is UTC unless it says otherwise."""
    text = text.strip()
    number = counted(text)
    if number is not None or not _DATE.match(text):
        return number
    try:
        date = datetime.fromisoformat(text)
        if date.tzinfo is None:
            date = date.replace(tzinfo=UTC)
        return (date - _EPOCH) // _MILLISECOND
    except (ValueError, OverflowError):
        return None
