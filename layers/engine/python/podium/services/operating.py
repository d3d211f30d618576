"""Commands of operators: terminate, pause, resume, variables, decide (engine.md 15).

Each is a pure function of the state, committed by compare-and-set; the answer is given after the
commit. A lost race reads again and decides again, so a command acts on what is, not on what was.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from podium.domain import operations
from podium.errors import LostRaceError, NotFoundError

if TYPE_CHECKING:
    from collections.abc import Callable

    from podium.domain.decision import Context, Decision, Missing
    from podium.domain.json import JsonMap
    from podium.domain.state import State
    from podium.ports.bundle import Ports
    from podium.services.advancing import Advancing
    from podium.services.committing import Committing
    from podium.services.deciding import Deciding
    from podium.services.following import Following
    from podium.services.states import States

MAX_RACES = 25


class Operating:
    """What an operator may do to one execution."""

    def __init__(
        self,
        ports: Ports,
        states: States,
        deciding: Deciding,
        committing: Committing,
        advancing: Advancing,
        following: Following,
    ) -> None:
        """Wire the parts; see ``bootstrap``."""
        self._ports = ports
        self._states = states
        self._deciding = deciding
        self._committing = committing
        self._advancing = advancing
        self._following = following

    def pause(self, workflow_id: str, reason: str = "") -> None:
        """RUNNING to PAUSED, for a ``reason`` of Podium's own if there is one; nothing when paused already.

        The holds are carried out before the answer: from then on nothing new is handed out.
        Raises NotFoundError, ConflictError when terminal.
        """
        self._command(workflow_id, partial(operations.pause, reason=reason), always=True)

    def resume(self, workflow_id: str) -> None:
        """PAUSED to RUNNING. Raises NotFoundError, ConflictError when not paused."""
        self._command(workflow_id, operations.resume, always=True)

    def terminate(self, workflow_id: str, reason: str) -> None:
        """To TERMINATED, nothing when it is already. Raises NotFoundError, ConflictError when COMPLETED."""
        self._command(
            workflow_id, lambda state, context: operations.terminate(state, reason, context)
        )

    def update_variables(
        self, workflow_id: str, variables: JsonMap, *, append: bool = False
    ) -> None:
        """Put ``variables`` over those there are; ``append``: lists behind the lists there are.

        Raises NotFoundError, ConflictError when ended.
        """

        def update(state: State, context: Context) -> Decision | None:
            given = operations.appended(state.variables, variables) if append else variables
            return operations.update_variables(state, given, context)

        self._command(workflow_id, update)

    def decide(self, workflow_id: str) -> None:
        """Look at everything now (Scan). Raises NotFoundError."""
        if self._ports.executions.read_header(workflow_id) is None:
            raise _unknown(workflow_id)
        self._advancing.scan(workflow_id)

    def _command(
        self,
        workflow_id: str,
        command: Callable[[State, Context], Decision | Missing | None],
        *,
        always: bool = False,
    ) -> None:
        for _ in range(MAX_RACES):
            state = self._states.fresh(workflow_id)
            if state is None:
                raise _unknown(workflow_id)
            decision = self._deciding.settle(
                partial(command, state),
                header=state.header,
                memory=state.memory,
            )
            if decision is None:
                return
            change = self._committing.commit(state, decision)
            if change is not None:
                self._following.follow([change], always=always)
                return
        message = f"workflow {workflow_id} is too busy; try again"
        raise LostRaceError(message)


def _unknown(workflow_id: str) -> NotFoundError:
    message = f"No such workflow found by id: {workflow_id}"
    return NotFoundError(message)
