"""One simulated installation: the real handlers and services by the real topology, all else from a seed.

Replaced are the adapters (those in memory), the clock, the ids and the world outside. Every AWS call is
a place where another invocation may come in between, where the process may die, or the call may fail.
"""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from podium.adapters.memory.calls import Quirk
from podium.adapters.memory.queues import MemoryQueue
from podium.adapters.stream import change, workflow_id
from podium.bootstrap import Engine
from podium.domain.changes import Change
from podium.domain.decision import ExecutionView
from podium.domain.events.handler import EventHandler
from podium.domain.execution import Header
from podium.domain.json import JsonMap
from podium.errors import NotFoundError, PodiumError
from podium.ports.dead_letters import DeadLetterQueues
from podium.ports.evidence import Evidence, OwnQueue
from podium.ports.outside import Clock
from podium.ports.queues import Redelivery
from podium.ports.records import FailedRecords
from podium.services.sweeping import Repair
from podium_local.front.gateway import Gateway
from podium_local.front.http import HttpRequest, HttpResponse
from podium_local.pump.mapping import Mapping as SourceMapping
from podium_local.pump.queues import QueueMapping
from podium_local.pump.streams import StreamMapping
from podium_local.topology import TOPOLOGY
from tests.invariants.simulation.carriers import NEWS, Callers, listened_queue
from tests.invariants.simulation.delivery import Undelivered
from tests.invariants.simulation.executions import Executions
from tests.invariants.simulation.explanations import Explanations
from tests.invariants.simulation.faults import (
    GOES_ON,
    QUIRKS,
    READS,
    Effect,
    Fault,
    ProcessKilledError,
    Raises,
    Side,
)
from tests.invariants.simulation.interleaving import Job, Jobs
from tests.invariants.simulation.invariants_of_commits import an_execution_can_be_read
from tests.invariants.simulation.kinds import REPEATING
from tests.invariants.simulation.letters import LAST, LETTERS, Letters
from tests.invariants.simulation.processes import Processes
from tests.invariants.simulation.script import Script
from tests.invariants.simulation.sources import (
    QUEUE_ARN,
    DeliveryFaults,
    Plumbing,
    event_sources,
)
from tests.invariants.simulation.trace import Trace
from tests.invariants.simulation.watch import Watch
from tests.invariants.simulation.weather import Weather
from tests.support.cluster import Cluster
from tests.support.sights import CountedQueues

T = TypeVar("T")

#: By how much the clock moves at once (ms), and how often. Longer steps bring ticks of the sweeps, which
#: cost many turns.
STEPS = (0, 1, 20, 100, 500, 1_000, 3_000, 12_000, 70_000, 700_000)
OFTEN = (1, 1, 1, 2, 3, 5, 5, 3, 1, 0.3)
#: Processes that read one queue at once, and how likely another one begins to.
CONSUMERS, ANOTHER = 2, 0.1
#: Bytes above which a payload is an object of the bucket: as installed, and so that most are.
THRESHOLDS = (32 * 1024, 32 * 1024, 20)
#: How long a process stands still (ms) where others overtake it: often until all of them are done.
STALLS = (1, 20, 500, 5_000, 20_000)


@dataclass(frozen=True)
class Answer:
    """What a client got; ``status`` 0: nothing."""

    status: int
    text: str

    @property
    def json(self) -> Any:
        """The body read as JSON; None when empty."""
        return json.loads(self.text) if self.text else None


#: What a client makes of a connection that was closed, or an answer that did not come in time.
LOST = Answer(504, "")


