"""Conditions and changes as DynamoDB expressions.

Every name is aliased (``#st``), since many short names are reserved words.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, assert_never

from podium.adapters.items.attributes import Attribute, typed_value
from podium.adapters.items.conditions import (
    Any as AnyOf,
)
from podium.adapters.items.conditions import (
    Condition,
    Equals,
    Every,
    Exists,
    Less,
    Missing,
    OneOf,
    Within,
)
from podium.adapters.items.table import Change, IfUnset, Offset

if TYPE_CHECKING:
    from collections.abc import Iterable


class Expressions:
    """Expressions of one request, which share their names and values."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        self._values: dict[str, dict[str, str]] = {}

    def parameters(self) -> dict[str, Any]:
        """ExpressionAttributeNames and -Values, where there are any."""
        parameters: dict[str, Any] = {}
        if self._names:
            parameters["ExpressionAttributeNames"] = self._names
        if self._values:
            parameters["ExpressionAttributeValues"] = self._values
        return parameters

    def name(self, name: str) -> str:
        """Alias of an attribute."""
        self._names[f"#{name}"] = name
        return f"#{name}"

    def value(self, value: Attribute) -> str:
        """Placeholder of a value."""
        placeholder = f":{len(self._values)}"
        self._values[placeholder] = typed_value(value)
        return placeholder

    def change(self, change: Change) -> str:
        """UpdateExpression."""
        sets = (f"{self.name(name)} = {self._set(name, to)}" for name, to in change.sets.items())
        parts = [f"SET {', '.join(sets)}"] if change.sets else []
        if change.removes:
            parts.append(f"REMOVE {', '.join(map(self.name, change.removes))}")
        return " ".join(parts)

    def _set(self, name: str, to: Attribute | IfUnset | Offset) -> str:
        match to:
            case IfUnset(value):
                return f"if_not_exists({self.name(name)}, {self.value(value)})"
            case Offset(base, default, amount):
                start = f"if_not_exists({self.name(base)}, {self.value(default)})"
                return f"{start} + {self.value(amount)}"
            case _:
                return self.value(to)

    def condition(self, condition: Condition) -> str:
        """ConditionExpression."""
        match condition:
            case Missing():
                return f"attribute_not_exists({self.name('pk')})"
            case Exists():
                return f"attribute_exists({self.name('pk')})"
            case Equals(name, value):
                same = f"{self.name(name)} = {self.value(value)}"
                return same if value else f"(attribute_not_exists({self.name(name)}) OR {same})"
            case Less(name, value):
                less = f"{self.name(name)} < {self.value(value)}"
                absent = f"attribute_not_exists({self.name(name)})"
                return f"({absent} OR {less})" if value > 0 else less
            case Within(name, value):
                alias = self.name(name)
                return f"({alias} > {self.value(0)} AND {alias} <= {self.value(value)})"
            case OneOf(name, values):
                return f"{self.name(name)} IN ({', '.join(map(self.value, values))})"
            case Every(parts):
                return self._joined(" AND ", parts)
            case AnyOf(parts):
                return self._joined(" OR ", parts)
            case _:  # pragma: no cover
                assert_never(condition)

    def _joined(self, operator: str, parts: Iterable[Condition]) -> str:
        joined = [*map(self.condition, parts)]
        # DynamoDB refuses parentheses that do nothing.
        return joined[0] if len(joined) == 1 else f"({operator.join(joined)})"
