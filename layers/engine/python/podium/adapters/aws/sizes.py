"""Sizes of items and messages as AWS bills them (aws.md 5)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from podium.adapters.items import text as json_text
from podium.adapters.items.attributes import value_size

_WRITE_UNIT = 1024
_READ_UNIT = 4096
_SQS_UNIT = 64 * 1024


def image_size(image: Mapping[str, Any]) -> int:
    """Bytes of an item in DynamoDB's JSON."""
    return sum(len(name.encode()) + _value(value) for name, value in image.items())


def _value(value: Mapping[str, Any]) -> int:
    ((kind, content),) = value.items()
    match kind:
        case "S":
            return value_size(str(content))
        case "N":
            return value_size(int(content)) if content.lstrip("-").isdigit() else len(content)
        case "B":
            return len(content)
        case _:
            # Lists and maps: not used by our items; their text is close enough.
            return len(json_text.dumps(content).encode())


def write_units(size: int) -> int:
    """A write costs its largest state in KB, at least 1."""
    return max(1, -(-size // _WRITE_UNIT))


def read_units(size: int, *, consistent: bool) -> float:
    """A read costs what it reads in 4 KB, at least one; half when eventually consistent."""
    return max(1, -(-size // _READ_UNIT)) * (1.0 if consistent else 0.5)


def sqs_requests(size: int) -> int:
    """Each 64 KB of a call's payload are one request."""
    return max(1, -(-size // _SQS_UNIT))
