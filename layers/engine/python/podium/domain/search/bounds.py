"""What clauses that all have to hold say about an execution, where rows are stored by it.

Beside what they say outright, some things follow: whatever ended has a terminal status, nothing is
updated before it starts, and a task that is still open belongs to an execution that is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from podium.domain.ids import parse_task_id
from podium.domain.search.accesses import END_OF_TIME, Span
from podium.domain.search.condition import (
    Between,
    Clause,
    Comparison,
    In,
    IsNull,
    Operator,
)
from podium.domain.search.fields import TASK_FIELDS
from podium.domain.search.matching import meets
from podium.domain.status import TaskStatus, WorkflowStatus

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from podium.domain.search.fields import Fields

_OPEN = frozenset(status for status in WorkflowStatus if not status.is_terminal)
_ENDED = frozenset(status for status in WorkflowStatus if status.is_terminal)
_OPEN_TASKS = frozenset(status for status in TaskStatus if not status.is_terminal)
#: Moments may be compared with negative numbers, too.
_BEFORE_TIME = -END_OF_TIME


@dataclass(frozen=True, slots=True)
class Bounds:
    """Each is None where nothing is said; ``statuses`` are in the order of the enumeration."""

    ids: tuple[str, ...] | None
    correlations: tuple[str, ...] | None
    parents: tuple[str, ...] | None
    types: tuple[str, ...] | None
    statuses: tuple[WorkflowStatus, ...] | None
    started: Span
    #: Clauses that say nothing beyond one of these.
    exact: tuple[Clause, ...]

    @property
    def is_empty(self) -> bool:
        """No execution can be as the clauses say."""
        named = (self.ids, self.correlations, self.parents, self.types, self.statuses)
        return self.started.is_empty or any(names == () for names in named)

    def served(self, *fields: str) -> tuple[Clause, ...]:
        """The clauses on these fields that are exact."""
        return tuple(clause for clause in self.exact if clause.field.name in fields)


def bounds_of(clauses: Sequence[Clause], fields: Fields) -> Bounds:
    """What follows from all of ``clauses`` for the execution that is found, or owns the task found."""
    if fields is TASK_FIELDS:
        return _of_tasks(clauses)
    ended, updated = _span(clauses, "endTime"), _span(clauses, "updateTime")
    started, statuses = _span(clauses, "startTime"), _statuses(clauses)
    last = min(started.last, updated.last)
    if ended.first > 0:
        statuses &= _ENDED
        last = min(last, ended.last)
    elif ended.last <= 0:
        statuses &= _OPEN
    return Bounds(
        _present(_names(clauses, "workflowId")),
        _set(_names(clauses, "correlationId")),
        _names(clauses, "parentWorkflowId"),
        _present(_names(clauses, "workflowType")),
        _in_order(statuses),
        Span(max(started.first, 0), last),
        tuple(clause for clause in clauses if _is_exact(clause)),
    )


def _of_tasks(clauses: Sequence[Clause]) -> Bounds:
    """Tasks lie within their executions; of their clauses none is exact."""
    scheduled = _span(clauses, "scheduledTime")
    last = scheduled.last
    for name in ("startTime", "updateTime", "endTime"):
        span = _span(clauses, name)
        # Before it happens it is 0, which is below any moment, whenever the execution started.
        if span.first > 0:
            last = min(last, span.last)
    own = {status for status in TaskStatus if _allows(clauses, "status", status.value)}
    statuses = frozenset(WorkflowStatus) if own - _OPEN_TASKS else _OPEN
    return Bounds(
        _workflow_ids(clauses),
        _set(_names(clauses, "correlationId")),
        None,
        _present(_names(clauses, "workflowType")),
        _in_order(statuses) if own else (),
        Span(0, last),
        (),
    )


def _workflow_ids(clauses: Sequence[Clause]) -> tuple[str, ...] | None:
    """Of the executions that are named, and of those that own the tasks named."""
    owners, tasks = _present(_names(clauses, "workflowId")), _names(clauses, "taskId")
    if tasks is None:
        return owners
    keys = [key for key in map(parse_task_id, tasks) if key is not None]
    found = dict.fromkeys(key.workflow_id for key in keys)
    return tuple(id_ for id_ in found if owners is None or id_ in owners)


def _names(clauses: Iterable[Clause], field: str) -> tuple[str, ...] | None:
    """The texts that the field can have; None when nothing limits it."""
    result: tuple[str, ...] | None = None
    for clause in clauses:
        if clause.field.name == field and (listed := _listed(clause)) is not None:
            result = tuple(name for name in listed if result is None or name in result)
    if result is None:
        return None
    return tuple(name for name in result if _allows(clauses, field, name))


def _set(names: tuple[str, ...] | None) -> tuple[str, ...] | None:
    """``names``, but None when one of them says that there is none: nothing is stored under that."""
    return None if names and "" in names else names


def _present(names: tuple[str, ...] | None) -> tuple[str, ...] | None:
    """``names`` of what is never without one."""
    return None if names is None else tuple(filter(None, names))


def _listed(clause: Clause) -> tuple[str, ...] | None:
    match clause:
        case Comparison(_, Operator.EQ, str(value)):
            return (value,)
        case In(_, values, negated=False):
            return tuple(str(value) for value in values)
        case _:
            return None


def _statuses(clauses: Iterable[Clause]) -> frozenset[WorkflowStatus]:
    return frozenset(
        status for status in WorkflowStatus if _allows(clauses, "status", status.value)
    )


def _allows(clauses: Iterable[Clause], field: str, value: str) -> bool:
    """A row with this value meets the clauses on that field."""
    return all(meets(clause, (value,)) for clause in clauses if clause.field.name == field)


def _in_order(statuses: frozenset[WorkflowStatus]) -> tuple[WorkflowStatus, ...] | None:
    if len(statuses) == len(WorkflowStatus):
        return None
    return tuple(status for status in WorkflowStatus if status in statuses)


def _span(clauses: Iterable[Clause], field: str) -> Span:
    """The least span that holds every moment which the clauses on ``field`` allow."""
    first, last = _BEFORE_TIME, END_OF_TIME
    for clause in clauses:
        if clause.field.name == field:
            own = _span_of(clause)
            first, last = max(first, own.first), min(last, own.last)
    return Span(first, last)


def _span_of(clause: Clause) -> Span:
    match clause:
        case Comparison(_, operator, int(value)):
            return _compared(operator, value)
        case Between(_, int(low), int(high)):
            return Span(low, high)
        case In(_, values, negated=False):
            moments = [int(value) for value in values]
            return Span(min(moments), max(moments))
        case IsNull(_, negated):
            return Span(1, END_OF_TIME) if negated else Span(0, 0)
        case _:
            return Span(_BEFORE_TIME, END_OF_TIME)


def _compared(operator: Operator, value: int) -> Span:
    match operator:
        case Operator.EQ:
            return Span(value, value)
        case Operator.LT:
            return Span(_BEFORE_TIME, value - 1)
        case Operator.LE:
            return Span(_BEFORE_TIME, value)
        case Operator.GT:
            return Span(value + 1, END_OF_TIME)
        case Operator.GE:
            return Span(value, END_OF_TIME)
        case Operator.NE:
            return Span(_BEFORE_TIME, END_OF_TIME)


def _is_exact(clause: Clause) -> bool:
    match clause.field.name:
        case "status":
            return True
        case "startTime":
            is_range = isinstance(clause, Comparison) and clause.operator is not Operator.NE
            return is_range or isinstance(clause, Between)
        case "workflowId" | "correlationId" | "parentWorkflowId" | "workflowType":
            return _listed(clause) is not None
        case _:
            return False
