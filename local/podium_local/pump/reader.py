"""Reads a DynamoDB stream from its beginning, once, through the public API, for all who listen to it."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from podium_local.pump.shapes import stream_record

if TYPE_CHECKING:
    from podium_local.backlog import Backlog


@dataclass(frozen=True, slots=True)
class Record:
    """A stream record in Lambda's shape, and what the mapping has to know of it."""

    event: dict[str, Any]
    shard: str

    @property
    def sequence(self) -> str:
        """Its sequence number, as text."""
        return str(self.event["dynamodb"]["SequenceNumber"])

    @property
    def created_at(self) -> int:
        """Epoch milliseconds."""
        return int(self.event["dynamodb"]["ApproximateCreationDateTime"] * 1000)

    @property
    def size(self) -> int:
        """Bytes, about."""
        return int(self.event["dynamodb"].get("SizeBytes", 0))

    @property
    def item(self) -> str:
        """The key of the item: order is kept among records that share it."""
        return repr(sorted(self.event["dynamodb"]["Keys"].items()))


class StreamReader:
    """One reader of the stream ``arn`` of ``table`` (physical name)."""

    def __init__(self, client: Any, table: str, arn: str, backlog: Backlog) -> None:
        """``client``: dynamodbstreams. Nothing is read yet."""
        self.table = table
        self.arn = arn
        self._client = client
        self._backlog = backlog
        self._iterators: dict[str, str] | None = None
        self._next = 0
        self._observers: list[Callable[[dict[str, Any]], None]] = []

    def observe(self, observer: Callable[[dict[str, Any]], None]) -> None:
        """``observer`` is shown every record read, before any filter."""
        self._observers.append(observer)

    def has_more(self) -> bool:
        """False when it is known that nothing was added since the last read."""
        end = self._backlog.stream_end(self.table)
        return end is None or end != self._next

    def read(self) -> list[Record]:
        """Everything that was added since the last read; GetRecords per shard and 1,000 records."""
        end = self._backlog.stream_end(self.table)
        if end is not None and end == self._next:
            return []
        if self._iterators is None:
            self._iterators = self._open()
        records: list[Record] = []
        for shard in self._iterators:
            records.extend(self._read_shard(shard, self._iterators))
        for record in records:
            self._next = max(self._next, int(record.sequence) + 1)
            for observer in self._observers:
                observer(record.event)
        # A stream that nothing was ever written to has an end, too, and no record to tell it by.
        self._next = max(self._next, end or 0)
        return records

    def forget(self, before: int) -> None:
        """Records below this sequence number are done with."""
        self._backlog.trim(self.table, before)

    @property
    def position(self) -> int:
        """Sequence number after the last record read."""
        return self._next

    def _open(self) -> dict[str, str]:
        shards = self._client.describe_stream(StreamArn=self.arn)["StreamDescription"]["Shards"]
        return {shard["ShardId"]: self._horizon(shard["ShardId"]) for shard in shards}

    def _horizon(self, shard: str) -> str:
        answer = self._client.get_shard_iterator(
            StreamArn=self.arn, ShardId=shard, ShardIteratorType="TRIM_HORIZON"
        )
        return str(answer["ShardIterator"])

    def _read_shard(self, shard: str, iterators: dict[str, str]) -> list[Record]:
        records: list[Record] = []
        while True:
            try:
                answer = self._client.get_records(ShardIterator=iterators[shard], Limit=1000)
            except self._client.exceptions.TrimmedDataAccessException:
                # What was not read within a day is lost; Lambda goes on with the oldest there is.
                iterators[shard] = self._horizon(shard)
                continue
            iterators[shard] = answer["NextShardIterator"]
            records += [
                Record(stream_record(record, self.arn), shard) for record in answer["Records"]
            ]
            if len(answer["Records"]) < 1000:
                return records


class Tap:
    """One of the readers that share a :class:`StreamReader`; it sees every record once."""

    def __init__(self, shared: SharedReader) -> None:
        """Only :meth:`SharedReader.tap` makes one."""
        self._shared = shared
        #: Read for the others, not asked for yet.
        self.waiting: deque[Record] = deque()
        #: Records below this sequence number are done with, as far as this reader is concerned.
        self.done = 0

    @property
    def arn(self) -> str:
        """ARN of the stream."""
        return self._shared.reader.arn

    def has_more(self) -> bool:
        """See StreamReader."""
        return bool(self.waiting) or self._shared.reader.has_more()

    def read(self) -> list[Record]:
        """See StreamReader."""
        return self._shared.read(self)

    def forget(self, before: int) -> None:
        """See StreamReader; records are forgotten when every reader is done with them."""
        self._shared.forget(self, before)

    @property
    def position(self) -> int:
        """See StreamReader."""
        return self._shared.reader.position


class SharedReader:
    """A stream read once for several mappings, as Lambda reads it once for each: only cheaper."""

    def __init__(self, reader: StreamReader) -> None:
        """Nothing is read yet."""
        self.reader = reader
        self._taps: list[Tap] = []
        self._lock = threading.Lock()

    def tap(self) -> Tap:
        """A reader of its own; all are made before the first read."""
        tap = Tap(self)
        self._taps.append(tap)
        return tap

    def read(self, tap: Tap) -> list[Record]:
        """What ``tap`` has not seen."""
        with self._lock:
            for record in self.reader.read():
                for each in self._taps:
                    each.waiting.append(record)
            found = list(tap.waiting)
            tap.waiting.clear()
            return found

    def forget(self, tap: Tap, before: int) -> None:
        """``tap`` is done with what lies before; what it has not taken yet it needs."""
        with self._lock:
            tap.done = int(tap.waiting[0].sequence) if tap.waiting else before
            self.reader.forget(min(each.done for each in self._taps))
