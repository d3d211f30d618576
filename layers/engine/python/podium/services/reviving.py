"""Restart and retry: an ended execution runs again (engine.md 15.3, 15.4, protocol.md 6).

The closing of the run before is finished first, by whoever comes (11). Then the header is read once
more, the items of its open entries after it, and the operation is committed on that very version:
nothing can have changed in between but by another operation, which wins or loses the compare-and-set.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from podium.domain import operations
from podium.domain.children import StartSpec
from podium.domain.execution import Kind
from podium.domain.ids import TaskKey
from podium.domain.operations import Remains
from podium.errors import LostRaceError, NotFoundError

if TYPE_CHECKING:
    from collections.abc import Callable

    from podium.domain.changes import Change
    from podium.domain.decision import Context, Decision, Missing
    from podium.domain.state import State
    from podium.ports.bundle import Ports
    from podium.services.closing import Closing
    from podium.services.committing import Committing
    from podium.services.deciding import Deciding
    from podium.services.following import Following
    from podium.services.starting import Starting
    from podium.services.states import States

MAX_RACES = 25


class Reviving:
    """Lets ended executions run again."""

    def __init__(
        self,
        ports: Ports,
        states: States,
        deciding: Deciding,
        committing: Committing,
        starting: Starting,
        closing: Closing,
        following: Following,
    ) -> None:
        """Wire the parts; see ``bootstrap``."""
        self._ports = ports
        self._states = states
        self._deciding = deciding
        self._committing = committing
        self._starting = starting
        self._closing = closing
        self._following = following

    def restart(self, workflow_id: str, *, use_latest_definitions: bool) -> None:
        """From the start, with the same input.

        Raises NotFoundError for an unknown id, a definition that is not registered any more, or one
        that forbids it; ConflictError while it runs.
        """

        def prepared(state: State) -> State:
            operations.refuse_restart(state)
            return self._with_latest(state) if use_latest_definitions else state

        def command(state: State, _: Remains, context: Context) -> Decision | Missing:
            return operations.restart(state, context)

        self._revive(workflow_id, prepared, command)

    def retry(self, workflow_id: str) -> None:
        """New attempts of what failed or was cancelled.

        Raises NotFoundError for an unknown id and while it runs, ConflictError when there is
        nothing to retry.
        """

        def prepared(state: State) -> State:
            operations.refuse_retry(state.header)
            return state

        self._revive(workflow_id, prepared, operations.retry)

    def _revive(
        self,
        workflow_id: str,
        prepared: Callable[[State], State],
        command: Callable[[State, Remains, Context], Decision | Missing],
    ) -> None:
        following: list[Change] = []
        for _ in range(MAX_RACES):
            found = self._states.fresh(workflow_id)
            if found is None:
                message = f"No such workflow found by id: {workflow_id}"
                raise NotFoundError(message)
            state = prepared(found)
            if not found.header.closed:
                following += self._closing.finish(found.header)
                continue
            decision = self._deciding.settle(
                partial(command, state, self._remains(state)),
                header=state.header,
                memory=state.memory,
            )
            change = self._committing.commit(state, decision)
            if change is not None:
                self._following.follow([change, *following])
                return
        message = f"workflow {workflow_id} is too busy; try again"
        raise LostRaceError(message)

    def _remains(self, state: State) -> Remains:
        """One GetItem for each open entry."""
        keys = [
            TaskKey(state.header.workflow_id, state.graph.ref(entry), entry.seq)
            for entry in state.header.open
            if entry.kind is not Kind.DUE
        ]
        found = [self._ports.executions.read_task(key) for key in keys]
        return Remains({task.seq: task for task in found if task is not None})

    def _with_latest(self, state: State) -> State:
        definition, digest = self._starting.freeze(StartSpec(name=state.header.name))
        graph = self._states.keep_graph(digest, definition)
        header = replace(state.header, definition=digest, name_version=definition.version)
        return replace(state, header=header, graph=graph)
