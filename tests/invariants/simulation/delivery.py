"""What the event sources of a simulated installation have not delivered yet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from podium.adapters.stream import workflow_id
from podium_local.pump.streams import StreamMapping

if TYPE_CHECKING:
    from tests.invariants.simulation.world import World


def undelivered(world: World) -> set[str]:
    """Executions with a record that no decider has dealt with: new, held back, or to be tried again."""
    found: set[str] = set()
    for _, source in world.sources:
        if isinstance(source, StreamMapping):
            found.update(map(workflow_id, _records(world, source)))
    return found - {""}


def _records(world: World, source: StreamMapping) -> Iterator[Mapping[str, Any]]:
    # A look into the mapping's lanes: nobody outside of these checks needs them.
    yield from world.store.records(source._reader.position)
    for lane in source._lanes:
        yield from (record.event for record in lane.fresh)
        for batch in lane.failed:
            yield from (record.event for record in batch.records)
