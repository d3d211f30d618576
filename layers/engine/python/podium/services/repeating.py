"""Restart and retry for clients (engine.md 15.3, 15.4)."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from podium.domain import operations
from podium.domain.children import StartSpec

if TYPE_CHECKING:
    from podium.domain.decision import Context, Decision, Missing
    from podium.domain.operations import Remains
    from podium.domain.state import State
    from podium.services.following import Following
    from podium.services.reviving import Reviving
    from podium.services.starting import Starting
    from podium.services.states import States


class Repeating:
    """Lets executions that have ended run again, wholly or in part."""

    def __init__(
        self, states: States, starting: Starting, reviving: Reviving, following: Following
    ) -> None:
        """Wire the parts; see ``bootstrap``."""
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

        def command(state: State, _: Remains, context: Context) -> Decision | Missing:
            return operations.restart(state, context)

        self._following.follow(self._reviving.revive(workflow_id, prepared, command))

    def retry(self, workflow_id: str, *, resume_sub_workflows: bool = False) -> None:
        """New attempts of what failed or was cancelled.

        ``resume_sub_workflows``: child workflows go on where they failed, instead of new ones. Raises
        NotFoundError for an unknown id and while it runs, ConflictError when there is nothing to
        retry.
        """

        def prepared(state: State) -> State:
            operations.refuse_retry(state.header)
            return state

        command = partial(operations.retry, resume=resume_sub_workflows)
        changes = self._reviving.revive(
            workflow_id, prepared, command, with_children=resume_sub_workflows
        )
        self._following.follow(changes)

    def _with_latest(self, state: State) -> State:
        definition, digest = self._starting.freeze(StartSpec(name=state.header.name))
        graph = self._states.keep_graph(digest, definition)
        header = replace(state.header, definition=digest, name_version=definition.version)
        return replace(state, header=header, graph=graph)
