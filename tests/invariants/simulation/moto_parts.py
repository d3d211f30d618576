"""The parts of an installation on moto, with what the simulation wants to see of each beside its port.

They look like the parts in memory; what is looked at is looked up in moto's own state, without a call.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from podium.adapters.aws.blobs import S3Blobs
from podium.adapters.aws.event_publisher import AwsEventPublisher
from podium.adapters.aws.event_sources import AwsEventSources
from podium.adapters.aws.executions import DynamoExecutions
from podium.adapters.aws.listeners import AwsListeners
from podium.adapters.aws.metadata import DynamoDefinitions
from podium.adapters.aws.poll_data import DynamoPollData
from podium.adapters.aws.queues import (
    SqsGateQueue,
    SqsSystemTaskQueue,
    SqsTaskQueue,
    SqsTimerQueue,
)
from podium.adapters.aws.records import DynamoFailedRecords
from podium.adapters.aws.registry import _address
from podium.adapters.aws.schedules import DynamoSchedules
from podium.adapters.aws.secrets import ParameterStore, SecretsManager
from podium.adapters.aws.table import DynamoTable
from podium.adapters.aws.wakeups import AwsWakeups, CallTarget
from podium.adapters.items.attributes import Item, Key
from podium.adapters.items.event_executions import ItemEventExecutions
from podium.adapters.items.event_handlers import ItemEventHandlers
from podium.adapters.items.limit_store import ItemLimitStore
from podium.adapters.items.search_store import ItemSearch
from podium.adapters.memory.queues import VISIBILITY, StoredMessage
from podium.domain.queues import Depth, QueueAddress, gate_address
from podium.ports.outside import Clock
from podium_local.backlog import MotoBacklog
from podium_local.pump.queues import MappedQueue
from podium_local.pump.reader import Record, SharedReader, StreamReader, Tap
from tests.invariants.simulation.sources import Shard
from tests.support.aws import MotoStack
from tests.support.cluster import TopicKafka
from tests.support.moto_state import MotoState

_MOST = 10
_ENVIRONMENT = "/podium/environment/"


class MotoQueue:
    """A queue as ``MemoryQueue`` is one."""

    #: SQS moves them by itself.
    dead_letters: Sequence[str] = ()

    def __init__(self, sqs: Any, state: MotoState, url: str, sent: Counter[str]) -> None:
        self._sqs = sqs
        self._state = state
        self._sent = sent
        self.url = url
        self.name = url.rpartition("/")[2]

    @property
    def sent(self) -> int:
        """How many messages were ever sent."""
        return self._sent[self.url]

    def send(self, body: str, delay: int = 0) -> None:
        """SendMessage."""
        self._sqs.send_message(QueueUrl=self.url, MessageBody=body, DelaySeconds=delay)

    def receive(self, count: int, visibility: int = VISIBILITY) -> list[StoredMessage]:
        """ReceiveMessage."""
        answer = self._sqs.receive_message(
            QueueUrl=self.url,
            MaxNumberOfMessages=min(count, _MOST),
            VisibilityTimeout=visibility,
            MessageSystemAttributeNames=["All"],
        )
        return [
            StoredMessage(
                each["MessageId"],
                each["Body"],
                0,
                int(each["Attributes"]["ApproximateReceiveCount"]),
                each["ReceiptHandle"],
            )
            for each in answer.get("Messages", ())
        ]

    def delete(self, receipts: Sequence[str]) -> None:
        """DeleteMessageBatch."""
        entries = [{"Id": f"{n}", "ReceiptHandle": each} for n, each in enumerate(receipts)]
        if entries:
            self._sqs.delete_message_batch(QueueUrl=self.url, Entries=entries)

    def change_visibility(self, receipt: str, seconds: int) -> None:
        """ChangeMessageVisibility."""
        self._sqs.change_message_visibility(
            QueueUrl=self.url, ReceiptHandle=receipt, VisibilityTimeout=seconds
        )

    def depth(self) -> Depth:
        """See MemoryQueue."""
        now = self._state.now()
        held = [each.visible_at > now for each in self._state.queue(self.name)]
        return Depth(len(held) - sum(held), sum(held))

    def held(self) -> int:
        """See MemoryQueue."""
        return self._state.held(self.name)

    def messages(self) -> list[StoredMessage]:
        """See MemoryQueue."""
        return [
            StoredMessage("", each.body, each.visible_at, each.receive_count)
            for each in self._state.queue(self.name)
        ]

    def next_visible_at(self) -> int | None:
        """See MemoryQueue."""
        return self._state.queue_due(self.name)


class SeenTable(DynamoTable):
    """The table; whoever only looks on reads moto's state: that is no call of the installation's."""

    def __init__(self, stack: MotoStack, state: MotoState, looks_on: Callable[[], bool]) -> None:
        super().__init__(stack.clients.dynamodb, stack.executions_table)
        self._state = state
        self._looks_on = looks_on

    def get(self, key: Key, *, consistent: bool = True) -> Item | None:
        if self._looks_on():
            return self._state.item(self._name, key)
        return super().get(key, consistent=consistent)

    def query(
        self,
        pk: str,
        between: tuple[str, str] | None = None,
        *,
        reverse: bool = False,
        page: int = 0,
    ) -> Iterator[Item]:
        if not self._looks_on():
            return super().query(pk, between, reverse=reverse, page=page)
        low, high = between or ("", chr(0x10FFFF))
        found = self._state.partition(self._name, pk)
        wanted = [item for item in found if low <= str(item["sk"]) <= high]
        return iter(wanted[::-1] if reverse else wanted)


class MotoStore(DynamoExecutions):
    """Executions, and what ``MemoryExecutions`` shows of them."""

    def __init__(
        self,
        stack: MotoStack,
        state: MotoState,
        blobs: S3Blobs,
        threshold: int,
        looks_on: Callable[[], bool],
    ) -> None:
        client, table = stack.clients.dynamodb, stack.executions_table
        super().__init__(client, table, blobs, threshold=threshold)
        self._table = SeenTable(stack, state, looks_on)
        self._state = state
        self._name = table
        self._failed = DynamoFailedRecords(stack.clients.streams, table)
        self.limits = ItemLimitStore(self._table)
        self.search = ItemSearch(self._table)

    def written(self) -> int:
        """See MemoryExecutions."""
        return self._state.written(self._name)

    def records(self, after: int = 0) -> list[dict[str, Any]]:
        """See MemoryExecutions."""
        return self._state.records(self._name, after)

    def items(self) -> list[Item]:
        """See MemoryExecutions."""
        return self._state.items(self._name)

    def workflow_ids(self, shard_id: str, first: str, last: str) -> list[str]:
        """See FailedRecords."""
        return self._failed.workflow_ids(shard_id, first, last)


class MotoTaskQueue(SqsTaskQueue):
    """Hand-out queues, told by their addresses as ``MemoryTaskQueue`` tells them."""

    def __init__(self, stack: MotoStack, state: MotoState, store: MotoStore, made: Queues) -> None:
        registry = stack.registry()
        super().__init__(stack.clients.sqs, registry, store.payloads)
        self._table_of_queues = stack.metadata_table
        self._state = state
        self._made = made

    @property
    def queues(self) -> dict[QueueAddress, MotoQueue]:
        """Those that the registry tells of."""
        found: dict[QueueAddress, MotoQueue] = {}
        for item in self._state.partition(self._table_of_queues, "Q#"):
            domain, _, type_ = str(item["n"]).rpartition(":")
            for name in item.keys() - {"pk", "sk", "n"}:
                found[_address(type_, domain, name)] = self._made.at(str(item[name]))
        for item in self._state.partition(self._table_of_queues, "G#"):
            found[gate_address(str(item["n"]))] = self._made.at(str(item["u"]))
        return dict(sorted(found.items(), key=lambda pair: repr(pair[0])))


class MotoSystemQueue(SqsSystemTaskQueue):
    """Beside its port the queue."""

    queue: MotoQueue


class MotoTimerQueue(SqsTimerQueue):
    """Beside its port the queue."""

    queue: MotoQueue


class MotoGateQueue(SqsGateQueue):
    """Beside its port the queue."""

    queue: MotoQueue


class Publisher(AwsEventPublisher):
    """Beside its port the queue of Podium's own events."""

    own: MotoQueue


