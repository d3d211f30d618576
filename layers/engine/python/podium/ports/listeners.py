"""Port of the listeners: where status events are published (engine.md 18)."""

from __future__ import annotations

from typing import Protocol

from podium.domain.listening import Notification
from podium.domain.sinks import Sink


class Listeners(Protocol):
    """Publishes at least once, in any order; whoever hears it tells repeats by their id."""

    def publish(self, sink: Sink, notification: Notification) -> None:
        """PutEvents with one entry, or SendMessage.

        The first message for a queue also looks for it, and makes it where it is missing. Raises
        PodiumError when it is not certain that the event was taken.
        """
        ...

    def defer(self, sink: Sink, notification: Notification, now: int) -> None:
        """SendMessage to the queue of failures: it could not be published at ``now`` (epoch ms)."""
        ...
