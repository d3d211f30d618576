"""What the event sources of a simulated installation have not delivered yet."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

from podium.adapters.stream import workflow_id
from podium_local.pump.streams import StreamMapping
from tests.invariants.simulation.sources import Shard, shard_of

if TYPE_CHECKING:
    from podium.adapters.memory.executions import MemoryExecutions
    from tests.invariants.simulation.world import World


#: What the names of a decider's event sources begin with.
DECIDER = "decider "


class Marked:
    """Of each record of the table's stream: whether it is one for a decider, its shard and execution."""

    def __init__(self, store: MemoryExecutions) -> None:
        self._store = store
        self._found: list[tuple[int, str] | None] = []

    def unread(self, shard: Shard) -> Iterator[str]:
        """Executions with records that the shard has not read yet."""
        for record in self._store.records(len(self._found)):
            is_marked = "x" in record["dynamodb"].get("NewImage", ())
            self._found.append((shard_of(record), workflow_id(record)) if is_marked else None)
        for found in self._found[shard.position :]:
            if found is not None and found[0] == shard.number:
                yield found[1]


def undelivered(world: World) -> set[str]:
    """Executions with a record that no decider has dealt with: new, with one, or to be tried again."""
    found: set[str] = set()
    for name, source in world.sources:
        if isinstance(source, StreamMapping) and name.startswith(DECIDER):
            shard = source._reader
            assert isinstance(shard, Shard)
            found.update(world.marked.unread(shard))
            found.update(workflow_id(record.event) for record in source.undelivered())
    for message in world.queues["decider-failures"].messages():
        batch = json.loads(message.body).get("DDBStreamBatchInfo")
        if batch is not None:
            ends = batch["startSequenceNumber"], batch["endSequenceNumber"]
            found.update(world.store.workflow_ids(batch["shardId"], *ends))
    return found - {""}
