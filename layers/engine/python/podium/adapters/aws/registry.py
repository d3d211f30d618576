"""The registry of task queues: which queues serve ``[domain:]taskType`` (protocol.md 9).

Items of the metadata table: pk ``Q#`` (``G#`` at gates), sk the registry name escaped, ``n`` the registry
name, and the URL of each queue there is in an attribute of its own: ``u`` the plain one, ``p`` the one
for polls of a limited type, ``p<key>`` where the limit has another key than the type; before it the band of its priority, if any.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from podium.adapters.aws.errors import translated
from podium.adapters.aws.names import queue_name
from podium.adapters.consistency import QUEUE_REGISTRY
from podium.adapters.items import text as json_text
from podium.adapters.items.keys import short_ref
from podium.domain.queues import Lane, QueueAddress, reading_order, registry_name

if TYPE_CHECKING:
    from collections.abc import Mapping

    from types_boto3_dynamodb import DynamoDBClient
    from types_boto3_sqs import SQSClient

    from podium.domain.json import JsonMap
    from podium.ports.outside import Clock

_TYPES, _GATES = "Q#", "G#"
#: Attributes with the URLs of queues, and what attributes of limited ones begin with.
_PLAIN, _POLLED = "u", "p"
#: A message that was received this often is a poison for the task type.
MAX_RECEIVES = 10
_RETENTION_SECONDS = 14 * 86_400
#: A type's queues are looked up again after this time (ms): a worker may be waiting for a new one.
_FRESH_MS = 15_000


@dataclass(frozen=True, slots=True)
class _Known:
    """URLs by attribute, and when they were read."""

    urls: Mapping[str, str]
    read_at: int


class QueueRegistry:
    """Finds the queues of a task type, and makes each when it is first needed.

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
        clock: Clock,
    ) -> None:
        self._sqs = sqs
        self._dynamodb = dynamodb
        self._table = table
        self._prefix = prefix
        self._dead_letters_arn = dead_letters_arn
        self._clock = clock
        self._known: dict[tuple[str, str], _Known] = {}

    def find(self, address: QueueAddress) -> str | None:
        """URL of the queue; None when there is none yet. One GetItem unless remembered."""
        place, attribute = _place(address), _attribute(address)
        known = self._known.get(place)
        if known is None or attribute not in known.urls:
            known = self._read(place)
        return known.urls.get(attribute)

    def pollable(self, task_type: str, domain: str) -> list[QueueAddress]:
        """The queues there are for polls, one GetItem now and then."""
        place = (_TYPES, registry_name(task_type, domain))
        known = self._known.get(place)
        if known is None or not known.urls or self._clock.now() - known.read_at >= _FRESH_MS:
            known = self._read(place)
        found = (_address(task_type, domain, attribute) for attribute in known.urls)
        return sorted(found, key=reading_order)

    def make(self, address: QueueAddress) -> str:
        """CreateQueue and UpdateItem; both repeatable."""
        attributes: Any = {"MessageRetentionPeriod": str(_RETENTION_SECONDS)}
        if address.lane is not Lane.GATE:
            # What waits for a slot may be received any number of times.
            redrive: JsonMap = {
                "deadLetterTargetArn": self._dead_letters_arn,
                "maxReceiveCount": MAX_RECEIVES,
            }
            attributes["RedrivePolicy"] = json_text.dumps(redrive)
        with translated("CreateQueue"):
            url = self._sqs.create_queue(
                QueueName=queue_name(self._prefix, address), Attributes=attributes
            )["QueueUrl"]
        place, attribute = _place(address), _attribute(address)
        with translated("UpdateItem"):
            self._dynamodb.update_item(
                TableName=self._table,
                Key=_key(place),
                UpdateExpression="SET #n = :n, #u = :u",
                ExpressionAttributeNames={"#n": "n", "#u": attribute},
                ExpressionAttributeValues={":n": {"S": place[1]}, ":u": {"S": url}},
            )
        known = self._known.get(place, _Known({}, 0))
        self._known[place] = _Known({**known.urls, attribute: url}, known.read_at)
        return url

    def forget(self, address: QueueAddress) -> None:
        """The queue turned out to be gone."""
        self._known.pop(_place(address), None)

    def of(self, task_type: str, domain: str) -> list[str]:
        """URLs of the queues that polls for the type read."""
        found = (self.find(address) for address in self.pollable(task_type, domain))
        return [url for url in found if url is not None]

    def all(self) -> dict[str, list[str]]:
        """URLs by registry name, gates left out: a Query per page."""
        return {str(item["n"]["S"]): list(_urls(item).values()) for item in self._items(_TYPES)}

    def gates(self) -> list[str]:
        """Keys of the limits that have a gate: a Query per page."""
        return [str(item["n"]["S"]) for item in self._items(_GATES)]

    def _read(self, place: tuple[str, str]) -> _Known:
        with translated("GetItem"):
            answer = self._dynamodb.get_item(
                TableName=self._table, Key=_key(place), ConsistentRead=QUEUE_REGISTRY
            )
        known = _Known(_urls(answer.get("Item", {})), self._clock.now())
        self._known[place] = known
        return known

    def _items(self, partition: str) -> list[dict[str, Any]]:
        request: dict[str, Any] = {
            "TableName": self._table,
            "ConsistentRead": QUEUE_REGISTRY,
            "KeyConditionExpression": "pk = :pk",
            "ExpressionAttributeValues": {":pk": {"S": partition}},
        }
        found: list[dict[str, Any]] = []
        while True:
            with translated("Query"):
                answer = self._dynamodb.query(**request)
            found += answer["Items"]
            if "LastEvaluatedKey" not in answer:
                return found
            request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]


def _place(address: QueueAddress) -> tuple[str, str]:
    return _GATES if address.lane is Lane.GATE else _TYPES, address.registry_name


def _attribute(address: QueueAddress) -> str:
    band = str(address.band) if address.band else ""
    return band + (_POLLED + address.key if address.lane is Lane.POLLED else _PLAIN)


def _address(task_type: str, domain: str, attribute: str) -> QueueAddress:
    """Undo :func:`_attribute` for a queue that polls read."""
    band = int(attribute[0]) if attribute[0].isdigit() else 0
    name = attribute[1:] if band else attribute
    if name == _PLAIN:
        return QueueAddress(task_type, domain, band=band)
    return QueueAddress(task_type, domain, Lane.POLLED, name.removeprefix(_POLLED), band)


def _urls(item: Mapping[str, Any]) -> dict[str, str]:
    return {name: str(value["S"]) for name, value in item.items() if name not in {"pk", "sk", "n"}}


def _key(place: tuple[str, str]) -> dict[str, Any]:
    return {"pk": {"S": place[0]}, "sk": {"S": short_ref(place[1])}}
