"""A table of items on DynamoDB."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from podium.adapters.aws.errors import CONDITION_FAILED, canceled, code_of, translated
from podium.adapters.aws.expressions import Expressions
from podium.adapters.consistency import PARTITIONS
from podium.adapters.items.attributes import Item, Key, key_of, typed, untyped
from podium.adapters.items.batches import read_batches
from podium.adapters.items.table import Change, Check, Counted, Index, Put, Written

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

    from podium.adapters.items.conditions import Condition


class DynamoTable:
    """The executions table."""

    def __init__(self, client: DynamoDBClient, name: str) -> None:
        self._client = client
        self._name = name

    def get(self, key: Key, *, consistent: bool = True) -> Item | None:
        with translated("GetItem"):
            answer = self._client.get_item(
                TableName=self._name, Key=_key(key), ConsistentRead=consistent
            )
        return untyped(answer["Item"]) if "Item" in answer else None

    def put(self, put: Put) -> Written:
        with translated("PutItem"):
            try:
                self._client.put_item(**self._put(put))
            except ClientError as error:
                return _refused(error)
        return Written(applied=True, item=put.item)

    def update(self, key: Key, change: Change, condition: Condition) -> Written:
        expressions = Expressions()
        request: dict[str, Any] = {
            "TableName": self._name,
            "Key": _key(key),
            "UpdateExpression": expressions.change(change),
            "ConditionExpression": expressions.condition(condition),
            "ReturnValues": "ALL_NEW",
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
            **expressions.parameters(),
        }
        with translated("UpdateItem"):
            try:
                answer = self._client.update_item(**request)
            except ClientError as error:
                return _refused(error)
        return Written(applied=True, item=untyped(answer["Attributes"]))

    def delete(self, key: Key) -> None:
        with translated("DeleteItem"):
            self._client.delete_item(TableName=self._name, Key=_key(key))

    def transact(self, parts: Sequence[Put | Check]) -> bool:
        requests: Any = [
            {"ConditionCheck": self._check(part)}
            if isinstance(part, Check)
            else {"Put": self._put(part, transaction=True)}
            for part in parts
        ]
        with translated("TransactWriteItems"):
            try:
                self._client.transact_write_items(TransactItems=requests)
            except ClientError as error:
                return canceled(error)
        return True

    def query(
        self,
        pk: str,
        between: tuple[str, str] | None = None,
        *,
        reverse: bool = False,
        page: int = 0,
    ) -> Iterator[Item]:
        expressions = Expressions()
        condition = f"{expressions.name('pk')} = {expressions.value(pk)}"
        if between:
            low, high = map(expressions.value, between)
            condition += f" AND {expressions.name('sk')} BETWEEN {low} AND {high}"
        request: dict[str, Any] = {
            "KeyConditionExpression": condition,
            "ConsistentRead": PARTITIONS,
            "ScanIndexForward": not reverse,
        }
        if page:
            request["Limit"] = page
        return self._pages(request | expressions.parameters())

    def due(self, bucket: str, until: int) -> Iterator[Item]:
        expressions = Expressions()
        is_bucket = f"{expressions.name('due')} = {expressions.value(bucket)}"
        is_due = f"{expressions.name('tm')} <= {expressions.value(until)}"
        request = {"IndexName": "due", "KeyConditionExpression": f"{is_bucket} AND {is_due}"}
        return self._pages(request | expressions.parameters())

    def batch(self, keys: Sequence[Key], *, consistent: bool = True) -> dict[Key, Item]:
        def read(now: list[Key]) -> tuple[list[Item], list[Key]]:
            wanted: Any = {"Keys": [_key(key) for key in now], "ConsistentRead": consistent}
            with translated("BatchGetItem"):
                answer = self._client.batch_get_item(RequestItems={self._name: wanted})
            unread: Any = answer.get("UnprocessedKeys", {}).get(self._name, {})
            return (
                [untyped(image) for image in answer["Responses"].get(self._name, ())],
                [key_of(untyped(key)) for key in unread.get("Keys", ())],
            )

        return {key_of(item): item for item in read_batches(keys, read)}

    def index(
        self, of: Index, pk: str, between: tuple[str, str], *, reverse: bool, page: int
    ) -> Iterator[Item]:
        request = _of_index(of, pk, between)
        return self._pages(request | {"ScanIndexForward": not reverse, "Limit": page})

    def count(self, of: Index, pk: str, between: tuple[str, str]) -> Counted:
        request = _of_index(of, pk, between) | {"TableName": self._name, "Select": "COUNT"}
        with translated("Query"):
            answer = self._client.query(**request)
        return Counted(answer["Count"], "LastEvaluatedKey" not in answer)

    def _pages(self, request: dict[str, Any]) -> Iterator[Item]:
        request["TableName"] = self._name
        while True:
            with translated("Query"):
                answer = self._client.query(**request)
            yield from map(untyped, answer["Items"])
            if "LastEvaluatedKey" not in answer:
                return
            request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]

    def _put(self, put: Put, *, transaction: bool = False) -> dict[str, Any]:
        request: dict[str, Any] = {"TableName": self._name, "Item": typed(put.item)}
        if put.condition is not None:
            expressions = Expressions()
            request["ConditionExpression"] = expressions.condition(put.condition)
            if not transaction:
                request["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"
            request |= expressions.parameters()
        return request

    def _check(self, check: Check) -> dict[str, Any]:
        expressions = Expressions()
        condition = expressions.condition(check.condition)
        return {
            "TableName": self._name,
            "Key": _key(check.key),
            "ConditionExpression": condition,
            **expressions.parameters(),
        }


def _key(key: Key) -> dict[str, dict[str, str]]:
    return {"pk": {"S": key[0]}, "sk": {"S": key[1]}}


def _of_index(of: Index, pk: str, between: tuple[str, str]) -> dict[str, Any]:
    expressions = Expressions()
    low, high = map(expressions.value, between)
    is_there = f"{expressions.name(of.pk)} = {expressions.value(pk)}"
    condition = f"{is_there} AND {expressions.name(of.sk)} BETWEEN {low} AND {high}"
    return {
        "IndexName": of.name,
        "KeyConditionExpression": condition,
        **expressions.parameters(),
    }


def _refused(error: ClientError) -> Written:
    """The condition did not hold; anything else is for the translation."""
    if code_of(error) != CONDITION_FAILED:
        raise error
    item: Any = error.response.get("Item")
    return Written(applied=False, item=untyped(item) if item else None)
