"""What a reader of rows asks of a plan: where to go on, and what is left to be checked."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from podium.domain.search.accesses import ById, Plan
from podium.domain.search.condition import And, Condition, Everything, Or, all_of
from podium.domain.search.fields import WORKFLOW_FIELDS
from podium.domain.search.matching import meets
from podium.domain.search.rows import CLASSIFIER

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podium.domain.search.accesses import Access
    from podium.domain.search.fields import Field

_CLASSIFIER = WORKFLOW_FIELDS.by_name["classifier"]


def fields_in(condition: Condition) -> Iterator[Field]:
    """Every field that it looks at."""
    match condition:
        case Everything():
            return
        case And(parts) | Or(parts):
            for part in parts:
                yield from fields_in(part)
        case _:
            yield condition.field


def started_from(access: Access, moment: int, *, newest_first: bool) -> Access:
    """What of ``access`` comes at ``moment`` or, in the order of start times, after it."""
    if isinstance(access, ById):
        return access
    span = access.started
    if newest_first:
        return replace(access, started=replace(span, last=min(span.last, moment)))
    return replace(access, started=replace(span, first=max(span.first, moment)))


def settled(plan: Plan) -> Plan:
    """``plan`` without the clauses on the classifier, which is the same for all executions."""
    residual = plan.residual
    parts = residual.conditions if isinstance(residual, And) else (residual,)
    left: list[Condition] = []
    for part in parts:
        if isinstance(part, Everything | And | Or) or part.field != _CLASSIFIER:
            left.append(part)
        elif not meets(part, (CLASSIFIER,)):
            return replace(plan, accesses=())
    return replace(plan, residual=all_of(*left))
