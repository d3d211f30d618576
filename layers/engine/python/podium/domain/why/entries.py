"""What will end one open task."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from podium.domain.execution import Kind
from podium.domain.limits import free_slots, holder_of, next_token_at
from podium.domain.mocks import is_operator
from podium.domain.queues import Depth, registry_name
from podium.domain.status import TaskStatus
from podium.domain.timeouts import Deadline, ready_at, sent_at
from podium.domain.why import causes as c
from podium.domain.why.causes import Lack
from podium.domain.why.facts import Carrier, Facts, Looked, QueueFacts, Sight
from podium.domain.why.under_way import due, is_overdue, lost

if TYPE_CHECKING:
    from podium.domain.execution import Task
    from podium.domain.limits import Limit
    from podium.domain.why.causes import Cause

#: A lease shorter than this (ms) has a timer of its own (protocol.md 8).
_SHORT_LEASE = 60_000


def causes_of_entry(facts: Facts, looked: Looked) -> Iterator[Cause]:
    """The cause that ends the task, and the clocks that will, if nothing does before."""
    task = looked.task
    unfinished = _unfinished(facts, looked)
    if unfinished is not None:
        yield unfinished
    elif task is not None:
        yield from _of_task(facts, looked, task)
    if task is not None and not task.status.is_terminal:
        yield from _clocks(facts, looked, task)


def _unfinished(facts: Facts, looked: Looked) -> Cause | None:
    """What the header asks for, or an end asks of the header, and is not done yet."""
    entry, task, since = looked.entry, looked.task, facts.header.committed_at
    waiting = _waiting(looked, since)
    if entry.kind is Kind.DUE:
        return due(facts, Lack.DECISION, since, waiting)
    if task is None or task.inc < entry.inc:
        if entry.closing:
            return due(facts, Lack.CANCELLATION, since, waiting)
        return due(facts, Lack.CREATION, since, waiting)
    if task.status.is_terminal:
        waiting = _waiting(looked, task.ended_at)
        return due(facts, Lack.FOLD, task.ended_at, waiting)
    if entry.closing:
        return due(facts, Lack.CANCELLATION, since, waiting)
    return None


def _of_task(facts: Facts, looked: Looked, task: Task) -> Iterator[Cause]:
    """What ends an open task."""
    if facts.is_mocked and not is_operator(task.kind):
        yield c.External(looked.type, (_waiting(looked, task.scheduled_at),))
        return
    match task.kind:
        case Kind.WORKER | Kind.SYSTEM if task.status is TaskStatus.SCHEDULED:
            yield _in_queue(facts, looked, task)
        case Kind.WORKER:
            waiting = _waiting(looked, task.updated_at, worker_id=task.worker_id)
            yield c.WithWorker(task.type, (waiting,))
        case Kind.SYSTEM if looked.is_handed_over:
            yield c.External(looked.type, (_waiting(looked, task.updated_at),))
        case Kind.SYSTEM:
            yield c.SystemCall(task.type, (_waiting(looked, task.updated_at),))
        case Kind.OUTSIDE if not task.wait_until:
            yield c.External(looked.type, (_waiting(looked, task.scheduled_at),))
        case Kind.CHILD | Kind.LAUNCH if task.status is TaskStatus.SCHEDULED:
            yield _launch(facts, looked, task)
        case Kind.CHILD | Kind.LAUNCH:
            yield _child(facts, looked, task)
        case Kind.PULL if looked.has_message:
            waiting = _waiting(looked, task.scheduled_at)
            yield due(facts, Lack.DELIVERY, facts.now, waiting)
        case Kind.PULL:
            yield c.Messages((_waiting(looked, task.scheduled_at),))
        case _:
            # WAIT has its clock; JOINs and loops wait for the tasks inside them.
            pass


def _in_queue(facts: Facts, looked: Looked, task: Task) -> Cause:
    """A message has to be received; before its moment it is delayed, above a limit it is left."""
    waiting = _waiting(looked, sent_at(task))
    if task.held:
        return due(facts, Lack.HAND_OUT, facts.header.committed_at, waiting)
    gone = _gone(facts, looked, task, waiting)
    if gone is not None:
        return gone
    ready = ready_at(task)
    if ready > facts.now:
        return c.Timer(_delay(task), ready, tasks=(_waiting(looked, sent_at(task), at=ready),))
    limit = task.limit
    if limit is not None and _is_limited(facts, looked, task, limit):
        return _at_limit(facts, limit, waiting)
    if task.kind is Kind.SYSTEM:
        return c.SystemQueue(facts.system_queue, (waiting,))
    name = registry_name(task.type, task.domain)
    queue = facts.queues.get(name, QueueFacts(Depth()))
    poll = queue.last_poll
    return c.WorkerQueue(
        name,
        task.type,
        task.domain,
        queue.depth,
        0 if poll is None else poll.at,
        "" if poll is None else poll.worker_id,
        (waiting,),
    )


def _gone(facts: Facts, looked: Looked, task: Task, waiting: c.Waiting) -> Cause | None:
    """The message is in no queue: what became of it; None while it may be in one."""
    match looked.carrier:
        case Carrier.RESULT:
            return c.Result((waiting,))
        case Carrier.DEAD_LETTERS:
            return c.DeadLetter((waiting,))
        case Carrier.NOWHERE:
            return lost(facts, Lack.MESSAGE, waiting)
        case Carrier.UNKNOWN if _seems_gone(facts, task):
            if not facts.results.is_empty:
                return c.Result((waiting,))
            if not facts.dead_letters.is_empty:
                return c.DeadLetter((waiting,))
            return lost(facts, Lack.MESSAGE, waiting)
        case _:
            return None


def _seems_gone(facts: Facts, task: Task) -> bool:
    """Every queue in which the message may be has been empty for as long as counts may be wrong."""
    depth = facts.system_queue
    if task.kind is Kind.WORKER:
        queue = facts.queues.get(registry_name(task.type, task.domain))
        if queue is None:
            return False
        depth = queue.depth
    if task.limit is not None:
        depth += facts.gates.get(task.limit.key, Depth())
    return depth.is_empty and is_overdue(max(sent_at(task), facts.header.committed_at), facts.now)


def _is_limited(facts: Facts, looked: Looked, task: Task, limit: Limit) -> bool:
    """A slot stands between the task and its worker."""
    slots = facts.slots.get(limit.key)
    if slots is None or holder_of(facts.header.workflow_id, task) in slots.holders:
        return False
    if not limit.at_gate or task.epoch:
        return not limit.at_gate and free_slots(slots, limit, facts.now) == 0
    if looked.carrier is not Carrier.UNKNOWN:
        return looked.carrier is Carrier.GATE
    return bool(limit.concurrent) or not facts.gates.get(limit.key, Depth()).is_empty


def _at_limit(facts: Facts, limit: Limit, waiting: c.Waiting) -> Cause:
    slots = facts.slots[limit.key]
    next_at = next_token_at(slots, limit, facts.now) if limit.rate else 0
    return c.TaskLimit(
        limit.key,
        limit.concurrent,
        limit.rate,
        limit.window,
        next_at,
        limit.at_gate,
        facts.gates.get(limit.key, Depth()),
        slots.held,
        (waiting,),
    )


def _launch(facts: Facts, looked: Looked, task: Task) -> Cause:
    """The timer launches it when its delay is over."""
    ready = ready_at(task)
    waiting = _waiting(looked, task.scheduled_at, at=ready)
    if not facts.header.timer:
        return lost(facts, Lack.TIMER, waiting)
    return c.Timer(_delay(task), ready, facts.header.timer, (waiting,))


def _child(facts: Facts, looked: Looked, task: Task) -> Cause:
    """Its execution has to end, or the end has to be told."""
    child = looked.child
    waiting = _waiting(looked, task.started_at or task.scheduled_at)
    if child is None or child.header is None:
        # Removed, and the record of its end under way; or never started.
        since = max(task.updated_at, task.scheduled_at)
        records = Sight.UNKNOWN if child is None else child.records
        return due(facts, Lack.LAUNCH, since, waiting, records=records)
    header = child.header
    if header.status.is_terminal:
        return due(facts, Lack.CHILD_END, header.ended_at, waiting, records=child.records)
    return c.OpenChild(child.workflow_id, header.name, header.status, child.causes, (waiting,))


def _clocks(facts: Facts, looked: Looked, task: Task) -> Iterator[Cause]:
    """Clocks that end the task if nothing else does; each needs a timer."""
    timer = facts.header.timer
    for deadline, at in looked.clocks:
        waiting = _waiting(looked, task.scheduled_at, at=at)
        has_own = (
            deadline is Deadline.RESPONSE_TIMEOUT
            and 0 < task.lease < _SHORT_LEASE
            and looked.own_timer is not Sight.MISSING
        )
        if timer or has_own:
            yield c.Timer(deadline, at, timer, (waiting,))
        else:
            yield lost(facts, Lack.TIMER, waiting)


def _delay(task: Task) -> Deadline:
    if task.epoch:
        return Deadline.CALLBACK
    return Deadline.RETRY_DELAY if task.attempt else Deadline.START_DELAY


def _waiting(looked: Looked, since: int, *, at: int = 0, worker_id: str = "") -> c.Waiting:
    return c.Waiting(looked.key.task_id, looked.name, since, at, worker_id)
