"""Upgrade: an execution goes on with another version of its definition (docs/api.md).

What has been reached keeps its place: then nothing that is there has to change, and the next end is
folded by the new definition. Where the new one has something else in that place, it is refused.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from podium.domain.decision import Context, Decision
from podium.domain.graph import Place
from podium.domain.listening import is_listened
from podium.domain.start import embed
from podium.domain.status import WorkflowStatus
from podium.domain.timeouts import armed
from podium.errors import ConflictError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from podium.domain.definitions import WorkflowTask
    from podium.domain.execution import Task
    from podium.domain.graph import Graph, Node
    from podium.domain.state import State

#: Leaves whose end depends on what they say, from the moment they are there.
_WAITING = frozenset({"JOIN", "EXCLUSIVE_JOIN"})


def upgrade(
    state: State, graph: Graph, digest: str, tasks: Sequence[Task], context: Context
) -> Decision:
    """``graph`` is the other version, stored under ``digest``; ``tasks`` are all items there are.

    Variables keep their values, new ones get those of the definition. Raises ConflictError when the
    execution has ended, or when a task that it has reached is not at the same place in ``graph``.
    """
    header, definition = state.header, graph.definition
    if header.status.is_terminal:
        raise ConflictError(
            f"Workflow {header.workflow_id} is {header.status}: it cannot go on with another version"
        )
    for node in _reached(state, tasks):
        if not _is_in_place(state.graph, graph, node):
            raise ConflictError(
                f"Workflow {header.workflow_id} cannot go on with version {definition.version} of "
                f"{definition.name}: the task {node.ref}, which it has reached, is not the same "
                "there, or not at the same place"
            )
    upgraded = replace(
        header,
        version=header.version + 1,
        definition=digest,
        name_version=definition.version,
        listened=is_listened(definition),
        committed_at=context.now,
    )
    variables = {**definition.variables, **state.variables}
    present = state.variables if header.variables_version else definition.variables
    changed = variables if variables != present else None
    if changed is not None:
        upgraded = replace(upgraded, variables_version=header.variables_version + 1)
    if header.status is WorkflowStatus.RUNNING:
        timer = armed(replace(state, header=upgraded, graph=graph), (), context)
        upgraded = replace(upgraded, timer=timer)
    return Decision(upgraded, variables=changed)


def _reached(state: State, tasks: Sequence[Task]) -> list[Node]:
    """Tasks at the top that have begun, with all in them, or were skipped ahead; a fork that has begun
    has its JOIN.
    """
    header, graph = state.header, state.graph
    addresses = {task.node for task in tasks if not header.is_gone(task.seq)}
    addresses |= {entry.node for entry in header.open}
    tops = {_top(graph, address.partition("/")[0]) for address in addresses}
    joins = {join.address for top in tops if (join := graph.join_of(graph.nodes[top]))}
    return [graph.nodes[address] for address in sorted(tops | joins, key=graph.index)]


def _top(graph: Graph, address: str) -> str:
    while graph.nodes[address].place is not Place.TOP:
        address = graph.nodes[address].parent
    return address


def _is_in_place(old: Graph, new: Graph, node: Node) -> bool:
    other = new.nodes.get(node.address)
    if other is None or other.place is not Place.TOP:
        return False
    if (node.ref, node.type) != (other.ref, other.type):
        return False
    if node.address not in old.heads and node.type not in _WAITING:
        return True
    return _bare(node.task) == _bare(other.task)


def _bare(task: WorkflowTask) -> WorkflowTask:
    """Without what was put into it when its workflow started."""
    return embed(task, lambda _: None, lambda _: None, replaces=True)
