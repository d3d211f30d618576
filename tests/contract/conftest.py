"""Each port's suite runs on the memory adapter and on the AWS adapter over moto."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import pytest

from podium.adapters.aws.blobs import S3Blobs
from podium.adapters.aws.executions import DynamoExecutions
from podium.adapters.items.store import ItemExecutionStore
from podium.adapters.memory.blobs import MemoryBlobs
from podium.adapters.memory.executions import MemoryExecutions
from podium.domain.ids import derived_workflow_id
from podium.ports.outside import Blobs
from podium_local.clock import VirtualClock
from tests.support.aws import MotoStack, moto_stack

_numbers = itertools.count(1)


class Backend(Protocol):
    """One way to store executions."""

    @property
    def clock(self) -> VirtualClock:
        """Its clock."""
        ...

    @property
    def blobs(self) -> Blobs:
        """Its payload store."""
        ...

    def store(self, threshold: int = 32_768, retention: int = 0) -> ItemExecutionStore:
        """A store on this backend; all of them see the same items."""
        ...

    def records(self) -> list[dict[str, Any]]:
        """Every stream record so far."""
        ...


class MemoryBackend:
    """Dicts."""

    def __init__(self) -> None:
        self.clock = VirtualClock()
        self.blobs: Blobs = MemoryBlobs()
        self._first = MemoryExecutions(self.blobs)

    def store(self, threshold: int = 32_768, retention: int = 0) -> ItemExecutionStore:
        store = MemoryExecutions(self.blobs, threshold=threshold, retention=retention)
        store._table = self._first._table
        return store

    def records(self) -> list[dict[str, Any]]:
        return self._first.records()


@dataclass
class AwsBackend:
    """DynamoDB and S3 on moto."""

    stack: MotoStack

    @property
    def clock(self) -> VirtualClock:
        return self.stack.clock

    @property
    def blobs(self) -> Blobs:
        return S3Blobs(self.stack.clients.s3, self.stack.payload_bucket)

    def store(self, threshold: int = 32_768, retention: int = 0) -> ItemExecutionStore:
        return DynamoExecutions(
            self.stack.clients.dynamodb,
            self.stack.executions_table,
            self.blobs,
            threshold=threshold,
            retention=retention,
        )

    def records(self) -> list[dict[str, Any]]:
        client = self.stack.clients.streams
        stream = client.list_streams(TableName=self.stack.executions_table)["Streams"][0]
        arn = stream["StreamArn"]
        shards = client.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]
        iterator = client.get_shard_iterator(
            StreamArn=arn, ShardId=shards[0]["ShardId"], ShardIteratorType="TRIM_HORIZON"
        )["ShardIterator"]
        return [dict(record) for record in client.get_records(ShardIterator=iterator)["Records"]]


@pytest.fixture(scope="module")
def stack() -> Iterator[MotoStack]:
    with moto_stack() as made:
        yield made


@pytest.fixture(scope="module", params=["memory", "aws"])
def backend(request: pytest.FixtureRequest) -> Backend:
    if request.param == "memory":
        return MemoryBackend()
    return AwsBackend(request.getfixturevalue("stack"))


@pytest.fixture
def store(backend: Backend) -> ItemExecutionStore:
    return backend.store()


@pytest.fixture
def wf() -> str:
    """An id nobody else has: all tests of a module share their tables."""
    return derived_workflow_id("contract", next(_numbers))
