"""Limits of hand-outs: which slots are taken, and who may have the next one (engine.md 11, protocol.md 9).

A limit is kept in one item L, changed by compare-and-set. L lists who holds a slot, never a count: a
holder can be checked against its task, so a slot freed twice, or never, does no harm. Everything
here is a pure function of L and the time.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, islice
from typing import TYPE_CHECKING

from podium.domain.ids import TaskKey, escape_ref
from podium.domain.status import TaskStatus

if TYPE_CHECKING:
    from podium.domain.definitions import TaskDef
    from podium.domain.execution import Header, Task

#: Begins the keys that are not simply a task's name.
_MARK = "#"
#: A start takes its slot before its header is there; no function of ours runs for longer (ms).
STARTING_MS = 120_000
#: More than any limit leaves free.
UNLIMITED = 2**31
#: Characters that the holders of one limit may come to: they share an item of 400 KB.
MAX_WEIGHT = 300_000
#: Characters of a holder beside its workflow and its reference name, at most.
_NUMBERS = 40
#: Characters of a holder that always fits.
_HEAVIEST = 5_000


@dataclass(frozen=True, slots=True)
class Limit:
    """How many tasks, or executions, may be out at a time, and how many may be handed out in a window.

    What the definition said when the task was scheduled, or the execution started. 0 means no such
    limit.
    """

    #: Who has the same key shares the limit: :func:`key_of_task`, :func:`key_of_workflow`.
    key: str
    concurrent: int = 0
    #: Hand-outs in any span of ``window`` milliseconds.
    rate: int = 0
    window: int = 0
    #: The slot is taken when the task is sent, not when it is claimed (protocol.md 9, Gate).
    at_gate: bool = False


@dataclass(frozen=True, slots=True)
class Holder:
    """Who has a slot: a hand-out of a task (``epoch`` 1 or more), or at a gate the task itself (0).

    An execution has no ``ref`` and the ``seq`` 0; its ``inc`` is its run generation.
    """

    workflow_id: str
    ref: str
    seq: int
    inc: int
    epoch: int = 0

    @property
    def key(self) -> TaskKey:
        """Key of the task."""
        return TaskKey(self.workflow_id, self.ref, self.seq)

    @property
    def is_workflow(self) -> bool:
        """An execution holds it, not a task."""
        return not self.seq

    @property
    def weight(self) -> int:
        """Characters it takes in L, at most."""
        return len(escape_ref(self.workflow_id)) + len(escape_ref(self.ref)) + _NUMBERS


@dataclass(frozen=True, slots=True)
class Slots:
    """L as a value: who holds a slot since when (epoch ms), and when the last hand-outs were."""

    version: int = 0
    held: tuple[tuple[Holder, int], ...] = ()
    #: Moments of the hand-outs that a rate may still count, ascending.
    handed_out: tuple[int, ...] = ()
    #: The longest window (ms) that counts them: definitions of one name may differ over time.
    window: int = 0

    @property
    def weight(self) -> int:
        """Characters that the holders come to, at most."""
        return sum(holder.weight for holder, _ in self.held)

    @property
    def holders(self) -> frozenset[Holder]:
        """Who holds a slot."""
        return frozenset(holder for holder, _ in self.held)


def key_of_task(name: str) -> str:
    """Key of the limit of all tasks called ``name``."""
    return f"{_MARK}t{name}" if name.startswith(_MARK) else name


def key_of_workflow(key: str) -> str:
    """Key of the limit of all executions whose rateLimitKey is ``key``; no task has the same."""
    return f"{_MARK}w{key}"


def shown_key(limit: Limit) -> str:
    """The rateLimitKey of an execution's limit."""
    return limit.key.removeprefix(key_of_workflow(""))


def task_limit(definition: TaskDef | None, name: str, *, at_gate: bool = False) -> Limit | None:
    """The limit of a task of this name and definition; None when it has none.

    A concurrentExecLimit, and a rate with its frequency, count when they are above 0 (engine.md 11).
    """
    if definition is None:
        return None
    concurrent = max(definition.concurrent_exec_limit or 0, 0)
    rate = max(definition.rate_limit_per_frequency, 0)
    seconds = max(definition.rate_limit_frequency_in_seconds, 0)
    has_rate = rate > 0 and seconds > 0
    if not concurrent and not has_rate:
        return None
    if not has_rate:
        return Limit(key_of_task(name), concurrent, at_gate=at_gate)
    return Limit(key_of_task(name), concurrent, rate, seconds * 1000, at_gate=at_gate)


def free_slots(slots: Slots, limit: Limit, now: int) -> int:
    """How many hand-outs ``limit`` allows at this moment."""
    if not has_free_slot(slots, limit):
        return 0
    concurrent = limit.concurrent - len(slots.held) if limit.concurrent else UNLIMITED
    rate = limit.rate - _counted(slots, limit, now) if limit.rate else UNLIMITED
    return max(0, min(concurrent, rate))


