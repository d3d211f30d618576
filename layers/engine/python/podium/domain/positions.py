"""What comes after a task in its workflow, whichever way the flow took: what a rerun makes void.

A task's place is the chain of lists that it stands in. What stands behind it in one of them comes
after it, and so does everything nested there; what stands in another branch of a fork does not. A
list inside a loop is a different one in each iteration.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from podium.domain.execution import Kind
from podium.domain.state import graph_of, node_of
from podium.domain.task_types import FORKS, LASTING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podium.domain.execution import OpenEntry, Task
    from podium.domain.graph import Node
    from podium.domain.state import State


@dataclass(frozen=True, slots=True)
class _Level:
    """One list around the task: which nodes of it come later, and in how many loops it lies."""

    later: frozenset[str]
    depth: int


@dataclass(frozen=True, slots=True)
class Around:
    """A task that waits for the one in question: the JOIN of a fork around it, or a container."""

    node: Node
    #: Iterations of the loops around it.
    iteration: tuple[int, ...]
    #: Iteration of it that the task is in, or part of a TRY_CATCH; 0 for a JOIN.
    number: int


@dataclass(frozen=True, slots=True)
class Position:
    """Where one task stands, in one iteration."""

    state: State
    address: str
    iteration: tuple[int, ...]
    around: tuple[Around, ...]
    _levels: tuple[_Level, ...]

    @classmethod
    def of(cls, state: State, address: str, iteration: tuple[int, ...]) -> Position:
        """Raises MissingError when a dynamic fork around the task is not known."""
        node = node_of(state, address)
        levels = [_Level(frozenset(_behind(state, node)), len(node.loops))]
        around: list[Around] = []
        while node.parent:
            inner, node = node, node_of(state, node.parent)
            depth, last = len(node.loops), node
            if node.type in FORKS:
                join = graph_of(state, node.address).join_of(node)
                if join is not None:
                    around.append(Around(join, iteration[:depth], 0))
                    last = join
            elif node.type == "TRY_CATCH":
                part, later = _parts(state, node, inner)
                around.append(Around(node, iteration[:depth], part))
                levels.append(_Level(later, depth))
            elif LASTING.get(node.type) is Kind.FLOW:
                number = iteration[depth] if len(iteration) > depth else 0
                around.append(Around(node, iteration[:depth], number))
            levels.append(_Level(frozenset(_behind(state, last)), depth))
        return cls(state, address, iteration, tuple(around), tuple(levels))

    def is_before(self, other: Task | OpenEntry) -> bool:
        """``other`` comes after the task, or is nested in it; raises MissingError."""
        path = list(_path(self.state, other.node))
        if self.address in path and other.node != self.address:
            depth = self._levels[0].depth
            return other.iteration[:depth] == self.iteration[:depth]
        return any(
            other.iteration[: level.depth] == self.iteration[: level.depth]
            and not level.later.isdisjoint(path)
            for level in self._levels
        )

    def is_within(self, container: Around, other: Task | OpenEntry) -> int:
        """Iteration of ``container`` that ``other`` lies in; 0 when it lies elsewhere."""
        depth = len(container.iteration)
        if len(other.iteration) <= depth or other.iteration[:depth] != container.iteration:
            return 0
        is_inside = container.node.address in _path(self.state, other.node)
        return other.iteration[depth] if is_inside else 0


def _parts(state: State, node: Node, inner: Node) -> tuple[int, frozenset[str]]:
    """The part of a TRY_CATCH that ``inner`` stands in, from 1, and the nodes of those after it."""
    parts = graph_of(state, node.address).branches_below(node)
    own = parts[inner.address]
    return own + 1, frozenset(address for address, part in parts.items() if part > own)


def _path(state: State, address: str) -> Iterator[str]:
    """The node at ``address`` and all around it, innermost first."""
    while address:
        yield address
        address = node_of(state, address).parent


def _behind(state: State, node: Node) -> Iterator[str]:
    """Siblings that follow ``node``."""
    while node.following:
        node = node_of(state, node.following)
        yield node.address
