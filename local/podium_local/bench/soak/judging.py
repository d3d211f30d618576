"""The conditions of the soak, and the figures of its memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from podium_local.backlog import RECORDS_KEPT

if TYPE_CHECKING:
    from podium_local.bench.soak.census import Census

#: Resident memory at the end, as a multiple of that at a quarter of the way.
MOST_GROWTH = 1.25
#: Fewer tasks than this fill no cache: their memory says nothing yet.
TASKS_FOR_GROWTH = 5_000
#: Records beyond those that are kept go in slices of as many.
MOST_RECORDS = 2 * RECORDS_KEPT
#: Of what is shown for a condition that does not hold.
_SHOWN = 20

_MEANINGS = {
    "ended": "every workflow ends",
    "executed": "every task is executed at least once",
    "state": "every execution ends in the expected state",
}


@dataclass(frozen=True, slots=True)
class Mark:
    """What was held when so many percent of the workflows had ended."""

    at: int
    census: Census


def judged(
    tasks: int, against: Mapping[str, Sequence[str]], marks: Sequence[Mark]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The conditions, each with what speaks against it, and memory at each mark."""
    memory = [_figures(mark, marks[0]) for mark in marks]
    found = [_condition(meaning, against[name]) for name, meaning in _MEANINGS.items()]
    found.append(_condition("stream history is trimmed", list(_records(marks))))
    found.append(_condition("delivered messages are gone", list(_messages(marks))))
    if tasks >= TASKS_FOR_GROWTH:
        found.append(_condition("resident memory is bounded", list(_growth(memory))))
    return found, memory


def _condition(meaning: str, failures: Sequence[str]) -> dict[str, Any]:
    condition: dict[str, Any] = {"condition": meaning, "holds": not failures}
    if failures:
        condition["failures"] = len(failures)
        condition["some"] = list(failures[:_SHOWN])
    return condition


def _figures(mark: Mark, first: Mark) -> dict[str, Any]:
    held = asdict(mark.census)
    resident = held.pop("resident")
    ratio = round(resident / first.census.resident, 3) if first.census.resident else None
    return {"percent": mark.at, "resident_ratio": ratio, **held}


def _records(marks: Sequence[Mark]) -> list[str]:
    return [
        f"at {mark.at} %: {mark.census.stream_records} records"
        for mark in marks
        if mark.census.stream_records > MOST_RECORDS
    ]


def _messages(marks: Sequence[Mark]) -> list[str]:
    """A workflow's last timers are there until they are due, and no more than those."""
    return [
        f"at {mark.at} %: {mark.census.messages} messages"
        for mark in marks
        if mark.census.messages > MOST_RECORDS
    ]


def _growth(memory: Sequence[Mapping[str, Any]]) -> list[str]:
    return [
        f"at {figures['percent']} %: {figures['resident_ratio']} times as much as at first"
        for figures in memory
        if (figures["resident_ratio"] or 0) > MOST_GROWTH
    ]
