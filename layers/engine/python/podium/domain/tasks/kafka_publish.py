"""KAFKA_PUBLISH: the record that the input describes, and the end that its delivery means (tasks.md 21).

The record is sent outside a decision, by the ``system_tasks`` function.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from podium.domain.expressions import as_text, excerpt
from podium.domain.outcome import Outcome
from podium.domain.status import TaskStatus

if TYPE_CHECKING:
    from podium.domain.json import Json, JsonMap

#: Milliseconds; the first call to a broker takes a TLS handshake and a look at the cluster.
_TIMEOUT = 10_000
_LONGEST_TIMEOUT = 60_000
#: Bytes of a key by the last part of the serializer's name.
_WIDTHS = {"IntegerSerializer": 4, "LongSerializer": 8}
_TEXT = "StringSerializer"


@dataclass(frozen=True, slots=True)
class KafkaRecord:
    """What is sent where; timeouts in milliseconds."""

    #: ``host:port``; those of the installation when empty.
    servers: tuple[str, ...]
    topic: str
    value: bytes
    key: bytes | None = None
    headers: tuple[tuple[str, bytes], ...] = ()
    request_timeout: int = _TIMEOUT
    #: For the topic to be known.
    max_block: int = _TIMEOUT


class _InvalidError(ValueError):
    """The input describes no record; the message says why."""


def record(task_input: JsonMap) -> KafkaRecord | Outcome:
    """The record that ``kafka_request`` describes; FAILED when it does not."""
    fields = task_input.get("kafka_request")
    if not isinstance(fields, Mapping):
        return _failed("Missing Kafka request: kafka_request is not a map")
    servers = _servers(fields.get("bootStrapServers"))
    if not servers:
        return _failed("No boot strap servers specified: kafka_request.bootStrapServers is missing")
    topic = fields.get("topic")
    if not isinstance(topic, str) or not topic.strip():
        return _failed("Missing Kafka topic: kafka_request.topic is missing")
    value = fields.get("value")
    if value is None:
        return _failed("Missing Kafka value: kafka_request.value is missing")
    try:
        return KafkaRecord(
            servers=servers,
            topic=topic.strip(),
            value=_json(value),
            key=_key(fields.get("key"), fields.get("keySerializer")),
            headers=_headers(fields.get("headers")),
            request_timeout=_milliseconds(fields, "requestTimeoutMs"),
            max_block=_milliseconds(fields, "maxBlockMs"),
        )
    except (_InvalidError, UnicodeEncodeError) as error:
        return _failed(f"Invalid Kafka request: {error}")


def end(task_input: JsonMap, partition: int, offset: int) -> Outcome:
    """COMPLETED, or still IN_PROGRESS when somebody else is to complete it; the output is the place."""
    is_open = task_input.get("asyncComplete") in (True, "true")
    status = TaskStatus.IN_PROGRESS if is_open else TaskStatus.COMPLETED
    return Outcome(status, {"partition": partition, "offset": offset})


def failure(reason: str) -> Outcome:
    """The record was not delivered."""
    return _failed(f"Failed to invoke kafka task due to: {reason}")


def _servers(given: Json) -> tuple[str, ...]:
    text = given if isinstance(given, str) else ""
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _json(value: Json) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _key(key: Json, serializer: Json) -> bytes | None:
    """Bytes of the key; a number is written as the peer's serializers write it, big-endian."""
    if key is None:
        return None
    name = _TEXT if serializer is None else as_text(serializer).rpartition(".")[2]
    if name == _TEXT:
        return as_text(key).encode()
    width = _WIDTHS.get(name)
    if width is None:
        raise _InvalidError(f"keySerializer: {excerpt(serializer)} is not known")
    try:
        return int(as_text(key)).to_bytes(width, "big", signed=True)
    except (ValueError, OverflowError):
        raise _InvalidError(f"key: {excerpt(key)} is no number of {width} bytes") from None


def _headers(given: Json) -> tuple[tuple[str, bytes], ...]:
    if given is None:
        return ()
    if not isinstance(given, Mapping):
        raise _InvalidError("headers is not a map")
    return tuple((name, as_text(value).encode()) for name, value in given.items())


def _milliseconds(fields: JsonMap, key: str) -> int:
    value = fields.get(key)
    if value is None:
        return _TIMEOUT
    try:
        milliseconds = int(value) if isinstance(value, (str, int, float)) else 0
    except (ValueError, OverflowError):
        milliseconds = 0
    if not 0 < milliseconds <= _LONGEST_TIMEOUT:
        raise _InvalidError(f"{key}: {excerpt(value)} is not between 1 and {_LONGEST_TIMEOUT} ms")
    return milliseconds


def _failed(reason: str) -> Outcome:
    return Outcome(TaskStatus.FAILED, {}, reason)
