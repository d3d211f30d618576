"""One simulated history from one seed: a stormy part, then calm weather until nothing moves any more."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

from podium.ports.outside import HttpResponse
from tests.invariants.simulation import invariants
from tests.invariants.simulation.people import People
from tests.invariants.simulation.script import Script
from tests.invariants.simulation.weather import CALM
from tests.invariants.simulation.world import STEPS, World
from tests.support.chaos import owned
from tests.support.definitions import (
    CUSTOM_TYPE,
    HTTP_URI,
    LIMITED,
    WORKERS,
    Sizes,
    random_workflow,
)

#: Definitions: wide and deep enough for every type to stand inside every other.
SIZES = Sizes(tasks=14, list_length=5, depth=4, branches=3, iterations=2)
#: Turns of a storm, and those within which calm weather has to bring everything to rest.
STORM, REST = 1_200, 400
#: Turns after which one moment has gone on for too long.
AT_ONE_MOMENT = 20_000
#: Jobs beside which nobody outside begins another.
AT_ONCE = 4


@dataclass
class History:
    """What one seed led to."""

    script: Script
    world: World
    root: str
    definition: dict[str, Any]


def begin(script: Script, sizes: Sizes = SIZES) -> History:
    """The world before anything has happened but the start of a generated definition."""
    rng = random.Random(f"{script.seed} definition")
    world = World(script)
    for name in (*WORKERS, CUSTOM_TYPE):
        world.register(
            {"name": name, "retryCount": 1, "retryDelaySeconds": 0, **LIMITED.get(name, {})}
        )
    world.http.answers[HTTP_URI] = HttpResponse(200, "OK", {}, {"value": 3})
    definition = random_workflow(rng, sizes)
    root = world.start(definition, {"value": 1, "choice": rng.choice("ab"), "items": [1, 2]})
    return History(script, world, root, definition)


def play(history: History) -> None:
    """Run it to its end; raises what an invariant or the product raised."""
    world, root = history.world, history.root
    people = People(world, root)
    _storm(world, people)
    _calm(world, people)
    _count(world, root)
    invariants.at_rest(world, root)


def _storm(world: World, people: People) -> None:
    for _ in range(world.turns.randint(100, STORM)):
        if len(world.jobs.all) < AT_ONCE and world.turns.random() < 0.3:
            people.act()
        moved = world.step()
        if not moved:
            invariants.at_a_quiet_moment(world, people.root)
            people.act()
            world.clock.advance(world.turns.choice(STEPS))
        world.between_turns()


def _calm(world: World, people: People) -> None:
    world.weather = CALM
    people.good = True
    for _ in range(5):
        _until_quiet(world)
        people.resume_all()
    for patience in range(REST):
        _until_quiet(world)
        if not people.late and all(
            world.status(each).is_terminal for each in owned(world, people.root)
        ):
            # What closes it is given the time that it needs.
            _pass_time(world, 120)
            return
        for _ in range(4):
            people.act()
        _until_quiet(world)
        # A lease of an hour, lost with its worker, is waited for in ever longer steps.
        _pass_time(world, 20 + 10 * patience)
    raise invariants.BrokenInvariantError(f"never at rest: {world.store.read_header(people.root)}")


def _pass_time(world: World, seconds: int) -> None:
    end = world.clock.now() + seconds * 1000
    while world.clock.now() < end:
        _until_quiet(world)
        due = world.next_moment()
        moment = end if due is None else min(max(due, world.clock.now() + 1), end)
        world.clock.advance(moment - world.clock.now())
    _until_quiet(world)


def _until_quiet(world: World) -> None:
    for _ in range(AT_ONE_MOMENT):
        if not world.step():
            return
    raise invariants.BrokenInvariantError("the same moment goes on for ever")


def _count(world: World, root: str) -> None:
    """What the history consisted of."""
    for depth, each in enumerate(owned(world, root)):
        view = world.view(each)
        world.counts[f"workflow: {view.header.status.value}"] += 1
        world.counts["workflow: child"] += depth > 0
        for task in view.tasks:
            world.counts[f"task: {task.type}"] += 1
            world.counts[f"task: {task.status.value}"] += 1
