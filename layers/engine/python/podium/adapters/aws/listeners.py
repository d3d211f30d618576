"""Listeners on EventBridge and SQS."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from podium.adapters.aws.errors import code_of, translated
from podium.adapters.notices import (
    CALLBACK_QUEUES,
    DEFERRED_SECONDS,
    SOURCE,
    detail,
    envelope,
    note,
)
from podium.domain.sinks import SinkKind
from podium.errors import TransientError

if TYPE_CHECKING:
    from types_boto3_events import EventBridgeClient
    from types_boto3_sqs import SQSClient

    from podium.domain.listening import Notification
    from podium.domain.sinks import Sink

#: The installation's own bus.
DEFAULT_BUS = "events"
#: Queues of sinks are called by the installation's prefix, this and the name in the sink.
SINK = "sink-"
_GONE = frozenset({"AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist"})
#: Seconds that a queue made here keeps what nobody has received.
_RETENTION = 14 * 86_400


class AwsListeners:
    """Publishes to buses and queues whose names start with the installation's prefix."""

    def __init__(
        self, events: EventBridgeClient, sqs: SQSClient, prefix: str, failures_queue_url: str
    ) -> None:
        """``prefix``: of every queue and bus of the installation."""
        self._events = events
        self._sqs = sqs
        self._prefix = prefix
        self._failures = failures_queue_url
        self._urls: dict[str, str] = {}

    def publish(self, sink: Sink, notification: Notification) -> None:
        match sink.kind:
            case SinkKind.EVENT_BRIDGE:
                self._put(self._prefix + (sink.name or DEFAULT_BUS), notification)
            case SinkKind.SQS:
                self._send(sink.name, envelope(notification))
            case SinkKind.QUEUE:
                queue = CALLBACK_QUEUES.get(notification.type)
                if queue is not None:
                    self._send(queue, detail(notification))

    def defer(self, sink: Sink, notification: Notification, now: int) -> None:
        with translated("SendMessage"):
            self._sqs.send_message(
                QueueUrl=self._failures,
                MessageBody=note(sink, notification, now),
                DelaySeconds=DEFERRED_SECONDS,
            )

    def _put(self, bus: str, notification: Notification) -> None:
        with translated("PutEvents"):
            answer = self._events.put_events(
                Entries=[
                    {
                        "EventBusName": bus,
                        "Source": SOURCE,
                        "DetailType": notification.type,
                        "Time": datetime.fromtimestamp(notification.at / 1000, UTC),
                        "Detail": detail(notification),
                    }
                ]
            )
        for entry in answer["Entries"]:
            if "ErrorCode" in entry:
                reason = f"PutEvents: {entry['ErrorCode']}: {entry.get('ErrorMessage', '')}"
                raise TransientError(reason)

    def _send(self, name: str, body: str) -> None:
        queue = self._prefix + SINK + name
        with translated("SendMessage"):
            try:
                self._sqs.send_message(QueueUrl=self._url(queue), MessageBody=body)
            except ClientError as error:
                if code_of(error) in _GONE:
                    # Deleted by somebody: the next try makes it again.
                    self._urls.pop(queue, None)
                raise

    def _url(self, queue: str) -> str:
        if queue not in self._urls:
            self._urls[queue] = self._find(queue) or self._make(queue)
        return self._urls[queue]

    def _find(self, queue: str) -> str | None:
        try:
            return self._sqs.get_queue_url(QueueName=queue)["QueueUrl"]
        except ClientError as error:
            if code_of(error) in _GONE:
                return None
            raise

    def _make(self, queue: str) -> str:
        return self._sqs.create_queue(
            QueueName=queue, Attributes={"MessageRetentionPeriod": str(_RETENTION)}
        )["QueueUrl"]
