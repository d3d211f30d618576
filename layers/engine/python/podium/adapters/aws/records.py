"""FailedRecords on DynamoDB Streams."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from podium.adapters.aws.errors import code_of, translated
from podium.adapters.stream import workflow_id
from podium.errors import NotFoundError

if TYPE_CHECKING:
    from types_boto3_dynamodbstreams import DynamoDBStreamsClient

_TRIMMED = frozenset({"TrimmedDataAccessException", "ResourceNotFoundException"})
#: An open shard may answer with nothing for a while; a range that exists does not take longer.
_EMPTY_PAGES = 100


class DynamoFailedRecords:
    """Reads the executions table's stream again."""

    def __init__(self, client: DynamoDBStreamsClient, table: str) -> None:
        self._client = client
        self._table = table

    def workflow_ids(self, shard_id: str, first: str, last: str) -> list[str]:
        try:
            return self._read(self._iterator(shard_id, first), int(last))
        except _TrimmedError:
            return []

    def _iterator(self, shard_id: str, first: str) -> str:
        stream = self._stream()
        with translated("GetShardIterator"), _trimmed():
            return self._client.get_shard_iterator(
                StreamArn=stream,
                ShardId=shard_id,
                ShardIteratorType="AT_SEQUENCE_NUMBER",
                SequenceNumber=first,
            )["ShardIterator"]

    def _read(self, iterator: str | None, last: int) -> list[str]:
        found: dict[str, None] = {}
        empty = 0
        while iterator is not None and empty < _EMPTY_PAGES:
            answer = self._records(iterator)
            empty = 0 if answer["Records"] else empty + 1
            for record in answer["Records"]:
                if int(record["dynamodb"]["SequenceNumber"]) > last:
                    return list(found)
                if wf := workflow_id(record):
                    found[wf] = None
                if int(record["dynamodb"]["SequenceNumber"]) == last:
                    return list(found)
            iterator = answer.get("NextShardIterator")
        return list(found)

    def _records(self, iterator: str) -> Any:
        with translated("GetRecords"), _trimmed():
            return self._client.get_records(ShardIterator=iterator)

    def _stream(self) -> str:
        """ARN of the table's stream: one ListStreams."""
        with translated("ListStreams"):
            streams = self._client.list_streams(TableName=self._table)["Streams"]
        if not streams:
            raise NotFoundError(f"table {self._table} has no stream")
        return streams[-1]["StreamArn"]


class _TrimmedError(Exception):
    """The stream no longer has these records."""


@contextmanager
def _trimmed() -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        if code_of(error) in _TRIMMED:
            raise _TrimmedError from error
        raise
