"""Functions at the end of a path: ``.length()``, ``.sum()`` ... (engine.md 10.2)."""

from __future__ import annotations

import json
import statistics
from collections.abc import Callable, Mapping, Sequence
from typing import Any


class NoValueError(Exception):
    """The function has no value for what it was given; the path yields null."""


def _length(value: Any, _argument: str) -> int:
    if isinstance(value, (dict, list)):
        return len(value)
    raise NoValueError


def _keys(value: Any, _argument: str) -> list[str]:
    if isinstance(value, dict):
        return list(value)
    raise NoValueError


def _numbers(value: Any) -> list[float]:
    items = value if isinstance(value, list) else []
    numbers = [
        item for item in items if isinstance(item, (int, float)) and not isinstance(item, bool)
    ]
    if not numbers:
        raise NoValueError
    return numbers


def _aggregate(function: Callable[[Sequence[float]], float]) -> Callable[[Any, str], float]:
    return lambda value, _argument: function(_numbers(value))


def _concat(value: Any, _argument: str) -> str:
    if not isinstance(value, list):
        raise NoValueError
    return "".join(item if isinstance(item, str) else json.dumps(item) for item in value)


def _append(value: Any, argument: str) -> list[Any]:
    if not isinstance(value, list):
        raise NoValueError
    try:
        return [*value, json.loads(argument.replace("'", '"'))]
    except ValueError:
        raise NoValueError from None


def _index(value: Any, argument: str) -> Any:
    try:
        return value[int(argument)] if isinstance(value, list) else _nothing()
    except (ValueError, IndexError):
        raise NoValueError from None


def _nothing() -> Any:
    raise NoValueError


#: By name; each takes the value and the text between its parentheses, and may raise NoValueError.
FUNCTIONS: Mapping[str, Callable[[Any, str], Any]] = {
    "length": _length,
    "size": _length,
    "keys": _keys,
    "min": _aggregate(min),
    "max": _aggregate(max),
    "sum": _aggregate(sum),
    "avg": _aggregate(statistics.fmean),
    "stddev": _aggregate(statistics.pstdev),
    "concat": _concat,
    "append": _append,
    "first": lambda value, _argument: _index(value, "0"),
    "last": lambda value, _argument: _index(value, "-1"),
    "index": _index,
}
