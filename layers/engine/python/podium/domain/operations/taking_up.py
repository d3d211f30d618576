"""Taking up what an ended execution left unfinished: the step that all revivals share.

Three ways (engine.md 15.4, 15.7): a new attempt under a new number; the same item in place, in a
new incarnation; and, for a child workflow that can go on where it was, the same child in a new
generation. JOIN, EXCLUSIVE_JOIN, loops and TRY_CATCH are always taken up in place.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from podium.domain.containers import CONTAINERS
from podium.domain.decide import fold_all, work_out
from podium.domain.draft import Draft
from podium.domain.execution import Kind, OpenEntry
from podium.domain.folding import attempt
from podium.domain.operations.reviving import settled
from podium.domain.status import TaskStatus
from podium.domain.task_types import LASTING, kind_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from podium.domain.decision import Context, Decision, Missing
    from podium.domain.execution import Header, Task
    from podium.domain.graph import Node
    from podium.domain.operations.reviving import Remains
    from podium.domain.state import State


@dataclass(frozen=True, slots=True)
class Revival:
    """How an ended execution goes on."""

    #: The header of the new run; its open entries are looked at here.
    header: Header
    remains: Remains
    #: Open entries that go on as they are: tasks whose child workflows run again, by seq.
    going_on: Sequence[OpenEntry] = ()
    #: Folded tasks to take up again beside the open entries.
    folded: Sequence[Task] = ()
    #: The items of the others are reset; otherwise they get new attempts.
    in_place: bool = False
    #: A reset is a retry: it counts as an attempt.
    counts: bool = True
    #: Entries to open as they are written here, each of an earlier incarnation.
    opened: Sequence[OpenEntry] = ()


def revive(state: State, revival: Revival, context: Context) -> Decision | Missing:
    """The first decision of the new run.

    A task that ended well but was never folded is folded now; an entry that never had an item is
    created now.
    """
    remains = revival.remains
    going_on = {entry.seq: entry for entry in revival.going_on}
    others = [entry for entry in revival.header.open if entry.seq not in going_on]
    # What was being given up is folded, however it has ended.
    well = [entry for entry in others if entry.closing or remains.ended_well(entry)]
    due = [entry for entry in others if entry.kind is Kind.DUE]
    bad = [entry for entry in others if entry not in well and entry.kind is not Kind.DUE]
    bad += [entry_of(task) for task in revival.folded]
    kept = sorted((*going_on.values(), *well, *due), key=lambda entry: entry.seq)
    base = replace(state, header=replace(revival.header, open=tuple(kept)))

    def decided() -> Decision:
        draft = Draft.of(base, context)
        items = {task.seq: task for task in (*remains.tasks.values(), *revival.folded)}
        draft.going_on = tuple(running(items[seq], context) for seq in going_on if seq in items)
        for entry in revival.opened:
            reset(draft, entry, draft.node(entry))
        for entry in sorted(bad, key=lambda entry: entry.seq):
            _take_up(draft, entry, items.get(entry.seq), revival)
        fold_all(draft, [items[entry.seq] for entry in well if entry.seq in items])
        draft.touch()
        return work_out(draft)

    return settled(decided)


def resumed(entry: OpenEntry, remains: Remains) -> OpenEntry | None:
    """``entry`` waiting for the next run of its child; None when there is no child to go on with."""
    is_child = entry.kind is Kind.CHILD and not entry.closing
    child = remains.child_to_resume(entry) if is_child else None
    if child is None:
        return None
    if not child.status.is_terminal and child.generation > entry.generation:
        # Somebody else revived it, and the news is under way.
        return replace(entry, generation=child.generation)
    return replace(entry, generation=max(child.generation, entry.generation) + 1)


def entry_of(task: Task) -> OpenEntry:
    """The entry that the folded ``task`` had; what follows it has been created."""
    return OpenEntry(
        task.seq,
        task.node,
        task.kind,
        task.attempt,
        task.inc,
        task.iteration,
        generation=task.child_generation,
        ref=task.ref if "/" in task.node else "",
        detached=True,
    )


def _take_up(draft: Draft, entry: OpenEntry, item: Task | None, revival: Revival) -> None:
    node = draft.node(entry)
    if LASTING.get(node.type) is Kind.FLOW:
        # A JOIN or a loop goes on where it was; one that failed counts its attempts.
        failed = item is not None and item.status is not TaskStatus.CANCELED
        again = _next_incarnation(entry, item)
        reset(draft, replace(again, attempt=entry.attempt + (failed and revival.counts)), node)
    elif revival.in_place:
        again = replace(_next_incarnation(entry, item), generation=0, by_hand=True)
        reset(draft, replace(again, attempt=entry.attempt + revival.counts), node)
    else:
        if item is not None:
            # Its end is consumed here: the new attempt begins with its input.
            draft.remember(item)
        attempt(draft, entry, node, by_hand=True)


def reset(draft: Draft, entry: OpenEntry, node: Node) -> None:
    """Open ``entry``, whose task has an item of an earlier incarnation.

    A child workflow is a new one then, and one that never ran yet.
    """
    kind = kind_of(node.type)
    opened = replace(entry, kind=kind)
    if kind is Kind.FLOW and not opened.opened_at:
        opened = replace(opened, opened_at=draft.context.now)
    draft.put(opened)
    if kind is Kind.DUE:
        draft.due.append(entry.seq)
    elif node.type in CONTAINERS and not (entry.loop or entry.part):
        CONTAINERS[node.type].begin(draft, opened, node)


def _next_incarnation(entry: OpenEntry, item: Task | None) -> OpenEntry:
    return replace(entry, inc=(entry.inc if item is None else item.inc) + 1)


def running(task: Task, context: Context) -> Task:
    """The item of a task whose child runs again: its clocks begin anew."""
    return replace(task, status=TaskStatus.IN_PROGRESS, started_at=context.now)
