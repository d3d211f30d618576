"""EventSources on Lambda, SQS, SNS and EventBridge.

A queue is mapped to the ``events`` function; topics and buses send to Podium's own queue, which is
mapped to it once and for all. Kafka topics are mapped by whoever deploys (docs/events.md).
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from podium.adapters.aws.errors import code_of, translated
from podium.adapters.aws.event_publisher import DEFAULT_BUS
from podium.adapters.event_messages import NAMED, bus_template
from podium.domain.events.names import EventKind
from podium.errors import InvalidInputError, TransientError

if TYPE_CHECKING:
    from types_boto3_events import EventBridgeClient
    from types_boto3_lambda import LambdaClient
    from types_boto3_sns import SNSClient
    from types_boto3_sqs import SQSClient
    from types_boto3_sqs.literals import QueueAttributeNameType

    from podium.domain.events.names import EventName

_NO_QUEUE = frozenset({"AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist"})
_GONE = frozenset({"ResourceNotFoundException", "NotFound", "NotFoundException"})
#: Seconds: six timeouts of the function, as the event source asks.
VISIBILITY = 360
#: Seconds that a queue made here keeps what nobody has received.
_RETENTION = 14 * 86_400
_MAX_RECEIVES = 10
_BATCH = 10
_CONCURRENCY = 10
_TARGET = "podium"


class AwsEventSources:
    """Mappings, subscriptions and rules, each found again by what it is for."""

    def __init__(
        self,
        sqs: SQSClient,
        sns: SNSClient,
        events: EventBridgeClient,
        mappings: LambdaClient,
        *,
        function: str,
        own_queue_arn: str,
        dead_letters_arn: str,
        prefix: str,
    ) -> None:
        """``function``: name of the ``events`` function; ``prefix``: of the installation."""
        self._sqs = sqs
        self._sns = sns
        self._events = events
        self._lambda = mappings
        self._function = function
        self._own_queue = own_queue_arn
        self._dead_letters = dead_letters_arn
        self._prefix = prefix

    def open(self, event: EventName) -> None:
        match event.kind:
            case EventKind.SQS:
                self._map(self._readable_queue(self.queue_of(event)))
            case EventKind.SNS:
                self._subscribe(event)
            case EventKind.EVENT_BRIDGE:
                self._put_rule(event)
            case EventKind.CONDUCTOR | EventKind.KAFKA:
                pass

    def close(self, event: EventName) -> None:
        match event.kind:
            case EventKind.SQS:
                self._unmap(self.queue_of(event))
            case EventKind.SNS:
                self._unsubscribe(event)
            case EventKind.EVENT_BRIDGE:
                self._delete_rule(event)
            case EventKind.CONDUCTOR | EventKind.KAFKA:
                pass

    def queue_of(self, event: EventName) -> str:
        match event.kind:
            case EventKind.SQS:
                return self._prefix + NAMED + event.name
            case EventKind.KAFKA:
                return ""
            case _:
                return self._own_queue.rpartition(":")[2]

    def address(self, event: EventName) -> str:
        with translated("GetQueueUrl"):
            return self._sqs.get_queue_url(QueueName=self.queue_of(event))["QueueUrl"]

    def size(self, queue: str) -> int:
        url = self._find(queue) if queue else None
        if url is None:
            return 0
        with translated("GetQueueAttributes"):
            found = self._sqs.get_queue_attributes(
                QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"]
            )["Attributes"]
        return int(found["ApproximateNumberOfMessages"])

    # --- queues ---------------------------------------------------------------------------------

    def _readable_queue(self, name: str) -> str:
        """ARN of the queue, made where it is missing, and fit to be read by a function.

        Its messages stay hidden while the function runs, and a poison one becomes a dead letter.
        """
        wanted: dict[QueueAttributeNameType, str] = {
            "VisibilityTimeout": str(VISIBILITY),
            "RedrivePolicy": json.dumps(
                {"deadLetterTargetArn": self._dead_letters, "maxReceiveCount": _MAX_RECEIVES}
            ),
        }
        url = self._find(name)
        with translated("GetQueueAttributes"):
            if url is None:
                made = wanted | {"MessageRetentionPeriod": str(_RETENTION)}
                url = self._sqs.create_queue(QueueName=name, Attributes=made)["QueueUrl"]
            found = self._sqs.get_queue_attributes(
                QueueUrl=url, AttributeNames=["QueueArn", "VisibilityTimeout", "RedrivePolicy"]
            )["Attributes"]
            if int(found["VisibilityTimeout"]) >= VISIBILITY:
                del wanted["VisibilityTimeout"]
            if found.get("RedrivePolicy"):
                del wanted["RedrivePolicy"]
            if wanted:
                self._sqs.set_queue_attributes(QueueUrl=url, Attributes=wanted)
        return found["QueueArn"]

    def _find(self, name: str) -> str | None:
        with translated("GetQueueUrl"):
            try:
                return self._sqs.get_queue_url(QueueName=name)["QueueUrl"]
            except ClientError as error:
                if code_of(error) in _NO_QUEUE:
                    return None
                raise

    def _map(self, queue_arn: str) -> None:
        if any(state != "Deleting" for _, state in self._mappings(queue_arn)):
            return
        with translated("CreateEventSourceMapping"):
            try:
                self._lambda.create_event_source_mapping(
                    EventSourceArn=queue_arn,
                    FunctionName=self._function,
                    BatchSize=_BATCH,
                    ScalingConfig={"MaximumConcurrency": _CONCURRENCY},
                    FunctionResponseTypes=["ReportBatchItemFailures"],
                )
            except ClientError as error:
                if code_of(error) == "ResourceConflictException":
                    # Somebody else's is being made, or an old one is still being deleted.
                    raise TransientError(f"{queue_arn} is being mapped or unmapped") from error
                raise

    def _unmap(self, name: str) -> None:
        arn = ":".join([*self._own_queue.split(":")[:5], name])
        for uuid, _ in self._mappings(arn):
            with translated("DeleteEventSourceMapping"):
                try:
                    self._lambda.delete_event_source_mapping(UUID=uuid)
                except ClientError as error:
                    if code_of(error) not in {*_GONE, "ResourceInUseException"}:
                        raise

    def _mappings(self, queue_arn: str) -> list[tuple[str, str]]:
        """Ids and states of what maps the queue to the function: one, or none."""
        with translated("ListEventSourceMappings"):
            found = self._lambda.list_event_source_mappings(
                EventSourceArn=queue_arn, FunctionName=self._function
            )["EventSourceMappings"]
        return [(each["UUID"], each.get("State", "")) for each in found]

    # --- topics ---------------------------------------------------------------------------------

    def _subscribe(self, event: EventName) -> None:
        attributes = {"FifoTopic": "true"} if event.is_ordered else {}
        with translated("Subscribe"):
            topic = self._sns.create_topic(
                Name=self._prefix + NAMED + event.name, Attributes=attributes
            )["TopicArn"]
            self._sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=self._own_queue)

    def _unsubscribe(self, event: EventName) -> None:
        place = self._own_queue.split(":")[3:5]
        topic = ":".join(["arn", "aws", "sns", *place, self._prefix + NAMED + event.name])
        with translated("ListSubscriptionsByTopic"):
            token: dict[str, str] = {}
            while True:
                try:
                    page = self._sns.list_subscriptions_by_topic(TopicArn=topic, **token)
                except ClientError as error:
                    if code_of(error) in _GONE:
                        return
                    raise
                for each in page["Subscriptions"]:
                    if each.get("Endpoint") == self._own_queue:
                        self._sns.unsubscribe(SubscriptionArn=each["SubscriptionArn"])
                if not page.get("NextToken"):
                    return
                token = {"NextToken": page["NextToken"]}

    # --- buses ----------------------------------------------------------------------------------

    def _put_rule(self, event: EventName) -> None:
        rule, bus = self._rule(event)
        # Every event has a source: without a detail type the pattern has to match anything.
        pattern = (
            {"detail-type": [event.detail_type]}
            if event.detail_type
            else {"source": [{"prefix": ""}]}
        )
        with translated("PutRule"):
            try:
                self._events.put_rule(Name=rule, EventBusName=bus, EventPattern=json.dumps(pattern))
            except ClientError as error:
                if code_of(error) in _GONE:
                    raise InvalidInputError(
                        f"event: {event}: event bus {bus} does not exist"
                    ) from error
                raise
            self._events.put_targets(
                Rule=rule,
                EventBusName=bus,
                Targets=[
                    {
                        "Id": _TARGET,
                        "Arn": self._own_queue,
                        "InputTransformer": {"InputTemplate": bus_template(event)},
                    }
                ],
            )

    def _delete_rule(self, event: EventName) -> None:
        rule, bus = self._rule(event)
        with translated("DeleteRule"):
            try:
                self._events.remove_targets(Rule=rule, EventBusName=bus, Ids=[_TARGET])
                self._events.delete_rule(Name=rule, EventBusName=bus)
            except ClientError as error:
                if code_of(error) not in _GONE:
                    raise

    def _rule(self, event: EventName) -> tuple[str, str]:
        """Name of the rule for an event, and of its bus."""
        digest = hashlib.sha256(str(event).encode()).hexdigest()[:24]
        return f"{self._prefix}event-{digest}"[:64], self._prefix + (event.name or DEFAULT_BUS)
