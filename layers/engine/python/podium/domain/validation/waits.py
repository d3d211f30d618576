"""Check of the inputs of a WAIT task (models.md 6.4); the messages are the peer's own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from podium.domain.json import Json, JsonMap

_DURATION = re.compile(
    r"\s*(?:\d+\s*(?:days?|d))?"
    r"\s*(?:\d+\s*(?:hours?|hrs?|h))?"
    r"\s*(?:\d+\s*(?:minutes?|mins?|m))?"
    r"\s*(?:\d+\s*(?:seconds?|secs?|s))?\s*",
    re.IGNORECASE | re.ASCII,
)
#: A date, then a time, then a zone; each but the date may be missing.
_UNTIL = re.compile(r"(?P<date>\d{4}-\d\d?-\d\d?)(?: (?P<time>\d\d?:\d\d?)(?: \S.*)?)?")


def wait_problems(parameters: JsonMap) -> Iterator[str]:
    """What is wrong with ``duration`` and ``until``; values that start with ``${`` are not looked at."""
    duration, until = _text(parameters.get("duration")), _text(parameters.get("until"))
    if duration.strip() and until.strip():
        yield "Both 'duration' and 'until' specified. Please provide only one input"
    if duration.strip() and not duration.startswith("${"):
        if not _DURATION.fullmatch(duration):
            yield "Either date or duration is passed as null "
    elif until.strip() and not until.startswith("${") and not _is_date(until):
        yield "Unable to parse date "


def _text(value: Json) -> str:
    return "" if value is None else str(value)


def _is_date(text: str) -> bool:
    match = _UNTIL.fullmatch(text)
    if match is None:
        return False
    try:
        datetime.strptime(f"{match['date']} {match['time'] or '0:0'}", "%Y-%m-%d %H:%M")  # noqa: DTZ007 - syntax only
    except ValueError:
        return False
    return True
