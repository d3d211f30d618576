"""Boundaries: tasks at which the failure of a task inside them stops (docs/task-types.md).

A TRY_CATCH catches the failures of its tries and outlives those of its catch and finally tasks
until it has come to its own end; a FOR_EACH told to continue gives up the item only.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from podium.domain.regions import Region
from podium.domain.state import graph_of, node_of
from podium.domain.tasks import for_each

if TYPE_CHECKING:
    from podium.domain.draft import Draft
    from podium.domain.execution import OpenEntry, Task
    from podium.domain.graph import Node


@dataclass(frozen=True, slots=True)
class Boundary:
    """An open task at which failures stop, and the region that one of them gives up."""

    entry: OpenEntry
    region: Region

    @property
    def is_try(self) -> bool:
        """A TRY_CATCH, not a FOR_EACH."""
        return self.entry.part > 0

    @property
    def is_over(self) -> bool:
        """A TRY_CATCH that has left the part of the failure, which it met there once before."""
        return self.is_try and self.region.part != self.entry.part - 1

    @property
    def is_first_part(self) -> bool:
        """The failure is in the tries, not in what handles them."""
        return self.entry.part == 1


def boundary_of(
    draft: Draft, node: Node, iteration: tuple[int, ...], *, within_loop: bool = False
) -> Boundary | None:
    """The innermost boundary around ``node`` in ``iteration``; None when the workflow is.

    ``within_loop``: not beyond a DO_WHILE. Raises MissingError.
    """
    while node.parent:
        around = node_of(draft.view, node.parent)
        outer = iteration[: len(around.loops)]
        if around.type in {"TRY_CATCH", "FOR_EACH"}:
            found = _boundary(draft, around, node, outer, iteration)
            if found is not None:
                return found
        if within_loop and around.type == "DO_WHILE":
            return None
        node, iteration = around, outer
    return None


def stops(draft: Draft, node: Node, entry: OpenEntry, task: Task) -> bool:
    """Let a boundary deal with the failure that would end the workflow; False when there is none."""
    boundary = boundary_of(draft, node, entry.iteration)
    if boundary is None:
        return False
    draft.drop(entry)
    if boundary.is_over:
        return True
    boundary.region.give_up(draft)
    holder = draft.open[boundary.entry.seq]
    if boundary.is_try:
        failed = int(not boundary.is_first_part)
        draft.put(replace(holder, error_seq=task.seq, error_ref=task.ref, failed=failed))
    else:
        draft.put(replace(holder, failed=holder.failed + 1))
    return True


def notes(draft: Draft, node: Node, entry: OpenEntry, task: Task) -> bool:
    """Let a boundary remember a permissive failure for its end; False when there is none."""
    boundary = boundary_of(draft, node, entry.iteration, within_loop=True)
    if boundary is None:
        return False
    holder = boundary.entry
    if boundary.is_over:
        return True
    if not boundary.is_try:
        draft.put(replace(holder, failed=holder.failed + 1))
    elif boundary.is_first_part and not holder.error_seq:
        draft.put(replace(holder, error_seq=task.seq, error_ref=task.ref))
    elif not boundary.is_first_part and not holder.failed:
        draft.put(replace(holder, error_seq=task.seq, error_ref=task.ref, failed=1))
    return True


def _boundary(
    draft: Draft, around: Node, node: Node, outer: tuple[int, ...], iteration: tuple[int, ...]
) -> Boundary | None:
    """``around`` as the boundary of ``node``, which stands in one of its lists; None when it is none."""
    entry = next(
        (
            other
            for other in draft.open.values()
            if other.node == around.address and other.iteration == outer and not other.closing
        ),
        None,
    )
    if entry is None:
        return None
    region = Region.inside(draft, entry, around)
    if around.type == "TRY_CATCH":
        part = graph_of(draft.view, around.address).branches_below(around)[node.address]
        return Boundary(entry, replace(region, part=part))
    ref = draft.view.graph.ref(entry)
    if not for_each.plan(draft.memory.task(ref, entry.seq).input).goes_on:
        return None
    return Boundary(entry, region.item(iteration[len(outer)]))
