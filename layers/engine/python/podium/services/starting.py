"""Start an execution: definition, snapshot, first decision, header (protocol.md 3, Start).

The first decision is made before the header is written, so a definition that cannot begin is told
to the caller, and the id comes back when the first tasks are decided. Everything but the header
goes in before it; nothing can see those items without it.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from podium.domain import start as starts
from podium.domain.admission import admission, waiting
from podium.domain.children import StartSpec, spec_of
from podium.domain.decide import decide
from podium.domain.decision import Decision
from podium.domain.definitions import WorkflowDef
from podium.domain.idempotency import KeyClaim, is_key, resolve
from podium.errors import DefectError, LostRaceError, NotFoundError, PodiumError
from podium.services.external_storage import ExternalStorage

if TYPE_CHECKING:
    from podium.domain.changes import HeaderChange
    from podium.domain.decision import Context, Missing
    from podium.domain.execution import Parent
    from podium.domain.json import JsonMap
    from podium.domain.requests import StartWorkflowRequest
    from podium.domain.state import State
    from podium.ports.bundle import Ports
    from podium.services.admitting import Admitting
    from podium.services.committing import Committing
    from podium.services.deciding import Deciding
    from podium.services.following import Following
    from podium.services.states import States

#: Times a start looks again at who has its idempotency key.
MAX_RACES = 25


@dataclass(frozen=True, slots=True)
class Begun:
    """What a start led to: ``change`` is None when that execution was there before."""

    workflow_id: str
    change: HeaderChange | None = None


class Starting:
    """Puts new executions in the table."""

    def __init__(
        self,
        ports: Ports,
        states: States,
        deciding: Deciding,
        committing: Committing,
        admitting: Admitting,
        *,
        tasks_listened: bool = False,
    ) -> None:
        """``tasks_listened``: listeners hear of tasks, too (PODIUM_TASK_STATUS_EVENTS)."""
        self._ports = ports
        self._tasks_listened = tasks_listened
        self._external = ExternalStorage(ports)
        self._states = states
        self._deciding = deciding
        self._committing = committing
        self._admitting = admitting

    def begin(self, spec: StartSpec, workflow_id: str, parent: Parent | None) -> Begun:
        """Write the execution with its first decision, unless it, or one with its key, exists.

        Raises NotFoundError for an unknown definition, ClientError for one that cannot start,
        ConflictError when the strategy of its idempotency key says so.
        """
        if not is_key(spec.idempotency_key):
            state, decision = self._first(spec, workflow_id, parent)
            change = self._committing.create(state, decision)
            if change is None:
                self._admitting.give_up(decision.header)
            return Begun(workflow_id, change)
        return self._begin_once(spec, workflow_id, parent)

    def _begin_once(self, spec: StartSpec, workflow_id: str, parent: Parent | None) -> Begun:
        """Begin with a key: who has it is decided by the transaction that writes the header."""
        first = None
        for _ in range(MAX_RACES):
            claim = self._claim(spec, workflow_id)
            if isinstance(claim, str):
                return self._answered_by(claim, first)
            first = first or self._first(spec, workflow_id, parent)
            change = self._committing.create(*first, claim)
            if change is not None:
                return Begun(workflow_id, change)
            if self._ports.executions.read_header(workflow_id) is not None:
                return self._answered_by(workflow_id, first)
        message = f"too many starts with the idempotency key '{spec.idempotency_key}' at once"
        raise LostRaceError(message)

    def _answered_by(self, workflow_id: str, first: tuple[State, Decision] | None) -> Begun:
        """An execution that was there before; what was prepared for a new one is given up."""
        if first is not None:
            self._admitting.give_up(first[1].header)
        return Begun(workflow_id)

    def _claim(self, spec: StartSpec, workflow_id: str) -> KeyClaim | str:
        """The claim to make for the key of ``spec``, or the id of the execution that answers it."""
        executions = self._ports.executions
        name, key = spec.workflow_name, spec.idempotency_key or ""
        holder = executions.key_holder(name, key)
        if holder is None:
            return KeyClaim(name, key)
        if holder == workflow_id:
            return holder
        claim = KeyClaim(name, key, holder)
        return resolve(claim, spec.idempotency_strategy, executions.read_header(holder))

    def _first(
        self, spec: StartSpec, workflow_id: str, parent: Parent | None
    ) -> tuple[State, Decision]:
        """Everything but the header, and the decision to write it with."""
        spec = self._external.started(spec)
        definition = self._snapshot(spec)
        record = starts.start_record(spec, definition)
        ports = self._ports
        starts.refuse_input(definition, record, ports.engines.schema, ports.payload_limits)
        digest = self._put_snapshot(definition)
        header = starts.new_header(
            workflow_id=workflow_id,
            definition=definition,
            digest=digest,
            parent=parent,
            now=self._ports.clock.now(),
            keyed=is_key(spec.idempotency_key),
            tasks_listened=self._tasks_listened,
        )
        state = self._admitted(self._states.begin(header, definition, record))
        try:
            self._ports.executions.put_start(workflow_id, record, None)
            return state, self._decided(state)
        except PodiumError:
            self._admitting.give_up(state.header)
            raise

    def _admitted(self, state: State) -> State:
        """The state with the slot it needs to run, or waiting for one."""
        header = state.header
        limited = self._deciding.settle(
            lambda context: admission(state, context), header=header, memory=state.memory
        )
        if limited is None:
            return state
        return replace(state, header=self._admitting.enter(limited, header))

    def _decided(self, state: State) -> Decision:
        """The decision to write the header with: the first one, or that it waits."""

        def first(context: Context) -> Decision | Missing | None:
            return waiting(state, context) if state.header.waits else decide(state, (), context)

        decision = self._deciding.settle(first, header=state.header, memory=state.memory)
        if decision is None:
            message = f"the first decision of {state.header.workflow_id} decided nothing"
            raise DefectError(message)
        return decision

    def freeze(self, spec: StartSpec) -> tuple[WorkflowDef, str]:
        """The definition as an execution keeps it, and the digest that names its snapshot.

        Raises NotFoundError for an unknown definition, ClientError for one that cannot start.
        """
        definition = self._snapshot(spec)
        return definition, self._put_snapshot(definition)

    def _snapshot(self, spec: StartSpec) -> WorkflowDef:
        definition = spec.definition or self._ports.definitions.workflow(spec.name, spec.version)
        if definition is None:
            version = "null" if spec.version is None else spec.version
            message = f"No such workflow defined. name={spec.name}, version={version}"
            raise NotFoundError(message)
        prepared = self._deciding.settle(lambda context: starts.prepare(definition, context))
        return self._deciding.with_schemas(prepared)

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

        With the strategy RETURN_EXISTING it may be the id of an earlier one (engine.md 16). Raises
        NotFoundError for an unknown definition, ConflictError for a used idempotency key.
        """
        begun = self._starting.begin(spec_of(request), self._ports.ids.workflow_id(), None)
        if begun.change is not None:
            self._following.follow([begun.change])
        # Without a change under a new id: the client library repeated a write whose answer was lost.
        return begun.workflow_id


def snapshot_digest(definition: JsonMap) -> str:
    """Content address of a definition snapshot: SHA-256 of its JSON, cut to 128 bits.

    Keys are not sorted: the order of decision cases gives tasks their addresses (graph.py).
    """
    canonical = json.dumps(definition, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()[:32]
