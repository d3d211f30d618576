"""DynamoDB streams: our clock, no record of a write that changed nothing, history that can be trimmed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from moto.dynamodb.exceptions import DynamodbException
from moto.dynamodb.models import dynamodb_backends, table
from moto.dynamodb.models.table import StreamShard
from moto.dynamodbstreams import models

from podium_local.moto_patch import activity
from podium_local.moto_patch.calls import LOCK
from podium_local.moto_patch.memory import RecentDict

if TYPE_CHECKING:
    from moto.dynamodb.models.dynamo_type import Item

    from podium_local.clock import LocalClock
    from podium_local.moto_patch.substitution import Substitutions

#: Each read makes a new iterator and AWS forgets one after 15 minutes; stock moto never does.
_ITERATORS_KEPT = 1000
#: A stream keeps its records for so long, read or not.
KEPT = timedelta(days=1)


class TrimmedDataAccessException(DynamodbException):
    """The records asked for are beyond the trim horizon."""

    def __init__(self) -> None:
        super().__init__(
            "TrimmedDataAccessException",
            "The operation attempted to read past the oldest stream record in a shard.",
        )


def install(substitutions: Substitutions, clock: LocalClock) -> None:
    """Replace the shard's read and write."""
    stock_add = StreamShard.add
    stock_get = StreamShard.get
    stock_init = models.DynamoDBStreamsBackend.__init__

    def utcnow() -> datetime:
        return datetime.fromtimestamp(clock.now() / 1000, UTC).replace(tzinfo=None)

    def add(self: StreamShard, old: Item | None, new: Item | None) -> None:
        if old is not None and new is not None and old.attrs == new.attrs:
            return  # AWS streams changes, not writes
        stock_add(self, old, new)
        activity.announce()

    def get(self: StreamShard, start: int, quantity: int) -> list[dict[str, Any]]:
        _expire(self, utcnow() - KEPT)
        if start < self.starting_sequence_number:
            raise TrimmedDataAccessException
        return stock_get(self, start, quantity)

    def init(self: models.DynamoDBStreamsBackend, *args: Any, **kwargs: Any) -> None:
        stock_init(self, *args, **kwargs)
        self.shard_iterators = RecentDict(_ITERATORS_KEPT)

    substitutions.set(table, "utcnow", utcnow)
    substitutions.set(StreamShard, "add", add)
    substitutions.set(StreamShard, "get", get)
    substitutions.set(models.DynamoDBStreamsBackend, "__init__", init)


def _expire(shard: StreamShard, before: datetime) -> None:
    """Forget what was written before this moment."""
    spare = 0
    for item in shard.items:
        if item.record["dynamodb"]["ApproximateCreationDateTime"] >= before:
            break
        spare += 1
    if spare:
        del shard.items[:spare]
        shard.starting_sequence_number += spare


def trim(table_name: str, region: str, account: str, before: int, keep: int) -> None:
    """Forget records with sequence numbers below ``before``, but never the newest ``keep`` of them.

    AWS keeps a day; on the laptop whoever has read a record says so. Without the patch (or the
    table's stream) nothing is forgotten.
    """
    with LOCK:
        found = dynamodb_backends[account][region].tables.get(table_name)
        shard = None if found is None else found.stream_shard
        if shard is None:
            return
        spare = min(before - shard.starting_sequence_number, len(shard.items)) - keep
        # In slices, since each one moves what stays.
        if spare >= keep or spare >= 1000:
            del shard.items[:spare]
            shard.starting_sequence_number += spare


def end(table_name: str, region: str, account: str) -> int | None:
    """Sequence number that the next record of the table's stream gets; None without table or stream."""
    with LOCK:
        found = dynamodb_backends[account][region].tables.get(table_name)
        shard = None if found is None else found.stream_shard
        return None if shard is None else shard.starting_sequence_number + len(shard.items)
