"""PollDataStore: items of the metadata table, pk ``P#``, sk the type and the domain, both escaped."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from podium.adapters.aws.errors import translated
from podium.adapters.consistency import POLL_DATA
from podium.adapters.items.keys import short_ref
from podium.ports.poll_data import PollData

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

_PARTITION = "P#"


class DynamoPollData:
    """Poll data of all workers over HTTP."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def note(self, poll: PollData) -> None:
        key = f"{short_ref(poll.task_type)}#{short_ref(poll.domain)}"
        with translated("UpdateItem"):
            self._client.update_item(
                TableName=self._table,
                Key={"pk": {"S": _PARTITION}, "sk": {"S": key}},
                UpdateExpression="SET #t = :t, #d = :d, #w = :w, #a = :a",
                ExpressionAttributeNames={"#t": "t", "#d": "d", "#w": "w", "#a": "at"},
                ExpressionAttributeValues={
                    ":t": {"S": poll.task_type},
                    ":d": {"S": poll.domain},
                    ":w": {"S": poll.worker_id},
                    ":a": {"N": str(poll.at)},
                },
            )

    def of(self, task_type: str) -> Sequence[PollData]:
        return self._read(f"{short_ref(task_type)}#")

    def all(self) -> Sequence[PollData]:
        return self._read("")

    def _read(self, prefix: str) -> list[PollData]:
        request: dict[str, Any] = {
            "TableName": self._table,
            "ConsistentRead": POLL_DATA,
            "KeyConditionExpression": "pk = :pk",
            "ExpressionAttributeValues": {":pk": {"S": _PARTITION}},
        }
        if prefix:
            request["KeyConditionExpression"] += " AND begins_with(sk, :sk)"
            request["ExpressionAttributeValues"][":sk"] = {"S": prefix}
        found: list[PollData] = []
        while True:
            with translated("Query"):
                answer = self._client.query(**request)
            found += map(_poll_data, answer["Items"])
            if "LastEvaluatedKey" not in answer:
                # Keys are escaped, and long ones hashed: their order is another one.
                return sorted(found, key=lambda poll: (poll.task_type, poll.domain))
            request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]


def _poll_data(item: Any) -> PollData:
    return PollData(item["t"]["S"], item["d"]["S"], item["w"]["S"], int(item["at"]["N"]))
