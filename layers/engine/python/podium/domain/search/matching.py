"""Whether a row meets a condition.

A text that is not set is the empty text, a moment that has not come is 0 (rest-api.md 11.3): every
comparison has an answer, and ``!=`` and NOT IN are exactly the opposite of ``=`` and IN.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from podium.domain.search.condition import (
    And,
    Between,
    Clause,
    Comparison,
    Condition,
    Everything,
    In,
    IsNull,
    Like,
    Operator,
    Or,
    StartsWith,
    Value,
)
from podium.domain.search.fields import FieldKind
from podium.domain.search.patterns import matches_pattern

if TYPE_CHECKING:
    from collections.abc import Callable

    from podium.domain.search.fields import Field
    from podium.domain.search.rows import Row


def matches(condition: Condition, row: Row) -> bool:
    """``row`` meets ``condition``."""
    match condition:
        case Everything():
            return True
        case And(parts):
            return all(matches(part, row) for part in parts)
        case Or(parts):
            return any(matches(part, row) for part in parts)
        case _:
            return _meets(condition, row)


def _meets(clause: Clause, row: Row) -> bool:
    field = clause.field
    match clause:
        case Comparison(_, Operator.NE, wanted):
            return not _equals(field, row, wanted)
        case Comparison(_, Operator.EQ, wanted):
            return _equals(field, row, wanted)
        case Comparison(_, operator, wanted):
            return _any(field, row, lambda own: _ordered(operator, own, wanted))
        case In(_, values, negated):
            return any(_equals(field, row, value) for value in values) is not negated
        case Between(_, low, high):
            return _any(
                field,
                row,
                lambda own: _ordered(Operator.GE, own, low) and _ordered(Operator.LE, own, high),
            )
        case Like(_, pattern, negated):
            anywhere = field.kind is FieldKind.PAYLOAD
            found = _any(
                field, row, lambda own: matches_pattern(pattern, str(own), anywhere=anywhere)
            )
            return found is not negated
        case StartsWith(_, prefix):
            return _any(field, row, lambda own: str(own).startswith(prefix))
        case IsNull(_, negated):
            return not any(_values(field, row)) is not negated


def _equals(field: Field, row: Row, wanted: Value) -> bool:
    if field.kind is FieldKind.PAYLOAD and wanted != "":
        folded = str(wanted).casefold()
        return _any(field, row, lambda own: folded in str(own).casefold())
    return wanted in _values(field, row)


def _any(field: Field, row: Row, test: Callable[[Value], bool]) -> bool:
    return any(test(own) for own in _values(field, row))


def _values(field: Field, row: Row) -> tuple[Value, ...]:
    """Those of the row, at least one: names are several."""
    value = getattr(row, field.attribute)
    if isinstance(value, tuple):
        return value or ("",)
    if value is None:
        return (0,) if field.kind.is_counted else ("",)
    return (value,)


def _ordered(operator: Operator, own: Value, wanted: Value) -> bool:
    """Values of one field are of one type, so one of the two cases holds."""
    if isinstance(own, int) and isinstance(wanted, int):
        return _between(operator, (own > wanted) - (own < wanted))
    left, right = str(own), str(wanted)
    return _between(operator, (left > right) - (left < right))


def _between(operator: Operator, sign: int) -> bool:
    match operator:
        case Operator.LT:
            return sign < 0
        case Operator.LE:
            return sign <= 0
        case Operator.GT:
            return sign > 0
        case Operator.GE:
            return sign >= 0
        case Operator.EQ:
            return sign == 0
        case Operator.NE:
            return sign != 0
