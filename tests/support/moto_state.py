"""What an in-process moto holds, looked at and forgotten without a call."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from moto.awslambda.models import lambda_backends
from moto.dynamodb.models import dynamodb_backends
from moto.dynamodb.models.dynamo_type import DynamoType
from moto.s3.models import s3_backends
from moto.scheduler.models import scheduler_backends
from moto.secretsmanager.models import secretsmanager_backends
from moto.sqs.models import sqs_backends
from moto.ssm.models import ssm_backends

from podium.adapters.items.attributes import Item, Key, key_of, untyped
from podium_local.moto_patch.queues import next_visible
from podium_local.moto_patch.scheduler import moment_of
from tests.support.aws import MotoStack
from tests.support.moto import ACCOUNT, REGION


@dataclass(frozen=True, slots=True)
class HeldMessage:
    """A message in a queue."""

    body: str
    #: When it can be received (epoch ms).
    visible_at: int
    receive_count: int


class MotoState:
    """Everything that the resources of a stack hold."""

    def __init__(self, stack: MotoStack) -> None:
        self._stack = stack

    def items(self, table: str) -> list[Item]:
        """Every item of a table, by key."""
        partitions = self._table(table).items.values()
        found = (item for partition in partitions for item in partition.values())
        return sorted(map(_item, found), key=key_of)

    def item(self, table: str, key: Key) -> Item | None:
        """The item under a key."""
        partition = self._table(table).items.get(DynamoType({"S": key[0]}), {})
        found = partition.get(DynamoType({"S": key[1]}))
        return None if found is None else _item(found)

    def partition(self, table: str, pk: str) -> list[Item]:
        """The items of one partition, by key."""
        found = self._table(table).items.get(DynamoType({"S": pk}), {}).values()
        return sorted(map(_item, found), key=key_of)

    def records(self, table: str, after: int = 0) -> list[dict[str, Any]]:
        """The records of a table's stream, the first ``after`` left out."""
        shard = self._table(table).stream_shard
        return [] if shard is None else [each.to_json() for each in shard.items[after:]]

    def written(self, table: str) -> int:
        """How many records there are."""
        shard = self._table(table).stream_shard
        return 0 if shard is None else len(shard.items)

    def now(self) -> int:
        """Epoch milliseconds."""
        return self._stack.clock.now()

    def queue(self, name: str) -> list[HeldMessage]:
        """Messages of one queue, the first one sent first."""
        return [_held(message) for message in self._sqs.queues[name]._messages]

    def held(self, name: str) -> int:
        """How many messages a queue holds."""
        return len(self._sqs.queues[name]._messages)

    def queue_due(self, name: str) -> int | None:
        """When a message of the queue can next be received (epoch ms); None when it is empty."""
        due = next_visible(name, REGION, ACCOUNT)
        return None if due is None else int(due)

    def queues(self) -> dict[str, list[HeldMessage]]:
        """Messages by the name of their queue, the first one sent first."""
        return {name: self.queue(name) for name in self._sqs.queues}

    def objects(self) -> dict[str, bytes]:
        """Contents of the payload bucket by key."""
        return {key: each.value for key, each in self._bucket.keys.items()}

    def booked(self) -> list[int]:
        """Moments (epoch ms) of the one-time schedules of EventBridge Scheduler."""
        return [moment_of(each) for each in self._group.schedules.values()]

    def next_sequence_number(self, table: str) -> int:
        """Of the next record of a table's stream."""
        shard = self._table(table).stream_shard
        return int(shard.starting_sequence_number + len(shard.items))

    def wipe(self) -> None:
        """Forget all of it; what the topology made stays, and is empty."""
        for name in (self._stack.executions_table, self._stack.metadata_table):
            table = self._table(name)
            table.items.clear()
            vars(table).pop("podium_places", None)
            shard = table.stream_shard
            if shard is not None:
                shard.starting_sequence_number += len(shard.items)
                shard.items.clear()
        made = {url.rpartition("/")[2] for url in self._stack.queue_urls.values()}
        for name, queue in list(self._sqs.queues.items()):
            if name in made:
                _empty(queue)
            else:
                del self._sqs.queues[name]
        for key in list(self._bucket.keys.keys()):
            self._bucket.keys.pop(key)
        self._group.schedules.clear()
        ssm_backends[ACCOUNT][REGION].reset()
        secretsmanager_backends[ACCOUNT][REGION].reset()
        lambda_backends[ACCOUNT][REGION]._event_source_mappings.clear()

    def _table(self, name: str) -> Any:
        return dynamodb_backends[ACCOUNT][REGION].tables[name]

    @property
    def _sqs(self) -> Any:
        return sqs_backends[ACCOUNT][REGION]

    @property
    def _bucket(self) -> Any:
        return s3_backends[ACCOUNT]["aws"].buckets[self._stack.payload_bucket]

    @property
    def _group(self) -> Any:
        return scheduler_backends[ACCOUNT][REGION].schedule_groups[self._stack.schedule_group]


def _item(found: Any) -> Item:
    return untyped({name: {value.type: value.value} for name, value in found.attrs.items()})


def _held(message: Any) -> HeldMessage:
    visible_at = round(max(message.visible_at, message.delayed_until))
    return HeldMessage(message.body, visible_at, message.approximate_receive_count)


def _empty(queue: Any) -> None:
    queue._messages = []
    queue._pending_messages = set()
    queue.deleted_messages.clear()


def by_item(records: Iterable[dict[str, Any]]) -> dict[str, list[tuple[str, Item, Item]]]:
    """Kind, old and new image of the records of each item, in their order."""
    found: dict[str, list[tuple[str, Item, Item]]] = {}
    for record in records:
        change = record["dynamodb"]
        images = (untyped(change.get(name, {})) for name in ("OldImage", "NewImage"))
        key = str(key_of(untyped(change["Keys"])))
        found.setdefault(key, []).append((record["eventName"], *images))
    return found
