"""A query as a value: what a row has to meet.

Values are of the kind of their field: texts as they are, numbers and moments as integers.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from podium.domain.search.fields import Field


class Operator(StrEnum):
    """How the value of a row is compared with that of the query."""

    EQ = "="
    NE = "!="
    LT = "<"
    LE = "<="
    GT = ">"
    GE = ">="


Value: TypeAlias = "str | int"


@dataclass(frozen=True, slots=True)
class Everything:
    """Every row meets it: a query that was left out."""


EVERYTHING = Everything()


@dataclass(frozen=True, slots=True)
class Comparison:
    """``field = value`` and the other five."""

    field: Field
    operator: Operator
    value: Value


@dataclass(frozen=True, slots=True)
class Like:
    r"""``field = pat*ern``: ``*`` is any text, ``?`` any character, ``\\`` takes their meaning away.

    Unlike every other comparison, this one does not look at case (rest-api.md 11.2).
    """

    field: Field
    pattern: str
    negated: bool = False


@dataclass(frozen=True, slots=True)
class In:
    """``field IN (a, b)`` and ``field NOT IN (a, b)``."""

    field: Field
    values: tuple[Value, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Between:
    """``field BETWEEN low AND high``: both belong to it."""

    field: Field
    low: Value
    high: Value


@dataclass(frozen=True, slots=True)
class StartsWith:
    """``field STARTS_WITH 'text'``."""

    field: Field
    prefix: str


@dataclass(frozen=True, slots=True)
class IsNull:
    """``field IS null`` and ``field IS not null``: a row without a value."""

    field: Field
    negated: bool = False


@dataclass(frozen=True, slots=True)
class And:
    """All of two or more, none of which is an And itself."""

    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """One of two or more, none of which is an Or itself."""

    conditions: tuple[Condition, ...]


#: What one field has to meet.
Clause: TypeAlias = Comparison | Like | In | Between | StartsWith | IsNull
Condition: TypeAlias = "Everything | Clause | And | Or"


def all_of(*conditions: Condition) -> Condition:
    """Their conjunction, flat."""
    flat: list[Condition] = []
    for condition in conditions:
        match condition:
            case Everything():
                pass
            case And(parts):
                flat.extend(parts)
            case _:
                flat.append(condition)
    if not flat:
        return EVERYTHING
    return flat[0] if len(flat) == 1 else And(tuple(flat))


def one_of(*conditions: Condition) -> Condition:
    """Their disjunction, flat; there is at least one."""
    flat: list[Condition] = []
    for condition in conditions:
        match condition:
            case Everything():
                return condition
            case Or(parts):
                flat.extend(parts)
            case _:
                flat.append(condition)
    return flat[0] if len(flat) == 1 else Or(tuple(flat))
