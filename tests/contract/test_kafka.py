"""Records on their way to Kafka: kafka-python against librdkafka's mock brokers, over TCP.

The mock answers the first versions of the protocol only, so the version is given; a real broker says
which ones it knows.
"""

from __future__ import annotations

import gc
import json
import socket
from collections.abc import Iterator
from typing import Any

import pytest
from confluent_kafka import Consumer, Producer

from podium.adapters.kafka import KafkaAccess, PythonKafkaProducer
from podium.adapters.memory.secrets import MemorySecrets
from podium.domain.tasks.kafka_publish import KafkaRecord
from podium.ports.kafka import NotDeliveredError

_VERSION = (2, 1, 0)


@pytest.fixture(scope="module")
def broker() -> Iterator[str]:
    """Address of a cluster of one broker."""
    cluster = Producer({"test.mock.num.brokers": 1, "bootstrap.servers": "none", "log_level": 0})
    (found,) = cluster.list_topics(timeout=10).brokers.values()
    yield f"127.0.0.1:{found.port}"
    cluster.flush(1)


_made: list[PythonKafkaProducer] = []

#: kafka-python leaves the socket of a connection that fails to the garbage collector.
pytestmark = pytest.mark.filterwarnings(
    "ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"
)


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    yield
    while _made:
        _made.pop().close()
    gc.collect()


def producer(servers: tuple[str, ...] = (), **access: Any) -> PythonKafkaProducer:
    given = KafkaAccess(servers=servers, **access)
    secrets = MemorySecrets()
    secrets.put("brokers", json.dumps({"username": "u", "password": "p"}))
    secrets.put("nonsense", "[]")
    made = PythonKafkaProducer(
        given, secrets, api_version=_VERSION, enable_idempotence=False, metrics_enabled=False
    )
    _made.append(made)
    return made


def record(topic: str, **fields: Any) -> KafkaRecord:
    return KafkaRecord(**{"servers": (), "topic": topic, "value": b"1", **fields})


def consumed(broker: str, topic: str, count: int) -> list[Any]:
    consumer = Consumer(
        {"bootstrap.servers": broker, "group.id": topic, "auto.offset.reset": "earliest"}
    )
    consumer.subscribe([topic])
    try:
        found: list[Any] = []
        for _ in range(100):
            message = consumer.poll(0.5)
            if message is not None and not message.error():
                found.append(message)
            if len(found) == count:
                return found
        raise AssertionError(f"only {len(found)} of {count} records came")
    finally:
        consumer.close()


def test_a_record_arrives_as_it_was_sent_and_its_place_is_told(broker):
    sender = producer()
    value = json.dumps({"é": None}).encode()
    full = record("orders", servers=(broker,), value=value, key=b"\0\0\0\7", headers=(("h", b"v"),))
    first, second = sender.send(full), sender.send(record("orders", servers=(broker,)))
    assert (first.offset, second.offset) == (0, 1) or first.partition != second.partition
    found = {message.value(): message for message in consumed(broker, "orders", 2)}
    assert found[value].key() == b"\0\0\0\7"
    assert found[value].headers() == [("h", b"v")]
    assert found[value].partition() == first.partition
    assert found[b"1"].key() is None


def test_a_record_without_servers_goes_to_those_of_the_installation(broker):
    producer((broker,)).send(record("own"))
    assert len(consumed(broker, "own", 1)) == 1
    with pytest.raises(NotDeliveredError, match="PODIUM_KAFKA_BOOTSTRAP_SERVERS is empty"):
        producer().send(record("own"))


def test_brokers_that_do_not_answer_are_told_within_the_timeouts():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        server = f"127.0.0.1:{silent.getsockname()[1]}"
        unanswered = record("a", servers=(server,), request_timeout=300, max_block=300)
        with pytest.raises(NotDeliveredError, match=f"topic a at {server}: .*Timeout"):
            producer().send(unanswered)


def test_a_secret_that_holds_no_credentials_is_told_by_its_name(broker):
    for secret, reason in [("nonsense", "holds no username"), ("missing", "holds no username")]:
        sender = producer((broker,), mechanism="PLAIN", secret=secret)
        with pytest.raises(NotDeliveredError, match=f"the secret {secret} {reason}"):
            sender.send(record("a"))


def test_credentials_come_from_the_secret():
    sender = producer(("b:1",), mechanism="SCRAM-SHA-512", secret="brokers")
    assert sender._credentials() == {
        "sasl_mechanism": "SCRAM-SHA-512",
        "sasl_plain_username": "u",
        "sasl_plain_password": "p",
    }
    assert producer(mechanism="AWS_MSK_IAM")._credentials() == {"sasl_mechanism": "AWS_MSK_IAM"}


def test_only_so_many_connections_are_kept(broker):
    sender = producer()
    for number in range(10):
        sender.send(record("many", servers=(broker,), request_timeout=5_000 + number))
    assert len(sender._producers) == 8
