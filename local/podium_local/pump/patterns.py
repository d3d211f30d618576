"""Event patterns: the JSON in which filters of event-source mappings and EventBridge rules are written.

A pattern has the shape of the event; its leaves are lists, one element of which has to hold. Of the
language this reads equality, ``prefix``, ``suffix``, ``equals-ignore-case``, ``exists``,
``anything-but``, ``numeric`` and ``$or``; any other operator is a ValueError.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any

_ABSENT = object()

_COMPARISONS: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def matches(pattern: Mapping[str, Any], event: Any) -> bool:
    """True if every part of ``pattern`` holds for ``event``; what the pattern leaves out is free."""
    return all(_part_matches(name, part, event) for name, part in pattern.items())


def _part_matches(name: str, part: Any, event: Any) -> bool:
    if name == "$or":
        return any(matches(alternative, event) for alternative in part)
    value = event.get(name, _ABSENT) if isinstance(event, Mapping) else _ABSENT
    if isinstance(part, Mapping):
        return matches(part, value)
    if not isinstance(part, Sequence) or isinstance(part, str):
        raise ValueError(f"a pattern's leaf is a list, not {part!r}")  # noqa: TRY004 - a bad value
    return any(_rule_matches(rule, value) for rule in part)


def _rule_matches(rule: Any, value: Any) -> bool:
    """One element of a leaf against a value, any element of which may do if it is a list."""
    if isinstance(rule, Mapping) and "exists" in rule:
        # Leaves only: AWS does not find an object.
        present = value is not _ABSENT and not isinstance(value, Mapping)
        return present is bool(rule["exists"])
    if value is _ABSENT:
        return False
    candidates = value if isinstance(value, list) else [value]
    return any(_holds(rule, candidate) for candidate in candidates)


def _holds(rule: Any, value: Any) -> bool:
    if not isinstance(rule, Mapping):
        return _equal(rule, value)
    ((name, argument),) = rule.items()
    match name:
        case "prefix":
            return isinstance(value, str) and value.startswith(argument)
        case "suffix":
            return isinstance(value, str) and value.endswith(argument)
        case "equals-ignore-case":
            return isinstance(value, str) and value.lower() == argument.lower()
        case "anything-but":
            excluded = argument if isinstance(argument, Sequence) else [argument]
            excluded = [excluded] if isinstance(excluded, str) else excluded
            return not any(_holds(one, value) for one in excluded)
        case "numeric":
            return _is_number(value) and all(
                _COMPARISONS[sign](value, bound)
                for sign, bound in zip(argument[::2], argument[1::2], strict=True)
            )
        case _:
            raise ValueError(f"unknown operator in a pattern: {name}")


def _equal(expected: Any, value: Any) -> bool:
    # true is not 1, and "1" is not 1.
    return bool(expected == value) and isinstance(expected, bool) is isinstance(value, bool)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
