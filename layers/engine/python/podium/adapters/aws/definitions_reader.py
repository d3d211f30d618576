"""DefinitionReader on DynamoDB: what starts and decisions read, without pynamodb's import time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from podium.adapters.aws import definition_items as items
from podium.adapters.aws.errors import translated
from podium.adapters.consistency import DEFINITIONS
from podium.adapters.items.batches import read_batches
from podium.domain.definitions import TaskDef, WorkflowDef

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient


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
        keys = {items.task_sort_key(name): name for name in names}
        found: dict[str, TaskDef] = {}
        for item in read_batches(list(keys), self._batch):
            definition = TaskDef.from_json(items.unpack(item))
            found[definition.name] = definition
        return {name: found[name] for name in keys.values() if name in found}

    def _get(self, pk: str, sk: str) -> Any:
        with translated("GetItem"):
            answer = self._client.get_item(
                TableName=self._table, Key=_key(pk, sk), ConsistentRead=DEFINITIONS
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
                ConsistentRead=DEFINITIONS,
            )
        return next(iter(answer["Items"]), None)

    def _batch(self, sort_keys: list[str]) -> tuple[list[Any], list[str]]:
        keys = [_key(items.TASKS, sort_key) for sort_key in sort_keys]
        request: Any = {self._table: {"Keys": keys, "ConsistentRead": DEFINITIONS}}
        with translated("BatchGetItem"):
            answer = self._client.batch_get_item(RequestItems=request)
        unread: Any = answer.get("UnprocessedKeys", {}).get(self._table, {})
        return (
            answer["Responses"].get(self._table, []),
            [key["sk"]["S"] for key in unread.get("Keys", ())],
        )


def _key(pk: str, sk: str) -> dict[str, Any]:
    return {"pk": {"S": pk}, "sk": {"S": sk}}
