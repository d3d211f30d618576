"""EventPublisher on SQS, SNS and EventBridge."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from podium.adapters.aws.errors import code_of, translated
from podium.adapters.event_messages import NAMED, SOURCE, own_message, queue_message
from podium.adapters.items import text as json_text
from podium.domain.events.message import EventMessage
from podium.domain.events.names import MESSAGE_ID, EventKind
from podium.domain.tasks.kafka_publish import KafkaRecord
from podium.errors import DefectError, InvalidInputError, NotFoundError, TransientError
from podium.ports.kafka import NotDeliveredError

if TYPE_CHECKING:
    from types_boto3_events import EventBridgeClient
    from types_boto3_sns import SNSClient
    from types_boto3_sqs import SQSClient

    from podium.adapters.items.payloads import Payloads
    from podium.domain.events.message import Publication
    from podium.ports.kafka import KafkaProducer

#: The installation's own bus.
DEFAULT_BUS = "events"
#: Detail type of a sink that names none.
DETAIL_TYPE = "EVENT"
_NO_QUEUE = frozenset({"AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist"})
_NO_TOPIC = frozenset({"NotFound", "NotFoundException"})
_NO_BUS = frozenset({"ResourceNotFoundException"})
_BUSY = frozenset({"InternalFailure", "ThrottlingException", "InternalException"})


class AwsEventPublisher:
    """Sends to queues, topics and buses whose names start with the installation's prefix."""

    def __init__(
        self,
        sqs: SQSClient,
        sns: SNSClient,
        events: EventBridgeClient,
        *,
        own_queue_url: str,
        own_queue_arn: str,
        prefix: str,
        payloads: Payloads,
        kafka: KafkaProducer,
    ) -> None:
        """``prefix``: of every queue, topic and bus of the installation."""
        self._kafka = kafka
        self._sqs = sqs
        self._sns = sns
        self._events = events
        self._own_queue = own_queue_url
        self._own_queue_arn = own_queue_arn
        self._place = own_queue_arn.split(":")[3:5]
        self._prefix = prefix
        self._payloads = payloads
        self._urls: dict[str, str] = {}

    def publish(self, publication: Publication) -> None:
        event = publication.event
        match event.kind:
            case EventKind.CONDUCTOR:
                self.post(EventMessage(event, publication.id, publication.payload))
            case EventKind.SQS:
                self._send(publication)
            case EventKind.SNS:
                self._notify(publication)
            case EventKind.EVENT_BRIDGE:
                self._put(publication)
            case EventKind.KAFKA:
                self._produce(publication)

    def read(self, record: Mapping[str, Any]) -> EventMessage:
        return queue_message(record, self._own_queue_arn, self._prefix, self._payloads)

    def post(self, message: EventMessage, delay: int = 0) -> None:
        body = own_message(message, self._payloads)
        with translated("SendMessage"):
            self._sqs.send_message(QueueUrl=self._own_queue, MessageBody=body, DelaySeconds=delay)

    def _send(self, publication: Publication) -> None:
        name = self._prefix + NAMED + publication.event.name
        with translated("SendMessage"):
            try:
                self._sqs.send_message(
                    QueueUrl=self._url(name),
                    MessageBody=json_text.dumps(publication.payload),
                    **_named(publication),
                )
            except ClientError as error:
                if code_of(error) in _NO_QUEUE:
                    self._urls.pop(name, None)
                    raise NotFoundError(f"queue {name} does not exist") from error
                raise

    def _url(self, name: str) -> str:
        if name not in self._urls:
            self._urls[name] = self._sqs.get_queue_url(QueueName=name)["QueueUrl"]
        return self._urls[name]

    def _notify(self, publication: Publication) -> None:
        name = self._prefix + NAMED + publication.event.name
        arn = ":".join(["arn", "aws", "sns", *self._place, name])
        with translated("Publish"):
            try:
                self._sns.publish(
                    TopicArn=arn,
                    Message=json_text.dumps(publication.payload),
                    **_named(publication),
                )
            except ClientError as error:
                if code_of(error) in _NO_TOPIC:
                    raise NotFoundError(f"topic {name} does not exist") from error
                raise

    def _produce(self, publication: Publication) -> None:
        record = KafkaRecord(
            servers=(),
            topic=publication.event.name,
            value=json_text.dumps(publication.payload).encode(),
            # The records of a workflow keep their order.
            key=publication.group.encode(),
            headers=((MESSAGE_ID, publication.id.encode()),),
        )
        try:
            self._kafka.send(record)
        except NotDeliveredError as error:
            raise InvalidInputError(f"{publication.event}: {error}") from error

    def _put(self, publication: Publication) -> None:
        event = publication.event
        bus = self._prefix + (event.name or DEFAULT_BUS)
        with translated("PutEvents"):
            try:
                answer = self._events.put_events(
                    Entries=[
                        {
                            "EventBusName": bus,
                            "Source": SOURCE,
                            "DetailType": event.detail_type or DETAIL_TYPE,
                            "Detail": json_text.dumps(publication.payload),
                            # Who hears it tells repeats by this.
                            "Resources": [publication.id],
                        }
                    ]
                )
            except ClientError as error:
                if code_of(error) in _NO_BUS:
                    raise NotFoundError(f"event bus {bus} does not exist") from error
                raise
        for entry in answer["Entries"]:
            code = entry.get("ErrorCode")
            if code is not None:
                kind = TransientError if code in _BUSY else DefectError
                raise kind(f"PutEvents to {bus}: {code}: {entry.get('ErrorMessage', '')}")


def _named(publication: Publication) -> Any:
    """What tells a repeat, and what a FIFO target needs to keep an order."""
    named: dict[str, Any] = {
        "MessageAttributes": {MESSAGE_ID: {"DataType": "String", "StringValue": publication.id}}
    }
    if publication.event.is_ordered:
        digest = hashlib.sha256(publication.id.encode()).hexdigest()
        named |= {"MessageGroupId": publication.group, "MessageDeduplicationId": digest}
    return named
