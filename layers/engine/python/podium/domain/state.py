"""State: what a decision starts from, and how addresses in it are resolved.

A static node is found in the compiled definition. The nodes of branches forked at run time are
rebuilt from the input of the FORK task that made them (``forkedTaskDefs``), which the memory holds
or asks for.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from podium.domain.definitions import WorkflowTask
from podium.domain.graph import Branches, Graph, Node, enclosing_fork

if TYPE_CHECKING:
    from podium.domain.execution import Header, StartRecord
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
    return state.graph if fork is None else branches_of(state, *fork)


def node_of(state: State, address: str) -> Node:
    """The node at ``address``; raises MissingError when the FORK that made it is not known."""
    return graph_of(state, address).nodes[address]


def branches_of(state: State, address: str, seq: int) -> Graph:
    """Graph of the branches that the dynamic fork at ``address`` opened as task ``seq``."""
    fork = node_of(state, address)
    task = state.memory.task(fork.ref, seq)
    key = (address, seq, task.inc)
    known = state.memory.compiled(key)
    if known is None:
        stored = task.input.get(FORKED_DEFS)
        definitions = stored if isinstance(stored, list | tuple) else ()
        branches = [WorkflowTask.from_json(item) for item in definitions if isinstance(item, dict)]
        known = Graph(state.graph.definition, Branches(branches, fork, seq))
        state.memory.remember_compiled(key, task, known)
    return known
