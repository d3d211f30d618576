"""The query grammar: both dialects of the peer in one (rest-api.md 11).

::

    query  = [ any ]
    any    = all { OR all }
    all    = one { AND one }
    one    = "(" any ")" | field test
    test   = ("=" | "!=" | "<" | "<=" | ">" | ">=") value
           | [ NOT ] IN "(" value { "," value } ")"
           | BETWEEN value AND value
           | STARTS_WITH value
           | IS [ NOT ] NULL
    value  = "'" text "'" | '"' text '"' | word { word }

Keywords may be written in any case, names of fields may not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from podium.domain.search.condition import (
    EVERYTHING,
    Between,
    Clause,
    Comparison,
    Condition,
    In,
    IsNull,
    Like,
    Operator,
    StartsWith,
    Value,
    all_of,
    one_of,
)
from podium.domain.search.fields import FieldKind
from podium.domain.search.patterns import is_wild, tidy, unescape
from podium.domain.search.scanner import Scanner
from podium.domain.search.values import counted, moment

if TYPE_CHECKING:
    from podium.domain.search.fields import Field, Fields

#: Characters of a query. A URL holds less.
MAX_LENGTH = 20_000
#: Parentheses within parentheses.
MAX_DEPTH = 50

#: Longest first, so that ``<=`` is not read as ``<``.
_SIGNS = ("!=", "<=", ">=", "=", "<", ">")
_TESTS = "=, !=, <, <=, >, >=, IN, NOT IN, BETWEEN, STARTS_WITH or IS"


def parse(text: str, fields: Fields) -> Condition:
    """Read a query about rows with ``fields``; an empty one is met by everything.

    Raises InvalidInputError for one that is not well-formed, names a field that does not exist, is
    too long or nested too deeply; the message says at which offset, counted in characters from 0.
    """
    scanner = Scanner(text)
    if len(text) > MAX_LENGTH:
        raise scanner.error(f"it is longer than {MAX_LENGTH} characters", MAX_LENGTH)
    if scanner.is_at_end():
        return EVERYTHING
    condition = _Parser(scanner, fields).any_of(0)
    if not scanner.is_at_end():
        raise scanner.error("AND, OR or the end is missing")
    return condition


class _Parser:
    """One method for each rule of the grammar."""

    def __init__(self, scanner: Scanner, fields: Fields) -> None:
        self._scanner = scanner
        self._fields = fields

    def any_of(self, depth: int) -> Condition:
        """One or more with OR between them."""
        found = [self._all(depth)]
        while self._scanner.keyword("OR"):
            found.append(self._all(depth))
        return one_of(*found)

    def _all(self, depth: int) -> Condition:
        found = [self._one(depth)]
        while self._scanner.keyword("AND"):
            found.append(self._one(depth))
        return all_of(*found)

    def _one(self, depth: int) -> Condition:
        scanner = self._scanner
        if not scanner.symbol("("):
            return self._clause()
        start = scanner.position - 1
        if depth == MAX_DEPTH:
            raise scanner.error(f"parentheses are nested deeper than {MAX_DEPTH} levels", start)
        found = self.any_of(depth + 1)
        if not scanner.symbol(")"):
            raise scanner.error("AND, OR or a closing parenthesis is missing")
        return found

    def _clause(self) -> Clause:
        scanner = self._scanner
        field = self._field()
        if sign := scanner.symbol(*_SIGNS):
            return self._comparison(field, Operator(sign))
        match scanner.keyword("IN", "NOT", "BETWEEN", "STARTS_WITH", "IS"):
            case "IN":
                return In(field, self._list(field))
            case "NOT":
                if not scanner.keyword("IN"):
                    raise scanner.error("IN is missing after NOT")
                return In(field, self._list(field), negated=True)
            case "BETWEEN":
                self._expect_order(field)
                low = self._value(field)
                if not scanner.keyword("AND"):
                    raise scanner.error("AND is missing after the lower bound of BETWEEN")
                return Between(field, low, self._value(field))
            case "STARTS_WITH":
                return self._starts_with(field)
            case "IS":
                return self._is_null(field)
            case _:
                raise scanner.error(f"{_TESTS} is missing after {field.name}")

    def _field(self) -> Field:
        self._scanner.is_at_end()
        start = self._scanner.position
        name = self._scanner.name()
        if name is None:
            raise self._scanner.error("the name of a field is missing")
        field = self._fields.find(name)
        if field is None:
            known = ", ".join(sorted(self._fields.by_name))
            raise self._scanner.error(
                f"a {self._fields.of} has no field {name!r}; there are {known}", start
            )
        return field

    def _comparison(self, field: Field, operator: Operator) -> Clause:
        if operator not in {Operator.EQ, Operator.NE}:
            self._expect_order(field)
        elif not field.kind.is_counted:
            pattern = self._pattern()
            if is_wild(pattern):
                return Like(field, tidy(pattern), negated=operator is Operator.NE)
            return Comparison(field, operator, unescape(pattern))
        return Comparison(field, operator, self._value(field))

    def _starts_with(self, field: Field) -> Clause:
        if field.kind.is_counted:
            raise self._scanner.error(f"{field.name} is a number, and STARTS_WITH is for texts")
        return StartsWith(field, self._text())

    def _is_null(self, field: Field) -> Clause:
        negated = self._scanner.keyword("NOT") is not None
        if not self._scanner.keyword("NULL"):
            raise self._scanner.error("null is missing after IS")
        return IsNull(field, negated)

    def _list(self, field: Field) -> tuple[Value, ...]:
        scanner = self._scanner
        if not scanner.symbol("("):
            raise scanner.error("an opening parenthesis is missing after IN")
        values = [self._value(field, in_list=True)]
        while scanner.symbol(","):
            values.append(self._value(field, in_list=True))
        if not scanner.symbol(")"):
            raise scanner.error("a comma or a closing parenthesis is missing in the list of IN")
        return tuple(dict.fromkeys(values))

    def _value(self, field: Field, *, in_list: bool = False) -> Value:
        self._scanner.is_at_end()
        start = self._scanner.position
        text = self._text(in_list=in_list)
        if not field.kind.is_counted:
            return text
        is_moment = field.kind is FieldKind.MOMENT
        value = moment(text) if is_moment else counted(text)
        if value is None:
            wanted = "a number of milliseconds or an ISO date" if is_moment else "an integer"
            raise self._scanner.error(
                f"{field.name} is compared with {wanted}, not with {text!r}", start
            )
        return value

    def _text(self, *, in_list: bool = False) -> str:
        quoted = self._scanner.quoted()
        return unescape(quoted) if quoted is not None else self._bare(in_list=in_list)

    def _pattern(self) -> str:
        """A text in which wildcards count; a backslash without quotes is itself."""
        quoted = self._scanner.quoted()
        if quoted is not None:
            return quoted
        return self._bare(in_list=False).replace("\\", "\\\\")

    def _bare(self, *, in_list: bool) -> str:
        found = self._scanner.bare_item() if in_list else self._scanner.bare()
        if found is None:
            raise self._scanner.error("a value is missing")
        return found

    def _expect_order(self, field: Field) -> None:
        if not field.kind.has_order:
            raise self._scanner.error(
                f"{field.name} has no order; =, !=, IN, STARTS_WITH and IS are for it"
            )
