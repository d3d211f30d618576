"""Restart, retry and rerun for clients (engine.md 15.3 to 15.5)."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from podium.domain import operations
from podium.domain import start as starts
from podium.domain.children import StartSpec
from podium.domain.ids import parse_task_id
from podium.errors import InvalidInputError, TransientError

if TYPE_CHECKING:
    from podium.domain.execution import Header, StartRecord
    from podium.domain.ids import TaskKey
    from podium.domain.requests import RerunWorkflowRequest
    from podium.domain.state import State
    from podium.ports.bundle import Ports
    from podium.services.following import Following
    from podium.services.reviving import Reviving, Step
    from podium.services.starting import Starting
    from podium.services.states import States


class Repeating:
    """Lets executions that have ended run again, wholly or in part."""

    def __init__(
        self,
        ports: Ports,
        states: States,
        starting: Starting,
        reviving: Reviving,
        following: Following,
    ) -> None:
        """Wire the parts; see ``bootstrap``."""
        self._ports = ports
        self._states = states
        self._starting = starting
        self._reviving = reviving
        self._following = following

    def restart(self, workflow_id: str, *, use_latest_definitions: bool) -> None:
        """From the start, with the same input.

        Raises NotFoundError for an unknown id, a definition that is not registered any more, or one
        that forbids it; ConflictError while it runs.
        """

        def prepared(state: State) -> State:
            operations.refuse_restart(state)
            return self._with_latest(state) if use_latest_definitions else state

        def operation(state: State) -> Step:
            return partial(operations.restart, state)

        self._following.follow(self._reviving.revive(workflow_id, prepared, operation))

    def retry(self, workflow_id: str, *, resume_sub_workflows: bool = False) -> None:
        """New attempts of what failed or was cancelled.

        ``resume_sub_workflows``: child workflows go on where they failed, instead of new ones. Raises
        NotFoundError for an unknown id and while it runs, ConflictError when there is nothing to
        retry.
        """

        def prepared(state: State) -> State:
            operations.refuse_retry(state.header)
            return state

        def operation(state: State) -> Step:
            remains = self._reviving.remains(state, with_children=resume_sub_workflows)
            return partial(operations.retry, state, remains, resume=resume_sub_workflows)

        self._following.follow(self._reviving.revive(workflow_id, prepared, operation))

    def rerun(self, workflow_id: str, request: RerunWorkflowRequest) -> None:
        """From the start, perhaps with another input; or from one task, perhaps of a child workflow.

        Raises NotFoundError for an unknown id, ConflictError while it runs, InvalidInputError for an
        unknown task, or an input that the definition's schema refuses.
        """
        key = None
        if request.re_run_from_task_id:
            key = self._target(workflow_id, request.re_run_from_task_id)
            if key.workflow_id != workflow_id:
                request = replace(request, workflow_input=None, correlation_id=None)

        def prepared(state: State) -> State:
            operations.refuse_rerun(state.header)
            return state

        def operation(state: State) -> Step:
            record = self._record(state, request)
            if key is None:
                return partial(operations.rerun, state, record)
            tasks = self._ports.executions.read_tasks(key.workflow_id)
            given = request.task_input
            return partial(operations.rerun_from, state, tasks, key, given, record)

        owner = workflow_id if key is None else key.workflow_id
        self._following.follow(self._reviving.revive(owner, prepared, operation))

    def _target(self, workflow_id: str, task_id: str) -> TaskKey:
        """The task to rerun from: of the workflow itself, or of one in the tree below it."""
        operations.refuse_rerun(self._header(workflow_id))
        key = parse_task_id(task_id)
        if key is None or not self._is_below(key.workflow_id, workflow_id):
            message = f"Task {task_id} not found in workflow {workflow_id}"
            raise InvalidInputError(message)
        return key

    def _is_below(self, workflow_id: str, top: str) -> bool:
        """A workflow is ``top``, or the child of a task that belongs to it and is not void."""
        while workflow_id != top:
            header = self._ports.executions.read_header(workflow_id)
            waiting = None if header is None else header.parent
            if waiting is None:
                return False
            parent = self._ports.executions.read_header(waiting.workflow_id)
            if parent is None or parent.is_gone(waiting.seq):
                return False
            workflow_id = waiting.workflow_id
        return True

    def _header(self, workflow_id: str) -> Header:
        header = self._ports.executions.read_header(workflow_id)
        if header is None:
            self._reviving.restore(workflow_id)
            header = self._ports.executions.read_header(workflow_id)
        if header is None:
            message = f"workflow {workflow_id} has just been removed"
            raise TransientError(message)
        return header

    def _record(self, state: State, request: RerunWorkflowRequest) -> StartRecord | None:
        """The start record with what the request changes in it; None when it changes nothing."""
        if request.workflow_input is None and request.correlation_id is None:
            return None
        definition = state.graph.definition
        record = starts.restarted(state.start, definition, request)
        ports = self._ports
        starts.refuse_input(definition, record, ports.engines.schema, ports.payload_limits)
        return record

    def _with_latest(self, state: State) -> State:
        definition, digest = self._starting.freeze(StartSpec(name=state.header.name))
        graph = self._states.keep_graph(digest, definition)
        header = replace(state.header, definition=digest, name_version=definition.version)
        return replace(state, header=header, graph=graph)
