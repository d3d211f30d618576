"""Check of the inputs of a WAIT task (models.md 6.4); the messages are the peer's own."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, tzinfo
from typing import TYPE_CHECKING

from podium.domain.outcome import Outcome
from podium.domain.tasks import wait

if TYPE_CHECKING:
    from podium.domain.json import Json, JsonMap


class _AnyZone:
    """Which zones there are is known at run time."""

    def find(self, name: str) -> tzinfo | None:
        return UTC


def wait_problems(parameters: JsonMap) -> Iterator[str]:
    """What is wrong with ``duration`` and ``until``; values that start with ``${`` are not looked at."""
    duration, until = _text(parameters.get("duration")), _text(parameters.get("until"))
    if duration.strip() and until.strip():
        yield "Both 'duration' and 'until' specified. Please provide only one input"
    if duration.strip() and not duration.startswith("${"):
        if _is_refused({"duration": duration}):
            yield "Either date or duration is passed as null "
    elif until.strip() and not until.startswith("${") and _is_refused({"until": until}):
        yield "Unable to parse date "


def _text(value: Json) -> str:
    return "" if value is None else str(value)


def _is_refused(task_input: JsonMap) -> bool:
    return isinstance(wait.deadline(task_input, 0, _AnyZone()), Outcome)
