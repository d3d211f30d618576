"""Names and addresses of the queues a worker uses."""

from __future__ import annotations

import hashlib
import os
import re
import time
from typing import TYPE_CHECKING, Any

from podium_worker.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping

_PLAIN = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]*")
_UNSAFE = re.compile(r"[^A-Za-z0-9_-]+")
_LONGEST_NAME = 80


#: Queues of a type by priority: 50-99, 1-49, 0.
BANDS = (2, 1, 0)
#: Seconds after which a queue that does not exist is looked for again.
_LOOK_AGAIN = 15.0


def queue_name(prefix: str, task_type: str, domain: str = "", band: int = 0) -> str:
    """Name of the queue of a task type: Podium's rule, which a test compares with the engine's."""
    full = f"{domain}:{task_type}" if domain else task_type
    plain = f"{prefix}task-{full}"
    if not domain and not band and _PLAIN.fullmatch(full) and len(plain) <= _LONGEST_NAME:
        return plain
    text, readable = f"{len(domain)}:{full}", _UNSAFE.sub("_", full)
    if band:
        text, readable = f"open{band}:0::{text}", f"open{band}-{readable}"
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return f"{prefix}task--{digest[:20]}-{readable}"[:_LONGEST_NAME]


class Queues:
    """Receives task messages and sends results; one boto3 SQS client, which threads may share."""

    def __init__(self, client: Any, prefix: str, results_url: str) -> None:
        """``prefix`` and ``results_url`` are outputs of the Podium stack."""
        self._client = client
        self._prefix = prefix
        self._results_url = results_url
        self._urls: dict[tuple[str, str, int], str] = {}
        self._missed: dict[tuple[str, str, int], float] = {}

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Queues:
        """Read PODIUM_QUEUE_PREFIX and PODIUM_RESULTS_QUEUE_URL; raises ConfigurationError.

        Region, credentials and endpoint are boto3's own business.
        """
        import boto3  # noqa: PLC0415  # so that importing the package costs nothing

        names = ("PODIUM_QUEUE_PREFIX", "PODIUM_RESULTS_QUEUE_URL")
        missing = [name for name in names if not environment.get(name)]
        if missing:
            message = f"set {' and '.join(missing)} (outputs of the Podium stack)"
            raise ConfigurationError(message)
        return cls(boto3.client("sqs"), *(environment[name] for name in names))

    def url(self, task_type: str, domain: str = "", band: int = 0) -> str | None:
        """URL of a queue of a task type; None while it does not exist, which may change."""
        key = (task_type, domain, band)
        if key in self._urls:
            return self._urls[key]
        try:
            answer = self._client.get_queue_url(
                QueueName=queue_name(self._prefix, task_type, domain, band)
            )
        except self._client.exceptions.QueueDoesNotExist:
            return None
        url: str = answer["QueueUrl"]
        self._urls[key] = url
        return url

    def urls(self, task_type: str, domain: str = "") -> list[str]:
        """URLs of the queues of a task type that exist, the highest priority first.

        Those of the priorities above 0, which few types have, are looked for now and then.
        """
        found = (self._now_and_then(task_type, domain, band) for band in BANDS)
        return [url for url in found if url is not None]

    def _now_and_then(self, task_type: str, domain: str, band: int) -> str | None:
        key, now = (task_type, domain, band), time.monotonic()
        if band and now - self._missed.get(key, -_LOOK_AGAIN) < _LOOK_AGAIN:
            return None
        url = self.url(task_type, domain, band)
        if url is None:
            self._missed[key] = now
        return url

    def receive(self, url: str, count: int, wait: int, visibility: int) -> list[dict[str, Any]]:
        """Up to 10 messages, hidden for ``visibility`` seconds; waits up to ``wait`` seconds."""
        answer = self._client.receive_message(
            QueueUrl=url,
            MaxNumberOfMessages=min(count, 10),
            WaitTimeSeconds=wait,
            VisibilityTimeout=visibility,
            MessageSystemAttributeNames=["ApproximateReceiveCount"],
        )
        return list(answer.get("Messages", []))

    def hide(self, url: str, receipt: str, seconds: int) -> None:
        """Keep a message hidden for ``seconds`` from now."""
        self._client.change_message_visibility(
            QueueUrl=url, ReceiptHandle=receipt, VisibilityTimeout=seconds
        )

    def delete(self, url: str, receipt: str) -> None:
        """The message is done with."""
        self._client.delete_message(QueueUrl=url, ReceiptHandle=receipt)

    def send_result(self, body: str) -> None:
        """Put a result in the results queue."""
        self._client.send_message(QueueUrl=self._results_url, MessageBody=body)
