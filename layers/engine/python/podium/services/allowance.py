"""How long the programs of one decision, or the checks of one request, may run together (ADR 4).

Each program has a limit of its own, and a decision may hold dozens: all of them have to fit into one
call of a function, which would be killed at its timeout otherwise, now and at each redelivery. So a
decision that has computed for a while is cut, and the next one goes on; what it has to compute all
the same is cut off in the end.

A decision is made again when something had to be loaded for it. What was slow is not computed twice.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

from podium.domain.engines import EngineError, EngineLimitError, Engines

if TYPE_CHECKING:
    from podium.domain.engines import JqEngine, PathEngine, SchemaEngine, ScriptEngine
    from podium.domain.json import Json, JsonMap
    from podium.ports.outside import Clock

T = TypeVar("T")

#: Milliseconds after which a decision begins nothing that can wait for the next one.
CUT_AFTER = 5_000
#: Milliseconds after which nothing is computed any more. With the limit of one program it is below
#: the timeout of every function.
ENDED_AFTER = 10_000
#: Milliseconds that make a program slow: its result is kept while the decision lasts.
SLOW = 5
#: No program runs longer (podium.adapters.engines); the clock may jump.
_LONGEST = 10_000


class Allowance:
    """The time of one decision, used by one thread."""

    def __init__(self, clock: Clock) -> None:
        """Nothing is used yet."""
        self._clock = clock
        self._used = 0
        self._kept: dict[str, Any] = {}

    def measured(self, engines: Engines) -> Engines:
        """``engines``, which use this allowance from now on."""
        return replace(
            engines,
            script=_Scripts(engines.script, self),
            jq=_Programs(engines.jq, self),
            path=_Paths(engines.path, self),
            schema=_Schemas(engines.schema, self),
            is_spent=self.is_spent,
        )

    def is_spent(self) -> bool:
        """What can wait should."""
        return self._used >= CUT_AFTER

    def run(self, asked: tuple[str, object, object], compute: Callable[[], T]) -> T:
        """``compute()``, or what it gave before; ``asked``: engine, program and document.

        Raises EngineLimitError when no time is left.
        """
        found: T | EngineError
        key = _key(asked) if self._kept else ""
        if key not in self._kept:
            if self._used >= ENDED_AFTER:
                seconds = ENDED_AFTER // 1000
                raise EngineLimitError(
                    f"cut off: the programs before it ran longer than {seconds} s together"
                )
            begun = self._clock.now()
            try:
                found = compute()
            except EngineError as error:
                found = error
            took = min(max(self._clock.now() - begun, 0), _LONGEST)
            self._used += took
            if took >= SLOW and (key := key or _key(asked)):
                self._kept[key] = found
        else:
            found = self._kept[key]
        if isinstance(found, EngineError):
            raise found
        return found

    def checked(
        self, asked: tuple[str, object, object], check: Callable[[], str | None]
    ) -> str | None:
        """As :meth:`run`, of a check: that no time is left is a problem of what is checked."""
        try:
            return self.run(asked, check)
        except EngineLimitError as error:
            return str(error)


def _key(asked: tuple[str, object, object]) -> str:
    """Empty for what is no JSON: the engine refuses that at once."""
    try:
        return json.dumps(asked, default=_plain)
    except (TypeError, ValueError, RecursionError):
        return ""


def _plain(value: object) -> object:
    return dict(value) if isinstance(value, Mapping) else list(value)  # type: ignore[call-overload]


@dataclass(frozen=True, slots=True)
class _Scripts:
    engine: ScriptEngine
    allowance: Allowance

    def evaluate(self, script: str, bindings: Mapping[str, Json]) -> Json:
        return self.allowance.run(
            ("script", script, bindings), lambda: self.engine.evaluate(script, bindings)
        )

    def check(self, script: str) -> str | None:
        return self.allowance.checked(
            ("check script", script, None), lambda: self.engine.check(script)
        )


@dataclass(frozen=True, slots=True)
class _Programs:
    engine: JqEngine
    allowance: Allowance

    def transform(self, program: str, document: Json) -> Sequence[Json]:
        return self.allowance.run(
            ("jq", program, document), lambda: self.engine.transform(program, document)
        )


@dataclass(frozen=True, slots=True)
class _Paths:
    engine: PathEngine
    allowance: Allowance

    def find(self, path: str, document: Json) -> Json:
        return self.allowance.run(
            ("path", path, document), lambda: self.engine.find(path, document)
        )

    def check(self, path: str) -> str | None:
        return self.allowance.checked(("check path", path, None), lambda: self.engine.check(path))


@dataclass(frozen=True, slots=True)
class _Schemas:
    engine: SchemaEngine
    allowance: Allowance

    def check(self, schema: JsonMap) -> str | None:
        return self.allowance.checked(
            ("check schema", schema, None), lambda: self.engine.check(schema)
        )

    def problems(self, schema: JsonMap, document: Json) -> Sequence[str]:
        return self.allowance.run(
            ("schema", schema, document), lambda: self.engine.problems(schema, document)
        )
