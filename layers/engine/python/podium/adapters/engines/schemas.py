"""SchemaEngine: JSON Schema, in a process that can be killed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podium.adapters.engines.sandbox.process import Limits
from podium.adapters.engines.sandbox.sandbox import Sandbox
from podium.domain.engines import EngineError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from podium.domain.json import Json, JsonMap

_LIMITS = Limits()


class JsonSchemas:
    """Implements podium.domain.engines.SchemaEngine."""

    def __init__(self, limits: Limits = _LIMITS) -> None:
        self._sandbox = Sandbox("podium.adapters.engines.sandbox.schemas", limits)

    def check(self, schema: JsonMap) -> str | None:
        try:
            error = self._sandbox.run({"schema": schema, "check": True}, None)
        except EngineError as failure:
            return str(failure)
        return None if error is None else str(error)

    def problems(self, schema: JsonMap, document: Json) -> Sequence[str]:
        found = self._sandbox.run({"schema": schema}, document)
        return [str(each) for each in found] if isinstance(found, list) else []
