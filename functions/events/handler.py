"""Entry of the events function: messages of events, from queues and from Kafka (engine.md 19.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from podium import bootstrap
from podium.adapters.event_messages import kafka_messages
from podium.batch import settle_records
from podium.domain.events.names import EventKind
from podium.errors import PodiumError, TransientError
from podium.observability import logger

if TYPE_CHECKING:
    from collections.abc import Mapping

    from podium.batch import Report


def handler(event: dict[str, Any], context: object) -> Report | None:
    """React to each message.

    One of a queue that cannot be dealt with comes again, and becomes a dead letter in the end. One of
    a Kafka topic goes to Podium's own queue then: a partition waits for nobody.
    """
    engine = bootstrap.engine()
    if event.get("eventSource") in {"aws:kafka", "SelfManagedKafka"}:
        _react_to_topics(event)
        return None
    return settle_records(event, _react, engine.redelivery.soon, context)


def _react(record: Mapping[str, Any]) -> None:
    engine = bootstrap.engine()
    message = engine.ports.publisher.read(record)
    if not engine.reacting.react(message) and message.event.kind is EventKind.SQS:
        # The last handler has gone while its queue was still being read: nothing of it is lost.
        raise TransientError(f"no handler listens to {message.event}")


def _react_to_topics(event: dict[str, Any]) -> None:
    engine = bootstrap.engine()
    for message in kafka_messages(event):
        try:
            engine.reacting.react(message)
        except PodiumError as error:
            logger().info("message comes again", message_id=message.id, reason=str(error))
            engine.ports.publisher.post(message)
