# ruff: noqa: N803  # the parameters of boto3 are named so
"""An SQS client in memory, with what the worker library uses of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from podium_worker.queues import Queues, queue_name

PREFIX = "podium-"
RESULTS = "https://queue/results"


class QueueDoesNotExist(Exception):  # noqa: N818  # botocore's name
    """As botocore names it."""


class _Exceptions:
    QueueDoesNotExist = QueueDoesNotExist


@dataclass
class FakeSqs:
    """Messages by queue URL; ``calls`` in the order they were made."""

    messages: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    sent: list[dict[str, Any]] = field(default_factory=list)
    calls: list[tuple[str, Any]] = field(default_factory=list)
    fail_sends: bool = False
    on_send: Callable[[dict[str, Any]], object] = lambda body: None
    #: How often each message has been received, this time included.
    receives: int = 1
    _failures: int = 0
    exceptions = _Exceptions

    def get_queue_url(self, *, QueueName: str) -> dict[str, str]:
        url = f"https://queue/{QueueName}"
        if url not in self.messages:
            raise QueueDoesNotExist
        return {"QueueUrl": url}

    def receive_message(self, *, QueueUrl: str, **options: Any) -> dict[str, Any]:
        self.calls.append(("receive", options))
        waiting = self.messages[QueueUrl]
        if not waiting:
            return {}
        attributes = {"ApproximateReceiveCount": str(self.receives)}
        return {"Messages": [{**waiting.pop(0), "Attributes": attributes}]}

    def change_message_visibility(self, **options: Any) -> None:
        self.calls.append(("hide", options["VisibilityTimeout"]))

    def delete_message(self, **options: Any) -> None:
        self.calls.append(("delete", options["ReceiptHandle"]))

    def send_message(self, *, QueueUrl: str, MessageBody: str) -> None:
        if self.fail_sends or self._failures > 0:
            self._failures -= 1
            raise ConnectionError("the queue is not reachable")
        assert QueueUrl == RESULTS
        self.calls.append(("send", None))
        self.sent.append(json.loads(MessageBody))
        self.on_send(self.sent[-1])

    def fail(self, times: int) -> None:
        """The next sends fail."""
        self._failures = times

    def put(self, task_type: str, **fields: Any) -> None:
        """Put a task message in the queue of its type."""
        url = f"https://queue/{queue_name(PREFIX, task_type)}"
        body = json.dumps(message(task_type, **fields))
        queue = self.messages.setdefault(url, [])
        queue.append({"ReceiptHandle": f"r{len(queue)}", "MessageId": "m", "Body": body})


def message(task_type: str, **fields: Any) -> dict[str, Any]:
    """A task message as Podium sends it."""
    return {
        "v": 1,
        "taskId": "wf.1.charge",
        "workflowInstanceId": "wf",
        "ref": "charge",
        "seq": 1,
        "inc": 0,
        "epoch": 0,
        "taskType": task_type,
        "inputData": {},
    } | fields


def queues(sqs: FakeSqs) -> Queues:
    """The library's queues over the fake."""
    return Queues(sqs, PREFIX, RESULTS)
