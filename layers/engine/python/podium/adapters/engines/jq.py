"""JqEngine: jq programs in a process that can be killed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podium.adapters.engines.sandbox.process import Limits
from podium.adapters.engines.sandbox.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Sequence

    from podium.domain.json import Json

_LIMITS = Limits()


class JqPrograms:
    """Implements podium.domain.engines.JqEngine."""

    def __init__(self, limits: Limits = _LIMITS) -> None:
        self._sandbox = Sandbox("podium.adapters.engines.sandbox.programs", limits)

    def transform(self, program: str, document: Json) -> Sequence[Json]:
        values = self._sandbox.run(program, document)
        return values if isinstance(values, list) else [values]
