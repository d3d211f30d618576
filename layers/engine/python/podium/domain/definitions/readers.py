"""Readers of JSON values: each takes one value and returns it converted, or raises MismatchError.

Scalars are taken as leniently as the peer takes them (``"5"`` for 5, 7 for ``"7"``); anything else
of a wrong type is refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from podium.domain.json import JsonMap

#: What Python reads as a number and JSON does not (``1_000``) is no number here.
_WHOLE = re.compile(r"\s*[+-]?[0-9]+\s*", re.ASCII)

Reader = Callable[[Any], Any]
Writer = Callable[[Any], Any]


class MismatchError(Exception):
    """A value has the wrong type; ``path`` grows outwards as the error climbs."""

    def __init__(self, problem: str, *path: str) -> None:
        """``path``: field names and ``[index]`` or ``[key]`` steps, outermost first."""
        super().__init__(problem)
        self.problem = problem
        self.path = path

    def within(self, step: str) -> MismatchError:
        """The same problem, seen from one level further out."""
        return MismatchError(self.problem, step, *self.path)

    def __str__(self) -> str:
        where = "".join(step if step.startswith("[") else f".{step}" for step in self.path)
        return f"{where.removeprefix('.')}: {self.problem}" if where else self.problem


def read_text(value: Any) -> str | None:
    """A string, None for null."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    raise MismatchError("expected a string")


def read_present_text(value: Any) -> str:
    """A string; null is refused."""
    text = read_text(value)
    if text is None:
        raise MismatchError("must not be null")
    return text


def read_integer(value: Any, bits: int) -> int | None:
    """A signed number of ``bits`` bits, None for null and the empty string; fractions are cut off."""
    if value is None or value == "":
        return None
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise MismatchError("expected a number")
    if isinstance(value, str) and not _WHOLE.fullmatch(value):
        raise MismatchError("expected a number")
    try:
        number = int(value)
    except (ValueError, OverflowError):  # an infinity, not a number, thousands of digits
        raise MismatchError("expected a number") from None
    if not -(1 << bits - 1) <= number < 1 << bits - 1:
        raise MismatchError(f"expected a number of at most {bits} bits")
    return number


def read_flag(value: Any) -> bool | None:
    """true or false, None for null."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return value != 0
    if isinstance(value, str) and value.lower() in {"true", "false", ""}:
        return value.lower() == "true"
    raise MismatchError("expected true or false")


def read_map(value: Any) -> JsonMap:
    """An object, as it is."""
    if not isinstance(value, Mapping):
        raise MismatchError("expected an object")
    return value


def array(read: Reader) -> Reader:
    """Reader of an array whose items ``read`` reads; null is the empty one."""

    def read_array(value: Any) -> tuple[Any, ...]:
        if value is None:
            return ()
        if not isinstance(value, list | tuple):
            raise MismatchError("expected an array")
        result = []
        for index, item in enumerate(value):
            try:
                result.append(read(item))
            except MismatchError as mismatch:
                raise mismatch.within(f"[{index}]") from None
        return tuple(result)

    return read_array


def map_of(read: Reader) -> Reader:
    """Reader of an object whose values ``read`` reads; null is the empty one."""

    def read_values(value: Any) -> dict[str, Any]:
        if value is None:
            return {}
        result = {}
        for key, item in read_map(value).items():
            try:
                result[key] = read(item)
            except MismatchError as mismatch:
                raise mismatch.within(f"[{key}]") from None
        return result

    return read_values
