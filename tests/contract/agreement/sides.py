"""One installation twice: on the memory adapters, and on those of AWS over moto."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from podium.adapters.aws.blobs import S3Blobs
from podium.adapters.aws.event_publisher import AwsEventPublisher
from podium.adapters.aws.executions import DynamoExecutions
from podium.adapters.aws.listeners import AwsListeners
from podium.adapters.aws.metadata import DynamoDefinitions
from podium.adapters.aws.names import queue_name
from podium.adapters.aws.poll_data import DynamoPollData
from podium.adapters.aws.queues import (
    SqsGateQueue,
    SqsSystemTaskQueue,
    SqsTaskQueue,
    SqsTimerQueue,
)
from podium.adapters.aws.records import DynamoFailedRecords
from podium.adapters.aws.registry import QueueRegistry
from podium.adapters.aws.schedules import DynamoSchedules
from podium.adapters.aws.table import DynamoTable
from podium.adapters.aws.wakeups import AwsWakeups, CallTarget
from podium.adapters.items.attributes import Item, text
from podium.adapters.items.event_executions import ItemEventExecutions
from podium.adapters.items.event_handlers import ItemEventHandlers
from podium.adapters.items.limit_store import ItemLimitStore
from podium.adapters.items.schema_store import ItemSchemaStore
from podium.adapters.items.search_store import ItemSearch
from podium.adapters.items.tag_store import ItemTagStore
from podium.adapters.memory.blobs import MemoryBlobs
from podium.adapters.memory.calls import Calls
from podium.adapters.memory.definitions import MemoryDefinitions
from podium.adapters.memory.events import MemoryEventPublisher
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
from podium.adapters.memory.table import MemoryTable
from podium.adapters.message import wakeup_json
from podium.domain.queues import QueueAddress
from podium_local.clock import VirtualClock
from tests.support.aws import MotoStack
from tests.support.cluster import TopicKafka
from tests.support.moto_state import HeldMessage, MotoState, by_item

#: Partitions of the metadata table whose items are written by the same code on both sides. The
#: others are told by what is read through their ports.
_SHARED = ("TAG", "SCHEMA", "EVENT")

#: A place that lies empty is as good as none.
Held = dict[str, list[HeldMessage]]


class Side(ABC):
    """Ports by their names, and what lies behind them."""

    name = ""

    def __init__(self, clock: VirtualClock, ports: Mapping[str, Any]) -> None:
        self.clock = clock
        self.ports = {"clock": clock, **ports}
        #: Where messages were received so far, and their receipts: calls name one by its number.
        self.receipts: list[tuple[QueueAddress, str]] = []

    def state(self) -> dict[str, Any]:
        """All that is stored, in words that both sides share."""
        return {
            "items": self._items(),
            "metadata items": self._metadata(),
            "records": by_item(self._records()),
            "queues": {
                name: [self._as_seen(each) for each in held]
                for name, held in sorted(self._queues().items())
                if held
            },
            "objects": self._objects(),
            "booked": sorted(self._booked()),
            **{
                f"{port}.{method}": getattr(self.ports[port], method)()
                for port, method in (
                    ("definitions", "all_workflows"),
                    ("definitions", "all_tasks"),
                    ("polls", "all"),
                    ("schedules", "all"),
                )
            },
            # In no order.
            "schedules.executions": sorted(map(repr, self.ports["schedules"].executions())),
        }

    @abstractmethod
    def sequence_number(self, position: int) -> str:
        """Of the stream record with this position, counted from 1."""

    def _as_seen(self, held: HeldMessage) -> HeldMessage:
        """Since when it can be received is no matter."""
        is_hidden = held.visible_at > self.clock.now()
        return held if is_hidden else replace(held, visible_at=0)

    @abstractmethod
    def _items(self) -> list[Item]: ...

    @abstractmethod
    def _metadata(self) -> list[Item]: ...

    @abstractmethod
    def _records(self) -> list[dict[str, Any]]: ...

    @abstractmethod
    def _queues(self) -> Held: ...

    @abstractmethod
    def _objects(self) -> dict[str, bytes]: ...

    @abstractmethod
    def _booked(self) -> list[int]:
        """Minutes at which EventBridge Scheduler is to call."""


class MemorySide(Side):
    """Dicts."""

    name = "memory"

    def __init__(self, clock: VirtualClock, threshold: int, retention: int) -> None:
        """An empty installation."""
        calls = Calls()
        self._blobs = MemoryBlobs(calls)
        self.store = MemoryExecutions(
            self._blobs, threshold=threshold, retention=retention, calls=calls
        )
        self._table = MemoryTable(calls)
        payloads = self.store.payloads
        self.tasks = MemoryTaskQueue(clock, calls, payloads=payloads)
        self._timers = MemoryTimerQueue(clock, calls)
        self._system = MemorySystemTaskQueue(clock, calls, payloads)
        self._gates = MemoryGateQueue(clock, calls)
        self._publisher = MemoryEventPublisher(clock, payloads, calls)
        self._listeners = MemoryListeners(clock, calls)
        self._wakeups = MemoryWakeups(clock, calls)
        super().__init__(
            clock,
            {
                "executions": self.store,
                "messages": self.store,
                "records": self.store,
                "table": self.store._table,
                "limits": self.store.limits,
                "search": self.store.search,
                "event_executions": ItemEventExecutions(self.store._table),
                "event_handlers": ItemEventHandlers(self._table),
                "schemas": ItemSchemaStore(self._table),
                "tags": ItemTagStore(self._table),
                "definitions": MemoryDefinitions(calls),
                "polls": MemoryPollData(calls),
                "schedules": MemorySchedules(calls),
                "wakeups": self._wakeups,
                "blobs": self._blobs,
                "tasks": self.tasks,
                "system_tasks": self._system,
                "timers": self._timers,
                "gates": self._gates,
                "publisher": self._publisher,
                "listeners": self._listeners,
            },
        )

    def sequence_number(self, position: int) -> str:
        return str(position)

    def _items(self) -> list[Item]:
        return self.store.items()

    def _metadata(self) -> list[Item]:
        return self._table.items()

    def _records(self) -> list[dict[str, Any]]:
        return self.store.records()

    def _queues(self) -> Held:
        named = {
            "system-tasks": self._system.queue,
            "timers": self._timers.queue,
            "gates": self._gates.queue,
            "event-messages": self._publisher.own,
            "decider-failures": self._listeners.deferred,
        }
        held = {f"podium-{name}": _held(queue) for name, queue in named.items()}
        letters: list[str] = []
        for address, queue in self.tasks.queues.items():
            held[queue_name("podium-", address)] = _held(queue)
            letters += queue.dead_letters
        held["podium-schedules"] = [
            HeldMessage(wakeup_json(wakeup), at, 0) for at, wakeup in self._wakeups.sent
        ]
        held["podium-tasks-dead-letters"] = [HeldMessage(body, 0, 0) for body in sorted(letters)]
        return held

    def _objects(self) -> dict[str, bytes]:
        return {path: self._blobs.get(path) for path in self._blobs.paths()}

    def _booked(self) -> list[int]:
        return list(self._wakeups.booked.values())


def _held(queue: MemoryQueue) -> list[HeldMessage]:
    return [
        HeldMessage(each.body, each.visible_at, each.receive_count) for each in queue.messages()
    ]


class MotoSide(Side):
    """The adapters of AWS. The tables and queues of one stack serve one installation after the other."""

    name = "moto"

    def __init__(self, stack: MotoStack, threshold: int, retention: int) -> None:
        """An empty installation: what the stack held before is gone."""
        self._stack = stack
        self._state = MotoState(stack)
        self._state.wipe()
        clients, tables = stack.clients, (stack.executions_table, stack.metadata_table)
        executions, metadata = (DynamoTable(clients.dynamodb, name) for name in tables)
        blobs = S3Blobs(clients.s3, stack.payload_bucket)
        store = DynamoExecutions(
            clients.dynamodb, tables[0], blobs, threshold=threshold, retention=retention
        )
        registry = QueueRegistry(
            clients.sqs,
            clients.dynamodb,
            tables[1],
            stack.queue_prefix,
            stack.queue_arns["tasks-dead-letters"],
            stack.clock,
        )
        self._first = self._end_of_stream()
        super().__init__(
            stack.clock,
            {
                "executions": store,
                "messages": store,
                "records": DynamoFailedRecords(clients.streams, tables[0]),
                "table": executions,
                "limits": ItemLimitStore(executions),
                "search": ItemSearch(executions, retention),
                "event_executions": ItemEventExecutions(executions),
                "event_handlers": ItemEventHandlers(metadata),
                "schemas": ItemSchemaStore(metadata),
                "tags": ItemTagStore(metadata),
                "definitions": _definitions(stack),
                "polls": DynamoPollData(clients.dynamodb, tables[1]),
                "schedules": DynamoSchedules(clients.dynamodb, tables[1]),
                "wakeups": self._wakeups(),
                "blobs": blobs,
                "tasks": SqsTaskQueue(clients.sqs, registry, store.payloads),
                "system_tasks": SqsSystemTaskQueue(
                    clients.sqs, stack.queue_urls["system-tasks"], store.payloads
                ),
                "timers": SqsTimerQueue(clients.sqs, stack.queue_urls["timers"]),
                "gates": SqsGateQueue(clients.sqs, stack.queue_urls["gates"]),
                "publisher": self._publisher(store),
                "listeners": AwsListeners(
                    clients.events,
                    clients.sqs,
                    stack.queue_prefix,
                    stack.queue_urls["decider-failures"],
                ),
            },
        )

    def sequence_number(self, position: int) -> str:
        return str(self._first + position - 1)

    def _wakeups(self) -> AwsWakeups:
        stack, queue = self._stack, "schedules"
        target = CallTarget(
            stack.schedule_group,
            stack.queue_arns[queue],
            stack.queue_arns[queue],
            "arn:aws:iam::1:role/r",
        )
        clients = stack.clients
        return AwsWakeups(clients.sqs, clients.scheduler, stack.queue_urls[queue], target)

    def _publisher(self, store: DynamoExecutions) -> AwsEventPublisher:
        stack, clients = self._stack, self._stack.clients
        return AwsEventPublisher(
            clients.sqs,
            clients.sns,
            clients.events,
            own_queue_url=stack.queue_urls["event-messages"],
            own_queue_arn=stack.queue_arns["event-messages"],
            prefix=stack.queue_prefix,
            payloads=store.payloads,
            kafka=TopicKafka(),
        )

    def _end_of_stream(self) -> int:
        return self._state.next_sequence_number(self._stack.executions_table)

    def _items(self) -> list[Item]:
        return self._state.items(self._stack.executions_table)

    def _metadata(self) -> list[Item]:
        found = self._state.items(self._stack.metadata_table)
        return [item for item in found if text(item, "pk").startswith(_SHARED)]

    def _records(self) -> list[dict[str, Any]]:
        return self._state.records(self._stack.executions_table)

    def _queues(self) -> Held:
        held = self._state.queues()
        letters = "podium-tasks-dead-letters"
        # In which order the dead come there is nobody's business.
        held[letters] = sorted(
            (HeldMessage(each.body, 0, 0) for each in held[letters]), key=lambda each: each.body
        )
        return held

    def _objects(self) -> dict[str, bytes]:
        return self._state.objects()

    def _booked(self) -> list[int]:
        return self._state.booked()


_made: dict[int, DynamoDefinitions] = {}


def _definitions(stack: MotoStack) -> DynamoDefinitions:
    """Kept: it has no state, and pynamodb binds a class to the table each time."""
    return _made.setdefault(
        id(stack), DynamoDefinitions(stack.clients.dynamodb, stack.metadata_table)
    )
