"""What the event sources of a simulated installation have not delivered yet."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

from podium.adapters.stream import workflow_id
from podium_local.pump.streams import StreamMapping
from tests.invariants.simulation.sources import Shard, shard_of

if TYPE_CHECKING:
    from tests.invariants.simulation.world import World


#: What the names of a decider's event sources begin with.
DECIDER = "decider "


class Undelivered:
    """Executions with a record that no decider has dealt with: new, with one, or to be tried again."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._sources = [
            source
            for name, source in world.sources
            if isinstance(source, StreamMapping) and name.startswith(DECIDER)
        ]
        #: Of each record of the table's stream: its shard and execution; None: it is for no decider.
        self._marked: list[tuple[int, str] | None] = []
        self._at: tuple[int, ...] = ()
        self._found: frozenset[str] = frozenset()
        self._turns = 0

    def turned(self, name: str) -> None:
        """The job of this name has had a turn."""
        self._turns += name.startswith(DECIDER)

    def executions(self) -> frozenset[str]:
        """Looked for when something was written, or a decider's event source or its failures moved on."""
        failures = self._world.queues["decider-failures"]
        read = sum(source._reader.position for source in self._sources)
        at = self._world.store.written(), read, self._turns, failures.sent, failures.held()
        if at != self._at:
            self._at, self._found = at, frozenset(self._look())
        return self._found

    def _look(self) -> Iterator[str]:
        self._mark()
        for source in self._sources:
            shard = source._reader
            assert isinstance(shard, Shard)
            for marked in self._marked[shard.position :]:
                if marked is not None and marked[0] == shard.number:
                    yield marked[1]
            yield from (workflow_id(record.event) for record in source.undelivered())
        for message in self._world.queues["decider-failures"].messages():
            batch = json.loads(message.body).get("DDBStreamBatchInfo")
            if batch is not None:
                ends = batch["startSequenceNumber"], batch["endSequenceNumber"]
                yield from self._world.store.workflow_ids(batch["shardId"], *ends)

    def _mark(self) -> None:
        for record in self._world.store.records(len(self._marked)):
            is_marked = "x" in record["dynamodb"].get("NewImage", ())
            execution = workflow_id(record) if is_marked else ""
            self._marked.append((shard_of(record), execution) if execution else None)
