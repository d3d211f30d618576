"""Regions: what lies open inside a task that holds others, and how it is given up.

A region is given up when one of its tasks has failed and the flow goes on elsewhere. What is behind
its entries has to be cancelled first, or a late result, a message or a child would go on beside the
flow. So the entries stay in the header, marked ``closing``, until their tasks have ended one way or
the other (protocol.md 6, Close in part).
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from podium.domain.execution import Kind
from podium.domain.permissive import permissive_failures
from podium.domain.state import graph_of

if TYPE_CHECKING:
    from podium.domain.draft import Draft
    from podium.domain.execution import OpenEntry
    from podium.domain.graph import Graph, Node

#: Why a task that was given up is CANCELED.
GIVEN_UP = "Not needed any more: a task beside it has failed"


@dataclass(frozen=True, slots=True)
class Region:
    """What is nested in one run of the task ``node``: all of it, or one of its lists."""

    graph: Graph
    node: Node
    #: What the iterations of the tasks in it begin with.
    iteration: tuple[int, ...]
    #: Number of the list; None for all.
    part: int | None = None

    @classmethod
    def inside(cls, draft: Draft, entry: OpenEntry, node: Node) -> Region:
        """Everything in the open task of ``entry``, in all its iterations."""
        return cls(graph_of(draft.view, node.address), node, entry.iteration)

    def item(self, number: int) -> Region:
        """Of a loop: one iteration."""
        return replace(self, iteration=(*self.iteration, number))

    def holds(self, address: str, iteration: tuple[int, ...]) -> bool:
        """The task at ``address`` in ``iteration`` lies in the region."""
        if iteration[: len(self.iteration)] != self.iteration:
            return False
        local = self.graph.local(address)
        if self.part is None:
            return self.graph.is_within(self.node.address, local)
        return self.graph.branches_below(self.node).get(local) == self.part

    def open_in(self, draft: Draft) -> list[OpenEntry]:
        """Open entries of its tasks; what is closing is open, too."""
        return [entry for entry in draft.open.values() if self.holds(entry.node, entry.iteration)]

    def give_up(self, draft: Draft) -> None:
        """Nothing more is begun in it, and what is open in it leads to nothing any more.

        Permissive failures in it are no longer the workflow's. Raises MissingError.
        """
        draft.creates = deque(
            (node, iteration)
            for node, iteration in draft.creates
            if not self.holds(node.address, iteration)
        )
        if draft.failed_permissive:
            mine = {
                task.seq
                for task in permissive_failures(draft)
                if self.holds(task.node, task.iteration)
            }
            draft.failed_permissive = tuple(
                seq for seq in draft.failed_permissive if seq not in mine
            )
        made = {entry.seq for entry in draft.state.header.open if entry.kind is not Kind.DUE}
        for entry in self.open_in(draft):
            if entry.seq in made:
                draft.put(replace(entry, closing=True))
            else:
                draft.forget(entry)
