"""What the event sources of a simulated installation have not delivered yet."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from podium.adapters.stream import workflow_id
from podium_local.pump.streams import StreamMapping

if TYPE_CHECKING:
    from tests.invariants.simulation.world import World


#: What the names of a decider's event sources begin with.
DECIDER = "decider "


def undelivered(world: World) -> set[str]:
    """Executions with a record that no decider has dealt with: new, with one, or to be tried again."""
    found: set[str] = set()
    for name, source in world.sources:
        if isinstance(source, StreamMapping) and name.startswith(DECIDER):
            found.update(map(workflow_id, _records(world, source)))
    for message in world.queues["decider-failures"].messages():
        batch = json.loads(message.body).get("DDBStreamBatchInfo")
        if batch is not None:
            ends = batch["startSequenceNumber"], batch["endSequenceNumber"]
            found.update(world.store.workflow_ids(batch["shardId"], *ends))
    return found - {""}


def _records(world: World, source: StreamMapping) -> Iterator[Mapping[str, Any]]:
    # What no shard has read yet. Most of it is another's, and nothing for a decider: those are left out.
    for record in world.store.records(source._reader.position):
        images = record["dynamodb"]
        if images.get("NewImage", {}).get("x") and source._reader._is_mine(record):  # type: ignore[attr-defined]
            yield record
    yield from (record.event for record in source.undelivered())
