"""A Lookup over values at hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from podium.domain.expressions import TASK_ID
from podium.domain.json import Json, JsonMap


@dataclass(frozen=True)
class TableLookup:
    """The roots, and a task id and an environment store if there are any."""

    roots: Mapping[str, Json]
    task_id: str | None = None
    store: Mapping[str, str] = field(default_factory=dict)

    def root(self, name: str) -> Json:
        return self.task_id if name == TASK_ID else self.roots.get(name)

    def everything(self) -> JsonMap:
        return self.roots

    def environment(self, name: str) -> str | None:
        return self.store.get(name)
