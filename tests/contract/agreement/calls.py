"""A call of a port as a value, and what came of it in words that both sides share."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, is_dataclass, replace
from typing import Any

from podium.errors import PodiumError
from podium.ports.queues import Received
from tests.contract.agreement.sides import Side


@dataclass(frozen=True, slots=True)
class Receipt:
    """Stands for the receipt of the n-th message that was received so far; if there were fewer, for nobody's."""

    number: int


@dataclass(frozen=True, slots=True)
class Position:
    """Stands for the sequence number of the n-th stream record."""

    number: int


@dataclass(frozen=True, slots=True)
class Call:
    """``port.method(*args, **named)``; data all through, so that it can be made again."""

    port: str
    method: str
    args: tuple[Any, ...] = ()
    named: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        """As a line of a program."""
        given = [_shortened(each) for each in self.args]
        given += [f"{name}={_shortened(value)}" for name, value in self.named.items()]
        return f"{self.port}.{self.method}({', '.join(given)})"

    def make(self, side: Side) -> Answer:
        """Make it on one side."""
        args = [_resolved(each, side) for each in self.args]
        try:
            found = getattr(side.ports[self.port], self.method)(*args, **self.named)
            value = list(found) if isinstance(found, Iterator) else found
        except PodiumError as error:
            return Answer(None, type(error).__name__, str(error))
        if self.method == "executions":
            # In no order.
            value = sorted(value, key=repr)
        if self.method == "receive":
            side.receipts += [(self.args[0], each.receipt) for each in value]
        return Answer(_common(value))


@dataclass(frozen=True, slots=True)
class Answer:
    """What a call returned, or raised."""

    value: Any
    error: str = ""
    message: str = ""

    def __str__(self) -> str:
        """In full: 1, 1.0 and True are equal, and not the same."""
        return f"{self.error}: {self.message}" if self.error else repr(self.value)


def _resolved(value: Any, side: Side) -> Any:
    match value:
        case Receipt(number):
            known = number < len(side.receipts)
            return side.receipts[number][1] if known else f"nobody's {number}"
        case Position(number):
            return side.sequence_number(number)
        case list():
            return [_resolved(each, side) for each in value]
        case _:
            return value


def _common(value: Any) -> Any:
    if isinstance(value, Received):
        return replace(value, receipt="")
    if isinstance(value, dict):
        return {key: value[key] for key in sorted(value)}
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return [_common(each) for each in value]
    return value


def _shortened(value: Any) -> str:
    """A readable argument: fields that have their defaults are left out, long texts cut."""
    if is_dataclass(value) and not isinstance(value, type):
        fields = [
            f"{name}={_shortened(getattr(value, name))}"
            for name in value.__dataclass_fields__
            if getattr(value, name) != value.__dataclass_fields__[name].default
        ]
        return f"{type(value).__name__}({', '.join(fields)})"
    shown = repr(value)
    return shown if len(shown) <= 160 else f"{shown[:120]}... ({len(shown)} characters)"