class Listeners(AwsListeners):
    """Beside its port the queue of events that could not be published."""

    deferred: MotoQueue


class Environment(ParameterStore):
    """Beside its port what an operator does."""

    def __init__(self, ssm: Any, clock: Clock) -> None:
        super().__init__(ssm, _ENVIRONMENT, clock)
        self._parameters = ssm

    def put(self, name: str, value: str) -> None:
        """See MemoryEnvironment."""
        self._parameters.put_parameter(
            Name=_ENVIRONMENT + name, Value=value, Type="String", Overwrite=True
        )


class Queues:
    """Queues by their URLs."""

    def __init__(self, stack: MotoStack, state: MotoState, sent: Counter[str]) -> None:
        self._stack = stack
        self._state = state
        self._sent = sent
        self._known: dict[str, MotoQueue] = {}

    def at(self, url: str) -> MotoQueue:
        """The queue with this URL."""
        if url not in self._known:
            self._known[url] = MotoQueue(self._stack.clients.sqs, self._state, url, self._sent)
        return self._known[url]

    def named(self, name: str) -> MotoQueue:
        """The queue that the topology calls so."""
        return self.at(self._stack.queue_urls[name])


@dataclass
class Parts:
    """By the names that ``Cluster`` gives them."""

    blobs: S3Blobs
    store: MotoStore
    definitions: DynamoDefinitions
    metadata: DynamoTable
    task_queue: MotoTaskQueue
    system_queue: MotoSystemQueue
    timer_queue: MotoTimerQueue
    gate_queue: MotoGateQueue
    listeners: Listeners
    secrets: SecretsManager
    environment: Environment
    poll_data: DynamoPollData
    schedules: DynamoSchedules
    wakeups: AwsWakeups
    event_handlers: ItemEventHandlers
    event_executions: ItemEventExecutions
    publisher: Publisher
    event_sources: AwsEventSources


