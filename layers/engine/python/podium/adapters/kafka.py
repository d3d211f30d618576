"""KafkaProducer on kafka-python, imported at the first record: most installations send none."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from podium.errors import PodiumError
from podium.ports.kafka import Delivered, NotDeliveredError

if TYPE_CHECKING:
    from podium.domain.tasks.kafka_publish import KafkaRecord
    from podium.ports.secrets import SecretReader

#: Connections kept by one process, by their servers and timeouts.
_MOST = 8
#: Beyond the timeouts, for the thread that sends.
_GRACE = 1.0


@dataclass(frozen=True, slots=True)
class KafkaAccess:
    """How the brokers are reached; they are the installation's own, or those that a task names."""

    #: For records that name no servers.
    servers: tuple[str, ...] = ()
    #: PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL.
    protocol: str = "PLAINTEXT"
    #: PLAIN, SCRAM-SHA-256, SCRAM-SHA-512 or AWS_MSK_IAM; empty for none.
    mechanism: str = ""
    #: Secret with ``{"username": .., "password": ..}``; empty for none.
    secret: str = ""


class PythonKafkaProducer:
    """Keeps a producer for each cluster; each waits for all replicas and never writes twice itself."""

    def __init__(self, access: KafkaAccess, secrets: SecretReader, **options: Any) -> None:
        """``options``: more of kafka-python's, for tests."""
        self._access = access
        self._secrets = secrets
        self._options = options
        self._producers: dict[tuple[tuple[str, ...], int, int], Any] = {}
        self._lock = threading.Lock()

    def send(self, record: KafkaRecord) -> Delivered:
        servers = record.servers or self._access.servers
        if not servers:
            raise NotDeliveredError("there are no brokers: PODIUM_KAFKA_BOOTSTRAP_SERVERS is empty")
        from kafka.errors import KafkaError

        try:
            sending = self._producer(servers, record).send(
                record.topic, record.value, key=record.key, headers=list(record.headers)
            )
            placed = sending.get(timeout=record.request_timeout / 1000 + _GRACE)
        except (KafkaError, OSError, ValueError, AssertionError) as error:
            # What goes wrong once with a connection need not go wrong again with a new one.
            self._forget(servers, record)
            place = f"topic {record.topic} at {', '.join(servers)}"
            raise NotDeliveredError(f"{place}: {error}") from error
        return Delivered(placed.partition, placed.offset)

    def close(self) -> None:
        """End every connection; the next record makes a new one."""
        with self._lock:
            while self._producers:
                self._producers.popitem()[1].close(timeout=0)

    def _producer(self, servers: tuple[str, ...], record: KafkaRecord) -> Any:
        key = (servers, record.request_timeout, record.max_block)
        with self._lock:
            if key not in self._producers:
                if len(self._producers) >= _MOST:
                    self._producers.pop(next(iter(self._producers))).close(timeout=0)
                self._producers[key] = self._connect(*key)
            return self._producers[key]

    def _connect(self, servers: tuple[str, ...], request_timeout: int, max_block: int) -> Any:
        from kafka import KafkaProducer

        return KafkaProducer(
            bootstrap_servers=list(servers),
            acks="all",
            request_timeout_ms=request_timeout,
            delivery_timeout_ms=request_timeout,
            max_block_ms=max_block,
            bootstrap_timeout_ms=max_block,
            security_protocol=self._access.protocol,
            **self._credentials(),
            **self._options,
        )

    def _credentials(self) -> dict[str, str]:
        if not self._access.mechanism:
            return {}
        given = {"sasl_mechanism": self._access.mechanism}
        if not self._access.secret:
            return given
        try:
            found = self._secrets.find([self._access.secret])[self._access.secret]
        except PodiumError as error:
            raise NotDeliveredError(f"the secret {self._access.secret} cannot be read") from error
        try:
            pair = json.loads(found or "")
            return given | {
                "sasl_plain_username": str(pair["username"]),
                "sasl_plain_password": str(pair["password"]),
            }
        except (ValueError, KeyError, TypeError) as error:
            message = f"the secret {self._access.secret} holds no username and password"
            raise NotDeliveredError(message) from error

    def _forget(self, servers: tuple[str, ...], record: KafkaRecord) -> None:
        with self._lock:
            producer = self._producers.pop(
                (servers, record.request_timeout, record.max_block), None
            )
        if producer is not None:
            producer.close(timeout=0)
