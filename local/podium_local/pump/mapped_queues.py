"""Queues that are mapped to a function at run time, as one mapping of the pump."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podium_local.pump.queues import MappedQueue, QueueMapping
from podium_local.topology import physical_name

if TYPE_CHECKING:
    from collections.abc import Callable

    from podium_local.backlog import Backlog
    from podium_local.pump.mapping import Invocation
    from podium_local.topology import Function


class MappedQueuesMapping:
    """Delivers from every queue that is mapped to ``function`` at the moment."""

    concurrency = 2

    def __init__(
        self,
        function: Function,
        stack: str,
        backlog: Backlog,
        make: Callable[[MappedQueue], QueueMapping],
    ) -> None:
        """``make`` gives the mapping of one queue."""
        self._function = physical_name(function.name, stack)
        self._backlog = backlog
        self._make = make
        self._known: dict[str, QueueMapping] = {}

    def step(self) -> list[Invocation]:
        """One batch from each queue."""
        return [done for mapping in self._mapped() for done in mapping.step()]

    def due(self) -> int | None:
        """See Mapping."""
        dues = (mapping.due() for mapping in self._mapped())
        return min((due for due in dues if due is not None), default=None)

    def _mapped(self) -> list[QueueMapping]:
        found = []
        for arn in self._backlog.mapped_queues(self._function):
            if arn not in self._known:
                self._known[arn] = self._make(MappedQueue(arn.rpartition(":")[2], arn))
            found.append(self._known[arn])
        return found