def parts(
    stack: MotoStack,
    state: MotoState,
    queues: Queues,
    definitions: DynamoDefinitions,
    threshold: int,
    looks_on: Callable[[], bool],
) -> Parts:
    """Adapters of AWS over the resources of ``stack``, wired as ``bootstrap.build`` does.

    ``looks_on``: no process of the installation is asking.
    """
    clients, prefix = stack.clients, stack.queue_prefix
    urls, arns = stack.queue_urls, stack.queue_arns
    blobs = S3Blobs(clients.s3, stack.payload_bucket)
    store = MotoStore(stack, state, blobs, threshold, looks_on)
    metadata = DynamoTable(clients.dynamodb, stack.metadata_table)
    system = MotoSystemQueue(clients.sqs, urls["system-tasks"], store.payloads)
    timers = MotoTimerQueue(clients.sqs, urls["timers"])
    gates = MotoGateQueue(clients.sqs, urls["gates"])
    listeners = Listeners(clients.events, clients.sqs, prefix, urls["decider-failures"])
    publisher = Publisher(
        clients.sqs,
        clients.sns,
        clients.events,
        own_queue_url=urls["event-messages"],
        own_queue_arn=arns["event-messages"],
        prefix=prefix,
        payloads=store.payloads,
        kafka=TopicKafka(),
    )
    system.queue, timers.queue = queues.named("system-tasks"), queues.named("timers")
    gates.queue, publisher.own = queues.named("gates"), queues.named("event-messages")
    listeners.deferred = queues.named("decider-failures")
    role = "arn:aws:iam::123456789012:role/scheduler"
    target = CallTarget(
        stack.schedule_group, arns["schedules"], arns["schedules-dead-letters"], role
    )
    return Parts(
        blobs=blobs,
        store=store,
        definitions=definitions,
        metadata=metadata,
        task_queue=MotoTaskQueue(stack, state, store, queues),
        system_queue=system,
        timer_queue=timers,
        gate_queue=gates,
        listeners=listeners,
        secrets=SecretsManager(clients.secrets, "podium/secrets/", stack.clock),
        environment=Environment(clients.ssm, stack.clock),
        poll_data=DynamoPollData(clients.dynamodb, stack.metadata_table),
        schedules=DynamoSchedules(clients.dynamodb, stack.metadata_table),
        wakeups=AwsWakeups(clients.sqs, clients.scheduler, urls["schedules"], target),
        event_handlers=ItemEventHandlers(metadata),
        event_executions=ItemEventExecutions(store._table),
        publisher=publisher,
        event_sources=AwsEventSources(
            clients.sqs,
            clients.sns,
            clients.events,
            clients.functions,
            function="podium-events",
            own_queue_arn=arns["event-messages"],
            dead_letters_arn=arns["event-dead-letters"],
            prefix=prefix,
        ),
    )


class MotoShard(Shard):
    """A part of the table's stream, read by the reader of the local runtime."""

    def __init__(
        self, tap: Tap, number: int, unheard: Callable[[], AbstractContextManager[None]]
    ) -> None:
        self._tap = tap
        self._unheard = unheard
        self.number = number
        self.arn = tap.arn
        #: Records read so far, those of other shards among them.
        self.position = 0

    def has_more(self) -> bool:
        """See StreamReader."""
        return self._tap.has_more()

    def read(self) -> list[Record]:
        """See StreamReader; Lambda's own reads are no place for anybody to come in."""
        with self._unheard():
            found = self._tap.read()
        self.position += len(found)
        return [each for each in found if self._is_mine(each.event)]


class MotoPlumbing:
    """What event sources of AWS read; see sources.Plumbing."""

    def __init__(
        self,
        stack: MotoStack,
        stream_arn: str,
        unheard: Callable[[], AbstractContextManager[None]],
    ) -> None:
        table = stack.executions_table
        self._stack = stack
        self._unheard = unheard
        self.backlog = MotoBacklog()
        self.client: Any = stack.clients.sqs
        reader = StreamReader(stack.clients.streams, table, stream_arn, self.backlog)
        self._reader = SharedReader(reader)

    def shard(self, number: int) -> MotoShard:
        """A reader of one shard."""
        return MotoShard(self._reader.tap(), number, self._unheard)

    def mapped(self, name: str) -> MappedQueue:
        """A queue of the topology."""
        return MappedQueue(name, self._stack.queue_arns[name], self._stack.queue_urls[name])
