"""From a condition to the rows that can meet it: which ids, types, statuses and moments it names.

The condition is taken apart into alternatives (what is joined by OR, up to ``MAX_ALTERNATIVES``),
each a list of clauses that all have to hold. Each alternative is reached by the narrowest access
that its clauses allow; what is reached is at least what the condition wants.
"""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, TypeVar

from podium.domain.search.accesses import (
    Access,
    ByCorrelation,
    ById,
    ByParent,
    ByStatus,
    ByTime,
    ByType,
    Plan,
    Span,
)
from podium.domain.search.bounds import Bounds, bounds_of
from podium.domain.search.condition import (
    EVERYTHING,
    And,
    Clause,
    Comparison,
    Condition,
    Everything,
    In,
    Operator,
    Or,
    all_of,
    one_of,
)
from podium.domain.search.fields import TASK_FIELDS
from podium.domain.search.ordering import default_order

if TYPE_CHECKING:
    from collections.abc import Sequence

    from podium.domain.search.condition import Value
    from podium.domain.search.fields import Field, Fields
    from podium.domain.search.ordering import Order, SortKey

#: Alternatives beyond this many are not told apart.
MAX_ALTERNATIVES = 16

_T = TypeVar("_T")
#: Clauses that all have to hold.
_Alternative = tuple[Clause, ...]


def plan(condition: Condition, order: Order, fields: Fields) -> Plan:
    """How to find the executions that meet ``condition``, or, for task fields, those whose tasks do.

    ``order`` is that of the answer; the empty one is the default.
    """
    condition = _gathered(condition)
    found = [_access(bounds_of(parts, fields)) for parts in _alternatives(condition)]
    first, *further = order or default_order(fields)
    return Plan(
        _merged([access for access, _ in found if access is not None]),
        residual=_residual(condition, found),
        # A task has a start time of its own, which is not that of its execution.
        serves_order=fields is not TASK_FIELDS
        and first.field.name == "startTime"
        and _names_the_tie(further),
        is_descending=first.descending,
    )


def _names_the_tie(keys: Sequence[SortKey]) -> bool:
    """Behind the start time, they say no more than what holds anyway: by id, upwards."""
    return not keys or (keys[0].field.name == "workflowId" and not keys[0].descending)


def _residual(
    condition: Condition, found: Sequence[tuple[Access | None, Sequence[Clause]]]
) -> Condition:
    match found:
        case [(None, _)]:
            return EVERYTHING
        case [(_, served)]:
            parts = condition.conditions if isinstance(condition, And) else (condition,)
            return all_of(*(part for part in parts if part not in served))
        case _:
            return condition


def _alternatives(condition: Condition) -> tuple[_Alternative, ...]:
    """At most ``MAX_ALTERNATIVES``; what would make more of them is left to the filter."""
    match condition:
        case Everything():
            return ((),)
        case Or(parts):
            found = tuple(each for part in parts for each in _alternatives(part))
            return found if len(found) <= MAX_ALTERNATIVES else ((),)
        case And(parts):
            joined: tuple[_Alternative, ...] = ((),)
            # Simple clauses first: they are never what there are too many of.
            for part in sorted(parts, key=lambda part: isinstance(part, Or)):
                own = _alternatives(part)
                if len(own) * len(joined) <= MAX_ALTERNATIVES:
                    joined = tuple(one + other for one, other in product(joined, own))
            return joined
        case _:
            return ((condition,),)


def _gathered(condition: Condition) -> Condition:
    """The same condition, with alternatives that name values of one field as one IN."""
    match condition:
        case And(parts):
            return all_of(*map(_gathered, parts))
        case Or(parts):
            return _named_together([_gathered(part) for part in parts])
        case _:
            return condition


def _named_together(parts: Sequence[Condition]) -> Condition:
    named: dict[Field, tuple[Value, ...]] = {}
    others: list[Condition] = []
    for part in parts:
        match part:
            case Comparison(field, Operator.EQ, value):
                named[field] = (*named.get(field, ()), value)
            case In(field, values, negated=False):
                named[field] = (*named.get(field, ()), *values)
            case _:
                others.append(part)
    lists = (In(field, tuple(dict.fromkeys(values))) for field, values in named.items())
    return one_of(*lists, *others)


def _access(bounds: Bounds) -> tuple[Access | None, Sequence[Clause]]:
    """The narrowest access, with the clauses that it serves; None when nothing can be there."""
    if bounds.is_empty:
        return None, ()
    started = bounds.started
    statuses = bounds.statuses or ()
    if bounds.ids is not None:
        return ById(bounds.ids), bounds.served("workflowId")
    if bounds.correlations is not None:
        access: Access = ByCorrelation(bounds.correlations, started)
        return access, bounds.served("correlationId", "startTime")
    children = bounds.parents is not None and "" not in bounds.parents
    if bounds.parents is not None and children:
        return ByParent(bounds.parents, started), bounds.served("parentWorkflowId", "startTime")
    if bounds.types is not None:
        access = ByType(bounds.types, statuses, started)
        return access, bounds.served("workflowType", "status", "startTime")
    if statuses:
        return ByStatus(statuses, started), bounds.served("status", "startTime")
    if bounds.parents is not None:
        return ByParent(bounds.parents, started), bounds.served("parentWorkflowId", "startTime")
    return ByTime(started), bounds.served("startTime")


def _merged(accesses: Sequence[Access]) -> tuple[Access, ...]:
    """As few as possible: those that differ in one list of names become one with both lists."""
    result: list[Access] = []
    for access in accesses:
        for index, other in enumerate(result):
            union = _union(other, access)
            if union is not None:
                result[index] = union
                break
        else:
            result.append(access)
    everything = [access for access in result if access == ByTime(Span())]
    return tuple(everything or result)


def _union(one: Access, other: Access) -> Access | None:
    match one, other:
        case ById(ids), ById(more):
            return ById(_joined(ids, more))
        case ByCorrelation(ids, span), ByCorrelation(more, same) if span == same:
            return ByCorrelation(_joined(ids, more), span)
        case ByParent(ids, span), ByParent(more, same) if span == same:
            return ByParent(_joined(ids, more), span)
        case ByType(names, statuses, span), ByType(more, others, same) if (statuses, span) == (
            others,
            same,
        ):
            return ByType(_joined(names, more), statuses, span)
        case ByType(names, statuses, span), ByType(same_names, others, same) if (
            (set(names), span) == (set(same_names), same) and statuses and others
        ):
            return ByType(names, _joined(statuses, others), span)
        case ByStatus(statuses, span), ByStatus(others, same) if span == same:
            return ByStatus(_joined(statuses, others), span)
        case _:
            return one if one == other else None


def _joined(one: tuple[_T, ...], other: tuple[_T, ...]) -> tuple[_T, ...]:
    return tuple(dict.fromkeys(one + other))
