"""What the revival of a child means to the workflow above it (engine.md 15.7, protocol.md 7)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from podium.domain.decision import Decision, Missing, MissingError
from podium.domain.operations.reviving import running_again
from podium.domain.operations.taking_up import Revival, entry_of, resumed, revive, running
from podium.domain.state import node_of
from podium.domain.timeouts import armed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from podium.domain.decision import Context
    from podium.domain.execution import OpenEntry, Parent, Task
    from podium.domain.operations.reviving import Remains
    from podium.domain.state import State


def revive_parent(
    state: State,
    holder: OpenEntry,
    generation: int,
    remains: Remains,
    context: Context,
) -> Decision | Missing:
    """The workflow of ``holder`` waits for run ``generation`` of the child that it holds.

    One that has ended (and is closed) runs again: sibling children that did not complete go on where
    they were, other tasks that did not succeed are reset in place. A holder whose end was folded
    before is waited for again; nothing that followed it is.
    """
    header = state.header
    awaited = replace(holder, generation=generation)
    permissive = tuple(seq for seq in header.failed_permissive if seq != holder.seq)
    if not header.status.is_terminal:
        return _awaiting(state, awaited, permissive, remains, context)
    siblings = [
        again
        for entry in header.open
        if entry.seq != holder.seq and not remains.ended_well(entry)
        for again in [resumed(entry, remains)]
        if again is not None
    ]
    base = replace(
        running_again(header, context),
        last_retried_at=context.now,
        failed_permissive=permissive,
    )
    revival = Revival(base, remains, [awaited, *siblings], in_place=True)
    return revive(state, revival, context)


def folded_holder(
    state: State, waiting: Parent, history: Iterable[Task]
) -> OpenEntry | Missing | None:
    """The entry of a holder whose end has been folded, from the items under its reference.

    None when nothing waits for its child any more: it was replaced by another attempt or another
    incarnation, or it is optional (engine.md 15.7).
    """
    tasks = list(history)
    found = next((task for task in tasks if task.seq == waiting.seq), None)
    if found is None or found.inc != waiting.inc:
        return None
    if any(task.retried_seq == found.seq for task in tasks):
        return None
    try:
        is_optional = node_of(state, found.node).task.optional
    except MissingError as missing:
        return Missing(missing.needs)
    return None if is_optional and not found.status.is_successful else entry_of(found)


def _awaiting(
    state: State,
    awaited: OpenEntry,
    permissive: tuple[int, ...],
    remains: Remains,
    context: Context,
) -> Decision | Missing:
    """A workflow that runs, or is paused, keeps its run; a folded end may be taken back in it."""
    header = state.header
    is_taken_back = header.entry(awaited.seq) is None
    entries = {entry.seq: entry for entry in header.open} | {awaited.seq: awaited}
    waiting = replace(
        header,
        version=header.version + 1,
        open=tuple(entry for _, entry in sorted(entries.items())),
        failed_permissive=permissive,
        recalls=header.recalls + is_taken_back,
        committed_at=context.now,
    )
    task = remains.tasks.get(awaited.seq)
    going_on = () if task is None else (running(task, context),)
    try:
        timer = armed(replace(state, header=waiting), going_on, context)
    except MissingError as missing:
        return Missing(missing.needs)
    return Decision(replace(waiting, timer=timer))
