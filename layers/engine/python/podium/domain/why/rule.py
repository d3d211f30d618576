"""The rule: what is known of an execution in, its pending causes of progress out.

Each open entry is asked for what will end it. Where that is not there, the entry's answer is
``RepairDue``, or the undelivered record that will still bring it (protocol.md 4).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

from podium.domain.execution import Kind
from podium.domain.limits import shown_key
from podium.domain.queues import Depth
from podium.domain.status import WorkflowStatus
from podium.domain.timeouts import Deadline
from podium.domain.why import causes as c
from podium.domain.why.causes import Lack
from podium.domain.why.entries import causes_of_entry
from podium.domain.why.facts import Facts, Sight
from podium.domain.why.under_way import due, is_overdue, lost

if TYPE_CHECKING:
    from podium.domain.why.causes import Cause


def causes_of(facts: Facts) -> tuple[Cause, ...]:
    """Every pending cause of progress, alike ones together; empty for what has ended, and only then."""
    header = facts.header
    if header.status.is_terminal:
        return ()
    found = [*_of_execution(facts)]
    for looked in facts.looked:
        found += causes_of_entry(facts, looked)
    found += [c.MoreTasks(type_, count) for type_, count in sorted(facts.others.items())]
    if header.status is WorkflowStatus.PAUSED:
        # Ends are folded, and what is missing is created, by the resume.
        repaired = (c.UndeliveredRecord, c.RepairDue)
        found = [_paused(facts), *(each for each in found if not isinstance(each, repaired))]
    elif _only_waits_for_itself(facts):
        found.append(lost(facts, Lack.OPEN_TASK))
    return _merged(found)


def _paused(facts: Facts) -> Cause:
    held = sum(each.task is not None and each.task.held for each in facts.looked)
    return c.Resume(facts.header.committed_at, facts.header.reason, held)


def _of_execution(facts: Facts) -> Iterator[Cause]:
    """What concerns no single task."""
    header = facts.header
    if facts.defect:
        yield c.Broken(facts.defect)
    if header.status is WorkflowStatus.RUNNING:
        if header.waits:
            yield _at_its_gate(facts)
        elif not header.open:
            yield due(facts, Lack.DECISION, header.committed_at)
    if facts.deadline:
        yield c.Timer(Deadline.WORKFLOW_TIMEOUT, facts.deadline, fires_at=header.timer)
    if (
        (header.timer and facts.timer is Sight.MISSING)
        or (header.timer and facts.timer is Sight.UNKNOWN and is_overdue(header.timer, facts.now))
        or (facts.deadline and not header.timer)
    ):
        yield lost(facts, Lack.TIMER)


def _at_its_gate(facts: Facts) -> Cause:
    header, limit = facts.header, facts.header.limit
    if limit is None or facts.gate is Sight.MISSING:
        return lost(facts, Lack.GATE)
    slots = facts.slots.get(limit.key)
    return c.WorkflowLimit(
        shown_key(limit),
        limit.concurrent,
        facts.gates.get(limit.key, Depth()),
        header.created_at,
        () if slots is None else slots.held,
    )


def _only_waits_for_itself(facts: Facts) -> bool:
    """JOINs, loops and the like are ended by the decision that folds what they wait for."""
    entries = facts.header.open
    return bool(entries) and all(entry.kind is Kind.FLOW and not entry.closing for entry in entries)


def _merged(found: list[Cause]) -> tuple[Cause, ...]:
    """Alike causes as one, with the tasks of all, in the order in which they were found."""
    merged: dict[object, Cause] = {}
    for cause in found:
        key = _without_tasks(cause)
        known = merged.get(key)
        merged[key] = cause if known is None else _together(known, cause)
    return tuple(merged.values())


def _without_tasks(cause: Cause) -> object:
    """What makes a cause the same one: its kind and its place, whichever task it is of."""
    match cause:
        case c.Timer():
            return type(cause), cause.deadline, cause.fires_at
        case c.UndeliveredRecord():
            return type(cause), cause.lack, cause.is_overdue
        case _:
            own = (getattr(cause, each.name) for each in fields(cause) if each.name != "tasks")
            return type(cause), *own


def _together(one: Cause, other: Cause) -> Cause:
    match one, other:
        case c.Timer(), c.Timer():
            return replace(one, at=min(one.at, other.at), tasks=one.tasks + other.tasks)
        case c.UndeliveredRecord(), c.UndeliveredRecord():
            since = min(one.since, other.since)
            return replace(one, since=since, tasks=one.tasks + other.tasks)
        case _:
            whole: Any = one
            tasks = getattr(one, "tasks", ()) + getattr(other, "tasks", ())
            merged: Cause = replace(whole, tasks=tasks) if tasks else one
            return merged
