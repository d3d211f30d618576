"""What may go wrong between AWS and a function, on demand and repeatable.

Everything here is something at-least-once delivery allows: it must change how much work is done and in
which order, never its result.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from typing import TypeVar

T = TypeVar("T")


class InvocationDroppedError(BaseException):
    """The process of a function was killed between two AWS calls.

    Not an Exception: no handler may catch it, as none could catch the real thing.
    """


@dataclass(slots=True)
class Faults:
    """Probabilities, each drawn per batch from one seeded source.

    ``duplicate``: a batch is delivered twice. ``hold_back``: a lane of the stream or a queue is passed
    over in this round, so that others overtake it. ``drop``: the invocation is killed at one of
    its AWS calls, before or after it, and the batch is retried. ``reorder``: lanes and mappings are
    served in random order.
    """

    seed: int = 0
    duplicate: float = 0.0
    hold_back: float = 0.0
    drop: float = 0.0
    reorder: bool = False
    #: Requests over HTTP are killed as well: their clients see an error of the server.
    drops_requests: bool = False
    #: An invocation to be dropped is dropped within this many AWS calls.
    longest_life: int = 8
    random: Random = field(init=False)
    #: How often which of them happened; a drop is counted when the invocation dies.
    done: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        """Seed the source."""
        self.random = Random(self.seed)  # noqa: S311 - repeatable, not secret

    def duplicates(self) -> bool:
        """Deliver this batch once more?"""
        return self._happens(self.duplicate, "delivered twice")

    def holds_back(self) -> bool:
        """Pass over this one for a round?"""
        return self._happens(self.hold_back, "held back")

    def _happens(self, probability: float, what: str) -> bool:
        if self.random.random() >= probability:
            return False
        self.done[what] += 1
        return True

    def drops_at(self) -> int:
        """0, or the number of half calls after which the invocation dies: odd is before the answer."""
        if self.random.random() >= self.drop:
            return 0
        return self.random.randint(1, 2 * self.longest_life)

    def order(self, items: Sequence[T]) -> list[T]:
        """``items`` in the order in which they are to be served."""
        ordered = list(items)
        if self.reorder:
            self.random.shuffle(ordered)
        return ordered
