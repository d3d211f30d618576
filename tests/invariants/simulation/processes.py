"""The processes in which Lambda runs functions: with caches, a clock and a time limit of their own."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from podium import bootstrap
from podium.bootstrap import Engine
from podium_local.clock import VirtualClock
from podium_local.pump.invoking import Invoker, Outcome
from podium_local.topology import Function
from tests.invariants.simulation.faults import Fault, ProcessKilledError

if TYPE_CHECKING:
    from tests.invariants.simulation.world import World

#: How far a host's clock is off (ms) at most, and how far it steps back at once.
_AHEAD, _BACK = 300, 200
#: A process that was idle for so long (ms) has old things in its caches.
_LONG = 600_000
#: Who may invoke a function twice at once, by the source that its records name.
_AT_ONCE = {"aws:dynamodb": Fault.RECORDS_AT_ONCE, "aws:sqs": Fault.MESSAGES_AT_ONCE}


class HostClock:
    """The clock of one host, which is not quite right."""

    def __init__(self, true: VirtualClock, ahead: int) -> None:
        """``ahead``: milliseconds."""
        self._true = true
        self.ahead = ahead

    def now(self) -> int:
        """Epoch milliseconds."""
        return self._true.now() + self.ahead


@dataclass(eq=False)
class Process:
    """Services with their caches."""

    engine: Engine
    clock: HostClock
    #: When it last did something (epoch ms).
    idle_since: int = 0


class Processes(Invoker):
    """Lambda: an invocation runs in an idle process of its function, or in a cold one."""

    def __init__(self, world: World) -> None:
        super().__init__(world.clock)
        self._world = world
        self._idle: dict[str, list[Process]] = {}

    def invoke(
        self, function: Function, event: dict[str, Any], *, may_drop: bool = True
    ) -> Outcome:
        """See Invoker; the kill comes from the driver, at a call."""
        at_once = self._at_once(event)
        if at_once is not None and self._world.strikes(at_once):
            again = partial(self._run, function, event, may_drop=may_drop)
            self._world.jobs.start(f"{function.name} at the same time", again)
        return self._run(function, event, may_drop=may_drop)

    def forget(self) -> None:
        """Every idle process is gone: caches are empty from here on."""
        self._idle.clear()

    def step_back(self) -> None:
        """The clock of some idle process is set back a little."""
        idle = [process for processes in self._idle.values() for process in processes]
        if idle and self._world.strikes(Fault.CLOCK_STEPS_BACK):
            rng = self._world.deliveries
            rng.choice(idle).clock.ahead -= rng.randint(1, _BACK)

    def _run(self, function: Function, event: dict[str, Any], *, may_drop: bool) -> Outcome:
        job = self._world.jobs.running
        assert job is not None, "an invocation outside of any job"
        self._world.watch.happenings.invoked(function.name)
        process = self._process(function)
        outer = job.engine, job.dies_at
        job.engine = process.engine
        job.dies_at = self._world.clock.now() + function.timeout * 1000
        bootstrap.install(process.engine)
        try:
            outcome = super().invoke(function, event, may_drop=may_drop)
        finally:
            job.engine, job.dies_at = outer
            bootstrap.install(job.engine)
        if not isinstance(outcome.error, ProcessKilledError):
            process.idle_since = self._world.clock.now()
            self._idle.setdefault(function.name, []).append(process)
        return outcome

    def _process(self, function: Function) -> Process:
        idle = self._idle.setdefault(function.name, [])
        if not idle:
            return self._cold()
        # The one that was busy last is taken, others sleep on.
        longest = min(idle, key=lambda process: process.idle_since)
        has_slept = self._world.clock.now() - longest.idle_since >= _LONG
        if has_slept and self._world.strikes(Fault.SLEPT):
            idle.remove(longest)
            return longest
        return idle.pop()

    def _cold(self) -> Process:
        ahead = 0
        if self._world.strikes(Fault.CLOCKS_DIFFER):
            ahead = self._world.deliveries.randint(-_AHEAD, _AHEAD)
        clock = HostClock(self._world.clock, ahead)
        return Process(self._world.new_process(clock), clock)

    def _at_once(self, event: dict[str, Any]) -> Fault | None:
        if "Records" in event:
            return _AT_ONCE.get(event["Records"][0]["eventSource"])
        return Fault.TICKS_AT_ONCE if event.get("source") == "aws.events" else None
