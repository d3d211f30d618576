"""Recent states of executions, kept in memory so that a warm decision reads nothing.

A cached state may be stale. That is harmless, because every commit is a compare-and-set on the
header's version, because every consumed end is a commit, and because an event is dropped only on a
fresh header or on one that shows it folded (protocol.md 3, Fold).
"""

from __future__ import annotations

import contextlib
from collections import OrderedDict
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from podium.domain.definitions import WorkflowDef
from podium.domain.execution import StartRecord
from podium.domain.graph import Graph
from podium.domain.memory import TaskMemory
from podium.domain.state import State
from podium.errors import DefectError, LostRaceError, TransientError

if TYPE_CHECKING:
    from podium.domain.execution import Header
    from podium.domain.json import JsonMap
    from podium.ports.executions import ExecutionStore

#: Executions kept per process; a header with its memory is a few kilobytes.
KEPT_STATES = 512
#: Compiled definitions kept per process.
KEPT_GRAPHS = 64
#: Headers read in a row while their variables are already replaced by newer ones.
MAX_READS = 10


class _OvertakenError(TransientError):
    """Two newer snapshots of the variables were written since the header was read."""


class States:
    """Loads, keeps and renews states of executions."""

    def __init__(self, executions: ExecutionStore) -> None:
        """Start empty."""
        self._executions = executions
        self._states: OrderedDict[str, State] = OrderedDict()
        self._graphs: OrderedDict[str, Graph] = OrderedDict()

    def recent(self, workflow_id: str) -> State | None:
        """What this process knows, perhaps stale; None when it knows nothing."""
        state = self._states.get(workflow_id)
        if state is not None:
            _use(self._states, workflow_id)
        return state

    def fresh(self, workflow_id: str) -> State | None:
        """The state by a consistent read begun now; None when there is no such execution."""
        for _ in range(MAX_READS):
            header = self._executions.read_header(workflow_id, consistent=True)
            try:
                return None if header is None else self.at(header)
            except _OvertakenError:
                continue
        message = f"workflow {workflow_id} changes its variables too fast to be read"
        raise LostRaceError(message)

    def at(self, header: Header) -> State:
        """The state at ``header``, reusing what is known of the execution."""
        known = self._states.get(header.workflow_id)
        if known is not None and known.header.version == header.version:
            return known
        if known is None or _is_other_run(known.header, header):
            return self.keep(self._load(header))
        known.memory.forget_completeness()
        variables = (
            known.variables
            if known.header.variables_version == header.variables_version
            else self._variables(header, known.graph)
        )
        return self.keep(replace(known, header=header, variables=variables))

    def begin(self, header: Header, definition: WorkflowDef, start: StartRecord) -> State:
        """The state of an execution that is about to be created; its memory is complete."""
        graph = self._remember_graph(header.definition, Graph(definition))
        return State(header, graph, start, definition.variables, TaskMemory(complete=True))

    def keep(self, state: State) -> State:
        """Make ``state`` the recent one of its execution."""
        self._states[state.header.workflow_id] = state
        _use(self._states, state.header.workflow_id)
        while len(self._states) > KEPT_STATES:
            self._states.popitem(last=False)
        return state

    def forget(self, workflow_id: str) -> None:
        """Drop what is known, for instance after an execution ended."""
        self._states.pop(workflow_id, None)

    def keep_graph(self, digest: str, definition: WorkflowDef) -> Graph:
        """The compiled form of a definition whose snapshot has been written."""
        return self._remember_graph(digest, Graph(definition))

    def graph(self, digest: str) -> Graph:
        """The compiled definition snapshot; raises DefectError when it is gone."""
        known = self._graphs.get(digest)
        if known is not None:
            _use(self._graphs, digest)
            return known
        snapshot = self._executions.read_snapshot(digest)
        if snapshot is None:
            message = f"definition snapshot {digest} is missing"
            raise DefectError(message)
        return self._remember_graph(digest, Graph(WorkflowDef.from_json(snapshot)))

    def knows_graph(self, digest: str) -> bool:
        """This process has written or read the snapshot before."""
        return digest in self._graphs

    def _load(self, header: Header) -> State:
        if not header.definition:
            # A child that was terminated before its launch: a header and nothing else.
            nothing = WorkflowDef(name=header.name, version=header.name_version)
            return State(header, Graph(nothing), StartRecord(), {}, TaskMemory())
        start = self._executions.read_start(header.workflow_id)
        if start is None:
            message = f"start record of {header.workflow_id} is missing"
            raise DefectError(message)
        graph = self.graph(header.definition)
        return State(header, graph, start, self._variables(header, graph), TaskMemory())

    def _variables(self, header: Header, graph: Graph) -> JsonMap:
        if header.variables_version == 0:
            return graph.definition.variables
        found = self._executions.read_variables(header.workflow_id, header.variables_version)
        if found is None:
            raise _OvertakenError
        return found

    def _remember_graph(self, digest: str, graph: Graph) -> Graph:
        self._graphs[digest] = graph
        while len(self._graphs) > KEPT_GRAPHS:
            self._graphs.popitem(last=False)
        return graph


def _use(kept: OrderedDict[str, Any], key: str) -> None:
    """Make ``key`` the most recent one, unless another thread has just dropped it."""
    with contextlib.suppress(KeyError):
        kept.move_to_end(key)


def _is_other_run(known: Header, header: Header) -> bool:
    """What was known of ended tasks may not hold any more, nor may definition and input."""
    known_run = (known.generation, known.recalls, known.definition)
    return known_run != (header.generation, header.recalls, header.definition)
