"""FOR_EACH: over what, how many at once, and what a failed item means (docs/task-types.md)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from podium.domain.expressions import excerpt

if TYPE_CHECKING:
    from podium.domain.definitions import WorkflowTask
    from podium.domain.json import Json, JsonMap

ITEMS = "items"
CONCURRENCY = "concurrency"
ON_FAILURE = "onItemFailure"
FAILURES = ("STOP", "CONTINUE")
#: Items in progress at the same time, at most: each has its place in the header.
MOST_CONCURRENT = 500


@dataclass(frozen=True, slots=True)
class Plan:
    """What a FOR_EACH does."""

    items: Sequence[Json]
    #: Items in progress at the same time.
    concurrency: int
    #: A failed item is passed over.
    goes_on: bool


def given_input(
    task: WorkflowTask, evaluated: JsonMap, evaluate: Callable[[Json], Json]
) -> dict[str, Json]:
    """Stored input: ``items`` are looked up once, when the task begins.

    They are ``items`` of the task, else of its inputParameters.
    """
    if not task.items:
        return dict(evaluated)
    return {**evaluated, ITEMS: evaluate(task.items)}


def plan(stored: JsonMap) -> Plan:
    """What a stored input says in which :func:`problems` finds nothing; no list is an empty one."""
    items = stored.get(ITEMS)
    given = items if isinstance(items, (list, tuple)) else ()
    concurrency = _concurrency(stored.get(CONCURRENCY)) or 1
    return Plan(given, concurrency, stored.get(ON_FAILURE) == "CONTINUE")


def problems(stored: JsonMap) -> list[str]:
    """What is wrong with an input; expressions, as a definition has them, are not looked at."""
    found = []
    items, concurrency = stored.get(ITEMS), stored.get(CONCURRENCY)
    if items is not None and not isinstance(items, (list, tuple)) and not _is_expression(items):
        found.append(f"items is not a list: {excerpt(items)}")
    if _concurrency(concurrency) is None and not _is_expression(concurrency):
        found.append(
            f"concurrency: {excerpt(concurrency)} is not a whole number from 1 to {MOST_CONCURRENT}"
        )
    choice = stored.get(ON_FAILURE)
    if choice is not None and choice not in FAILURES and not _is_expression(choice):
        found.append(f"{ON_FAILURE}: {excerpt(choice)} is none of {', '.join(FAILURES)}")
    return found


def _concurrency(value: Json) -> int | None:
    if value is None:
        return 1
    if isinstance(value, str) and value.strip().isdecimal():
        value = int(value.strip()[:6])
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if 1 <= value <= MOST_CONCURRENT else None


def _is_expression(value: Json) -> bool:
    return isinstance(value, str) and "${" in value
