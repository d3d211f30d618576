"""What the domain needs from outside to evaluate expressions; implemented in ``adapters.engines``.

Engines are not repeatable in principle (a script may ask for the time), so their results are made
durable with the commit that used them (protocol.md 3).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import Protocol

from podium.domain.json import Json, JsonMap


class EngineError(Exception):
    """The program is wrong or failed; the message is fit for ``reasonForIncompletion``."""


class EngineLimitError(EngineError):
    """The program was cut off at its time or memory limit."""


class ScriptEngine(Protocol):
    """JavaScript, sandboxed: no I/O, bounded time and memory."""

    def evaluate(self, script: str, bindings: Mapping[str, Json]) -> Json:
        """Run ``script`` with global names ``bindings``; its last value as JSON (tasks.md 15).

        Raises EngineError when the script throws, EngineLimitError when it is cut off.
        """
        ...

    def check(self, script: str) -> str | None:
        """Syntax error of ``script`` as text, or None; runs nothing. Reading it may be cut off: an error, too."""
        ...


class JqEngine(Protocol):
    """jq programs, cut off at a time limit."""

    def transform(self, program: str, document: Json) -> Sequence[Json]:
        """All values ``program`` emits for ``document``; raises EngineError, EngineLimitError."""
        ...


class PathEngine(Protocol):
    """JSONPath in the dialect of engine.md 10.2."""

    def find(self, path: str, document: Json) -> Json:
        """Value at ``path``; None when a definite path is missing or the syntax is bad, a list when indefinite."""
        ...

    def check(self, path: str) -> str | None:
        """Syntax error of ``path`` as text, or None. Reading it may be cut off: an error, too."""
        ...


class Zones(Protocol):
    """The database of time zones, which lies on the disk."""

    def find(self, name: str) -> tzinfo | None:
        """Zone by its name (``Asia/Tokyo``, ``PST``, ``UTC``), None when there is none."""
        ...


class SchemaEngine(Protocol):
    """JSON Schema, 2020-12 unless a schema says otherwise; no reference leaves the schema."""

    def check(self, schema: JsonMap) -> str | None:
        """Why ``schema`` cannot be used, or None."""
        ...

    def problems(self, schema: JsonMap, document: Json) -> Sequence[str]:
        """What is wrong with ``document``, each with its path (``$.a[0]: ...``); no values are quoted.

        Raises EngineError when the schema cannot be used, EngineLimitError when it is cut off.
        """
        ...


def _never() -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Engines:
    """The engines, the time zones and the environment, as the context of a decision carries them."""

    script: ScriptEngine
    jq: JqEngine
    path: PathEngine
    zones: Zones
    schema: SchemaEngine
    #: Variables of ``${workflow.env.X}`` loaded so far; None as value: looked up and not there.
    environment: Mapping[str, str | None] = field(default_factory=dict)
    #: Whether the programs of this decision have run so long that what can wait should.
    is_spent: Callable[[], bool] = _never
