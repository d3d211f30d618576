"""JOIN and EXCLUSIVE_JOIN: when they are done, and how they end (tasks.md 7, 8).

Evaluated in the decision that folds the last branch, after retries. The header's open entries are
looked at first: a branch with an open entry that can still reach the joined task is not done, and
nothing has to be read to know it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from podium.domain.facts import seen_status
from podium.domain.ids import TaskKey
from podium.domain.manifest import each, join_manifest, output_of
from podium.domain.outcome import Outcome
from podium.domain.scopes import reference_name
from podium.domain.state import branches_of, forked_by, graph_of, refs_from
from podium.domain.status import TaskStatus
from podium.domain.task_types import CHOICES, FORKS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from podium.domain.execution import OpenEntry, Task
    from podium.domain.graph import Graph, Node
    from podium.domain.json import Json, JsonMap
    from podium.domain.state import State


@dataclass(frozen=True, slots=True)
class Joined:
    """The end of a JOIN; ``manifest`` says what its output is made of."""

    outcome: Outcome
    manifest: JsonMap | None = None


def evaluate_join(state: State, entry: OpenEntry, node: Node) -> Joined | None:
    """End of the open JOIN ``entry``, or None while it waits; raises MissingError."""
    graph = graph_of(state, node.address)
    fork = graph.fork_before(node)
    if fork is not None and fork.type == "FORK_JOIN_DYNAMIC":
        if _has_open_branch(state, entry, fork):
            return None
        refs: Sequence[str] = _dynamic_refs(state, entry, fork)
        is_certain = True
    else:
        refs = node.task.join_on
        frontier = _Frontier.of(state, entry, graph, fork)
        if any(frontier.may_reach(ref) for ref in refs):
            return None
        is_certain = all(frontier.knows(ref) for ref in refs)
    found = _latest(state, refs, node, entry.iteration)
    missing = [ref for ref, task in zip(refs, found, strict=True) if task is None]
    if missing:
        return Joined(never_scheduled(missing)) if is_certain else None
    return _joined(state, [task for task in found if task is not None])


def never_scheduled(refs: Sequence[str]) -> Outcome:
    """End of a JOIN on tasks that nothing can schedule any more; the peer waits for ever."""
    return Outcome(
        TaskStatus.FAILED,
        reason=f"Joined tasks were never scheduled: {', '.join(refs)}",
    )


def evaluate_exclusive_join(state: State, entry: OpenEntry, node: Node) -> Outcome | None:
    """End of the open EXCLUSIVE_JOIN ``entry``, or None while it waits; raises MissingError.

    A bad task fails it even if it is permissive: by then all the others have ended, too (tasks.md 8).
    """
    for refs in (node.task.join_on, node.task.default_exclusive_join_task):
        for ref in refs:
            if _is_open(state, ref, entry.iteration):
                return None
            task = _latest(state, (ref,), node, entry.iteration)[0]
            if task is None or task.status is TaskStatus.SKIPPED:
                continue
            if seen_status(state, task).is_successful:
                return Outcome(output=output_of(state, task))
            return Outcome(TaskStatus.FAILED, reason=task.reason)
    return None


def joined_wire_refs(state: State, entry: OpenEntry, node: Node) -> list[Json]:
    """``joinOn`` in the input of a JOIN: as defined, or wire refs of what a dynamic fork opened."""
    fork = graph_of(state, node.address).fork_before(node)
    if fork is None or fork.type != "FORK_JOIN_DYNAMIC":
        return [*node.task.join_on]
    refs = _dynamic_refs(state, entry, fork)
    suffix = "".join(f"__{number}" for number in entry.iteration)
    return [f"{ref}{suffix}" for ref in refs]


def _joined(state: State, tasks: list[Task]) -> Joined:
    statuses = [seen_status(state, task) for task in tasks]
    manifest = join_manifest(tasks)
    bad = [
        (task, status)
        for task, status in zip(tasks, statuses, strict=True)
        if not status.is_successful
    ]
    if bad:
        is_canceled = all(status is TaskStatus.CANCELED for _, status in bad)
        status = TaskStatus.CANCELED if is_canceled else TaskStatus.FAILED
        reason = " ".join(task.reason for task, _ in bad if task.reason)
        return Joined(Outcome(status, reason=reason), manifest)
    faulty = [
        f"{task.name}/{TaskKey(state.header.workflow_id, task.ref, task.seq).task_id}"
        for task, status in zip(tasks, statuses, strict=True)
        if status is TaskStatus.COMPLETED_WITH_ERRORS
    ]
    if faulty:
        reason = f"{' '.join(faulty)} completed with errors"
        return Joined(Outcome(TaskStatus.COMPLETED_WITH_ERRORS, reason=reason), manifest)
    return Joined(Outcome(), manifest)


@dataclass(frozen=True, slots=True)
class _Frontier:
    """Where the branches of a static fork stand, from the header's open entries alone."""

    graph: Graph
    branches: dict[str, int]
    #: For each branch with open entries, the earliest of them in pre-order.
    earliest: dict[int, int]
    #: Open tasks that the JOIN of an inner fork did not wait for, each with that fork.
    left_behind: list[tuple[int, Node]]
    open_refs: frozenset[str]

    @classmethod
    def of(cls, state: State, join: OpenEntry, graph: Graph, fork: Node | None) -> _Frontier:
        depth = len(join.iteration)
        others = [
            entry
            for entry in state.header.open
            if entry.seq != join.seq and entry.iteration[:depth] == join.iteration
        ]
        refs = frozenset(
            reference_name(state.graph.ref(entry))
            for entry in others
            if len(entry.iteration) == depth
        )
        if fork is None:
            return cls(graph, {}, {}, [], refs)
        branches = graph.branches_below(fork)
        places = {entry.node: graph.local(entry.node) for entry in others}
        addresses = branches.keys() & places.values()
        earliest: dict[int, int] = {}
        left_behind: list[tuple[int, Node]] = []
        for place, address in places.items():
            if address not in branches:
                continue
            # A fork that is itself open is due: its JOIN is yet to come.
            around = graph.nodes[address].parent if place == address else address
            inner, index = _left_by(graph, fork, around, addresses), graph.index(address)
            if inner is not None:
                left_behind.append((index, inner))
                continue
            branch = branches[address]
            earliest[branch] = min(index, earliest.get(branch, index))
        return cls(graph, branches, earliest, left_behind, refs)

    def may_reach(self, ref: str) -> bool:
        """An open entry is the task ``ref``, or comes before it in its branch."""
        if ref in self.open_refs:
            return True
        node = self.graph.by_ref.get(ref)
        if node is None or node.address not in self.branches:
            return False
        index, branch = self.graph.index(node.address), self.branches[node.address]
        if self.earliest.get(branch, index + 1) <= index:
            return True
        return any(
            before <= index and node in self.graph.within(inner.address)
            for before, inner in self.left_behind
        )

    def knows(self, ref: str) -> bool:
        """``ref`` stands in a branch of the fork, so nothing else can schedule it."""
        node = self.graph.by_ref.get(ref)
        return node is not None and node.address in self.branches


