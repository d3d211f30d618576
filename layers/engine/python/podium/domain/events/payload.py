"""The payload of a message: read, expanded, and looked into by the expressions of an action."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

from podium.domain.expressions import evaluate

if TYPE_CHECKING:
    from podium.domain.engines import PathEngine
    from podium.domain.json import Json, JsonMap

#: Levels of JSON within JSON that are looked for.
_DEEPEST = 16


def read_payload(text: str) -> Json:
    """The JSON that ``text`` holds, else the text itself (engine.md 19.3)."""
    try:
        value: Json = json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return text
    return value


def expanded(value: Json, depth: int = 0) -> Json:
    """``value`` with texts that hold a JSON object or list read as such, at any depth.

    Elements of lists, too: that the peer passes over them is a defect (engine.md 19.4).
    """
    if depth > _DEEPEST:
        return value
    if isinstance(value, Mapping):
        return {name: expanded(item, depth + 1) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [expanded(item, depth + 1) for item in value]
    if isinstance(value, str) and value.lstrip()[:1] in {"{", "["}:
        found = read_payload(value)
        return value if isinstance(found, str) else expanded(found, depth + 1)
    return value


class PayloadLookup:
    """``${x.y}`` in an action is a path into the payload itself: there is no ``workflow`` root."""

    def __init__(self, payload: Json) -> None:
        self._payload = payload if isinstance(payload, Mapping) else {}

    def root(self, name: str) -> Json:
        """A property of the payload (expressions.Lookup)."""
        return self._payload.get(name)

    def everything(self) -> JsonMap:
        """The payload (expressions.Lookup)."""
        return self._payload

    def environment(self, name: str) -> str | None:
        """None: a message sees no variables (expressions.Lookup)."""
        del name
        return None


def filled(template: Json, payload: Json, paths: PathEngine) -> Json:
    """``template`` with its expressions replaced by what the payload has there, null for what it lacks.

    Raises TerminateWorkflowError for a path that is cut off and a template nested too deeply.
    """
    return evaluate(template, PayloadLookup(payload), paths)


def _refuse(constant: str) -> float:
    raise ValueError(constant)
