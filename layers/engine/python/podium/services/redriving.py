"""Dead letters for operators: what lies there, and giving it back to where it came from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from podium.domain.events.names import MESSAGE_ID
from podium.errors import NotFoundError

if TYPE_CHECKING:
    from podium.ports.dead_letters import DeadLetter, DeadLetterQueues, DeadLetters
    from podium.ports.outside import Clock

#: Milliseconds after which a request moves nothing more: an answer has to come within 29 s.
PATIENCE = 15_000
#: Attributes that a message of SQS can have.
MOST_ATTRIBUTES = 10


@dataclass(frozen=True, slots=True)
class Redriven:
    """What one request did."""

    queue: str
    #: How many messages went to which queue.
    moved: Mapping[str, int]
    #: Messages that stay: where they came from is not known, or no longer there.
    kept: int
    #: Messages that are there now, about, the kept ones among them.
    left: int


class Redriving:
    """Moves dead letters; whoever reads their queue must take a message twice as any other."""

    def __init__(self, queues: DeadLetterQueues, clock: Clock) -> None:
        self._queues = queues
        self._clock = clock

    def all(self) -> list[DeadLetters]:
        """Every queue of dead letters, empty ones too."""
        return [self._queues.look(name) for name in self._queues.names()]

    def redrive(self, queue: str, limit: int) -> Redriven:
        """Move at most ``limit`` messages, fewer if time is short; raises NotFoundError.

        A message is sent before it is deleted: a crash between the two leaves it in both places, which
        is a message delivered twice, and never in none.
        """
        if queue not in self._queues.names():
            known = ", ".join(self._queues.names())
            message = f"No such queue of dead letters: {queue}. There are: {known}"
            raise NotFoundError(message)
        sources = self._queues.sources(queue)
        until = self._clock.now() + PATIENCE
        moved: Counter[str] = Counter()
        kept = 0
        while moved.total() < limit and self._clock.now() < until:
            letters = self._queues.receive(queue, limit - moved.total())
            if not letters:
                break
            went = {letter.receipt: self._send_back(letter, sources) for letter in letters}
            done = {receipt: source for receipt, source in went.items() if source is not None}
            if done:
                self._queues.delete(queue, list(done))
            moved.update(done.values())
            kept += len(went) - len(done)
        return Redriven(queue, dict(moved), kept, self._queues.look(queue).size)

    def _send_back(self, letter: DeadLetter, sources: Sequence[str]) -> str | None:
        """The queue that the letter was sent to."""
        source = letter.source
        if not source and len(sources) == 1:
            (source,) = sources
        if source and self._queues.send(source, _named(letter)):
            return source
        return None


def _named(letter: DeadLetter) -> DeadLetter:
    """It is a new message to SQS: the id that it had says which of its actions were done before."""
    attributes = letter.attributes
    if MESSAGE_ID in attributes or len(attributes) >= MOST_ATTRIBUTES or not letter.id:
        return letter
    named = {MESSAGE_ID: {"DataType": "String", "StringValue": letter.id}}
    return replace(letter, attributes={**attributes, **named})
