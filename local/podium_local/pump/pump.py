"""All event-source mappings of the topology: in rounds for tests, in threads for ``podium up``."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from podium_local.pump.calls import CallMapping
from podium_local.pump.faults import Faults
from podium_local.pump.mapped_queues import MappedQueuesMapping
from podium_local.pump.queues import MappedQueue, QueueMapping
from podium_local.pump.reader import SharedReader, StreamReader
from podium_local.pump.schedules import ScheduleMapping
from podium_local.pump.streams import Backoff, StreamMapping, exponential
from podium_local.topology import (
    Function,
    MappedQueuesTrigger,
    QueueTrigger,
    ScheduleTrigger,
    StreamTrigger,
    Topology,
    Trigger,
)

if TYPE_CHECKING:
    from podium_local.backlog import Backlog
    from podium_local.clock import LocalClock
    from podium_local.pump.invoking import Invoker
    from podium_local.pump.mapping import Invocation, Mapping
    from podium_local.resources import Clients, Resources

logger = logging.getLogger("podium.local")


@dataclass(frozen=True, slots=True)
class Round:
    """What one :meth:`Pump.step` did."""

    invocations: tuple[Invocation, ...]

    @property
    def is_idle(self) -> bool:
        """Nothing was due."""
        return not self.invocations

    @property
    def failures(self) -> tuple[Invocation, ...]:
        """Invocations of which something comes again."""
        return tuple(invocation for invocation in self.invocations if invocation.failed)


class Pump:
    """Drives every function of the topology that is not called over HTTP."""

    def __init__(
        self,
        topology: Topology,
        resources: Resources,
        clients: Clients,
        invoker: Invoker,
        backlog: Backlog,
        clock: LocalClock,
        *,
        faults: Faults | None = None,
        backoff: Backoff = exponential,
    ) -> None:
        """Nothing runs before :meth:`step` or :meth:`start`."""
        self._resources = resources
        self._sqs = clients("sqs")
        self._streams = clients("dynamodbstreams")
        self._invoker = invoker
        self._backlog = backlog
        self._clock = clock
        self._faults = faults or Faults()
        self._backoff = backoff
        self._readers: dict[str, SharedReader] = {}
        self._observers: list[Callable[[dict[str, Any]], None]] = []
        self._disabled: set[str] = set()
        self._mappings: list[Mapping] = [
            _Switched(mapping, function.name, self._disabled)
            for function in topology.functions
            for trigger in function.triggers
            if (mapping := self._mapping(function, trigger)) is not None
        ]
        self._mappings.append(
            CallMapping(resources, clients("scheduler"), self._sqs, backlog, clock)
        )
        self._background: _Background | None = None

    def observe(self, observer: Callable[[dict[str, Any]], None]) -> None:
        """``observer`` is shown every stream record, in Lambda's shape and before any filter."""
        self._observers.append(observer)

    def step(self) -> Round:
        """One round: every mapping once, in the topology's order unless faults reorder them."""
        return Round(
            tuple(
                invocation
                for mapping in self._faults.order(self._mappings)
                for invocation in mapping.step()
            )
        )

    def run_until_idle(self, most: int = 10_000) -> list[Round]:
        """Rounds until nothing is due at this moment; RuntimeError after ``most`` rounds."""
        rounds: list[Round] = []
        while not (latest := self.step()).is_idle:
            rounds.append(latest)
            if len(rounds) >= most:
                raise RuntimeError(f"still busy after {most} rounds: {latest}")
        return rounds

    def next_due(self) -> int | None:
        """The next moment at which a round has something to do (epoch milliseconds)."""
        return min(
            (due for each in self._mappings if (due := each.due()) is not None), default=None
        )

    def disable(self, function: str) -> None:
        """As UpdateEventSourceMapping with ``Enabled=False``, and DisableRule: nothing drives it any more."""
        self._disabled.add(function)

    def enable(self, function: str) -> None:
        """Undo :meth:`disable`: what still waits is delivered; what a stream no longer keeps is lost."""
        self._disabled.discard(function)
        self._backlog.announce()

    def start(self) -> None:
        """Run in the background until :meth:`stop`."""
        if self._background is None:
            self._background = _Background(self._mappings, self._backlog, self._clock)

    def stop(self) -> None:
        """Let what runs end, and start nothing more."""
        if self._background is not None:
            self._background.stop()
            self._background = None

    def _mapping(self, function: Function, trigger: Trigger) -> Mapping | None:
        match trigger:
            case StreamTrigger():
                return self._stream_mapping(function, trigger)
            case QueueTrigger():
                name = trigger.queue
                urls, arns = self._resources.queue_urls, self._resources.queue_arns
                queue = MappedQueue(name, arns[name], urls[name])
                return self._queue_mapping(function, trigger, queue)
            case MappedQueuesTrigger():
                return MappedQueuesMapping(
                    function,
                    self._resources.stack,
                    self._backlog,
                    lambda queue: self._queue_mapping(function, trigger, queue),
                )
            case ScheduleTrigger():
                return ScheduleMapping(function, trigger, self._invoker, self._clock)
            case _:
                return None

    def _queue_mapping(
        self, function: Function, trigger: QueueTrigger | MappedQueuesTrigger, queue: MappedQueue
    ) -> QueueMapping:
        return QueueMapping(
            function,
            trigger,
            queue,
            self._sqs,
            self._invoker,
            self._backlog,
            self._clock,
            faults=self._faults,
        )

    def _stream_mapping(self, function: Function, trigger: StreamTrigger) -> StreamMapping:
        url = self._resources.queue_urls[trigger.on_failure]
        return StreamMapping(
            function,
            trigger,
            self._shared_reader(trigger.table).tap(),
            self._invoker,
            self._clock,
            lambda failure: self._sqs.send_message(QueueUrl=url, MessageBody=json.dumps(failure)),
            faults=self._faults,
            backoff=self._backoff,
        )

    def _shared_reader(self, table: str) -> SharedReader:
        """The one reader of a table's stream."""
        if table not in self._readers:
            reader = StreamReader(
                self._streams,
                self._resources.tables[table],
                self._resources.streams[table],
                self._backlog,
            )
            reader.observe(self._show)
            self._readers[table] = SharedReader(reader)
        return self._readers[table]

    def _show(self, record: dict[str, Any]) -> None:
        for observer in self._observers:
            observer(record)


