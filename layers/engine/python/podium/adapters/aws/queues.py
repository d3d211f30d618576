"""The queues on SQS: work by task type, system tasks, timers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from podium.adapters.aws.errors import code_of, translated
from podium.adapters.aws.names import group_id
from podium.adapters.message import (
    GateCall,
    fitted,
    gate_json,
    readable_task_message,
    task_json,
    timer_json,
)
from podium.domain.queues import Depth, gate_address
from podium.errors import DefectError
from podium.ports.queues import LONGEST_DELAY, Received, TaskMessage, TimerMessage

if TYPE_CHECKING:
    from types_boto3_sqs import SQSClient

    from podium.adapters.aws.registry import QueueRegistry
    from podium.adapters.items.payloads import Payloads
    from podium.domain.queues import QueueAddress

#: SQS gives or takes this many messages per call.
_BATCH = 10
#: Seconds between receiving a message and claiming its task; a poller that dies in between delays it.
_CLAIM_SECONDS = 30
_LONGEST_WAIT = 20
_WAITING: Final = "ApproximateNumberOfMessages"
_IN_FLIGHT: Final = "ApproximateNumberOfMessagesNotVisible"
_DELAYED: Final = "ApproximateNumberOfMessagesDelayed"
#: Counted from the first receive on.
_LONGEST_VISIBILITY = 43_200
_GONE = frozenset({"AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist"})
#: The message is deleted, was received by somebody else, or can be received again already.
_NOT_HELD = frozenset({"ReceiptHandleIsInvalid", "MessageNotInflight", "InvalidParameterValue"})


class SqsTaskQueue:
    """TaskQueue: a few standard queues for each (domain, task type)."""

    def __init__(self, client: SQSClient, registry: QueueRegistry, payloads: Payloads) -> None:
        """``payloads`` takes inputs that are too large for a message."""
        self._client = client
        self._registry = registry
        self._payloads = payloads

    def send(self, message: TaskMessage, delay: int = 0) -> None:
        self._send(message.address, fitted(message, self._payloads), delay)

    def _send(self, address: QueueAddress, message: TaskMessage, delay: int) -> None:
        url = self._registry.find(address) or self._registry.make(address)
        try:
            _send_task(self._client, url, message, delay)
        except _QueueGoneError:
            # Somebody deleted the queue: without a new one this task would never be handed out.
            self._registry.forget(address)
            _send_task(self._client, self._registry.make(address), message, delay)

    def park(self, message: TaskMessage, delay: int = 0) -> None:
        address = gate_address(message.limit.key if message.limit else "")
        self._send(address, fitted(message, self._payloads), delay)

    def gates(self) -> Sequence[str]:
        return [key for key in sorted(self._registry.gates()) if self.waiting_at(key)]

    def waiting_at(self, key: str) -> int:
        return self.depth_at(key).waiting

    def depth_at(self, key: str) -> Depth:
        url = self._registry.find(gate_address(key))
        return Depth() if url is None else depth_of(self._client, url)

    def pollable(self, task_type: str, domain: str) -> Sequence[QueueAddress]:
        return self._registry.pollable(task_type, domain)

    def receive(self, address: QueueAddress, count: int, wait_ms: int) -> Sequence[Received]:
        url = self._registry.find(address)
        received: list[Received] = []
        while url is not None and len(received) < count:
            asked = min(count - len(received), _BATCH)
            # Only an empty-handed poller waits.
            found = self._receive(url, asked, 0 if received else wait_ms)
            received += found
            if len(found) < asked:
                break
        return received

    def _receive(self, url: str, count: int, wait_ms: int) -> list[Received]:
        with translated("ReceiveMessage"):
            try:
                answer = self._client.receive_message(
                    QueueUrl=url,
                    MaxNumberOfMessages=count,
                    WaitTimeSeconds=min(wait_ms // 1000, _LONGEST_WAIT),
                    VisibilityTimeout=_CLAIM_SECONDS,
                    MessageSystemAttributeNames=["ApproximateReceiveCount"],
                )
            except ClientError as error:
                if code_of(error) in _GONE:
                    return []
                raise
        return [
            Received(
                message,
                found["ReceiptHandle"],
                int(found["Attributes"]["ApproximateReceiveCount"]),
                len(found["Body"].encode()),
            )
            for found in answer.get("Messages", [])
            if (message := readable_task_message(found["Body"])) is not None
        ]

    def delete(self, address: QueueAddress, receipts: Sequence[str]) -> None:
        url = self._registry.find(address)
        if url is None:
            return
        for first in range(0, len(receipts), _BATCH):
            batch = receipts[first : first + _BATCH]
            with translated("DeleteMessageBatch"), _unless_gone():
                # A message that was not deleted comes again and is found stale.
                self._client.delete_message_batch(
                    QueueUrl=url,
                    Entries=[
                        {"Id": str(number), "ReceiptHandle": receipt}
                        for number, receipt in enumerate(batch)
                    ],
                )

    def retry_later(self, address: QueueAddress, receipt: str, seconds: int) -> None:
        url = self._registry.find(address)
        if url is None:
            return
        with translated("ChangeMessageVisibility"), _unless_gone():
            self._client.change_message_visibility(
                QueueUrl=url,
                ReceiptHandle=receipt,
                VisibilityTimeout=max(0, min(seconds, _LONGEST_VISIBILITY)),
            )

    def sizes(self) -> dict[str, int]:
        return {name: depth.waiting for name, depth in self.depths().items()}

    def depths(self) -> dict[str, Depth]:
        return {
            name: sum((depth_of(self._client, url) for url in urls), Depth())
            for name, urls in sorted(self._registry.all().items())
        }

    def size(self, task_type: str, domain: str = "") -> int:
        return self.depth(task_type, domain).waiting

    def depth(self, task_type: str, domain: str = "") -> Depth:
        urls = self._registry.of(task_type, domain)
        return sum((depth_of(self._client, url) for url in urls), Depth())


class SqsSystemTaskQueue:
    """SystemTaskQueue."""

    def __init__(self, client: SQSClient, url: str, payloads: Payloads) -> None:
        """``payloads`` takes inputs that are too large for a message."""
        self._client = client
        self._url = url
        self._payloads = payloads

    def send(self, message: TaskMessage, delay: int = 0) -> None:
        _send_task(self._client, self._url, fitted(message, self._payloads), delay)


class SqsGateQueue:
    """GateQueue."""

    def __init__(self, client: SQSClient, url: str) -> None:
        self._client = client
        self._url = url

    def call(self, key: str, delay: int = 0, *, is_sweep: bool = False) -> None:
        _send(self._client, self._url, gate_json(GateCall(key, is_sweep=is_sweep)), delay)


class SqsTimerQueue:
    """TimerQueue."""

    def __init__(self, client: SQSClient, url: str) -> None:
        self._client = client
        self._url = url

    def arm(self, timer: TimerMessage, delay: int) -> None:
        _send(self._client, self._url, timer_json(timer), delay)


@contextmanager
def _unless_gone() -> Iterator[None]:
    """Run a call about a message that was received: nothing where it, or its queue, is gone since."""
    try:
        yield
    except ClientError as error:
        if code_of(error) not in _GONE and code_of(error).rpartition(".")[2] not in _NOT_HELD:
            raise


class _QueueGoneError(DefectError):
    """There is no queue under this URL."""


def depth_of(client: SQSClient, url: str) -> Depth:
    """What SQS counts in the queue; nothing where there is none."""
    with translated("GetQueueAttributes"):
        try:
            answer = client.get_queue_attributes(
                QueueUrl=url, AttributeNames=[_WAITING, _IN_FLIGHT, _DELAYED]
            )
        except ClientError as error:
            if code_of(error) in _GONE:
                return Depth()
            raise
    found = answer["Attributes"]
    return Depth(int(found[_WAITING]), int(found[_IN_FLIGHT]), int(found[_DELAYED]))


def _send_task(client: SQSClient, url: str, message: TaskMessage, delay: int) -> None:
    _send(client, url, task_json(message), delay, group_id(message.workflow_name))


def _send(client: SQSClient, url: str, body: str, delay: int, group: str = "") -> None:
    request: dict[str, Any] = {"QueueUrl": url, "MessageBody": body}
    if delay > 0:
        request["DelaySeconds"] = min(delay, LONGEST_DELAY)
    if group:
        request["MessageGroupId"] = group
    with translated("SendMessage"):
        try:
            client.send_message(**request)
        except ClientError as error:
            if code_of(error) in _GONE:
                raise _QueueGoneError(url) from error
            raise
