"""The carriers of events in memory."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from podium.adapters.event_messages import own_message, queue_message
from podium.adapters.memory.calls import Calls
from podium.adapters.memory.queues import MemoryQueue
from podium.domain.events.message import EventMessage
from podium.domain.events.names import EventKind, EventName
from podium.errors import InvalidInputError, NotFoundError

if TYPE_CHECKING:
    from podium.adapters.items.payloads import Payloads
    from podium.domain.events.message import Publication
    from podium.ports.outside import Clock


#: ARN of Podium's own queue of events.
OWN_QUEUE = "arn:aws:sqs:us-east-1:123456789012:podium-event-messages"


class MemoryEventPublisher:
    """Podium's own queue, and what was sent elsewhere, by event."""

    def __init__(self, clock: Clock, payloads: Payloads, calls: Calls | None = None) -> None:
        self._calls = calls or Calls()
        self._payloads = payloads
        self.own = MemoryQueue(clock, self._calls)
        self.published: dict[str, list[Publication]] = {}
        #: Targets outside that do not exist.
        self.missing: set[str] = set()

    def publish(self, publication: Publication) -> None:
        event = publication.event
        if event.kind is EventKind.CONDUCTOR:
            self.post(EventMessage(event, publication.id, publication.payload))
            return
        self._calls.write("SendMessage", lambda: self._keep(publication))

    def _keep(self, publication: Publication) -> None:
        event = publication.event
        if str(event) in self.missing:
            raise NotFoundError(f"{event} does not exist")
        self.published.setdefault(str(event), []).append(publication)

    def read(self, record: Mapping[str, Any]) -> EventMessage:
        return queue_message(record, OWN_QUEUE, "podium-", self._payloads)

    def post(self, message: EventMessage, delay: int = 0) -> None:
        self.own.send(own_message(message, self._payloads), delay)


class MemoryEventSources:
    """Which events are listened to."""

    def __init__(self, calls: Calls | None = None) -> None:
        self._calls = calls or Calls()
        self.opened: set[EventName] = set()
        #: Events that cannot be listened to.
        self.refused: set[str] = set()
        #: Messages by the name of the queue.
        self.sizes: dict[str, int] = {}

    def open(self, event: EventName) -> None:
        if event.kind in {EventKind.CONDUCTOR, EventKind.KAFKA}:
            return
        with self._calls.call("OpenSource"):
            if str(event) in self.refused:
                raise InvalidInputError(f"{event} does not exist")
            self.opened.add(event)

    def queue_of(self, event: EventName) -> str:
        if event.kind is EventKind.KAFKA:
            return ""
        return (
            f"podium-sink-{event.name}" if event.kind is EventKind.SQS else "podium-event-messages"
        )

    def address(self, event: EventName) -> str:
        return f"memory://{self.queue_of(event)}"

    def size(self, queue: str) -> int:
        return self.sizes.get(queue, 0)

    def close(self, event: EventName) -> None:
        with self._calls.call("CloseSource"):
            self.opened.discard(event)
