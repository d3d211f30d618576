"""Conditions of conditional writes, as values that every table can carry out.

An absent attribute counts as 0 or the empty string, as the codecs store neither; a missing item has
no attributes. ``Missing`` and ``Exists`` tell it from an item that is merely empty.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import assert_never

from podium.adapters.items.attributes import Attribute


@dataclass(frozen=True, slots=True)
class Missing:
    """There is no item under this key."""


@dataclass(frozen=True, slots=True)
class Exists:
    """There is an item under this key."""


@dataclass(frozen=True, slots=True)
class Equals:
    """``name = value``."""

    name: str
    value: Attribute


@dataclass(frozen=True, slots=True)
class Less:
    """``name < value``."""

    name: str
    value: int


@dataclass(frozen=True, slots=True)
class Within:
    """``0 < name <= value``: a moment that was set and has come."""

    name: str
    value: int


@dataclass(frozen=True, slots=True)
class OneOf:
    """``name IN values``."""

    name: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Every:
    """All of ``parts``."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Any:
    """At least one of ``parts``."""

    parts: tuple[Condition, ...]


Condition = Missing | Exists | Equals | Less | Within | OneOf | Every | Any


def every(*parts: Condition) -> Condition:
    """All of them."""
    return Every(parts)


def any_of(*parts: Condition) -> Condition:
    """At least one of them."""
    return Any(parts)


def holds(condition: Condition, item: Mapping[str, Attribute] | None) -> bool:
    """Whether ``item`` (None: there is none) satisfies ``condition``."""
    attributes = item or {}
    match condition:
        case Missing():
            return item is None
        case Exists():
            return item is not None
        case Equals(name, value):
            return attributes.get(name, type(value)()) == value
        case Less(name, value):
            return int(attributes.get(name, 0)) < value
        case Within(name, value):
            return 0 < int(attributes.get(name, 0)) <= value
        case OneOf(name, values):
            return attributes.get(name) in values
        case Every(parts):
            return all(holds(part, item) for part in parts)
        case Any(parts):
            return any(holds(part, item) for part in parts)
        case _:  # pragma: no cover
            assert_never(condition)
