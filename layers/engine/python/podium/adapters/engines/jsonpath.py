"""PathEngine: JSONPath in the dialect of definitions, in a process that can be killed.

Plain paths, which are nearly all, are walked here and never reach that process.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from podium.adapters.engines.sandbox.process import Limits
from podium.adapters.engines.sandbox.sandbox import Sandbox
from podium.domain.engines import EngineError, EngineLimitError
from podium.domain.paths import split, walk

if TYPE_CHECKING:
    from podium.domain.json import Json

_LIMITS = Limits()


class JsonPaths:
    """Implements podium.domain.engines.PathEngine."""

    def __init__(self, limits: Limits = _LIMITS) -> None:
        self._sandbox = Sandbox("podium.adapters.engines.sandbox.json_paths", limits)

    def find(self, path: str, document: Json) -> Json:
        """As the port says; raises EngineLimitError when the search is cut off."""
        steps, tail = split(path)
        below = walk(document, steps)
        if tail in {"", "$"}:
            return below
        try:
            return self._sandbox.run({"find": tail}, below)
        except EngineLimitError:
            raise
        except EngineError:
            # A bad pattern in a filter is bad syntax, too.
            return None

    def check(self, path: str) -> str | None:
        _, tail = split(path)
        if tail in {"", "$"}:
            return None
        try:
            error = self._sandbox.run({"check": tail}, None)
        except EngineError as failure:
            return str(failure)
        return None if error is None else str(error)
