"""State: what a decision starts from, and how addresses in it are resolved.

A static node is found in the compiled definition. The nodes of branches forked at run time are
rebuilt from the input of the FORK task that made them (``forkedTaskDefs``), which the memory holds
or asks for.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from podium.domain.definitions import WorkflowTask
from podium.domain.graph import Branches, Forked, Graph, Node, enclosing_fork
from podium.domain.scopes import around, scope_of, scoped

if TYPE_CHECKING:
    from podium.domain.execution import Header, StartRecord, Task
    from podium.domain.json import JsonMap
    from podium.domain.memory import TaskMemory

#: Key in the input of a FORK task: the definitions of its branches.
FORKED_DEFS = "forkedTaskDefs"
#: Key in the input of a FORK task: the reference names of its branches.
FORKED_REFS = "forkedTasks"


@dataclass(frozen=True, slots=True)
class State:
    """An execution as one header shows it."""

    header: Header
    graph: Graph
    start: StartRecord
    #: The current ones: the snapshot that ``header.variables_version`` names.
    variables: JsonMap
    memory: TaskMemory


def named_secrets(state: State) -> frozenset[str]:
    """Names of the secrets to which references in this execution count (secrets.py)."""
    return state.graph.secrets.union(state.start.secrets)


def graph_of(state: State, address: str) -> Graph:
    """The graph that holds the node at ``address``; raises MissingError when its FORK is not known."""
    fork = enclosing_fork(address)
    return state.graph if fork is None else branches_of(state, fork)


def node_of(state: State, address: str) -> Node:
    """The node at ``address``; raises MissingError when the FORK that made it is not known."""
    return graph_of(state, address).nodes[address]


def branches_of(state: State, forked: Forked) -> Graph:
    """Graph of the branches that a dynamic fork opened."""
    fork = node_of(state, forked.address)
    task = state.memory.task(scoped(fork.ref, forked.scope), forked.seq)
    key = (forked.address, forked.seq, task.inc)
    known = state.memory.compiled(key)
    if known is None:
        stored = task.input.get(FORKED_DEFS)
        definitions = stored if isinstance(stored, list | tuple) else ()
        branches = [WorkflowTask.from_json(item) for item in definitions if isinstance(item, dict)]
        known = Graph(state.graph.definition, Branches(branches, fork, forked.seq, forked.scope))
        state.memory.remember_compiled(key, task, known)
    return known


def forked_by(fork: Node, task: Task) -> Forked:
    """The branches that ``task``, of the dynamic fork ``fork``, has opened."""
    return Forked(fork.address, task.seq, scope_of(task.ref))


def refs_from(state: State, name: str, node: Node | None, iteration: tuple[int, ...]) -> list[str]:
    """Refs that ``name`` may mean to the task ``node`` in ``iteration``, nearest first.

    Tasks of a FOR_EACH are seen from within their own item only. Where the definition does not
    have the name, a dynamic fork may have made it up, in any of the items around.
    """
    named = state.graph.by_ref.get(name)
    if named is not None and not named.each:
        return [name]
    if named is not None:
        depth = named.each[-1] + 1
        is_shared = node is not None and node.loops[:depth] == named.loops[:depth]
        return [named.ref_at(iteration)] if is_shared else []
    if not state.graph.has_dynamic_forks:
        return []
    within = "" if node is None else node.scope_at(iteration)
    refs = [scoped(name, within)]
    while within:
        within = around(within)
        refs.append(scoped(name, within))
    return refs
