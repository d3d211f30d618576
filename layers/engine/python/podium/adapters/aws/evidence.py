"""Evidence on AWS: counts of queues, and nothing else that can be seen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from podium.adapters.aws.queues import depth_of
from podium.domain.queues import Depth
from podium.domain.why.facts import Carrier, Sight
from podium.ports.evidence import OwnQueue

if TYPE_CHECKING:
    from types_boto3_sqs import SQSClient

    from podium.domain.execution import Header, Task
    from podium.domain.ids import TaskKey


class SqsEvidence:
    """Evidence."""

    def __init__(self, client: SQSClient, urls: Mapping[OwnQueue, str]) -> None:
        """``urls`` of our own queues."""
        self._client = client
        self._urls = urls

    def depth(self, queue: OwnQueue) -> Depth:
        return depth_of(self._client, self._urls[queue])

    def records(self, workflow_id: str) -> Sight:
        return Sight.UNKNOWN

    def message(self, key: TaskKey, task: Task) -> Carrier:
        return Carrier.UNKNOWN

    def timer(self, header: Header) -> Sight:
        return Sight.UNKNOWN

    def own_timer(self, key: TaskKey) -> Sight:
        return Sight.UNKNOWN

    def gate(self, header: Header) -> Sight:
        return Sight.UNKNOWN
