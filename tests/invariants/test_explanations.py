"""What is lost from a simulated installation is missed at once, by "why is it waiting?"."""

from __future__ import annotations

from typing import Any

import pytest

from podium.adapters.memory.queues import MemoryQueue
from podium.domain.json import JsonMap
from podium.domain.why import causes as c
from podium_local.pump.streams import StreamMapping
from tests.invariants.simulation.broken import BrokenInvariantError
from tests.invariants.simulation.script import Script
from tests.invariants.simulation.weather import CALM
from tests.invariants.simulation.world import World

PICK: Any = {"name": "pick", "taskReferenceName": "pick", "type": "SIMPLE"}
WAIT: Any = {
    "name": "w",
    "taskReferenceName": "w",
    "type": "WAIT",
    "inputParameters": {"duration": "60 seconds"},
}


def at_a_stop(*tasks: JsonMap) -> tuple[World, str]:
    """A calm installation in which an execution of these tasks has come to a stop."""
    world, workflow_id = begun(*tasks)
    while world.step():
        pass
    return world, workflow_id


def begun(*tasks: JsonMap) -> tuple[World, str]:
    """The same before anything has been delivered; nothing is decided inline."""
    worlds = (World(Script(seed), CALM) for seed in range(100))
    world = next(each for each in worlds if not each.is_inline)
    with world.undisturbed():
        workflow_id = world.start({"name": "one", "tasks": list(tasks)})
    world.watch.check()
    return world, workflow_id


def empty(world: World, queue: MemoryQueue) -> None:
    with world.undisturbed():
        queue.delete([message.receipt for message in queue.receive(10)])


def lose_the_records(world: World) -> None:
    """Every shard reads what is there, and no function gets it."""
    for _, source in world.sources:
        if isinstance(source, StreamMapping):
            source._reader.read()
    world.undelivered.turned("decider of another day")


def why(world: World, workflow_id: str) -> list[type[c.Cause]]:
    with world.undisturbed():
        found = world.explanations.of(workflow_id)
    assert found is not None
    return [type(cause) for cause in found.causes]


def test_a_lost_message_is_missed():
    world, workflow_id = at_a_stop(PICK)
    assert why(world, workflow_id) == [c.WorkerQueue]
    (queue,) = world.task_queue.queues.values()
    empty(world, queue)
    with pytest.raises(BrokenInvariantError, match="invariant 4, a_running_workflow"):
        world.explanations.check()
    assert why(world, workflow_id) == [c.RepairDue]


def test_a_lost_timer_is_missed():
    world, workflow_id = at_a_stop(WAIT)
    assert why(world, workflow_id) == [c.Timer]
    world.clock.advance(61_000)
    empty(world, world.timer_queue.queue)
    with pytest.raises(BrokenInvariantError, match="invariant 4, a_running_workflow"):
        world.explanations.check_all()


def test_a_lost_record_is_missed():
    world, workflow_id = begun(PICK)
    world.explanations.check()
    assert why(world, workflow_id) == [c.UndeliveredRecord]
    lose_the_records(world)
    with pytest.raises(BrokenInvariantError, match="CREATION"):
        world.explanations.check()
