"""Everybody together: whose turn it is, and what they do in calm weather."""

from __future__ import annotations

import random
from collections.abc import Callable

from tests.invariants.simulation import kinds
from tests.invariants.simulation.carriers import NEWS
from tests.invariants.simulation.features import TICKED
from tests.invariants.simulation.letters import OF_EVENTS, OF_RESULTS
from tests.invariants.simulation.people import truth
from tests.invariants.simulation.people.clients import Clients
from tests.invariants.simulation.people.direct import DirectWorkers
from tests.invariants.simulation.people.ledger import Ledger
from tests.invariants.simulation.people.operators import Operators
from tests.invariants.simulation.people.person import Person
from tests.invariants.simulation.people.publishers import Publishers
from tests.invariants.simulation.people.scheduled import Schedulers
from tests.invariants.simulation.plan import Plan
from tests.invariants.simulation.world import World

#: How often somebody does something without looking whether there is anything to do.
_IDLE = 0.1
#: How often a child that runs is a reason to end it.
_ENDS_A_CHILD = 0.2
#: How often an operator looks after dead letters to the end.
_REDRIVES = 0.5


class People:
    """Acts on one installation; one job for each deed."""

    def __init__(self, world: World, plan: Plan) -> None:
        """``plan``: what there is for them to do."""
        self.world = world
        self.ledger = Ledger()
        self.clients = Clients(world, self.ledger, plan.starts)
        self.workers = DirectWorkers(world, self.ledger)
        self.operators = Operators(world, self.ledger)
        self.schedulers = Schedulers(world, self.ledger)
        self.schedulers.workflow = TICKED if plan.has_schedules else ""
        self.publishers = Publishers(world, self.ledger)
        self.publishers.listened = plan.handled
        self._everybody: tuple[Person, ...] = (
            self.clients,
            self.workers,
            self.operators,
            self.schedulers,
            self.publishers,
        )
        #: Each seed has deeds that it is busy with: one of many commands meets what another does not.
        emphasis = random.Random(f"{world.script.seed} emphasis")
        #: Whether dead letters are given back in calm weather: all goes on without, but events and results.
        self._redrives = bool(plan.handled) or emphasis.random() < _REDRIVES
        self._weighted = tuple(
            (name, weight * emphasis.choice(kinds.EMPHASIS)) for name, weight in kinds.DEEDS
        )
        self._deeds: dict[str, Callable[[random.Random], None]] = {
            "poll": self.workers.poll,
            "receive": self.workers.receive,
            "answer late": self.workers.answer_late,
            "outside": self.clients.outside,
            "start": self.clients.start,
            "operate": self.operators.operate,
            "operate below": self.operators.operate_below,
            "redrive": self.operators.redrive,
            "schedule": self.schedulers.schedule,
            "publish": self.publishers.publish,
        }

    def act(self) -> None:
        """Somebody begins to do something."""
        sense = {
            "poll": bool(self.workers.waiting()),
            "receive": bool(self.workers.waiting()),
            "answer late": bool(self.workers.late),
            "outside": self.clients.are_awaited(),
            "start": self.clients.have_room(),
            "operate below": bool(self.operators.ended_below() or self._ends_a_child()),
            "redrive": bool(self.world.has_dead_letters()),
            "schedule": bool(self.schedulers.workflow),
            "publish": bool(self.publishers.listened),
        }
        name = kinds.drawn(self.world.others, self._weighted)
        if not sense.get(name, True) and self.world.others.random() >= _IDLE:
            # Most of the time nobody does what would do nothing.
            useful = tuple(each for each in self._weighted if sense.get(each[0], False))
            if not useful:
                return
            name = kinds.drawn(self.world.others, useful)
        # Each deed has choices of its own: what is muted of them leaves the others as they are.
        rng = random.Random(self.world.others.getrandbits(64))
        if self.world.happens():
            self._deeds[name](rng)

    def _ends_a_child(self) -> bool:
        """Now and then one that runs is ended by itself, or its parent while it is being started."""
        operators = self.operators
        if operators.launching():
            return True
        return bool(operators.running_below()) and self.world.others.random() < _ENDS_A_CHILD

    def calm_down(self) -> None:
        """From here on everybody is good."""
        for person in self._everybody:
            person.good = True

    def serve(self) -> None:
        """Good people do all that there is to do now."""
        rng = random.Random(self.world.others.getrandbits(64))
        for name in self.world.has_dead_letters():
            # A result that nobody gives back is lost, and its task may wait for ever.
            if self._redrives or name == OF_RESULTS:
                self.operators.redrive_from(name)
        self.clients.starts.clear()
        while self.workers.late:
            self.workers.answer_late(rng)
        for address in self.workers.waiting():
            self.workers.poll_at(address, "batch", rng)
        self.workers.receive(rng)
        self.clients.outside(rng)

    def check(self) -> None:
        """What clients were told is true."""
        truth.check(self.world, self.ledger)

    def resume_all(self) -> None:
        """Operators let everything go on."""
        self.operators.resume_all()

    @property
    def have_begun_everything(self) -> bool:
        """Every start has been made, no answer is still to come, and every message has been heard."""
        names = ["event-messages", NEWS, *([OF_EVENTS] if self._redrives else [])]
        queues = (self.world.queues.get(name) for name in names)
        is_heard = not any(queue is not None and queue.messages() for queue in queues)
        return is_heard and not self.clients.starts and not self.workers.late
