"""What lies around the calls that are counted: delays of AWS, and services outside."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from podium.adapters.memory.queues import MemoryQueue
from podium.adapters.message import wakeup_json
from podium.domain.tasks.kafka_publish import KafkaRecord
from podium.ports.kafka import Delivered
from podium.ports.outside import HttpRequest, HttpResponse
from tests.invariants.simulation.sources import QUEUE_ARN
from tests.support.cluster import Cluster, TableHttp, TopicKafka


class Sooner:
    """Redelivery."""

    def __init__(self, queues: Mapping[str, MemoryQueue]) -> None:
        self._queues = queues

    def soon(self, queue_arn: str, receipt: str) -> None:
        """See the port."""
        self._queues[queue_arn.removeprefix(QUEUE_ARN)].change_visibility(receipt, 2)


class Alarm:
    """SQS delays and EventBridge Scheduler: wakeups of schedules come to their queue in time."""

    def __init__(self, cluster: Cluster, queue: MemoryQueue) -> None:
        self._cluster = cluster
        self._queue = queue

    def due(self) -> int | None:
        """See Mapping."""
        wakeups = self._cluster.wakeups
        moments = [due for due, _ in wakeups.sent] + list(wakeups.booked.values())
        return min(moments, default=None)

    def step(self) -> None:
        """Send what is due."""
        wakeups, now = self._cluster.wakeups, self._cluster.clock.now()
        come = [wakeup for due, wakeup in wakeups.sent if due <= now]
        come += [wakeup for wakeup, due in wakeups.booked.items() if due <= now]
        wakeups.sent = [each for each in wakeups.sent if each[0] > now]
        for wakeup in come:
            wakeups.booked.pop(wakeup, None)
            self._queue.send(wakeup_json(wakeup))


class CountedHttp(TableHttp):
    """A request to somebody outside is a call as well."""

    def __init__(self, call: Callable[[str], Any]) -> None:
        super().__init__()
        self._call = call

    def call(self, request: HttpRequest) -> HttpResponse:
        """See the port."""
        with self._call("HTTP"):
            return super().call(request)


class CountedKafka(TopicKafka):
    """So is a record."""

    def __init__(self, call: Callable[[str], Any]) -> None:
        super().__init__()
        self._call = call

    def send(self, record: KafkaRecord) -> Delivered:
        """See the port."""
        with self._call("Kafka"):
            super().send(record)
        # Its place is the broker's affair: a repeat would get another one.
        return Delivered(0, 0)