def has_free_slot(slots: Slots, limit: Limit) -> bool:
    """The limit on tasks out at a time is not reached, whatever the rate says."""
    if not limit.concurrent:
        return True
    return len(slots.held) < limit.concurrent and slots.weight <= MAX_WEIGHT - _HEAVIEST


def with_taken(
    slots: Slots, limit: Limit, wanted: Sequence[Holder], now: int
) -> tuple[Slots, tuple[Holder, ...]]:
    """L after giving slots to as many of ``wanted`` as there are, first come first served; and to whom.

    One that holds its slot already keeps it, and is not counted again.
    """
    known = slots.holders if limit.concurrent else frozenset()
    kept = [holder for holder in wanted if holder in known]
    new = [holder for holder in wanted if holder not in known][: free_slots(slots, limit, now)]
    if limit.concurrent:
        new = _fitting(slots, new)
    if not new:
        return slots, tuple(kept)
    held = (*slots.held, *((holder, now) for holder in new)) if limit.concurrent else slots.held
    taken = replace(slots, version=slots.version + 1, held=held)
    if limit.rate:
        taken = _with_hand_outs(taken, limit, now, len(new))
    return taken, tuple(holder for holder in wanted if holder in {*kept, *new})


def without(slots: Slots, holders: Iterable[Holder]) -> Slots:
    """L without these holders; ``slots`` itself when it has none of them."""
    gone = frozenset(holders) & slots.holders
    if not gone:
        return slots
    held = tuple((holder, since) for holder, since in slots.held if holder not in gone)
    return replace(slots, version=slots.version + 1, held=held)


def with_forced(slots: Slots, holder: Holder, now: int) -> Slots:
    """L with ``holder``, whatever the limit says; ``slots`` itself when it is there already."""
    if holder in slots.holders:
        return slots
    return replace(slots, version=slots.version + 1, held=(*slots.held, (holder, now)))


def suspects(slots: Slots, now: int, count: int) -> tuple[tuple[Holder, int], ...]:
    """Holders to be checked by whoever finds L full: ``count`` of them, others in the next second.

    With the moments since when they hold their slots.
    """
    held = slots.held
    first = now // 1000 * count
    return tuple(held[(first + n) % len(held)] for n in range(min(count, len(held))))


def is_valid(holder: Holder, task: Task | None) -> bool:
    """Its task is out: with the worker of this hand-out, or, at a gate, open in this incarnation.

    At a gate the epoch says nothing: a task that is claimed keeps its slot (26b).
    """
    if task is None or task.inc != holder.inc or task.status.is_terminal:
        return False
    if not holder.epoch:
        return True
    return task.status is TaskStatus.IN_PROGRESS and task.epoch == holder.epoch


def is_running(holder: Holder, header: Header | None, since: int, now: int) -> bool:
    """The execution that holds a slot has not ended, or is just being started."""
    if header is None:
        return now - since < STARTING_MS
    return not header.status.is_terminal and header.generation == holder.inc


def workflow_holder(header: Header) -> Holder:
    """The slot of an execution in its present run: the end of an earlier one does not free it."""
    return Holder(header.workflow_id, "", 0, header.generation)


def holder_of(workflow_id: str, task: Task) -> Holder:
    """The slot that ``task`` holds, or held, in its present hand-out."""
    at_gate = task.limit is not None and task.limit.at_gate
    return Holder(workflow_id, task.ref, task.seq, task.inc, 0 if at_gate else task.epoch)


def next_token_at(slots: Slots, limit: Limit, now: int) -> int:
    """When the rate allows the next hand-out (epoch ms); ``now`` when it does already."""
    counted = _moments(slots, limit, now)
    if not limit.rate or len(counted) < limit.rate:
        return now
    return counted[len(counted) - limit.rate] + limit.window


def _fitting(slots: Slots, new: list[Holder]) -> list[Holder]:
    """As many of ``new`` as L has room for: a limit of thousands is in effect as large as its item."""
    weights = accumulate((holder.weight for holder in new), initial=slots.weight)
    return new[: sum(weight <= MAX_WEIGHT for weight in islice(weights, 1, None))]


def _with_hand_outs(slots: Slots, limit: Limit, now: int, count: int) -> Slots:
    # A clock that lags behind must not date a hand-out back: it would be forgotten too early.
    moment = max(now, slots.handed_out[-1]) if slots.handed_out else now
    window = max(limit.window, slots.window)
    kept = tuple(each for each in slots.handed_out if moment - each < window)
    return replace(
        slots, handed_out=(*kept, *[moment] * count), window=window if kept else limit.window
    )


def _moments(slots: Slots, limit: Limit, now: int) -> tuple[int, ...]:
    return tuple(each for each in slots.handed_out if now - each < limit.window)


def _counted(slots: Slots, limit: Limit, now: int) -> int:
    return len(_moments(slots, limit, now))
