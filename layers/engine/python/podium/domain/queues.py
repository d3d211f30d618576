"""Which queue a task waits in (engine.md 12, protocol.md 9).

A task type has a queue for each domain. A queue knows no limits, so what is limited lies in queues of
its own, by who may receive from them: the lane. Nor does it know priorities: up to three queues, the
bands, stand for them. Each is made when it is first used.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Lane(StrEnum):
    """Who may receive from a queue."""

    #: Every kind of worker.
    OPEN = "open"
    #: Polls over HTTP alone, which take a slot of the type's limit after their claim.
    POLLED = "polled"
    #: No worker: what lies here waits until the gate has taken a slot for it.
    GATE = "gate"


@dataclass(frozen=True, slots=True)
class QueueAddress:
    """One queue. At a gate ``task_type`` is the key of the limit, and there is no domain."""

    task_type: str
    domain: str = ""
    lane: Lane = Lane.OPEN
    #: In the polled lane: the key of the limit where that is not the type itself. Each limit has a
    #: queue of its own, so that one that is reached does not hold up the others.
    key: str = ""
    #: By the priority of what lies in it: 0, 1 for 1-49, 2 for 50-99; the highest is read first.
    band: int = 0

    @property
    def registry_name(self) -> str:
        """``[domain:]taskType``, as the peer writes queue names (rest-api.md 5)."""
        return registry_name(self.task_type, self.domain)


@dataclass(frozen=True, slots=True)
class Depth:
    """Messages of a queue, about: those that can be received, those that somebody holds, those that are
    delayed.
    """

    waiting: int = 0
    in_flight: int = 0
    delayed: int = 0

    def __add__(self, other: Depth) -> Depth:
        """Of both together."""
        return Depth(
            self.waiting + other.waiting,
            self.in_flight + other.in_flight,
            self.delayed + other.delayed,
        )

    @property
    def is_empty(self) -> bool:
        """There is no message at all."""
        return not (self.waiting or self.in_flight or self.delayed)


def registry_name(task_type: str, domain: str = "") -> str:
    """``[domain:]taskType``."""
    return f"{domain}:{task_type}" if domain else task_type


def gate_address(key: str) -> QueueAddress:
    """The queue in which tasks wait for a slot of the limit called ``key``."""
    return QueueAddress(key, lane=Lane.GATE)


def band_of(priority: int) -> int:
    """The band of a task's priority (0-99, higher is served first; engine.md 12)."""
    if priority <= 0:
        return 0
    return 1 if priority < 50 else 2


def reading_order(address: QueueAddress) -> tuple[int, str, str]:
    """Sorts the queues that a poll reads: by priority, those of every worker before the others."""
    return -address.band, address.lane, address.key
