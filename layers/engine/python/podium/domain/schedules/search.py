"""The small query language of scheduled executions, and the order of results (rest-api.md 9)."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from podium.domain.schedules.executions import ExecutionState, WorkflowScheduleExecution
from podium.errors import InvalidInputError

if TYPE_CHECKING:
    from podium.domain.schedules.state import ScheduleState

_T = TypeVar("_T")
_AND = re.compile(r"\s+AND\s+")
_IN = re.compile(r"(scheduleName|state)\s+IN\s*\((.*)\)", re.DOTALL)
_COMPARED = re.compile(r"(scheduledTime)\s*([<>])\s*(.*)", re.DOTALL)
_EQUAL = re.compile(r"(workflowName|executionId)\s*=\s*(.*)", re.DOTALL)
#: Whatever clients write for "anything".
_ANY_TEXT = ("", "*")


@dataclass(frozen=True, slots=True)
class ExecutionQuery:
    """All of it has to hold; empty or None: anything. Both bounds are excluded."""

    schedules: tuple[str, ...] = ()
    states: tuple[ExecutionState, ...] = ()
    after: int | None = None
    before: int | None = None
    #: Part of the name.
    workflow: str = ""
    execution_id: str = ""

    def holds(self, record: WorkflowScheduleExecution) -> bool:
        """``record`` is one that is looked for."""
        return (
            (not self.schedules or record.schedule_name in self.schedules)
            and (not self.states or record.state in self.states)
            and (self.after is None or record.scheduled_time > self.after)
            and (self.before is None or record.scheduled_time < self.before)
            and self.workflow in record.workflow_name
            and self.execution_id in {"", record.execution_id}
        )


def execution_query(text: str) -> ExecutionQuery:
    """Read clauses joined by AND; what is none of the known ones is the name of a schedule.

    Raises InvalidInputError naming the clause.
    """
    schedules: list[str] = []
    states: list[ExecutionState] = []
    found: dict[str, Any] = {}
    for clause in filter(None, map(str.strip, _AND.split(text))):
        if match := _IN.fullmatch(clause):
            names = [name for part in match[2].split(",") if (name := part.strip())]
            if match[1] == "state":
                states += [_state(name, clause) for name in names]
            else:
                schedules += names
        elif match := _COMPARED.fullmatch(clause):
            found["after" if match[2] == ">" else "before"] = _moment(match[3].strip(), clause)
        elif match := _EQUAL.fullmatch(clause):
            found["workflow" if match[1] == "workflowName" else "execution_id"] = match[2].strip()
        else:
            schedules.append(clause)
    return ExecutionQuery(tuple(schedules), tuple(states), **found)


def _state(name: str, clause: str) -> ExecutionState:
    try:
        return ExecutionState(name)
    except ValueError:
        states = ", ".join(ExecutionState)
        raise InvalidInputError(
            f"query: '{name}' in '{clause}' is none of the states {states}"
        ) from None


def _moment(text: str, clause: str) -> int:
    if not re.fullmatch(r"-?[0-9]{1,18}", text):
        raise InvalidInputError(f"query: expected epoch milliseconds in '{clause}', not '{text}'")
    return int(text)


# --- order ----------------------------------------------------------------------------------------

_EXECUTION_KEYS: dict[str, Callable[[WorkflowScheduleExecution], Any]] = {
    "scheduledTime": lambda record: record.scheduled_time,
    "executionTime": lambda record: record.execution_time,
    "scheduleName": lambda record: record.schedule_name,
    "workflowName": lambda record: record.workflow_name,
    "state": lambda record: record.state.value,
    # What Conductor's web page sends, which takes them for executions of workflows.
    "startTime": lambda record: record.execution_time,
}
_SCHEDULE_KEYS: dict[str, Callable[[ScheduleState], Any]] = {
    "name": lambda state: state.schedule.name,
    "workflowName": lambda state: state.schedule.workflow_name,
    "paused": lambda state: state.schedule.paused,
    "createTime": lambda state: state.schedule.create_time or 0,
    "updatedTime": lambda state: state.schedule.updated_time or 0,
    "nextRunTime": lambda state: state.next or 0,
}


def ordered_executions(
    records: Sequence[WorkflowScheduleExecution], sort: Sequence[str]
) -> list[WorkflowScheduleExecution]:
    """By ``field:ASC|DESC``, the first one first; without it the newest first.

    Raises InvalidInputError for an unknown field or direction.
    """
    return _ordered(records, sort or ["scheduledTime:DESC"], _EXECUTION_KEYS, "DESC")


def ordered_schedules(states: Sequence[ScheduleState], sort: Sequence[str]) -> list[ScheduleState]:
    """By ``field:ASC|DESC``; without it by name. Raises InvalidInputError."""
    return _ordered(states, sort or ["name:ASC"], _SCHEDULE_KEYS, "ASC")


def _ordered(
    found: Sequence[_T], sort: Sequence[str], keys: dict[str, Callable[[_T], Any]], usual: str
) -> list[_T]:
    result = list(found)
    for wanted in reversed(sort):
        name, _, direction = wanted.partition(":")
        direction = direction.strip().upper() or usual
        if name.strip() not in keys:
            known = ", ".join(keys)
            raise InvalidInputError(f"sort: '{name}' is none of {known}")
        if direction not in {"ASC", "DESC"}:
            raise InvalidInputError(f"sort: expected ASC or DESC after '{name}', not '{direction}'")
        result.sort(key=keys[name.strip()], reverse=direction == "DESC")
    return result


# --- free text --------------------------------------------------------------------------------------


def mentions(free_text: str, *values: str | None) -> bool:
    """One of ``values`` contains the text, whatever its case; ``*`` is anything."""
    wanted = free_text.strip().casefold()
    return wanted in _ANY_TEXT or any(wanted in value.casefold() for value in values if value)
