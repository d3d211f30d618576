"""What happened to an execution's items: the vocabulary of stream records and of our own commits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from podium.domain.execution import Header, Task


@dataclass(frozen=True, slots=True)
class HeaderChange:
    """A header was written; ``old`` is None at its first write.

    ``created`` holds the contents of the added entries when this process made the commit itself;
    None for a record of the stream, whose reader computes them again if they turn out to be due.
    """

    old: Header | None
    new: Header
    created: tuple[Task, ...] | None = None


@dataclass(frozen=True, slots=True)
class TaskChange:
    """A task item was written in a way that needs a handler: it has ended."""

    workflow_id: str
    new: Task


@dataclass(frozen=True, slots=True)
class MessageChange:
    """A message to the execution was put in its queue (workflow_messages.py)."""

    workflow_id: str
    #: Run of the execution, and number in its queue.
    generation: int
    number: int

    @property
    def place(self) -> tuple[int, int]:
        """Order among the messages to one execution; ``(header.generation, header.pulled)`` is the
        place of the last one that was pulled.
        """
        return self.generation, self.number


Change = HeaderChange | TaskChange | MessageChange


@dataclass(frozen=True, slots=True)
class TaskTransition:
    """A task item that somebody listens to got another status, or was created with this one."""

    workflow_id: str
    new: Task
