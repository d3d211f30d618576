"""A whole Podium on the memory adapters: several deciders with caches of their own, one clock.

Stands in for AWS around the real services: stream records, queue messages and timers are delivered
when a test says so, once or more often, in any order. A crash is an exception raised before or
after any single call.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from podium.adapters.engines.jq import JqPrograms
from podium.adapters.engines.jsonpath import JsonPaths
from podium.adapters.engines.quickjs import QuickJsScripts
from podium.adapters.engines.schemas import JsonSchemas
from podium.adapters.engines.zones import SystemZones
from podium.adapters.items.event_executions import ItemEventExecutions
from podium.adapters.items.event_handlers import ItemEventHandlers
from podium.adapters.items.schema_store import ItemSchemaStore
from podium.adapters.items.tag_store import ItemTagStore
from podium.adapters.memory.blobs import MemoryBlobs
from podium.adapters.memory.calls import Calls
from podium.adapters.memory.dead_letters import MemoryDeadLetters
from podium.adapters.memory.definitions import MemoryDefinitions
from podium.adapters.memory.events import OWN_QUEUE, MemoryEventPublisher, MemoryEventSources
from podium.adapters.memory.executions import MemoryExecutions
from podium.adapters.memory.listeners import MemoryListeners
from podium.adapters.memory.poll_data import MemoryPollData
from podium.adapters.memory.queues import (
    MemoryGateQueue,
    MemoryQueue,
    MemorySystemTaskQueue,
    MemoryTaskQueue,
    MemoryTimerQueue,
)
from podium.adapters.memory.schedules import MemorySchedules, MemoryWakeups
from podium.adapters.memory.secrets import MemoryEnvironment, MemorySecrets
from podium.adapters.memory.table import MemoryTable
from podium.adapters.message import gate_call, task_message, timer_message
from podium.adapters.stream import change, heard
from podium.bootstrap import Engine, OnDemand, Switches, assemble
from podium.domain.decision import ExecutionView
from podium.domain.definitions import TaskDef, WorkflowDef
from podium.domain.engines import Engines
from podium.domain.execution import Task
from podium.domain.ids import TaskKey, derived_workflow_id
from podium.domain.json import Json, JsonMap
from podium.domain.requests import StartWorkflowRequest, TaskResult
from podium.domain.status import TaskStatus, WorkflowStatus
from podium.domain.tasks.kafka_publish import KafkaRecord
from podium.errors import TransientError
from podium.ports.bundle import Ports
from podium.ports.dead_letters import DeadLetterQueues
from podium.ports.evidence import Evidence, OwnQueue
from podium.ports.kafka import Delivered, NotDeliveredError
from podium.ports.outside import Clock, HttpRequest, HttpResponse
from podium.ports.queues import Redelivery
from podium.ports.records import FailedRecords
from podium.services.polling import HandedOut
from podium_local.clock import VirtualClock
from tests.support.sights import CountedQueues

ENGINES = Engines(
    script=QuickJsScripts(),
    jq=JqPrograms(),
    path=JsonPaths(),
    zones=SystemZones(),
    schema=JsonSchemas(),
)


class Crash(BaseException):
    """The process dies here. Not an Exception: nothing may catch it and go on."""


class CountedIds:
    """Workflow ids that are the same in every run."""

    def __init__(self) -> None:
        self._drawn = 0

    def workflow_id(self) -> str:
        self._drawn += 1
        return derived_workflow_id("test", self._drawn)

    def unique(self) -> str:
        return self.workflow_id()


@dataclass
class TableHttp:
    """HTTP answers by URI; anything else is a 404."""

    answers: dict[str, HttpResponse] = field(default_factory=dict)
    seen: list[HttpRequest] = field(default_factory=list)

    def call(self, request: HttpRequest) -> HttpResponse:
        self.seen.append(request)
        missing = HttpResponse(404, "Not Found", {}, None)
        return self.answers.get(request.uri, missing)


@dataclass
class TopicKafka:
    """Records by topic; topics in ``down`` cannot be reached."""

    topics: dict[str, list[KafkaRecord]] = field(default_factory=dict)
    down: set[str] = field(default_factory=set)

    def send(self, record: KafkaRecord) -> Delivered:
        if record.topic in self.down:
            raise NotDeliveredError(f"no broker has {record.topic}")
        kept = self.topics.setdefault(record.topic, [])
        kept.append(record)
        return Delivered(0, len(kept) - 1)


class NoRecords:
    """Nothing is read back."""

    def workflow_ids(self, shard_id: str, first: str, last: str) -> list[str]:
        return []


class NoRedelivery:
    """Messages are seen again soon enough."""

    def soon(self, queue_arn: str, receipt: str) -> None:
        pass


class Cluster:
    """One installation. ``deciders`` engines share the table and queues, each with its own cache."""

    def __init__(
        self,
        *,
        inline: bool = False,
        deciders: int = 1,
        threshold: int = 32 * 1024,
        programs: Engines = ENGINES,
        **switches: Any,
    ) -> None:
        """``threshold``: bytes above which a payload is an object; ``switches``: those of
        ``bootstrap.Switches`` that are to differ.
        """
        self._programs = programs
        self._make_parts(threshold)
        self.http = TableHttp()
        self.kafka = TopicKafka()
        self._ids = CountedIds()
        self._switches = Switches(inline_advance=inline, **switches)
        self.engines = [self._engine() for _ in range(deciders)]
        self._turn = 0
        #: Results that workers have not been able to report yet.
        self.in_hand: list[tuple[str, Task, TaskStatus, JsonMap]] = []
        #: What happens while a request waits, after each of its pauses.
        self.meanwhile: Callable[[], None] = lambda: None
        #: Pauses that requests have made (ms).
        self.pauses: list[int] = []
        self._taken = 0
        self._pending: list[Mapping[str, Any]] = []

    def _make_parts(self, threshold: int) -> None:
        """The clock, the hooks of calls, and every part that stands for one of AWS's."""
        self.clock = VirtualClock()
        self.calls = Calls()
        self.blobs = MemoryBlobs(self.calls)
        self.store = MemoryExecutions(self.blobs, threshold=threshold, calls=self.calls)
        self.definitions = MemoryDefinitions(self.calls)
        self.metadata = MemoryTable(self.calls)
        self.task_queue = MemoryTaskQueue(self.clock, self.calls)
        self.system_queue = MemorySystemTaskQueue(self.clock, self.calls)
        self.timer_queue = MemoryTimerQueue(self.clock, self.calls)
        self.listeners = MemoryListeners(self.clock)
        self.secrets = MemorySecrets(self.calls)
        self.environment = MemoryEnvironment(self.calls)
        self.gate_queue = MemoryGateQueue(self.clock, self.calls)
        self.poll_data = MemoryPollData(self.calls)
        self.schedules = MemorySchedules(self.calls)
        self.wakeups = MemoryWakeups(self.clock, self.calls)
        self.event_handlers = ItemEventHandlers(MemoryTable(self.calls))
        self.event_executions = ItemEventExecutions(self.store._table)
        self.publisher = MemoryEventPublisher(self.clock, self.store.payloads, self.calls)
        self.event_sources = MemoryEventSources(self.calls)

    @property
    def engine(self) -> Engine:
        """The first engine; clients talk to it."""
        return self.engines[0]

    def restart_processes(self) -> None:
        """Every process dies: caches are empty from here on."""
        self.engines = [self._engine() for _ in self.engines]

    def _engine(self, clock: Clock | None = None) -> Engine:
        """A process; ``clock``: of its host, None is the right one."""
        ports = Ports(
            executions=self.store,
            messages=self.store,
            definitions=self.definitions,
            tasks=self.task_queue,
            system_tasks=self.system_queue,
            timers=self.timer_queue,
            blobs=self.blobs,
            schemas=ItemSchemaStore(self.metadata),
            tags=ItemTagStore(self.metadata),
            limits=self.store.limits,
            search=self.store.search,
            listeners=self.listeners,
            secrets=self.secrets,
            environment=self.environment,
            event_handlers=self.event_handlers,
            event_executions=self.event_executions,
            publisher=self.publisher,
            kafka=self.kafka,
            event_sources=self.event_sources,
            gates=self.gate_queue,
            polls=self.poll_data,
            engines=self._programs,
            http=self.http,
            clock=clock or self.clock,
            sleep=self._sleep,
            ids=self._ids,
        )
        return assemble(
            ports,
            self._switches,
            records=self._failed_records(),
            redelivery=self._redelivery(),
            read_record=lambda record: change(record, self.store.payloads),
            hear_record=lambda record: heard(record, self.store.payloads),
            on_demand=OnDemand(
                definitions=lambda: self.definitions,
                scheduler=lambda: (self.schedules, self.wakeups),
                evidence=self._evidence,
                dead_letters=self._dead_letters,
            ),
        )

    def _failed_records(self) -> FailedRecords:
        return NoRecords()

    def _redelivery(self) -> Redelivery:
        return NoRedelivery()

    def _evidence(self) -> Evidence:
        return CountedQueues({OwnQueue.SYSTEM_TASKS: self.system_queue.queue})

    def _dead_letters(self) -> DeadLetterQueues:
        return MemoryDeadLetters(self.clock, {}, self.calls)

    def given_up(self) -> Iterator[str]:
        """Messages that hand out tasks, and timers, that were received too often."""
        yield from self.system_queue.queue.dead_letters
        yield from self.timer_queue.queue.dead_letters

    def _sleep(self, milliseconds: int) -> None:
        """A request waits: time passes, and the world goes on."""
        self.pauses.append(milliseconds)
        self.clock.advance(milliseconds)
        self.settle()
        self.meanwhile()

    # --- clients --------------------------------------------------------------------------------

    def register(self, *definitions: JsonMap) -> None:
        """Put task definitions (no ``tasks``) and workflow definitions in the metadata table."""
        for value in definitions:
            if "tasks" in value:
                self.definitions.put_workflow(WorkflowDef.from_json(value))
            else:
                self.definitions.put_task(TaskDef.from_json(value))

    def start(self, definition: JsonMap | str, input_: JsonMap | None = None) -> str:
        """Start by name or with an inline definition; returns the id."""
        body: dict[str, Json] = {"input": input_ or {}}
        if isinstance(definition, str):
            body["name"] = definition
        else:
            body |= {"name": definition["name"], "workflowDef": definition}
        return self.engine.starts.start(StartWorkflowRequest.from_json(body))

    def view(self, workflow: str) -> ExecutionView:
        """The execution as a client reads it."""
        return self.engine.reads.view(workflow)

    def status(self, workflow: str) -> WorkflowStatus:
        """Its status."""
        return self.view(workflow).header.status

    def task(self, workflow: str, wire_ref: str) -> Task:
        """The latest task with this reference name."""
        found = [task for task in self.view(workflow).tasks if task.wire_ref == wire_ref]
        assert found, f"no task {wire_ref}"
        return found[-1]

    @contextmanager
    def undisturbed(self) -> Iterator[None]:
        """No hook sees the calls made in the body."""
        calls = self.calls
        hooks = calls.before_call, calls.after_call, calls.around, calls.quirk
        calls.before_call = calls.after_call = lambda name: None
        calls.around = calls.quirk = None
        try:
            yield
        finally:
            calls.before_call, calls.after_call, calls.around, calls.quirk = hooks

    # --- workers --------------------------------------------------------------------------------

    def poll(self, task_type: str, count: int = 1, worker: str = "w1") -> list[HandedOut]:
        """Poll as a worker does; never waits."""
        return self.engine.polls.poll(task_type, worker, count=count, wait_ms=0)

    def report(
        self,
        task: Task,
        workflow: str,
        status: TaskStatus = TaskStatus.COMPLETED,
        output: JsonMap | None = None,
        **fields: Any,
    ) -> None:
        """Report a result for a task that was handed out."""
        key = TaskKey(workflow, task.ref, task.seq)
        self.engine.updates.update(
            TaskResult(
                workflow_instance_id=workflow,
                task_id=key.task_id,
                status=status,
                output_data=output or {},
                **fields,
            )
        )

    def complete(self, task_type: str, output: JsonMap | None = None) -> Task:
        """Poll one task of a type and complete it."""
        (handed,) = self.poll(task_type)
        self.report(handed.task, handed.message.workflow_id, output=output)
        return handed.task

    # --- event sources --------------------------------------------------------------------------

    def take(self) -> list[dict[str, Any]]:
        """Stream records made since the last call that the event source's filter lets through."""
        records = self.store.records(self._taken)
        self._taken += len(records)
        return [each for each in records if change(each, self.store.payloads) is not None]

    def deliver(self, records: Sequence[Mapping[str, Any]], decider: int | None = None) -> None:
        """Hand records over one by one, each to the next decider (or the one named).

        One that cannot be handled yet is handed over again at the end, as Lambda would.
        """
        waiting = list(records)
        for _ in range(10):
            waiting = [each for each in waiting if not self._deliver(each, decider)]
        self._pending += waiting

    def _deliver(self, record: Mapping[str, Any], decider: int | None) -> bool:
        found = change(record, self.store.payloads)
        if found is None:
            return True
        if decider is None:
            self._turn = (self._turn + 1) % len(self.engines)
        engine = self.engines[self._turn if decider is None else decider]
        try:
            engine.advancing.run([found])
        except TransientError:
            return False
        return True

    def settle(self, rng: random.Random | None = None) -> None:
        """Deliver everything that is due now, until nothing moves. ``rng``: shuffled, some twice.

        What a crash interrupts is delivered again by the next call.
        """
        for _ in range(10_000):
            self._pending += self.take()
            if rng is not None:
                self._pending += [each for each in self._pending if rng.random() < 0.3]
                rng.shuffle(self._pending)
            found = len(self._pending)
            while self._pending:
                self.deliver(self._pending[:1])
                del self._pending[0]
            moved = self.run_gates() + self.run_system_tasks() + self.fire_timers()
            moved += self.run_events()
            if not found and not moved:
                return
        raise AssertionError("never settles")

    def advance(self, seconds: float) -> None:
        """Let time pass, minute by minute as the sweep does, and settle after each step."""
        left = int(seconds * 1000)
        while left > 0:
            step = min(left, 60_000)
            self.clock.advance(step)
            left -= step
            self.engine.timing.sweep()
            self.engine.gating.sweep()
            self.settle()

    def run_system_tasks(self) -> int:
        """Run what is in the system task queue; how many messages were settled."""
        return _drain(
            self.system_queue.queue, lambda body: self.engine.running.run(task_message(body))
        )

    def run_events(self) -> int:
        """React to what is in Podium's own queue of events; how many messages were settled."""

        def run(body: str) -> None:
            record = {"eventSourceARN": OWN_QUEUE, "messageId": "m", "body": body}
            self.engine.reacting.react(self.publisher.read(record))

        return _drain(self.publisher.own, run)

    def run_gates(self) -> int:
        """Look at the gates that somebody called for; how many calls were answered."""

        def run(body: str) -> None:
            call = gate_call(body)
            self.engine.gating.run(call.key, is_sweep=call.is_sweep)

        return _drain(self.gate_queue.queue, run)

    def fire_timers(self) -> int:
        """Fire the near timers that are due; how many messages were settled."""
        return _drain(
            self.timer_queue.queue, lambda body: self.engine.timing.fire(timer_message(body))
        )


def _drain(queue: MemoryQueue, handle: Callable[[str], object]) -> int:
    handled = 0
    for message in queue.receive(1000, visibility=1):
        try:
            handle(message.body)
        except TransientError:
            continue
        queue.delete([message.receipt])
        handled += 1
    return handled


@contextmanager
def crash(cluster: Cluster, call: str, *, nth: int = 1, after: bool = False) -> Iterator[None]:
    """Die before (or after) the nth ``call`` from here on; caches are lost with the process."""
    left = nth

    def hook(name: str) -> None:
        nonlocal left
        left -= name == call
        if name == call and left == 0:
            raise Crash

    if after:
        cluster.calls.after_call = hook
    else:
        cluster.calls.before_call = hook
    with pytest.raises(Crash):
        yield
    cluster.calls.before_call = cluster.calls.after_call = lambda name: None
    cluster.restart_processes()


def deliver_but_for_the_item(cluster: Cluster) -> Sequence[Mapping[str, Any]]:
    """Deliver the new records to a decider that dies between a task's message and its item."""
    records = cluster.take()
    with crash(cluster, "PutItem"):
        cluster.deliver(records)
    return records
