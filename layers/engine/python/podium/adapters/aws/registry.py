"""The registry of task queues: which queue serves ``[domain:]taskType`` (protocol.md 9).

Items of the metadata table: pk ``Q#``, sk the registry name escaped, ``n`` the registry name, ``u`` the
queue's URL.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from podium.adapters.aws.errors import translated
from podium.adapters.aws.names import queue_name, registry_name
from podium.adapters.items import text as json_text
from podium.adapters.items.keys import short_ref

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient
    from types_boto3_sqs import SQSClient

    from podium.domain.json import JsonMap

PARTITION = "Q#"
#: A message that was received this often is a poison for the task type.
_MAX_RECEIVES = 10
_RETENTION_SECONDS = 14 * 86_400


class QueueRegistry:
    """Finds the queue of a task type, and makes it when it is first needed.

    A found queue is remembered as long as the process lives; an unknown one is asked for each time,
    since another process may make it at any moment.
    """

    def __init__(
        self,
        sqs: SQSClient,
        dynamodb: DynamoDBClient,
        table: str,
        prefix: str,
        dead_letters_arn: str,
    ) -> None:
        self._sqs = sqs
        self._dynamodb = dynamodb
        self._table = table
        self._prefix = prefix
        self._dead_letters_arn = dead_letters_arn
        self._urls: dict[str, str] = {}

    def find(self, task_type: str, domain: str) -> str | None:
        """URL of the queue; None when there is none yet. One GetItem unless remembered."""
        name = registry_name(task_type, domain)
        if name in self._urls:
            return self._urls[name]
        with translated("GetItem"):
            answer = self._dynamodb.get_item(TableName=self._table, Key=_key(name))
        if "Item" not in answer:
            return None
        return self._urls.setdefault(name, str(answer["Item"]["u"]["S"]))

    def make(self, task_type: str, domain: str) -> str:
        """CreateQueue and PutItem; both repeatable."""
        name = registry_name(task_type, domain)
        redrive: JsonMap = {
            "deadLetterTargetArn": self._dead_letters_arn,
            "maxReceiveCount": _MAX_RECEIVES,
        }
        attributes: Any = {
            "MessageRetentionPeriod": str(_RETENTION_SECONDS),
            "RedrivePolicy": json_text.dumps(redrive),
        }
        with translated("CreateQueue"):
            url = self._sqs.create_queue(
                QueueName=queue_name(self._prefix, task_type, domain), Attributes=attributes
            )["QueueUrl"]
        item: Any = {**_key(name), "n": {"S": name}, "u": {"S": url}}
        with translated("PutItem"):
            self._dynamodb.put_item(TableName=self._table, Item=item)
        self._urls[name] = url
        return url

    def forget(self, task_type: str, domain: str) -> None:
        """The queue turned out to be gone."""
        self._urls.pop(registry_name(task_type, domain), None)

    def all(self) -> dict[str, str]:
        """URL by registry name: a Query per page."""
        request: dict[str, Any] = {
            "TableName": self._table,
            "KeyConditionExpression": "pk = :pk",
            "ExpressionAttributeValues": {":pk": {"S": PARTITION}},
        }
        found: dict[str, str] = {}
        while True:
            with translated("Query"):
                answer = self._dynamodb.query(**request)
            found |= {str(item["n"]["S"]): str(item["u"]["S"]) for item in answer["Items"]}
            if "LastEvaluatedKey" not in answer:
                return found
            request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]


def _key(name: str) -> dict[str, Any]:
    return {"pk": {"S": PARTITION}, "sk": {"S": short_ref(name)}}
