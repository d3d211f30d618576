"""Names of events: where an EVENT task puts its message, and what a handler listens to (engine.md 19).

``conductor:<workflow>:<name>`` is an event of Podium's own; the others name a place that anybody may
write to or read: ``sqs:<queue>``, ``sns:<topic>``, ``eventbridge[:<bus>[:<detail-type>]]``,
``kafka:<topic>``.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import NamedTuple

from podium.domain.expressions import excerpt
from podium.errors import InvalidInputError

#: Attribute of a message that says by which id it is known, if not by that of the carrier.
MESSAGE_ID = "conductor-message-id"
#: Names of queues, topics and buses; the installation's prefix comes on top.
_NAME = re.compile(r"[A-Za-z0-9_-]{1,50}")
#: A queue or topic that keeps an order.
_FIFO = ".fifo"
_KAFKA_TOPIC = re.compile(r"[A-Za-z0-9._-]{1,249}")
_LONGEST_DETAIL_TYPE = 128
#: Kept of a name that somebody made up; it becomes part of keys.
_LONGEST = 500


class EventKind(StrEnum):
    """What carries an event."""

    CONDUCTOR = "conductor"
    SQS = "sqs"
    SNS = "sns"
    EVENT_BRIDGE = "eventbridge"
    KAFKA = "kafka"


class EventName(NamedTuple):
    """One event: its carrier, the name there, and for a bus the detail type."""

    kind: EventKind
    #: Queue, topic, bus, or ``<workflow>:<name>``; empty for the installation's own bus.
    name: str = ""
    #: Of a bus only; empty for every type.
    detail_type: str = ""

    def __str__(self) -> str:
        """The text it was read from."""
        parts = [self.kind.value, self.name, self.detail_type]
        while not parts[-1]:
            parts.pop()
        return ":".join(parts)

    @property
    def is_ordered(self) -> bool:
        """The queue or topic is a FIFO one."""
        return self.name.endswith(_FIFO)


def parse_event(text: str) -> EventName:
    """An event by its name; raises InvalidInputError that says what is wrong with it."""
    word, _, rest = text.strip().partition(":")
    kind = next((kind for kind in EventKind if kind.value == word), None)
    if kind is None or len(text) > _LONGEST:
        kinds = ", ".join(EventKind)
        raise InvalidInputError(f"'{excerpt(text)}' is no event: it begins with one of {kinds}")
    match kind:
        case EventKind.CONDUCTOR:
            is_valid = bool(rest.strip(":"))
        case EventKind.SQS | EventKind.SNS:
            is_valid = bool(_NAME.fullmatch(rest.removesuffix(_FIFO)))
        case EventKind.EVENT_BRIDGE:
            bus, colon, detail_type = rest.partition(":")
            is_valid = not bus or bool(_NAME.fullmatch(bus))
            is_valid &= 0 < len(detail_type) <= _LONGEST_DETAIL_TYPE if colon else True
            if is_valid:
                return EventName(kind, bus, detail_type)
        case EventKind.KAFKA:
            is_valid = bool(_KAFKA_TOPIC.fullmatch(rest))
    if not is_valid:
        raise InvalidInputError(f"'{excerpt(text)}' is no event: {_RULES[kind]}")
    return EventName(kind, rest)


_OF_UP_TO_50 = "has up to 50 letters, digits, _ and -"
_RULES = {
    EventKind.CONDUCTOR: "conductor: is followed by the name of a workflow and a reference name",
    EventKind.SQS: f"the name of a queue {_OF_UP_TO_50}",
    EventKind.SNS: f"the name of a topic {_OF_UP_TO_50}",
    EventKind.EVENT_BRIDGE: f"the name of a bus {_OF_UP_TO_50}; a detail type has up to 128 characters",
    EventKind.KAFKA: "the name of a topic has up to 249 letters, digits, ., _ and -",
}


def sink_event(sink: object, workflow_name: str, ref: str) -> EventName:
    """The event that an EVENT task with this evaluated sink produces (engine.md 19.2).

    ``conductor`` is ``conductor:<workflow>:<ref>``, ``conductor:x`` is ``conductor:<workflow>:x``.
    Raises InvalidInputError.
    """
    text = sink.strip() if isinstance(sink, str) else ""
    if text == EventKind.CONDUCTOR:
        return EventName(EventKind.CONDUCTOR, f"{workflow_name}:{ref}")
    try:
        found = parse_event(text)
    except InvalidInputError as error:
        shown = excerpt(sink)  # type: ignore[arg-type]  # the value of an expression is JSON
        message = f"Invalid / Unsupported sink specified: {shown} ({error})"
        raise InvalidInputError(message) from error
    if found.kind is EventKind.CONDUCTOR:
        return EventName(found.kind, f"{workflow_name}:{found.name}")
    return found
