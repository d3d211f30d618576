"""Dead letters of a simulated installation, and giving them back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from podium.adapters.memory.queues import MemoryQueue
from podium.domain.events.names import MESSAGE_ID
from podium.domain.queues import QueueAddress
from podium.ports.dead_letters import DeadLetter, DeadLetters
from podium_local.topology import TOPOLOGY
from tests.invariants.simulation.carriers import NEWS

#: Where the messages of a queue go that were received too often.
OF_TASKS, OF_EVENTS = "tasks-dead-letters", "event-dead-letters"
OF_RESULTS = "results-dead-letters"
LETTERS = {
    queue.name: queue.dead_letters.queue
    for queue in TOPOLOGY.queues
    if queue.dead_letters is not None
} | {NEWS: OF_EVENTS}
#: Queues that nobody reads but an operator.
LAST = sorted({*LETTERS.values()} - {*LETTERS})
#: Seconds for which a letter is hidden while it is moved.
_HIDDEN = 30


class Letters:
    """DeadLetterQueues over queues in memory, which know where each of their messages came from."""

    def __init__(self, queues: Mapping[str, MemoryQueue]) -> None:
        """``queues``: of the topology, and those of other people."""
        self._queues = queues
        #: By queue of dead letters: the queue that a message came from, by its id.
        self._origins: defaultdict[str, dict[str, str]] = defaultdict(dict)

    def bury(self, tasks: Mapping[QueueAddress, MemoryQueue]) -> int:
        """Move what was received too often, also of the queues of ``tasks``; how many messages."""
        moved = 0
        for name, queue in list(self._queues.items()):
            if name in LETTERS:
                moved += self._bury(queue, name, LETTERS[name])
        for queue in tasks.values():
            moved += self._bury(queue, "", OF_TASKS)
        return moved

    def _bury(self, queue: MemoryQueue, name: str, letters: str) -> int:
        """The messages of one queue; one without a ``name`` is no queue of the topology."""
        moved = len(queue.dead)
        for message in queue.dead:
            # SQS leaves a message its id when it moves it.
            known = {MESSAGE_ID: message.message_id, **message.attributes}
            self._queues[letters].send(message.body, attributes=known)
            self._origins[letters][self._queues[letters].messages()[-1].message_id] = name
        queue.dead.clear()
        return moved

    def names(self) -> Sequence[str]:
        return LAST

    def look(self, queue: str) -> DeadLetters:
        depth = self._queues[queue].depth()
        size = depth.waiting + depth.in_flight + depth.delayed
        return DeadLetters(queue, size, None, tuple(self.sources(queue)))

    def sources(self, queue: str) -> Sequence[str]:
        return sorted(each for each in self._queues if LETTERS.get(each) == queue)

    def receive(self, queue: str, count: int) -> Sequence[DeadLetter]:
        origins = self._origins[queue]
        return [
            DeadLetter(
                each.body,
                each.receipt,
                origins.get(each.message_id, ""),
                each.attributes.get(MESSAGE_ID, each.message_id),
            )
            for each in self._queues[queue].receive(min(count, 10), _HIDDEN)
        ]

    def send(self, queue: str, letter: DeadLetter) -> bool:
        attributes = {name: value["StringValue"] for name, value in letter.attributes.items()}
        self._queues[queue].send(letter.body, attributes=attributes)
        return True

    def delete(self, queue: str, receipts: Sequence[str]) -> None:
        self._queues[queue].delete(receipts)
