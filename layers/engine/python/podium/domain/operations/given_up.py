"""What a rerun finds given up: it belongs to the part, or the item, that goes on again.

A failure ended the tasks beside it (protocol.md 6, Close in part). A rerun from one of the tasks of
that part needs the others, too: they are reset in place. A container among them has lost its way,
so it begins anew, and what it had inside is void.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from podium.domain.regions import GIVEN_UP
from podium.domain.state import graph_of, node_of
from podium.domain.status import TaskStatus
from podium.domain.task_types import CONTAINER_TYPES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from podium.domain.execution import Task
    from podium.domain.positions import Around
    from podium.domain.state import State


def given_up_beside(
    state: State, kept: Mapping[int, Task], around: Sequence[Around]
) -> tuple[list[Task], set[int]]:
    """Tasks to reset, and numbers of those that are void with a container; raises MissingError.

    ``around``: the containers in which the flow goes on, each with its part or iteration.
    """
    given_up = {
        (task.node, task.iteration): task
        for task in kept.values()
        if task.status is TaskStatus.CANCELED
        and task.reason == GIVEN_UP
        and state.header.entry(task.seq) is None
    }
    reset: list[Task] = []
    void: set[int] = set()
    for task in given_up.values():
        inside = _containers_up_to(state, task, around)
        if inside is None:
            continue
        if not inside:
            reset.append(task)
        elif any(place in given_up for place in inside):
            void.add(task.seq)
    return reset, void


def _containers_up_to(
    state: State, task: Task, around: Sequence[Around]
) -> list[tuple[str, tuple[int, ...]]] | None:
    """Places of the containers between ``task`` and the first of ``around`` that holds it.

    None when none of them does, in the same part or iteration.
    """
    places: list[tuple[str, tuple[int, ...]]] = []
    node = node_of(state, task.node)
    while node.parent:
        inner, node = node, node_of(state, node.parent)
        if node.type not in CONTAINER_TYPES:
            continue
        depth = len(node.loops)
        outer = task.iteration[:depth]
        if node.type == "TRY_CATCH":
            graph = graph_of(state, node.address)
            number = graph.branches_below(node)[inner.address] + 1
        else:
            number = task.iteration[depth]
        for each in around:
            if (each.node.address, each.iteration, each.number) == (node.address, outer, number):
                return places
        places.append((node.address, outer))
    return None
