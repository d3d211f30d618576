"""PollDataStore in memory."""

from __future__ import annotations

from collections.abc import Sequence

from podium.adapters.memory.calls import Calls
from podium.ports.poll_data import PollData


class MemoryPollData:
    """Poll data of one process."""

    def __init__(self, calls: Calls | None = None) -> None:
        self._calls = calls or Calls()
        self._polls: dict[tuple[str, str], PollData] = {}

    def note(self, poll: PollData) -> None:
        with self._calls.call("UpdateItem"):
            self._polls[poll.task_type, poll.domain] = poll

    def of(self, task_type: str) -> Sequence[PollData]:
        return [poll for poll in self.all() if poll.task_type == task_type]

    def all(self) -> Sequence[PollData]:
        with self._calls.call("Query"):
            return [poll for _, poll in sorted(self._polls.items())]
