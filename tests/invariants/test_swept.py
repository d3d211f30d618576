"""A stream that nobody read for a day has forgotten what was in it: the sweep finds who waits, and all ends well."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator

import pytest

from podium.adapters.items.keys import HEADER
from podium.domain.status import WorkflowStatus
from podium.domain.why.causes import Lack
from podium_local.pump.reader import Record
from podium_local.pump.streams import StreamMapping
from tests.invariants.simulation import history, invariants
from tests.invariants.simulation.delivery import DECIDER
from tests.invariants.simulation.explanations import Explanations
from tests.invariants.simulation.interleaving import in_one_thread
from tests.invariants.simulation.script import Script
from tests.invariants.simulation.weather import CALM
from tests.invariants.simulation.world import World

#: Turns before it begins, and while it lasts.
BEFORE, TURNS = 200, 500
SEEDS = 24
OPEN = {status.value for status in WorkflowStatus if not status.is_terminal}


def played(seed: int, *, timers: bool) -> World:
    """A calm day on which records are lost from one moment to another, and then the timers if wanted."""
    begun = history.begin(Script(seed))
    world, people = begun.world, begun.people
    world.weather = CALM
    people.clients.start(world.others)
    for turn in range(TURNS):
        if world.turns.random() < 0.15:
            people.act()
        if not world.step():
            people.act()
            world.clock.advance(world.drawn_step())
        for name, source in world.sources if turn > BEFORE else ():
            if isinstance(source, StreamMapping) and name.startswith(DECIDER):
                lose_the_records(source)
    if timers:
        # Nobody is between arming one and the commit that needs it.
        history._until_quiet(world)
        lose_the_timers(world)
    history._calm(world, people)
    # What ended without anybody hearing of it is closed by the sweep.
    history._pass_time(world, 3_600)
    return world


@pytest.fixture
def _unjudged(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What says why a workflow waits is broken here on purpose."""
    monkeypatch.setattr(Explanations, "check", lambda _: None)
    monkeypatch.setattr(invariants, "at_a_quiet_moment", lambda *_: None)
    with in_one_thread():
        yield


def lose_the_records(source: StreamMapping) -> None:
    """All but those by which searches find an execution as one that runs."""
    source._fetch()
    for lane in source._lanes:
        lane.fresh = deque(filter(_begins_a_run, lane.fresh))
        lane.failed.clear()


def lose_the_timers(world: World) -> None:
    with world.undisturbed():
        queue = world.timer_queue.queue
        while found := queue.receive(10):
            queue.delete([message.receipt for message in found])
        queue._messages.clear()


def _begins_a_run(record: Record) -> bool:
    images = record.event["dynamodb"]
    if images["Keys"]["sk"]["S"] != HEADER:
        return False
    if "OldImage" not in images:
        # Children are found by their parents.
        return "pw" not in images["NewImage"]
    before, after = (images[name]["st"]["S"] for name in ("OldImage", "NewImage"))
    return before not in OPEN and after in OPEN


@pytest.mark.usefixtures("_unjudged")
@pytest.mark.parametrize("timers", [False, True], ids=["records", "records and timers"])
def test_everything_ends_though_records_were_lost(timers: bool):
    counts: Counter[str] = Counter()
    for seed in range(SEEDS):
        world = played(seed, timers=timers)
        counts += world.counts
        for header in world.executions.headers():
            assert header.status.is_terminal
            assert header.closed, header
            left = [
                task for task in world.view(header.workflow_id).tasks if not task.status.is_terminal
            ]
            assert not left, f"{header.workflow_id} has {left} open"
    lacks = {name.removeprefix("swept: ") for name in counts if name.startswith("swept: ")}
    expected = {Lack.FOLD, Lack.ENDING, *([Lack.TIMER] if timers else [])}
    assert expected <= lacks
