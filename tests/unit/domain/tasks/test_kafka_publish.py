"""KAFKA_PUBLISH: records that inputs describe, and inputs that describe none."""

from __future__ import annotations

from typing import Any

import pytest

from podium.domain.outcome import Outcome
from podium.domain.status import TaskStatus
from podium.domain.tasks.kafka_publish import KafkaRecord, end, failure, record

REQUEST: dict[str, Any] = {"bootStrapServers": "a:1, b:2,", "topic": "orders", "value": {"é": None}}
PACKAGE = "org.apache.kafka.common.serialization."


def asked(**changes: Any) -> Any:
    request = {name: value for name, value in {**REQUEST, **changes}.items() if value != "-"}
    return record({"kafka_request": request})


def test_a_request_is_a_record_with_its_value_as_json():
    assert asked() == KafkaRecord(("a:1", "b:2"), "orders", '{"é":null}'.encode())
    assert asked(value="text").value == b'"text"'


@pytest.mark.parametrize(
    ("key", "serializer", "expected"),
    [
        (None, "-", None),
        ("k", "-", b"k"),
        (7, "-", b"7"),
        ({"a": 1}, PACKAGE + "StringSerializer", b'{"a":1}'),
        (7, PACKAGE + "IntegerSerializer", b"\0\0\0\7"),
        ("-1", PACKAGE + "LongSerializer", b"\xff" * 8),
    ],
)
def test_a_key_is_written_as_its_serializer_would(key, serializer, expected):
    assert asked(key=key, keySerializer=serializer).key == expected


def test_headers_and_timeouts_are_taken():
    found = asked(headers={"a": 1, "b": "é"}, requestTimeoutMs="500", maxBlockMs=700)
    assert found.headers == (("a", b"1"), ("b", "é".encode()))
    assert (found.request_timeout, found.max_block) == (500, 700)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"bootStrapServers": "-"}, "No boot strap servers"),
        ({"bootStrapServers": " , "}, "No boot strap servers"),
        ({"bootStrapServers": 7}, "No boot strap servers"),
        ({"topic": "-"}, "Missing Kafka topic"),
        ({"topic": " "}, "Missing Kafka topic"),
        ({"value": None}, "Missing Kafka value"),
        ({"key": 1, "keySerializer": "Avro"}, "keySerializer: Avro is not known"),
        ({"key": "x", "keySerializer": "IntegerSerializer"}, "key: x is no number of 4 bytes"),
        ({"key": 2**40, "keySerializer": "IntegerSerializer"}, "is no number of 4 bytes"),
        ({"key": [1], "keySerializer": "LongSerializer"}, "is no number of 8 bytes"),
        ({"headers": [1]}, "headers is not a map"),
        ({"requestTimeoutMs": 0}, "requestTimeoutMs: 0 is not between"),
        ({"maxBlockMs": "soon"}, "maxBlockMs: soon is not between"),
        ({"maxBlockMs": 60_001}, "is not between"),
        ({"value": "\ud800"}, "Invalid Kafka request"),
    ],
)
def test_a_request_that_describes_no_record_fails_with_the_reason(changes, reason):
    found = asked(**changes)
    assert isinstance(found, Outcome)
    assert found.status is TaskStatus.FAILED
    assert reason in found.reason


@pytest.mark.parametrize("given", [{}, {"kafka_request": "x"}])
def test_no_request_fails(given):
    found = record(given)
    assert isinstance(found, Outcome)
    assert "Missing Kafka request" in found.reason


def test_the_output_is_the_place_of_the_record():
    assert end({}, 1, 7) == Outcome(TaskStatus.COMPLETED, {"partition": 1, "offset": 7})
    assert end({"asyncComplete": True}, 0, 0).status is TaskStatus.IN_PROGRESS
    assert failure("no").reason == "Failed to invoke kafka task due to: no"
