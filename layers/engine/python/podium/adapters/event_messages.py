"""Messages of events as they travel, and as Lambda hands them over (engine.md 19, docs/events.md).

In Podium's own queue: ``{"v":1,"event":..,"id":..,"payload":..}``, a large payload by its path. There,
too, what SNS sends, and what rules of EventBridge send, whose transformer adds the event. In a queue
that somebody named: any text at all.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from podium.adapters.items import text as json_text
from podium.domain.events.message import EventMessage
from podium.domain.events.names import MESSAGE_ID, EventKind, EventName, parse_event
from podium.domain.events.payload import read_payload
from podium.errors import DefectError, InvalidInputError

if TYPE_CHECKING:
    from podium.adapters.items.payloads import Payloads
    from podium.domain.json import Json, JsonMap

VERSION = 1
#: How the name of a queue or topic of somebody's goes on after the installation's prefix.
NAMED = "sink-"
#: ``source`` of what EVENT tasks put on a bus.
SOURCE = "podium"
#: Bytes of a payload that travel in a message of Podium's own queue.
_LARGEST = 200_000
#: Where larger ones are kept.
_FOLDER = "events"
#: What a rule's transformer makes of an event; the braces are EventBridge's own.
_BUS_EVENT = "busEvent"


def own_message(message: EventMessage, payloads: Payloads) -> str:
    """A message for Podium's own queue."""
    wire: dict[str, Json] = {"v": VERSION, "event": str(message.event), "id": message.id}
    content = json_text.dumps(message.payload).encode()
    if len(content) > _LARGEST:
        return json_text.dumps({**wire, "payloadPath": payloads.store(_FOLDER, content)})
    return json_text.dumps({**wire, "payload": message.payload})


def bus_template(event: EventName) -> str:
    """Template with which a rule tells of which event its message is."""
    wire = json_text.dumps({"v": VERSION, "event": str(event)})
    return f'{wire[:-1]},"{_BUS_EVENT}":<aws.events.event.json>}}'


def queue_message(
    record: Mapping[str, Any], own_queue: str, prefix: str, payloads: Payloads
) -> EventMessage:
    """A record of an SQS event; ``own_queue``: ARN of Podium's own, ``prefix``: of the installation.

    Raises DefectError for what nobody but a stranger can have put into Podium's own queue.
    """
    arn = str(record["eventSourceARN"])
    if arn == own_queue:
        return _own(str(record["body"]), payloads)
    name = arn.rpartition(":")[2].removeprefix(prefix + NAMED)
    attribute = record.get("messageAttributes", {}).get(MESSAGE_ID, {})
    return EventMessage(
        EventName(EventKind.SQS, name),
        str(attribute.get("stringValue") or record["messageId"]),
        read_payload(str(record["body"])),
    )


def kafka_messages(event: Mapping[str, Any]) -> Iterator[EventMessage]:
    """The records of an event of Lambda's Kafka event source; keys and values are base64 texts.

    The place of a record names it, unless a header says which task sent it.
    """
    for records in event["records"].values():
        for record in records:
            topic, place = str(record["topic"]), f"{record['partition']}-{record['offset']}"
            headers = {
                name: bytes(byte % 256 for byte in value).decode(errors="replace")
                for header in record.get("headers") or ()
                for name, value in header.items()
            }
            yield EventMessage(
                EventName(EventKind.KAFKA, topic),
                headers.get(MESSAGE_ID) or f"{topic}-{place}",
                read_payload(base64.b64decode(record.get("value") or "").decode(errors="replace")),
            )


def _own(body: str, payloads: Payloads) -> EventMessage:
    try:
        wire = json_text.loads(body)
    except ValueError as error:
        raise DefectError(f"a message that is not JSON: {body[:100]!r}") from error
    if not isinstance(wire, Mapping):
        raise DefectError(f"a message of an unknown format: {body[:100]!r}")
    try:
        if wire.get("Type") == "Notification" and "TopicArn" in wire:
            return _notification(wire)
        if wire.get("v") == VERSION and isinstance(wire.get(_BUS_EVENT), Mapping):
            return _bus_event(wire)
        if wire.get("v") == VERSION:
            payload = wire["payload"] if "payload" in wire else _fetched(wire, payloads)
            return EventMessage(parse_event(str(wire["event"])), str(wire["id"]), payload)
    except (KeyError, InvalidInputError) as error:
        raise DefectError(f"a message that cannot be read ({error}): {body[:100]!r}") from error
    raise DefectError(f"a message of an unknown format: {body[:100]!r}")


def _fetched(wire: JsonMap, payloads: Payloads) -> Json:
    return json_text.loads(payloads.blobs.get(str(wire["payloadPath"])))


def _notification(wire: JsonMap) -> EventMessage:
    """A message of a topic, in the envelope that SNS puts around it."""
    topic = str(wire["TopicArn"]).rpartition(":")[2].partition(NAMED)[2]
    attributes = wire.get("MessageAttributes")
    sent: Json = attributes.get(MESSAGE_ID) if isinstance(attributes, Mapping) else None
    id_ = sent.get("Value") if isinstance(sent, Mapping) else None
    return EventMessage(
        EventName(EventKind.SNS, topic),
        str(id_ or wire["MessageId"]),
        read_payload(str(wire["Message"])),
    )


def _bus_event(wire: JsonMap) -> EventMessage:
    """An event of a bus; its payload is the detail."""
    found: Any = wire[_BUS_EVENT]
    resources = found.get("resources") or [""]
    own = resources[0] if found.get("source") == SOURCE else ""
    return EventMessage(
        parse_event(str(wire["event"])), str(own or found["id"]), found.get("detail")
    )
