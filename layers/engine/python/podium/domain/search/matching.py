"""Whether a row meets a condition.

A text that is not set is the empty text, a moment that has not come is 0 (rest-api.md 11.3): every
comparison has an answer, and ``!=`` and NOT IN are exactly the opposite of ``=`` and IN.
"""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any

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
    from collections.abc import Callable, Mapping, Sequence

    from podium.domain.search.fields import Field
    from podium.domain.search.rows import Row


#: Values of one field are of one type.
_TESTS: Mapping[Operator, Callable[[Any, Any], bool]] = {
    Operator.LT: operator.lt,
    Operator.LE: operator.le,
    Operator.GT: operator.gt,
    Operator.GE: operator.ge,
}


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
            return meets(condition, _values(condition.field, row))


def meets(clause: Clause, values: Sequence[Value]) -> bool:
    """A row with these values of the clause's field meets it."""
    field = clause.field
    match clause:
        case Comparison(_, Operator.NE, wanted):
            return not _equals(field, values, wanted)
        case Comparison(_, Operator.EQ, wanted):
            return _equals(field, values, wanted)
        case Comparison(_, sign, wanted):
            test = _TESTS[sign]
            return any(test(own, wanted) for own in values)
        case In(_, several, negated):
            return any(_equals(field, values, wanted) for wanted in several) is not negated
        case Between(_, low, high):
            return any(_is_within(own, low, high) for own in values)
        case Like(_, pattern, negated):
            anywhere = field.kind is FieldKind.PAYLOAD
            found = any(matches_pattern(pattern, str(own), anywhere=anywhere) for own in values)
            return found is not negated
        case StartsWith(_, prefix):
            return any(str(own).startswith(prefix) for own in values)
        case IsNull(_, negated):
            return any(values) is negated


def _is_within(own: Any, low: Any, high: Any) -> bool:
    is_within: bool = low <= own <= high
    return is_within


def _equals(field: Field, values: Sequence[Value], wanted: Value) -> bool:
    if field.kind is FieldKind.PAYLOAD and wanted != "":
        folded = str(wanted).casefold()
        return any(folded in str(own).casefold() for own in values)
    return wanted in values


def _values(field: Field, row: Row) -> tuple[Value, ...]:
    """Those of the row, at least one: names are several."""
    value = getattr(row, field.attribute)
    if isinstance(value, tuple):
        return value or ("",)
    if value is None:
        return (0,) if field.kind.is_counted else ("",)
    return (value,)
