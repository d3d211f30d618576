"""Port of the poll data: who asked for which tasks, and when (models.md 5)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class PollData:
    """The last poll for a task type in a domain; ``at`` in epoch ms, some seconds late at most."""

    task_type: str
    domain: str
    worker_id: str
    at: int


class PollDataStore(Protocol):
    """One entry for each task type and domain; the last one to write it wins."""

    def note(self, poll: PollData) -> None:
        """UpdateItem."""
        ...

    def of(self, task_type: str) -> Sequence[PollData]:
        """Entries of one type by domain; a Query per page."""
        ...

    def all(self) -> Sequence[PollData]:
        """Every entry by type and domain; a Query per page."""
        ...
