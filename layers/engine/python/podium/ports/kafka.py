"""Port of Kafka: one record at a time, acknowledged (tasks.md 21)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from podium.domain.tasks.kafka_publish import KafkaRecord


@dataclass(frozen=True, slots=True)
class Delivered:
    """Where a record is."""

    partition: int
    offset: int


class NotDeliveredError(Exception):
    """No acknowledgement: the brokers cannot be reached, refuse, or are too slow; the message says which."""


class KafkaProducer(Protocol):
    """Sends records; at least once, since an acknowledgement may be lost."""

    def send(self, record: KafkaRecord) -> Delivered:
        """Send and wait for all replicas. Raises NotDeliveredError."""
        ...