class _Switched:
    """A mapping that does nothing while its function is among the disabled ones."""

    def __init__(self, mapping: Mapping, function: str, disabled: set[str]) -> None:
        self.concurrency = mapping.concurrency
        self._mapping = mapping
        self._function = function
        self._disabled = disabled

    def step(self) -> list[Invocation]:
        return [] if self._function in self._disabled else self._mapping.step()

    def due(self) -> int | None:
        return None if self._function in self._disabled else self._mapping.due()


class _Background:
    """One thread that looks for what is due, and a pool that does it."""

    #: Seconds: how late a stop is noticed, and the pause after a mapping failed by itself.
    _PATIENCE = 1.0
    #: Seconds after which a queue that still has messages gets one more thread.
    _ESCALATION = 0.02

    def __init__(self, mappings: list[Mapping], backlog: Backlog, clock: LocalClock) -> None:
        self._mappings = mappings
        self._backlog = backlog
        self._clock = clock
        self._running = [0] * len(mappings)
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._pool = ThreadPoolExecutor(
            sum(mapping.concurrency for mapping in mappings), thread_name_prefix="podium-pump"
        )
        self._thread = threading.Thread(target=self._run, name="podium-pump", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._backlog.announce()
        self._thread.join()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _run(self) -> None:
        while not self._stopping.is_set():
            # Counted before looking: what is added meanwhile ends the wait at once.
            seen = self._backlog.count()
            pauses = [self._look(index, mapping) for index, mapping in enumerate(self._mappings)]
            self._backlog.wait(seen, min(pauses))

    def _look(self, index: int, mapping: Mapping) -> float:
        """Start the mapping if it is due and may; seconds after which to look again."""
        if self._running[index] >= mapping.concurrency:
            return self._PATIENCE  # it announces its end
        due = mapping.due()
        if due is None:
            return self._PATIENCE
        wait = (due - self._clock.now()) / 1000
        if wait > 0:
            return min(wait, self._PATIENCE)
        with self._lock:
            self._running[index] += 1
        self._pool.submit(self._step, index)
        return self._ESCALATION if mapping.concurrency > 1 else self._PATIENCE

    def _step(self, index: int) -> None:
        try:
            while not self._stopping.is_set() and self._mappings[index].step():
                pass
        except Exception:
            logger.exception("an event-source mapping failed; it is tried again")
            self._stopping.wait(self._PATIENCE)
        finally:
            with self._lock:
                self._running[index] -= 1
            self._backlog.announce()
