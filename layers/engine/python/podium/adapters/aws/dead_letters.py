"""DeadLetterQueues on SQS.

StartMessageMoveTask is not used: it knows no limit, gives up at a message that SQS itself did not
move (EventBridge Scheduler and Lambda put some there), and runs where no request sees it fail.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from podium.adapters.aws.errors import code_of, translated
from podium.ports.dead_letters import DeadLetter, DeadLetters

if TYPE_CHECKING:
    from types_boto3_sqs import SQSClient

_GONE = frozenset({"AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist"})
#: One receive gives so many at most.
_MOST = 10
#: Seconds for which a message is hidden while it is moved.
_HIDDEN = 30
_COUNTS: Final = (
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesNotVisible",
    "ApproximateNumberOfMessagesDelayed",
)
#: Kinds of values that attributes of messages have; the rest of what a receive shows is for lists.
_VALUES = ("DataType", "StringValue", "BinaryValue")


class SqsDeadLetters:
    """DeadLetterQueues."""

    def __init__(
        self, client: SQSClient, names: Sequence[str], prefix: str, url_of_any: str
    ) -> None:
        """``prefix``: what physical names begin with; ``url_of_any`` queue of the installation: theirs
        differ in their last part alone.
        """
        self._client = client
        self._names = tuple(names)
        self._prefix = prefix
        self._base = url_of_any.rpartition("/")[0]

    def names(self) -> Sequence[str]:
        return self._names

    def look(self, queue: str) -> DeadLetters:
        with translated("GetQueueAttributes"):
            found = self._client.get_queue_attributes(
                QueueUrl=self._url(queue), AttributeNames=["All"]
            )["Attributes"]
        size = sum(int(found[kind]) for kind in _COUNTS)
        # Where messages die of receives, a look brings them nearer to it.
        is_counted = bool(found.get("RedrivePolicy"))
        oldest = self._oldest(queue) if size and not is_counted else None
        return DeadLetters(queue, size, oldest, tuple(self.sources(queue)))

    def sources(self, queue: str) -> Sequence[str]:
        found: list[str] = []
        request: dict[str, Any] = {"QueueUrl": self._url(queue), "MaxResults": 1000}
        while True:
            with translated("ListDeadLetterSourceQueues"):
                answer = self._client.list_dead_letter_source_queues(**request)
            found += [self._name(url.rpartition("/")[2]) for url in answer.get("queueUrls", [])]
            if not answer.get("NextToken"):
                return sorted(found)
            request["NextToken"] = answer["NextToken"]

    def receive(self, queue: str, count: int) -> Sequence[DeadLetter]:
        return [
            DeadLetter(
                body=message["Body"],
                receipt=message["ReceiptHandle"],
                source=self._source(message["Attributes"].get("DeadLetterQueueSourceArn", "")),
                id=message["MessageId"],
                group=message["Attributes"].get("MessageGroupId", ""),
                attributes=message.get("MessageAttributes", {}),
            )
            for message in self._receive(queue, min(count, _MOST), _HIDDEN)
        ]

    def send(self, queue: str, letter: DeadLetter) -> bool:
        request: dict[str, Any] = {"QueueUrl": self._url(queue), "MessageBody": letter.body}
        if letter.group:
            request["MessageGroupId"] = letter.group
        if letter.attributes:
            request["MessageAttributes"] = {
                name: {kind: value[kind] for kind in _VALUES if kind in value}
                for name, value in letter.attributes.items()
            }
        with translated("SendMessage"):
            try:
                self._client.send_message(**request)
            except ClientError as error:
                if code_of(error) in _GONE:
                    return False
                raise
        return True

    def delete(self, queue: str, receipts: Sequence[str]) -> None:
        with translated("DeleteMessageBatch"):
            self._client.delete_message_batch(
                QueueUrl=self._url(queue),
                Entries=[
                    {"Id": str(number), "ReceiptHandle": receipt}
                    for number, receipt in enumerate(receipts)
                ],
            )

    def _oldest(self, queue: str) -> int | None:
        # A moved message keeps the moment at which it was sent.
        sent = [
            message["Attributes"]["SentTimestamp"] for message in self._receive(queue, _MOST, 0)
        ]
        return min(map(int, sent), default=None)

    def _receive(self, queue: str, count: int, hidden: int) -> list[Any]:
        with translated("ReceiveMessage"):
            answer = self._client.receive_message(
                QueueUrl=self._url(queue),
                MaxNumberOfMessages=count,
                VisibilityTimeout=hidden,
                MessageSystemAttributeNames=["All"],
                MessageAttributeNames=["All"],
            )
        return list(answer.get("Messages", []))

    def _source(self, arn: str) -> str:
        return self._name(arn.rpartition(":")[2])

    def _name(self, physical: str) -> str:
        return physical.removeprefix(self._prefix)

    def _url(self, queue: str) -> str:
        return f"{self._base}/{self._prefix}{queue}"
