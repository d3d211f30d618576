"""One simulated history from one seed: a stormy part, then calm weather until nothing moves any more."""

from __future__ import annotations

import random
from dataclasses import dataclass

from podium.domain.execution import Header
from podium.ports.outside import HttpResponse
from podium_local.topology import TOPOLOGY
from tests.invariants.simulation import invariants, plan
from tests.invariants.simulation.carriers import NEWS_EVENT
from tests.invariants.simulation.features import SECRETS, VARIABLES
from tests.invariants.simulation.interleaving import in_one_thread
from tests.invariants.simulation.people import People
from tests.invariants.simulation.plan import Plan
from tests.invariants.simulation.script import Script
from tests.invariants.simulation.weather import CALM
from tests.invariants.simulation.world import World
from tests.support.definitions import HTTP_URI, Sizes

#: Turns of a storm for each execution to start, and moments within which calm weather has to bring
#: everything to rest. The sweep makes one moment of each minute, however little there is to do.
STORM, REST = 200, 1_000
#: Seconds within which a schedule whose wakeup was lost is found: the sweep's rate, and one minute.
CATCH_UP = 400
#: Seconds after which no process of the storm is alive.
LONGEST = max(function.timeout for function in TOPOLOGY.functions)
#: Turns after which one moment has gone on for too long.
AT_ONE_MOMENT = 20_000
#: Jobs beside which nobody outside begins another.
AT_ONCE = 4
#: How often somebody begins something.
BEGINS = 0.15
#: Moments without anything left to do after which a storm has nothing more to work on.
IDLE = 8


@dataclass
class History:
    """What one seed leads to."""

    script: Script
    plan: Plan
    world: World
    people: People


def begin(script: Script, sizes: Sizes | None = None) -> History:
    """The world before anything has happened."""
    planned = plan.drawn(random.Random(f"{script.seed} plan"), sizes)
    world = _world(script)
    world.register(*planned.task_definitions, *planned.definitions)
    world.counts.update(f"feature: {name}" for name in planned.features)
    if planned.handled:
        world.listen(plan.handlers(planned, NEWS_EVENT))
    for name, value in SECRETS.items():
        world.secrets.put(name, value)
    for name, value in VARIABLES.items():
        world.environment.put(name, value)
    world.kafka.down.add("down")
    world.http.answers[HTTP_URI] = HttpResponse(200, "OK", {}, {"value": 3})
    return History(script, planned, world, People(world, planned))


def _world(script: Script) -> World:
    if not script.on_moto:
        return World(script)
    from tests.invariants.simulation import on_moto

    return on_moto.world(script)


def play(history: History) -> None:
    """Run it to its end; raises what an invariant or the product raised."""
    world, people = history.world, history.people
    with in_one_thread():
        _storm(world, people, len(history.plan.starts) * STORM)
        _calm(world, people)
        _count(world)
        people.check()
        invariants.at_rest(world, world.executions.roots())


def _storm(world: World, people: People, turns: int) -> None:
    idle = 0
    people.clients.start(world.others)
    for _ in range(world.turns.randint(100, turns)):
        if len(world.jobs.all) < AT_ONCE and world.turns.random() < BEGINS:
            people.act()
        moved = world.step()
        if moved:
            invariants.at_a_step(world, world.executions.roots())
        else:
            invariants.at_a_quiet_moment(world, world.executions.roots())
            idle += _is_over(world, people)
            if idle > IDLE:
                break
            people.act()
            world.clock.advance(_step(world))
        world.between_turns()
    _tell(world)


def _step(world: World) -> int:
    """How far the clock moves (ms): often exactly to the moment at which something can go on."""
    due = world.next_moment() if world.turns.random() < 0.6 else None
    return world.drawn_step() if due is None else max(0, due - world.clock.now())


def _is_over(world: World, people: People) -> bool:
    """Everything that was to be started has been, and has ended; nobody is at anything."""
    has_begun = people.have_begun_everything and not world.jobs.all
    return has_begun and all(map(_has_ended, world.executions.headers()))


def _tell(world: World) -> None:
    """What the storm has brought about."""
    headers = list(world.executions.headers())
    world.counts["storm: executions"] += len(headers)
    world.counts["storm: executions ended"] += sum(map(_has_ended, headers))
    world.counts["storm: commits"] += sum(header.version for header in headers)


def _calm(world: World, people: People) -> None:
    world.weather = CALM
    people.calm_down()
    for _ in range(5):
        _until_quiet(world)
        invariants.at_a_quiet_moment(world, world.executions.roots())
        people.resume_all()
    _let_schedules_catch_up(world, people)
    for _ in range(REST):
        people.serve()
        _until_quiet(world)
        if _is_over(world, people):
            # What closes it is given the time that it needs.
            _pass_time(world, 120)
            return
        due = world.next_moment()
        world.clock.advance(1 if due is None else max(1, due - world.clock.now()))
        people.resume_all()
    raise invariants.never_at_rest(list(world.executions.headers()))


def _let_schedules_catch_up(world: World, people: People) -> None:
    """What is due is fired, be it by the sweep that looks for lost wakeups; then nothing more is."""
    if people.schedulers.workflow:
        # A process that stands still may yet stop the scheduler.
        _pass_time(world, LONGEST)
        people.schedulers.let_go_on()
        _pass_time(world, CATCH_UP)
        people.schedulers.hold_all()
        _until_quiet(world)


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
    raise invariants.never_at_rest(list(world.executions.headers()))


def _has_ended(header: Header) -> bool:
    return header.status.is_terminal


def _count(world: World) -> None:
    """What the history consisted of."""
    for header in world.executions.headers():
        world.counts[f"workflow: {header.status.value}"] += 1
        world.counts["workflow: child"] += header.parent is not None
        for task in world.view(header.workflow_id).tasks:
            world.counts[f"task: {task.type}"] += 1
            world.counts[f"task: {task.status.value}"] += 1
