"""Start an execution: definition, snapshot, first decision, header (protocol.md 3, Start).

The first decision is made before the header is written, so a definition that cannot begin is told
to the caller, and the id comes back when the first tasks are decided. Everything but the header
goes in before it; nothing can see those items without it.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from podium.domain import start as starts
from podium.domain.children import StartSpec, spec_of
from podium.domain.decide import decide
from podium.domain.decision import Decision
from podium.domain.definitions import WorkflowDef
from podium.errors import DefectError, NotFoundError

if TYPE_CHECKING:
    from podium.domain.changes import HeaderChange
    from podium.domain.decision import Context, Missing
    from podium.domain.execution import Parent
    from podium.domain.json import JsonMap
    from podium.domain.requests import StartWorkflowRequest
    from podium.ports.bundle import Ports
    from podium.services.committing import Committing
    from podium.services.deciding import Deciding
    from podium.services.following import Following
    from podium.services.states import States


class Starting:
    """Puts new executions in the table."""

    def __init__(
        self, ports: Ports, states: States, deciding: Deciding, committing: Committing
    ) -> None:
        """Wire the parts; see ``bootstrap``."""
        self._ports = ports
        self._states = states
        self._deciding = deciding
        self._committing = committing

    def begin(
        self, spec: StartSpec, workflow_id: str, parent: Parent | None
    ) -> HeaderChange | None:
        """Write the execution with its first decision; None when it exists already.

        Raises NotFoundError for an unknown definition, ClientError for one that cannot start.
        """
        definition = self._snapshot(spec)
        digest = self._put_snapshot(definition)
        record = starts.start_record(spec, definition)
        header = starts.new_header(
            workflow_id=workflow_id,
            definition=definition,
            digest=digest,
            parent=parent,
            now=self._ports.clock.now(),
        )
        state = self._states.begin(header, definition, record)
        self._ports.executions.put_start(workflow_id, record, None)

        def first(context: Context) -> Decision | Missing | None:
            return decide(state, (), context)

        decision = self._deciding.settle(first, header=header, memory=state.memory)
        if decision is None:
            message = f"the first decision of {workflow_id} decided nothing"
            raise DefectError(message)
        return self._committing.create(state, decision)

    def _snapshot(self, spec: StartSpec) -> WorkflowDef:
        definition = spec.definition or self._ports.definitions.workflow(spec.name, spec.version)
        if definition is None:
            version = "" if spec.version is None else f" and version={spec.version}"
            message = f"No such workflow found by name={spec.name}{version}"
            raise NotFoundError(message)
        return self._deciding.settle(lambda context: starts.prepare(definition, context))

    def _put_snapshot(self, definition: WorkflowDef) -> str:
        value = definition.to_json()
        digest = snapshot_digest(value)
        if not self._states.knows_graph(digest):
            self._ports.executions.put_snapshot(digest, value)
        return digest


class Started:
    """Starts for clients: validated requests in, ids out."""

    def __init__(self, ports: Ports, starting: Starting, following: Following) -> None:
        """Wire the parts; see ``bootstrap``."""
        self._ports = ports
        self._starting = starting
        self._following = following

    def start(self, request: StartWorkflowRequest) -> str:
        """Start a workflow and return its id; the request is validated already.

        Raises NotFoundError for an unknown definition.
        """
        workflow_id = self._ports.ids.workflow_id()
        change = self._starting.begin(spec_of(request), workflow_id, None)
        if change is None:
            message = f"workflow id {workflow_id} was drawn twice"
            raise DefectError(message)
        self._following.follow([change])
        return workflow_id


def snapshot_digest(definition: JsonMap) -> str:
    """Content address of a definition snapshot: SHA-256 of its JSON, cut to 128 bits.

    Keys are not sorted: the order of decision cases gives tasks their addresses (graph.py).
    """
    canonical = json.dumps(definition, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()[:32]
