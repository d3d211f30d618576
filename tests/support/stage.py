"""One installation in which nothing is left to chance but the points at which a process dies.

The real handlers by the real topology: invocations, event sources, retries and redelivery are the
local runtime's own, over the memory adapters. One thing happens after the other. A process that dies
takes every cache with it; what it was at is delivered again, or asked for again by its client.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from podium import bootstrap
from podium.adapters.memory.queues import MemoryQueue
from podium.bootstrap import Engine
from podium.domain.queues import Lane
from podium.ports.queues import Redelivery
from podium.ports.records import FailedRecords
from podium_local.front.gateway import Gateway
from podium_local.front.http import HttpRequest
from podium_local.pump.faults import Faults, InvocationDroppedError
from podium_local.pump.invoking import Invoker, Outcome
from podium_local.pump.mapping import Mapping as SourceMapping
from podium_local.pump.streams import StreamMapping
from podium_local.topology import TOPOLOGY, Function
from tests.invariants.simulation.faults import READS
from tests.invariants.simulation.sources import Plumbing, event_sources
from tests.support.cluster import Cluster
from tests.support.stage_surroundings import Alarm, CountedHttp, CountedKafka, Sooner

#: Deliveries of one moment, and moments of redelivery, beyond which an installation never settles.
MANY = 2_000
#: The sweep for what was lost: everything has to come right without it.
NET = "repair at lost-executions"
#: Calls that change nothing; a message that was received is hidden.
CHANGE_NOTHING = READS - {"ReceiveMessage"}


class Processes(Invoker):
    """Lambda: each invocation in a process with caches, until one dies and all are gone."""

    def __init__(self, stage: Stage) -> None:
        super().__init__(stage.clock)
        self._stage = stage
        self._idle: dict[str, list[Engine]] = {}

    def invoke(
        self, function: Function, event: dict[str, Any], *, may_drop: bool = True
    ) -> Outcome:
        """See Invoker."""
        idle = self._idle.setdefault(function.name, [])
        process = idle.pop() if idle else self._stage.new_process()
        with self._stage.invocation(function.name, process):
            outcome = super().invoke(function, event)
            if outcome.error is None:
                outcome = self._answered(outcome)
        if isinstance(outcome.error, InvocationDroppedError):
            self._idle.clear()
        else:
            idle.append(process)
        return outcome

    def _answered(self, outcome: Outcome) -> Outcome:
        """Behind its last call the process may die without its answer."""
        try:
            self._stage.point()
        except InvocationDroppedError as error:
            return Outcome(None, error, outcome.request_id)
        return outcome


class Stage(Cluster):
    """``dies_at``: numbers of the points, counted from 1, at which a process dies.

    A point is before each call of an invocation, which is also after the call before it, and after
    the last one.
    """

    def __init__(self, dies_at: frozenset[int] = frozenset(), *, inline: bool = True) -> None:
        #: By logical name.
        self.queues: dict[str, MemoryQueue] = {}
        super().__init__(inline=inline)
        self._dies_at = dies_at
        #: Points that were come to so far, and processes that died.
        self.points = self.deaths = 0
        #: Those at which the process leaves something else behind than at the one before it.
        self.distinct: list[int] = []
        #: A poll died that had claimed tasks, perhaps: nobody works on them.
        self.has_lost_tasks = False
        self._under_way: list[str] = []
        self._has_claimed = self._has_written = self._is_dead = False
        self.calls.before_call = self.point
        self.http = CountedHttp(self.calls.call)
        self.kafka = CountedKafka(self.calls.call)
        self.queues |= {
            "system-tasks": self.system_queue.queue,
            "timers": self.timer_queue.queue,
            "gates": self.gate_queue.queue,
            "event-messages": self.publisher.own,
            "decider-failures": self.listeners.deferred,
        }
        for queue in TOPOLOGY.queues:
            self.queues.setdefault(queue.name, MemoryQueue(self.clock, self.calls))
        self.processes = Processes(self)
        self.gateway = Gateway(TOPOLOGY, self.processes, self.clock)
        calm = Faults()
        plumbing = Plumbing(TOPOLOGY, self.queues, self.store, self.clock)
        self._sources: list[SourceMapping | Alarm] = [
            Alarm(self, self.queues["schedules"]),
            *(
                source
                for name, source in event_sources(
                    TOPOLOGY, plumbing, self.queues, self.processes, self.clock, calm, calm
                )
                if name != NET
            ),
        ]

    # --- what Cluster leaves open ------------------------------------------------------------------

    def _failed_records(self) -> FailedRecords:
        return self.store

    def _redelivery(self) -> Redelivery:
        return Sooner(self.queues)

    def _sleep(self, milliseconds: int) -> None:
        """A request waits: time passes, and the others go on."""
        self.clock.advance(milliseconds)
        while self._move():
            pass

    # --- processes -------------------------------------------------------------------------------

    def new_process(self) -> Engine:
        """A cold one."""
        return self._engine()

    @contextmanager
    def invocation(self, function: str, process: Engine) -> Iterator[None]:
        """The body runs in ``process``."""
        outer = self._under_way, self._has_claimed
        self._under_way, self._has_claimed = [*self._under_way, function], False
        self._has_written = True
        bootstrap.install(process)
        try:
            yield
        finally:
            self._under_way, self._has_claimed = outer
            self._is_dead = False
            bootstrap.install(None)

    def point(self, call: str = "") -> None:
        """Before ``call``, or at the end: the process that runs now may die."""
        if not self._under_way:
            # Somebody looks at the installation from outside.
            return
        if not self._is_dead:
            self.points += 1
            if self._has_written:
                self.distinct.append(self.points)
            self._is_dead = self.points in self._dies_at
            self.deaths += self._is_dead
            self.has_lost_tasks = self.has_lost_tasks or (self._is_dead and self._has_claimed)
        if self._is_dead:
            raise InvocationDroppedError(f"dies at point {self.points} in {self._under_way[-1]}")
        self._has_written = call not in CHANGE_NOTHING
        if self._under_way[-1] == "poll" and call == "UpdateItem":
            self._has_claimed = True

    # --- clients ---------------------------------------------------------------------------------

    def request(
        self, method: str, path: str, body: object = None, query: str = ""
    ) -> tuple[int, str]:
        """An HTTP request: status and text of the answer. 500: who served it died."""
        raw = b"" if body is None else json.dumps(body).encode()
        headers = (("content-type", "application/json"),)
        found = self.gateway.handle(HttpRequest(method, path, query, headers, raw))
        return found.status, found.body.decode()

    # --- time ------------------------------------------------------------------------------------

    def rest(self) -> None:
        """Deliver what is due, and wait for what has to be delivered again, until nothing moves."""
        for _ in range(MANY):
            if self._move():
                continue
            moment = self._redelivered_at()
            if moment is None:
                return
            self.clock.advance(max(1, moment - self.clock.now()))
        raise AssertionError("never at rest")

    def pass_time(self, seconds: float) -> None:
        """What falls due in so many seconds happens in its moment."""
        end = self.clock.now() + int(seconds * 1000)
        self.rest()
        while (moment := self.next_moment()) <= end:
            self.clock.advance(max(0, moment - self.clock.now()))
            self.rest()
        self.clock.advance(max(0, end - self.clock.now()))

    def next_moment(self) -> int:
        """When something falls due (epoch ms); the sweep does each minute."""
        return min(due for source in self._sources if (due := source.due()) is not None)

    def _move(self) -> bool:
        """Let every event source that has something to give now give it; False: none has."""
        now, has_moved = self.clock.now(), False
        for source in self._sources:
            due = source.due()
            if due is not None and due <= now:
                source.step()
                has_moved = True
        return has_moved

    def _redelivered_at(self) -> int | None:
        """The next moment of what has failed or died: a batch of the stream, a message."""
        batches = [
            due
            for source in self._sources
            if isinstance(source, StreamMapping) and (due := source.due()) is not None
        ]
        # What waits at a gate is looked at again and again, and no failure.
        gates = [
            queue for address, queue in self.task_queue.queues.items() if address.lane is Lane.GATE
        ]
        queues = [queue for queue in self.all_queues() if queue not in gates]
        now = self.clock.now()
        hidden = [
            message.visible_at
            for queue in queues
            for message in queue.messages()
            if message.receive_count and message.visible_at > now
        ]
        return min(batches + hidden, default=None)

    def all_queues(self) -> list[MemoryQueue]:
        """Of the installation and of task types."""
        return [*self.queues.values(), *self.task_queue.queues.values()]

    def executions(self) -> list[str]:
        """Ids of all there are, children and failure workflows too."""
        keys = ((str(item["pk"]), item["sk"]) for item in self.store.items())
        return [pk.removeprefix("W#") for pk, sk in keys if sk == "H" and pk.startswith("W#")]
