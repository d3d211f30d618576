"""Listeners in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podium.adapters.memory.calls import Calls
from podium.adapters.memory.queues import MemoryQueue
from podium.adapters.notices import CALLBACK_QUEUES, DEFERRED_SECONDS, note
from podium.domain.sinks import SinkKind

if TYPE_CHECKING:
    from podium.domain.listening import Notification
    from podium.domain.sinks import Sink
    from podium.ports.outside import Clock


class MemoryListeners:
    """Keeps what was published, by the text of its sink; the peer's queues by their names."""

    def __init__(self, clock: Clock, calls: Calls | None = None) -> None:
        """``calls`` is told of each; what its hooks raise is a listener that fails."""
        self._calls = calls or Calls()
        self.deferred = MemoryQueue(clock, self._calls)
        self.published: dict[str, list[Notification]] = {}

    def publish(self, sink: Sink, notification: Notification) -> None:
        place = str(sink)
        if sink.kind is SinkKind.QUEUE:
            if notification.type not in CALLBACK_QUEUES:
                return
            place = CALLBACK_QUEUES[notification.type]
        call = "PutEvents" if sink.kind is SinkKind.EVENT_BRIDGE else "SendMessage"
        self._calls.write(call, lambda: self.published.setdefault(place, []).append(notification))

    def defer(self, sink: Sink, notification: Notification, now: int) -> None:
        self.deferred.send(note(sink, notification, now), delay=DEFERRED_SECONDS)
