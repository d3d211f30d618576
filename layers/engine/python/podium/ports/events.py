"""Ports of the events: handlers, what became of their actions, and the carriers (engine.md 19)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from podium.domain.events.executions import EventExecution
from podium.domain.events.handler import EventHandler
from podium.domain.events.message import EventMessage, Publication
from podium.domain.events.names import EventName


class EventHandlerStore(Protocol):
    """Event handlers, by name; reads are consistent."""

    def create(self, handler: EventHandler) -> bool:
        """Put iff the name is free; False when it is not. PutItem of its place, then of itself."""
        ...

    def replace(self, handler: EventHandler) -> EventHandler | None:
        """Put over the one with its name, which is answered; None when there is none, then nothing changes.

        GetItem, then as ``create``; last, the place of an event that it has left is deleted.
        """
        ...

    def delete(self, name: str) -> EventHandler | None:
        """Forget; answers what was there. GetItem, DeleteItem of itself, then of its place."""
        ...

    def all(self) -> Sequence[EventHandler]:
        """Every handler by name; a Query per page."""
        ...

    def of_event(self, event: str) -> Sequence[EventHandler]:
        """Handlers of exactly this event, by name; a Query, then a GetItem for each."""
        ...


class EventExecutionStore(Protocol):
    """What became of actions; kept for two weeks, longer than any queue keeps a message."""

    def begin(self, execution: EventExecution) -> EventExecution:
        """Put iff nothing is known of it; answers what is there then. PutItem."""
        ...

    def aim(self, execution: EventExecution) -> EventExecution:
        """Note its target unless one is noted; answers what is there then. UpdateItem."""
        ...

    def finish(self, execution: EventExecution) -> None:
        """Note its end, once, and put it in the list of its event: PutItem twice, the list first."""
        ...

    def newest(self, event: str, count: int) -> Sequence[EventExecution]:
        """The last ``count`` that ended of one event, newest first: a Query per shard."""
        ...


class EventPublisher(Protocol):
    """Sends messages at least once; a repeat can be told by its id where the target keeps it."""

    def publish(self, publication: Publication) -> None:
        """SendMessage, Publish or PutEvents; the first for a queue also looks for it.

        Raises ClientError (of ours) when the target does not exist or does not take it,
        TransientError when it may do so later.
        """
        ...

    def read(self, record: Mapping[str, Any]) -> EventMessage:
        """What a record of an SQS event says, as Lambda delivers it: of Podium's own queue, or of one
        that a handler names. No call, but for a large payload.

        Raises DefectError for what a stranger put into Podium's own queue.
        """
        ...

    def post(self, message: EventMessage, delay: int = 0) -> None:
        """SendMessage to Podium's own queue: handlers of ``message.event`` are to hear of it after
        ``delay`` seconds.
        """
        ...


class EventSources(Protocol):
    """What brings messages from outside to the ``events`` function; each call may be repeated."""

    def open(self, event: EventName) -> None:
        """From now on messages of ``event`` come. Raises InvalidInputError when they cannot."""
        ...

    def close(self, event: EventName) -> None:
        """They come no more; nothing when they did not."""
        ...

    def queue_of(self, event: EventName) -> str:
        """Name of the queue through which they come, whether it is there or not; no call.

        Empty for Kafka, whose topics are read without one.
        """
        ...

    def address(self, event: EventName) -> str:
        """URL of that queue, which is there. GetQueueUrl."""
        ...

    def size(self, queue: str) -> int:
        """Messages that can be received from a queue, about; 0 when there is no such queue. Two calls."""
        ...
