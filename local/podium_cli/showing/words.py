"""Words for times, durations and statuses."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from rich.text import Text

_COLOURS = {
    "COMPLETED": "green",
    "COMPLETED_WITH_ERRORS": "yellow",
    "RUNNING": "cyan",
    "IN_PROGRESS": "cyan",
    "SCHEDULED": "blue",
    "PAUSED": "yellow",
    "SKIPPED": "yellow",
    "CANCELED": "yellow",
    "TERMINATED": "red",
    "FAILED": "red",
    "FAILED_WITH_TERMINAL_ERROR": "red",
    "TIMED_OUT": "red",
}
#: Characters of a payload in a line of its own.
_LONGEST = 2000


def status_text(status: str) -> Text:
    """A status in its colour."""
    return Text(status, style=_COLOURS.get(status, ""))


def time_text(milliseconds: Any) -> str:
    """Epoch ms, or the ISO text of a summary, in this machine's zone; empty for never."""
    if isinstance(milliseconds, str):
        moment = _parsed(milliseconds)
        if moment is None:
            return milliseconds
    elif not milliseconds:
        return ""
    else:
        moment = datetime.fromtimestamp(milliseconds / 1000).astimezone()
    return moment.strftime("%Y-%m-%d %H:%M:%S") if moment.timestamp() > 0 else ""


def duration_text(milliseconds: float) -> str:
    """A span of time, short."""
    seconds = max(milliseconds, 0) / 1000
    if seconds < 10:
        return f"{seconds:.2f}s"
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours}h{minutes:02d}m{rest:02d}s"
    return f"{minutes}m{rest:02d}s" if minutes else f"{rest}s"


def json_line(value: Any) -> str:
    """JSON on one line, cut off where it gets long."""
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST else text[:_LONGEST] + f"... ({len(text):,} characters)"


def _parsed(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text).astimezone()
    except ValueError:
        return None
