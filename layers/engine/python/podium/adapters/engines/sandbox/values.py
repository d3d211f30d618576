"""JSON values on their way into a child and back.

Numbers that come back whole and fit 64 bits are integers, whatever the engine made of them
(tasks.md 15, 17).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from podium.domain.engines import EngineError

if TYPE_CHECKING:
    from podium.domain.json import Json

#: Deeper results are refused: neither our own JSON writer nor a client would take them.
_MAX_DEPTH = 200


def write_request(program: Json, document: Json) -> bytes:
    """The two as JSON, one line each; raises EngineError when there is no JSON for them."""
    try:
        return f"{_dumps(program)}\n{_dumps(document)}".encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise EngineError(f"the input is not JSON: {error}") from None


def read_result(text: str) -> Json:
    """A result from its JSON; raises EngineError when it is nested too deeply."""
    try:
        value: Json = json.loads(text, parse_int=_integer, parse_float=_number)
    except RecursionError:
        raise EngineError("the result is nested too deeply") from None
    brackets = text.count("[") + text.count("{")
    if brackets > _MAX_DEPTH and _is_deeper(value, _MAX_DEPTH):
        raise EngineError("the result is nested too deeply")
    return value


def _dumps(value: Json) -> str:
    return json.dumps(value, allow_nan=False, separators=(",", ":"), default=_plain)


def _plain(value: object) -> object:
    """The domain's maps and lists need not be the built-in ones."""
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, Sequence):
        return list(value)
    raise TypeError(type(value).__name__)


def _integer(digits: str) -> int | float:
    # Longer ones are slow to read, and no integer of anybody's JSON.
    value = int(digits) if len(digits) < 25 else float(digits)
    return value if -(2**63) <= value < 2**63 else float(value)


def _number(digits: str) -> int | float:
    value = float(digits)
    return int(value) if value.is_integer() and -(2.0**63) <= value < 2.0**63 else value


def _is_deeper(value: Json, depth: int) -> bool:
    if isinstance(value, dict):
        return depth == 0 or any(_is_deeper(item, depth - 1) for item in value.values())
    if isinstance(value, list):
        return depth == 0 or any(_is_deeper(item, depth - 1) for item in value)
    return False
