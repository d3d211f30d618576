"""Dead letters in memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from podium.adapters.memory.calls import Calls
from podium.ports.dead_letters import DeadLetter, DeadLetters

if TYPE_CHECKING:
    from podium.ports.outside import Clock

_MOST = 10
_HIDDEN = 30_000


class MemoryDeadLetters:
    """DeadLetterQueues: ``sent`` is what went back, by queue."""

    def __init__(
        self, clock: Clock, sources: Mapping[str, Sequence[str]], calls: Calls | None = None
    ) -> None:
        """``sources``: of each queue of dead letters, the queues that exist and send to it."""
        self._clock = clock
        self._sources = sources
        self._calls = calls or Calls()
        #: By queue: the letter, when it was put there, and when it is seen again.
        self._letters: dict[str, list[tuple[DeadLetter, int, int]]] = {name: [] for name in sources}
        self._receipts = 0
        self.sent: dict[str, list[DeadLetter]] = {}

    def put(self, queue: str, letter: DeadLetter) -> None:
        """A message was received too often."""
        self._receipts += 1
        now = self._clock.now()
        named = replace(letter, receipt=f"r{self._receipts}")
        self._letters[queue].append((named, now, now))

    def names(self) -> Sequence[str]:
        return tuple(self._letters)

    def look(self, queue: str) -> DeadLetters:
        letters = self._letters[queue]
        with self._calls.call("GetQueueAttributes"):
            oldest = min((put for _, put, seen in letters if self._is_seen(seen)), default=None)
            return DeadLetters(queue, len(letters), oldest, tuple(self.sources(queue)))

    def sources(self, queue: str) -> Sequence[str]:
        with self._calls.call("ListDeadLetterSourceQueues"):
            return sorted(self._sources[queue])

    def receive(self, queue: str, count: int) -> Sequence[DeadLetter]:
        with self._calls.call("ReceiveMessage"):
            letters = self._letters[queue]
            found = [each for each in letters if self._is_seen(each[2])]
            found = found[: min(count, _MOST)]
            hidden = self._clock.now() + _HIDDEN
            self._letters[queue] = [
                (letter, put, hidden) if (letter, put, seen) in found else (letter, put, seen)
                for letter, put, seen in letters
            ]
            return [letter for letter, _, _ in found]

    def send(self, queue: str, letter: DeadLetter) -> bool:
        with self._calls.call("SendMessage"):
            if all(queue not in sources for sources in self._sources.values()):
                return False
            self.sent.setdefault(queue, []).append(letter)
            return True

    def delete(self, queue: str, receipts: Sequence[str]) -> None:
        with self._calls.call("DeleteMessageBatch"):
            self._letters[queue] = [
                each for each in self._letters[queue] if each[0].receipt not in receipts
            ]

    def _is_seen(self, since: int) -> bool:
        return since <= self._clock.now()