class World(Cluster):
    """Jobs, event sources and a clock; ``step`` is one turn of somebody."""

    def __init__(
        self, script: Script, weather: Weather | None = None, threshold: int | None = None
    ) -> None:
        """``weather``, ``threshold`` (see Cluster): None is what the seed has."""
        self.script = script
        #: One source for each kind of choice: what is muted of one leaves the others as they are.
        self.turns, self.fates, self.deliveries, self.others = (
            random.Random(f"{script.seed} {kind}")
            for kind in ("turns", "fates", "deliveries", "others")
        )
        self.jobs = Jobs()
        self.trace = Trace()
        self._happened = 0
        #: What really happened, by kind.
        self.counts: Counter[str] = Counter()
        self._registered: list[JsonMap] = []
        #: Whether requests decide what follows from them.
        self.is_inline = self.others.random() < 0.5
        drawn = self.others.choice(THRESHOLDS)
        super().__init__(inline=self.is_inline, threshold=drawn if threshold is None else threshold)
        self.calls.before_call, self.calls.after_call = self.jobs.before, self.jobs.after
        self.calls.around = self.jobs.around
        self.calls.quirk, self.calls.now = self.quirk, self.clock.now
        self.watch = Watch(self)
        self.executions = Executions(self.watch.commits)
        self.queues = {
            "system-tasks": self.system_queue.queue,
            "timers": self.timer_queue.queue,
            "gates": self.gate_queue.queue,
            "event-messages": self.publisher.own,
            "decider-failures": self.listeners.deferred,
        }
        for queue in TOPOLOGY.queues:
            self.queues.setdefault(queue.name, self._queue(queue.name))
        self.letters = Letters(self.queues)
        self.processes = Processes(self)
        self.gateway = Gateway(TOPOLOGY, self.processes, self.clock)
        self.sources = event_sources(
            TOPOLOGY,
            self._plumbing(),
            self.queues,
            self.processes,
            self.clock,
            DeliveryFaults(self.strikes, Fault.RECORDS_TWICE, Fault.RECORDS_HELD_BACK),
            DeliveryFaults(self.strikes, Fault.MESSAGES_TWICE, Fault.MESSAGES_HELD_BACK),
        )
        self.wakeups = Callers(self.clock, self.calls, self.queues["schedules"])  # type: ignore[assignment]
        self.sources.append(("EventBridge Scheduler", self.wakeups))  # type: ignore[arg-type]
        #: What each source is at.
        self._busy: dict[str, list[Job]] = {}
        #: Whose turn it was last.
        self._latest: Job | None = None
        #: What was read of executions, and how often they had changed by then.
        self._views: dict[str, tuple[int, ExecutionView]] = {}
        self._headers: dict[str, tuple[int, Header | None]] = {}
        self.undelivered = Undelivered(self)
        self.explanations = Explanations(self)
        #: From here on.
        self.weather = weather or Weather.drawn(random.Random(f"{script.seed} weather"))

    def new_process(self, clock: Clock) -> Engine:
        """A cold one, on the clock of its host."""
        self.counts["process: cold"] += 1
        engine = self._engine(clock)
        sweeping = engine.sweeping
        sweeping.sweep = self._counted(sweeping.sweep)  # type: ignore[method-assign]
        return self.watch.over(engine)

    def _counted(self, sweep: Callable[[], list[Repair]]) -> Callable[[], list[Repair]]:
        """What the sweep repairs, by its reason."""

        def counted() -> list[Repair]:
            repairs = sweep()
            for repair in repairs:
                self.counts[f"swept: {repair.lack.value}"] += 1
                self.trace.note(f"{repair.workflow_id} was repaired: {repair.lack.value}")
            return repairs

        return counted

    def happens(self) -> bool:
        """Asked before each fault, deed and jump of the clock: False for what the script mutes."""
        self._happened += 1
        return self._happened not in self.script.muted

    def strikes(self, fault: Fault) -> bool:
        """Asked where a fault may strike something else than a call."""
        chance = self.weather.chance(fault)
        if not chance or self.deliveries.random() >= chance or not self.happens():
            return False
        self.note_fault(fault)
        return True

    def quirk(self, quirk: Quirk, most: int) -> int:
        """Hook of ``Calls``."""
        if self.jobs.running is None or not self.strikes(QUIRKS[quirk]):
            return 0
        return self.deliveries.randint(1, most)

    def note_fault(self, fault: Fault, where: str = "") -> None:
        """It has struck."""
        self.counts[fault.value] += 1
        self.trace.note(f"{where} * {fault.value}" if where else f"* {fault.value}")

    @property
    def happened(self) -> int:
        """How often that was asked."""
        return self._happened

    # --- what lies below, in memory here; see on_moto.py -------------------------------------------

    def _queue(self, name: str) -> MemoryQueue:
        """A queue of the topology, or of somebody's, of which no part is made."""
        return MemoryQueue(self.clock, self.calls, dies=name in LETTERS)

    def _dead_letters(self) -> DeadLetterQueues:
        return self.letters

    def _plumbing(self) -> Plumbing:
        """What event sources read."""
        return Plumbing(TOPOLOGY, self.queues, self.store, self.clock)

    # --- what Cluster leaves open ------------------------------------------------------------------

    def _failed_records(self) -> FailedRecords:
        return self.store

    def _redelivery(self) -> Redelivery:
        return _Sooner(self)

    def _evidence(self) -> Evidence:
        return CountedQueues({each: self.queues[each.value] for each in OwnQueue})

    def _sleep(self, milliseconds: int) -> None:
        self.jobs.sleep(self.clock.now() + milliseconds)

    # --- clients ---------------------------------------------------------------------------------

    def request(self, method: str, path: str, body: object = None, query: str = "") -> Answer:
        """An HTTP request; to be called within a job."""
        raw = b"" if body is None else json.dumps(body).encode()
        headers = (("content-type", "application/json"),)
        request = HttpRequest(method, path, query, headers, raw)
        found: list[HttpResponse] = []
        handler = self.jobs.start("request", lambda: found.append(self.gateway.handle(request)))
        self.jobs.wait_for(handler)
        answer = Answer(found[0].status, found[0].body.decode()) if found else LOST
        self.trace.note(f"{method} {path} -> {answer.status}")
        self.watch.happenings.requested(method, path, answer.status, body)
        return answer

    def client(self, name: str, run: Callable[[], object]) -> Job:
        """Somebody outside does something."""
        return self.jobs.start(name, run)

    def listen(self, handlers: Sequence[JsonMap]) -> None:
        """Register handlers of events, and read the queue that they listen to."""
        self.queues[NEWS] = self._queue(NEWS)
        (function,) = (each for each in TOPOLOGY.functions if each.name == "events")
        faults = DeliveryFaults(self.strikes, Fault.MESSAGES_TWICE, Fault.MESSAGES_HELD_BACK)
        source = listened_queue(function, self.queues, self.processes, self.clock, faults)
        self.sources.append((f"events at {NEWS}", source))
        for each in handlers:
            self.engine.subscribing.create(EventHandler.from_json(each))

    # --- turns -----------------------------------------------------------------------------------

    def step(self) -> bool:
        """One turn of one job; False when nothing can go on at this moment."""
        ready = self._ready()
        if not ready or self.turns.random() < self.weather.interleave:
            self._bury()
            self._wake_sources()
            ready = self._ready()
        if not ready:
            return False
        stays = [job for job in ready if job is self._latest]
        if stays and self.turns.random() >= self.weather.interleave:
            job = stays[0]
        else:
            job = self.turns.choice(ready)
        self._latest = job
        if not self._stalls(job):
            self._let(job)
        self.watch.check()
        self.explanations.check()
        return True

    def drawn_step(self) -> int:
        """By how much the clock is to move (ms)."""
        return self.turns.choices(STEPS, OFTEN)[0]

    def between_turns(self) -> None:
        """What strikes nobody in particular."""
        if self.strikes(Fault.CLOCK_JUMPS):
            self.clock.advance(self.drawn_step())
        if self.strikes(Fault.CACHES_LOST):
            self.processes.forget()
        self.processes.step_back()
        waiting = [job for job in self.jobs.all if job.waiter is not None]
        if waiting and self.strikes(Fault.CLIENT_LEAVES):
            self.jobs.leave(self.deliveries.choice(waiting))

    def _ready(self) -> list[Job]:
        return [job for job in self.jobs.all if job.wakes_at <= self.clock.now()]

    def _let(self, job: Job) -> None:
        self.jobs.turn(job, self._effect(job))
        self.undelivered.turned(job.name)
        if job.call and not job.is_over and job.side is Side.BEFORE and job.call not in READS:
            self.trace.note(f"{self.clock.now() % 10**8} {job.name}: {job.call}")

    def _stalls(self, job: Job) -> bool:
        """A process stands still before a call, for whatever reason: those beside it overtake it."""
        if job.engine is None or not job.call or not self.strikes(Fault.STALLED):
            return False
        job.wakes_at = self.clock.now() + self.deliveries.choice(STALLS)
        return True

    def _effect(self, job: Job) -> Effect | None:
        """What strikes the job where it stands."""
        if job.engine is None or not job.call:
            return GOES_ON
        if self.clock.now() >= job.dies_at and self.happens():
            self.note_fault(Fault.TIME_LIMIT, f"{job.name} at {job.call}:")
            return Raises(ProcessKilledError(job.call))
        strikes = self.weather.at(job.call, job.side)
        if not strikes:
            return GOES_ON
        drawn = self.fates.random()
        if drawn >= strikes[-1][0] or not self.happens():
            return GOES_ON
        struck = next(each for until, each in strikes if drawn < until)
        self.note_fault(struck.fault, f"{job.name} at {job.call}:")
        return struck.effect(job.call)

    def _wake_sources(self) -> None:
        """Every event source that has something to give and is not at it is a job."""
        now = self.clock.now()
        for name, source in self.sources:
            busy = self._busy.get(name)
            if busy and not self._takes_another(source, busy):
                continue
            due = source.due()
            if due is not None and due <= now:
                self._busy.setdefault(name, []).append(self.jobs.start(name, source.step))

    def _is_busy(self, name: str) -> bool:
        """The source of this name waits for what it has begun."""
        return any(not job.is_over for job in self._busy.get(name, ()))

    def _takes_another(self, source: SourceMapping, busy: list[Job]) -> bool:
        """Queues are read by several processes side by side."""
        for job in [job for job in busy if job.is_over]:
            busy.remove(job)
        return not busy or (
            isinstance(source, QueueMapping)
            and len(busy) < CONSUMERS
            and self.turns.random() < ANOTHER
        )

    def _bury(self) -> None:
        """Messages received too often go to the queues of the dead."""
        self.counts["message: dead letter"] += self.letters.bury(self.task_queue.queues)

    # --- what invariants look at -----------------------------------------------------------------

    def view(self, workflow: str) -> ExecutionView:
        """See Cluster; read once for each change of the execution."""
        return self._kept(self._views, workflow, super().view)

    def header(self, workflow: str) -> Header | None:
        """As it is stored; read once for each change of the execution."""
        return self._kept(self._headers, workflow, self.store.read_header)

    def _read(self, read: Callable[[str], T], workflow: str) -> T:
        try:
            return read(workflow)
        except NotFoundError:
            raise
        except PodiumError as error:
            an_execution_can_be_read(workflow, error)
            raise

    def _kept(self, kept: dict[str, tuple[int, T]], workflow: str, read: Callable[[str], T]) -> T:
        self.watch.look()
        changes = self.watch.commits.of(workflow).changes
        at, found = kept.get(workflow, (-1, None))
        if found is None or at != changes:
            with self.undisturbed():
                found = self._read(read, workflow)
            kept[workflow] = changes, found
        return found

    @property
    def registered(self) -> list[JsonMap]:
        """Workflow definitions that were registered before anything began."""
        return self._registered

    def register(self, *definitions: JsonMap) -> None:
        """See Cluster."""
        for each in definitions:
            if "tasks" in each:
                self._registered.append(each)
            else:
                self.watch.happenings.defined(each)
        super().register(*definitions)

    @property
    def disturbances(self) -> int:
        """How often something made work to be done: requests, reports, timers, and faults that struck."""
        others = ("timer: of a lease, fired", "timer: of a workflow, fired")
        struck = sum(self.counts[name] for name in (*others, *(fault.value for fault in Fault)))
        return self.watch.happenings.requests + self.queues["results"].sent + struck

    @property
    def has_run_again(self) -> bool:
        """An operator has had something run again, whatever the answer was."""
        is_answered = any(
            self.counts[f"{command}: {outcome}"]
            for command in REPEATING
            for outcome in ("obeyed", "500", "504", "0")
        )
        # Who is told that somebody else was faster may have met the first try of its own write.
        return is_answered or any(header.generation for header in self.executions.headers())

    def has_undelivered_records(self) -> bool:
        """A shard has records, new ones or such that failed."""
        return any(
            source.due() is not None
            for _, source in self.sources
            if isinstance(source, StreamMapping)
        )

    def has_results_under_way(self) -> bool:
        """A result, or a message given up, has not been dealt with yet: it is a cause of progress."""
        names = ("results", "tasks-dead-letters", "decider-failures")
        letters = ("results-dead-letters", "repair-dead-letters")
        under_way = any(self.queues[name].messages() for name in (*names, *letters))
        sources = (*self.task_queue.queues.values(), *(self.queues[name] for name in names))
        return under_way or any(queue.dead_letters for queue in sources)

    def given_up(self) -> Iterator[str]:
        """See Cluster."""
        yield from super().given_up()
        for name in ("system-tasks-dead-letters", "timers-dead-letters"):
            yield from (message.body for message in self.queues[name].messages())

    def has_dead_letters(self) -> list[str]:
        """Queues in which something waits for an operator."""
        return [name for name in LAST if self.queues[name].messages()]

    def handed_out_by(self) -> list[MemoryQueue]:
        """Queues whose messages hand out tasks, gates among them."""
        return [*self.task_queue.queues.values(), self.system_queue.queue]

    def messages_sent(self) -> int:
        """So far, to any queue."""
        queues = [*self.queues.values(), *self.task_queue.queues.values()]
        return sum(queue.sent for queue in queues)

    def deliver_again(self) -> None:
        """Every record of the table's stream once more, to a cold decider."""
        process = self._engine()
        for record in self.store.records():
            found = self._change(record)
            if found is not None:
                process.advancing.run([found])

    def _change(self, record: Mapping[str, Any]) -> Change | None:
        """What it says; nothing when its payload has gone with the execution."""
        try:
            return change(record, self.store.payloads)
        except NotFoundError:
            if self.executions.header(workflow_id(record)) is not None:
                raise
            return None

    def next_moment(self) -> int | None:
        """When something can go on (epoch ms), if it is not now."""
        moments = [job.wakes_at for job in self.jobs.all]
        idle = (source for name, source in self.sources if not self._is_busy(name))
        moments += [due for source in idle if (due := source.due()) is not None]
        return min(moments, default=None)


@dataclass(frozen=True)
class _Sooner:
    """Redelivery."""

    world: World

    def soon(self, queue_arn: str, receipt: str) -> None:
        self.world.queues[queue_arn.removeprefix(QUEUE_ARN)].change_visibility(receipt, 2)
