"""Branches of a fork: their heads, and the definitions a FORK_JOIN_DYNAMIC makes (tasks.md 5, 6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podium.domain.decision import Context, MissingError, NeedTaskDef
from podium.domain.definitions import TaskDef, WorkflowTask, walk
from podium.domain.outcome import LONGEST_NAME, TerminateWorkflowError
from podium.domain.scopes import MARK
from podium.domain.start import embed
from podium.domain.state import FORKED_REFS, branches_of, forked_by, graph_of, refs_from
from podium.domain.tasks import fork_join_dynamic

if TYPE_CHECKING:
    from collections.abc import Sequence

    from podium.domain.draft import Draft
    from podium.domain.execution import OpenEntry, Task
    from podium.domain.graph import Node
    from podium.domain.json import Json, JsonMap
    from podium.domain.state import State

#: Characters that all open entries of an execution may come to; an item holds 400 KB.
LARGEST_FRONTIER = 300_000
#: Characters of an entry beside its ref and its fork's address, about.
ENTRY_OVERHEAD = 30

_PLAIN_TASK = WorkflowTask().to_json()
_PLAIN_DEFINITION = TaskDef().to_json()


def branch_heads(state: State, fork: Node, task: Task) -> list[Node]:
    """First task of each branch that the ended FORK ``task`` opens; an empty branch has none."""
    if fork.type == "FORK_JOIN_DYNAMIC":
        graph = branches_of(state, forked_by(fork, task))
    else:
        graph = graph_of(state, fork.address)
    return [graph.nodes[head] for head in graph.heads[fork.address].branches if head]


def dynamic_branches(
    draft: Draft, entry: OpenEntry, fork: Node, task_input: JsonMap
) -> list[WorkflowTask]:
    """Branches a dynamic fork opens, each with its TaskDef looked up and embedded.

    Raises MissingError for TaskDefs not looked up yet, TerminateWorkflowError for invalid input.
    """
    statics = draft.state.graph.by_ref
    others = _other_forks(draft, fork, entry.iteration)
    is_first = not others and not _has_unseen_forks(draft, fork, entry.iteration)
    branches = fork_join_dynamic.branches(fork.task, task_input, is_first=is_first)
    taken = {
        str(ref) for other in others if other.iteration == entry.iteration for ref in _refs(other)
    }
    for branch in branches:
        if max(len(branch.task_reference_name), len(branch.name)) > LONGEST_NAME:
            raise TerminateWorkflowError(f"The dynamic fork {fork.ref} makes up too long a name")
        if MARK in branch.task_reference_name + branch.name:
            raise TerminateWorkflowError(
                f"The dynamic fork {fork.ref} makes up a name that contains U+001F"
            )
        if branch.task_reference_name in taken or branch.task_reference_name in statics:
            raise TerminateWorkflowError(
                f"The dynamic fork {fork.ref} attempted to create a duplicate task reference name: "
                f"{branch.task_reference_name}"
            )
    return _with_task_defs(branches, draft.context)


def _other_forks(draft: Draft, fork: Node, iteration: tuple[int, ...]) -> list[Task]:
    """Latest tasks of the other dynamic forks of the definition that ``fork`` can see."""
    view = draft.view
    latest = [
        view.memory.latest(ref, view.header)
        for node in draft.state.graph
        if node.type == "FORK_JOIN_DYNAMIC" and node.address != fork.address
        for ref in refs_from(view, node.ref, fork, iteration)
    ]
    return [task for task in latest if task is not None]


def _has_unseen_forks(draft: Draft, fork: Node, iteration: tuple[int, ...]) -> bool:
    """Another FOR_EACH has dynamic forks: they may have made the refs that ``fork`` would make."""
    return any(
        node.type == "FORK_JOIN_DYNAMIC" and not refs_from(draft.view, node.ref, fork, iteration)
        for node in draft.state.graph
    )


def _refs(fork: Task) -> Sequence[Json]:
    """Refs of the branches that a dynamic fork has opened."""
    refs = fork.input.get(FORKED_REFS)
    return refs if isinstance(refs, list | tuple) else ()


def refuse_too_many(draft: Draft, fork: Node, refs: Sequence[str]) -> None:
    """Fail a fork whose branches would not fit into the header beside what is open already.

    A header that cannot be written would leave the workflow stuck.
    """
    known = sum(len(entry.ref) + len(entry.node) for entry in draft.open.values())
    added = sum(len(ref) + len(fork.address) for ref in refs)
    if known + added + ENTRY_OVERHEAD * (len(draft.open) + len(refs)) > LARGEST_FRONTIER:
        raise TerminateWorkflowError(
            f"The fork {fork.ref} opens {len(refs)} branches, more than can be open at once"
        )


def stored(branch: WorkflowTask) -> dict[str, Json]:
    """``branch`` as the FORK task stores it: what is as by default is left out, of wide forks a lot."""
    written = _without(branch.to_json(), _PLAIN_TASK)
    definition = branch.task_definition
    if definition is not None:
        written["taskDefinition"] = _without(definition.to_json(), _PLAIN_DEFINITION)
    return written


def _without(written: dict[str, Json], defaults: dict[str, Json]) -> dict[str, Json]:
    return {
        key: value
        for key, value in written.items()
        if key not in defaults or defaults[key] != value
    }


def _with_task_defs(branches: list[WorkflowTask], context: Context) -> list[WorkflowTask]:
    names = {task.name for task in walk(branches) if task.task_definition is None and task.name}
    missing = sorted(names - context.task_defs.keys())
    if missing:
        raise MissingError(*(NeedTaskDef(name) for name in missing))

    def definition(task: WorkflowTask) -> TaskDef:
        known = context.task_defs.get(task.name)
        # Unregistered: no retries of its own (tasks.md 6), but never without a response timeout.
        return known or TaskDef(name=task.name, retry_count=0)

    return [embed(branch, definition) for branch in branches]
