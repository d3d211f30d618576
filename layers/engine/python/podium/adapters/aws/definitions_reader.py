"""DefinitionReader on DynamoDB: what starts and decisions read, without pynamodb's import time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from podium.adapters.aws import definition_items as items
from podium.adapters.aws.errors import translated
from podium.domain.definitions import TaskDef, WorkflowDef

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

#: What a BatchGetItem takes.
_BATCH = 100


class DynamoDefinitionReader:
    """Definitions by name; consistent reads, so that what was registered can be started at once."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def workflow(self, name: str, version: int | None) -> WorkflowDef | None:
        if version is None:
            item = self._highest(name)
        else:
            item = self._get(items.WORKFLOWS, items.workflow_sort_key(name, version))
        return None if item is None else WorkflowDef.from_json(items.unpack(item))

    def task(self, name: str) -> TaskDef | None:
        item = self._get(items.TASKS, items.task_sort_key(name))
        return None if item is None else TaskDef.from_json(items.unpack(item))

    def tasks(self, names: Sequence[str]) -> dict[str, TaskDef]:
        unique = list(dict.fromkeys(names))
        found: dict[str, TaskDef] = {}
        for first in range(0, len(unique), _BATCH):
            for item in self._batch(unique[first : first + _BATCH]):
                definition = TaskDef.from_json(items.unpack(item))
                found[definition.name] = definition
        return {name: found[name] for name in unique if name in found}

    def _get(self, pk: str, sk: str) -> Any:
        with translated("GetItem"):
            answer = self._client.get_item(
                TableName=self._table, Key=_key(pk, sk), ConsistentRead=True
            )
        return answer.get("Item")

    def _highest(self, name: str) -> Any:
        low, high = items.version_bounds(name)
        with translated("Query"):
            answer = self._client.query(
                TableName=self._table,
                KeyConditionExpression="pk = :pk AND sk BETWEEN :low AND :high",
                ExpressionAttributeValues={
                    ":pk": {"S": items.WORKFLOWS},
                    ":low": {"S": low},
                    ":high": {"S": high},
                },
                ScanIndexForward=False,
                Limit=1,
                ConsistentRead=True,
            )
        return next(iter(answer["Items"]), None)

    def _batch(self, names: Sequence[str]) -> list[Any]:
        keys = [_key(items.TASKS, items.task_sort_key(name)) for name in names]
        request: Any = {self._table: {"Keys": keys, "ConsistentRead": True}}
        found: list[Any] = []
        while request:
            with translated("BatchGetItem"):
                answer = self._client.batch_get_item(RequestItems=request)
            found += answer["Responses"].get(self._table, [])
            # DynamoDB answers at most 16 MB at a time and says what it left out.
            request = answer.get("UnprocessedKeys")
        return found


def _key(pk: str, sk: str) -> dict[str, Any]:
    return {"pk": {"S": pk}, "sk": {"S": sk}}
