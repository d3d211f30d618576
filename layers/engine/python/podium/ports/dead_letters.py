"""Port of the queues of dead letters: messages that were received too often, wherever they came from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class DeadLetters:
    """A queue of dead letters as it is now."""

    queue: str
    #: Messages, about; those that somebody has just received among them.
    size: int
    #: When the oldest of some of them was sent (epoch ms); None: nothing is there, or a look would count.
    oldest: int | None
    #: Queues whose messages come here when they were received too often.
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """One message, as it was sent, and what is needed to settle it."""

    body: str
    receipt: str
    #: The queue that it came from; empty: nobody knows, as with what was put here directly.
    source: str = ""
    #: Its MessageId, which it has had since it was sent first.
    id: str = ""
    #: MessageGroupId; empty: none.
    group: str = ""
    #: Message attributes, as SQS has them.
    attributes: Mapping[str, Any] = field(default_factory=dict)


class DeadLetterQueues(Protocol):
    """The queues of one installation. Names are without the installation's prefix."""

    def names(self) -> Sequence[str]:
        """All of them; no call."""
        ...

    def look(self, queue: str) -> DeadLetters:
        """GetQueueAttributes, ListDeadLetterSourceQueues a page, and a ReceiveMessage that hides nothing.

        The last one only where nobody counts how often a message is received.
        """
        ...

    def sources(self, queue: str) -> Sequence[str]:
        """ListDeadLetterSourceQueues, one call a page of a thousand."""
        ...

    def receive(self, queue: str, count: int) -> Sequence[DeadLetter]:
        """ReceiveMessage: up to ``count``, at most ten, hidden from others for half a minute."""
        ...

    def send(self, queue: str, letter: DeadLetter) -> bool:
        """SendMessage to ``queue``; False: there is no such queue any more."""
        ...

    def delete(self, queue: str, receipts: Sequence[str]) -> None:
        """DeleteMessageBatch: up to ten."""
        ...
