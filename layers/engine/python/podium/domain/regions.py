"""What lies open inside a task that holds others: DO_WHILE, FOR_EACH."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podium.domain.state import graph_of

if TYPE_CHECKING:
    from podium.domain.draft import Draft
    from podium.domain.execution import OpenEntry
    from podium.domain.graph import Node


def open_inside(draft: Draft, entry: OpenEntry, node: Node) -> list[OpenEntry]:
    """Open entries of what is nested in the task of ``entry``, at any depth, in all its iterations."""
    graph, depth = graph_of(draft.view, node.address), len(entry.iteration)
    return [
        other
        for other in draft.open.values()
        if other.seq != entry.seq
        and other.iteration[:depth] == entry.iteration
        and graph.is_within(node.address, graph.local(other.node))
    ]
