"""A condition as the text of a query: the one that is read back as the same condition."""

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
)
from podium.domain.search.patterns import escape

if TYPE_CHECKING:
    from podium.domain.search.condition import Value


def write(condition: Condition) -> str:
    """``condition`` in the grammar of parsing.py; empty for the one that everything meets."""
    match condition:
        case Everything():
            return ""
        case And(parts):
            return " AND ".join(
                f"({write(part)})" if isinstance(part, Or) else write(part) for part in parts
            )
        case Or(parts):
            return " OR ".join(write(part) for part in parts)
        case _:
            return f"{condition.field.name} {_test(condition)}"


def _test(clause: Clause) -> str:
    match clause:
        case Comparison(_, (Operator.EQ | Operator.NE) as operator, str(value)):
            # A wildcard that is meant as itself.
            return f"{operator} {_quoted_pattern(escape(value))}"
        case Comparison(_, operator, value):
            return f"{operator} {_value(value)}"
        case Like(_, pattern, negated):
            return f"{'!=' if negated else '='} {_quoted_pattern(pattern)}"
        case In(_, values, negated):
            listed = ", ".join(_value(value) for value in values)
            return f"{'NOT IN' if negated else 'IN'} ({listed})"
        case Between(_, low, high):
            return f"BETWEEN {_value(low)} AND {_value(high)}"
        case StartsWith(_, prefix):
            return f"STARTS_WITH {_value(prefix)}"
        case IsNull(_, negated):
            return "IS not null" if negated else "IS null"


def _value(value: Value) -> str:
    if isinstance(value, int):
        return str(value)
    return _quoted_pattern(value.replace("\\", "\\\\"))


def _quoted_pattern(pattern: str) -> str:
    """Its own escapes are those of the quotes, too."""
    return '"' + pattern.replace('"', '\\"') + '"'
