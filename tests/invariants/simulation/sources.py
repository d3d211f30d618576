"""The topology's event sources over the memory adapters, delivered by the local runtime's own mappings.

Lambda's part (batches, retries, bisecting, partial failures, on-failure queues) is what
``podium_local.pump`` plays for every other test, too; here are only the queues and shards it reads.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Callable, Mapping
from typing import Any

from podium.adapters.memory.executions import MemoryExecutions
from podium.adapters.memory.queues import MemoryQueue, StoredMessage
from podium_local.clock import VirtualClock
from podium_local.pump.faults import Faults
from podium_local.pump.invoking import Invoker
from podium_local.pump.mapping import Mapping as SourceMapping
from podium_local.pump.queues import MappedQueue, QueueMapping
from podium_local.pump.reader import Record
from podium_local.pump.schedules import ScheduleMapping
from podium_local.pump.streams import StreamMapping
from podium_local.resources import ACCOUNT, REGION
from podium_local.topology import QueueTrigger, ScheduleTrigger, StreamTrigger, Topology
from tests.invariants.simulation.faults import Fault

#: Shards of the stream: as many invocations of one function run side by side.
SHARDS = 3
#: What a queue's physical name, and its ARN, have before its logical name.
PREFIX = "podium-"
QUEUE_ARN = f"arn:aws:sqs:{REGION}:{ACCOUNT}:{PREFIX}"


class DeliveryFaults(Faults):
    """Faults of deliveries, as the world has them."""

    def __init__(self, strikes: Callable[[Fault], bool], twice: Fault, held_back: Fault) -> None:
        super().__init__(reorder=True)
        self._strikes = strikes
        self._twice = twice
        self._held_back = held_back

    def duplicates(self) -> bool:
        return self._strikes(self._twice)

    def holds_back(self) -> bool:
        return self._strikes(self._held_back)


class QueueClient:
    """The calls that an event source makes of SQS; a queue's URL is its logical name."""

    def __init__(self, queues: Mapping[str, MemoryQueue], visibility: Mapping[str, int]) -> None:
        """``visibility``: seconds, by queue."""
        self._queues = queues
        self._visibility = visibility

    def receive_message(self, **call: Any) -> dict[str, Any]:
        name = call["QueueUrl"]
        found = self._queues[name].receive(
            call["MaxNumberOfMessages"], visibility=self._visibility[name]
        )
        return {"Messages": [_wire(message) for message in found]}

    def delete_message_batch(self, **call: Any) -> None:
        receipts = [entry["ReceiptHandle"] for entry in call["Entries"]]
        self._queues[call["QueueUrl"]].delete(receipts)

    def send_message(self, **call: Any) -> None:
        self._queues[call["QueueUrl"]].send(call["MessageBody"])


def _wire(message: StoredMessage) -> dict[str, Any]:
    return {
        "MessageId": message.message_id,
        "ReceiptHandle": message.receipt,
        "Body": message.body,
        "MD5OfBody": hashlib.md5(message.body.encode(), usedforsecurity=False).hexdigest(),
        "Attributes": {"ApproximateReceiveCount": str(message.receive_count)},
        "MessageAttributes": {
            name: {"DataType": "String", "StringValue": value}
            for name, value in message.attributes.items()
        },
    }


class Waiting:
    """Backlog: which queue has something to give, and when."""

    def __init__(self, queues: Mapping[str, MemoryQueue]) -> None:
        self._queues = queues

    def queue_due(self, queue: str) -> int | None:
        return self._queues[queue.removeprefix(PREFIX)].next_visible_at()


def shard_of(record: Mapping[str, Any]) -> int:
    """The number of the shard that a record of the stream is in."""
    partition = record["dynamodb"]["Keys"]["pk"]["S"]
    return zlib.crc32(partition.encode()) % SHARDS


class Shard:
    """One shard of the table's stream: the records of some of its partitions."""

    arn = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/executions/stream/simulated"

    def __init__(self, store: MemoryExecutions, clock: VirtualClock, number: int) -> None:
        self._store = store
        self._clock = clock
        self.number = number
        self.position = 0

    def has_more(self) -> bool:
        return self._store.written() > self.position

    def read(self) -> list[Record]:
        found = self._store.records(self.position)
        self.position += len(found)
        return [self._record(each) for each in found if self._is_mine(each)]

    def forget(self, before: int) -> None:
        """Everything is kept: the repair function looks some of it up."""

    def _is_mine(self, record: Mapping[str, Any]) -> bool:
        return shard_of(record) == self.number

    def _record(self, record: Mapping[str, Any]) -> Record:
        change = {**record["dynamodb"], "ApproximateCreationDateTime": self._clock.now() / 1000}
        event = {**record, "dynamodb": change, "eventSourceARN": self.arn}
        return Record(event, f"shard-{self.number}")


class Plumbing:
    """What event sources read, by the names of the topology."""

    def __init__(
        self,
        topology: Topology,
        queues: Mapping[str, MemoryQueue],
        store: MemoryExecutions,
        clock: VirtualClock,
    ) -> None:
        self._store = store
        self._clock = clock
        visibility = {queue.name: queue.visibility for queue in topology.queues}
        self.client: Any = QueueClient(queues, visibility)
        self.backlog: Any = Waiting(queues)

    def shard(self, number: int) -> Shard:
        """A reader of one shard."""
        return Shard(self._store, self._clock, number)

    def mapped(self, name: str) -> MappedQueue:
        """A queue."""
        return MappedQueue(name, QUEUE_ARN + name, name)


def event_sources(
    topology: Topology,
    plumbing: Plumbing,
    queues: Mapping[str, MemoryQueue],
    invoker: Invoker,
    clock: VirtualClock,
    stream_faults: Faults,
    queue_faults: Faults,
) -> list[tuple[str, SourceMapping]]:
    """Every trigger of the topology that is no HTTP route, with a name to tell it by."""
    found: list[tuple[str, SourceMapping]] = []
    for function in topology.functions:
        for trigger in function.triggers:
            match trigger:
                case StreamTrigger():
                    for number in range(SHARDS):
                        mapping = StreamMapping(
                            function,
                            trigger,
                            plumbing.shard(number),  # type: ignore[arg-type]
                            invoker,
                            clock,
                            _sender(queues[trigger.on_failure]),
                            faults=stream_faults,
                        )
                        found.append((f"{function.name} at shard {number}", mapping))
                case QueueTrigger(queue=name):
                    mapping_of_queue = QueueMapping(
                        function,
                        trigger,
                        plumbing.mapped(name),
                        plumbing.client,
                        invoker,
                        plumbing.backlog,
                        clock,
                        faults=queue_faults,
                    )
                    found.append((f"{function.name} at {name}", mapping_of_queue))
                case ScheduleTrigger(name=name):
                    ticks = ScheduleMapping(function, trigger, invoker, clock)
                    found.append((f"{function.name} at {name}", ticks))
                case _:
                    pass
    return found


def _sender(queue: MemoryQueue) -> Callable[[dict[str, Any]], None]:
    return lambda message: queue.send(json.dumps(message))
