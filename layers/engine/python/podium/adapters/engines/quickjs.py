"""ScriptEngine: JavaScript in QuickJS, in a process that can be killed.

QuickJS watches time and memory itself, but not inside its own built-in functions: searching a long
text or an array of a billion holes goes on for minutes. Then the parent's clock ends the process.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from podium.adapters.engines.sandbox.process import Limits
from podium.adapters.engines.sandbox.sandbox import Sandbox
from podium.domain.engines import EngineError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from podium.domain.json import Json

_LIMITS = Limits(grace=1)


class QuickJsScripts:
    """Implements podium.domain.engines.ScriptEngine."""

    def __init__(self, limits: Limits = _LIMITS) -> None:
        self._sandbox = Sandbox("podium.adapters.engines.sandbox.javascript", limits)

    def evaluate(self, script: str, bindings: Mapping[str, Json]) -> Json:
        return self._sandbox.run({"script": script}, bindings)

    def check(self, script: str) -> str | None:
        try:
            error = self._sandbox.run({"check": script}, {})
        except EngineError as failure:
            return str(failure)
        return None if error is None else str(error)