def _left_by(graph: Graph, fork: Node, address: str, open_addresses: set[str]) -> Node | None:
    """The inner fork around an open task whose JOIN did not wait for it, if there is one.

    What comes after that JOIN has begun without the task.
    """
    while address != fork.address:
        node = graph.nodes[address]
        join = graph.join_of(node) if node.type in FORKS else None
        if join is not None and join.address not in open_addresses:
            return node
        address = node.parent
    return None


def _has_open_branch(state: State, join: OpenEntry, fork: Node) -> bool:
    prefix, depth = f"{fork.address}/", len(join.iteration)
    return any(
        entry.node.startswith(prefix) and entry.iteration[:depth] == join.iteration
        for entry in state.header.open
    )


def _dynamic_refs(state: State, join: OpenEntry, fork: Node) -> list[str]:
    """Joined refs of a dynamic fork: of each branch the last task its head was mapped to."""
    task = _latest(state, (fork.ref,), fork, join.iteration)[0]
    if task is None:
        return []
    graph = branches_of(state, forked_by(fork, task))
    heads = graph.heads[fork.address].branches
    return [_last_mapped(state, join, graph, graph.nodes[head]) for head in heads]


def _last_mapped(state: State, join: OpenEntry, graph: Graph, node: Node) -> str:
    """A choice at the head of a branch is mapped together with the first task of its case."""
    while node.type in CHOICES:
        task = _latest(state, (node.ref,), node, join.iteration)[0]
        head = "" if task is None else graph.case_head(node, task.input.get("case"))
        if not head:
            break
        node = graph.nodes[head]
    return node.ref


def _is_open(state: State, ref: str, iteration: tuple[int, ...]) -> bool:
    return any(
        entry.iteration == iteration and reference_name(state.graph.ref(entry)) == ref
        for entry in state.header.open
    )


def _latest(
    state: State, names: Sequence[str], node: Node, iteration: tuple[int, ...]
) -> list[Task | None]:
    """Latest ended task of each name in this iteration, as ``node`` sees it.

    Asks for all it lacks at once.
    """

    def latest(name: str) -> Task | None:
        for ref in refs_from(state, name, node, iteration):
            task = state.memory.latest(ref, state.header)
            if task is not None and task.iteration == iteration:
                return task
        return None

    return each(latest, names)
