"""The commit point: one compare-and-set of the header, timer armed before it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from podium.domain.changes import HeaderChange
from podium.domain.memory import TaskMemory
from podium.domain.status import WorkflowStatus

if TYPE_CHECKING:
    from podium.domain.decision import Decision
    from podium.domain.idempotency import KeyClaim
    from podium.domain.state import State
    from podium.ports.executions import ExecutionStore
    from podium.services.states import States
    from podium.services.timers import Timers


class Committing:
    """Commits decisions and keeps the state they lead to."""

    def __init__(self, executions: ExecutionStore, states: States, timers: Timers) -> None:
        """Wire the parts; see ``bootstrap``."""
        self._executions = executions
        self._states = states
        self._timers = timers

    def commit(self, state: State, decision: Decision) -> HeaderChange | None:
        """Compare-and-set ``decision`` on the header ``state`` was read at; None: race lost (18)."""
        armed = self._timers.arm(state.header, decision)
        return self.commit_as_is(state, _closed_if_nothing_is_left(armed))

    def commit_as_is(self, state: State, decision: Decision) -> HeaderChange | None:
        """Commit a decision whose timer the caller has armed."""
        if not self._executions.commit(replace(decision, previous=state.header)):
            return None
        return self._committed(state, decision)

    def create(
        self, state: State, decision: Decision, claim: KeyClaim | None = None
    ) -> HeaderChange | None:
        """First write of a header; None when the execution exists already, or ``claim`` failed."""
        decision = _closed_if_nothing_is_left(self._timers.arm(None, decision))
        if not self._executions.create(decision, claim):
            return None
        change = self._committed(state, decision)
        return replace(change, old=None)

    def _committed(self, state: State, decision: Decision) -> HeaderChange:
        before, after = state.header, decision.header
        if (before.generation, before.recalls) != (after.generation, after.recalls):
            # What is known of tasks that were taken up again holds no longer.
            state = replace(state, memory=TaskMemory())
        if decision.start is not None:
            state = replace(state, start=decision.start)
        for task in decision.ended:
            state.memory.remember(task)
        variables = state.variables if decision.variables is None else decision.variables
        self._states.keep(replace(state, header=decision.header, variables=variables))
        return HeaderChange(state.header, decision.header, decision.created)


def _closed_if_nothing_is_left(decision: Decision) -> Decision:
    """A completed workflow that owns nothing open needs no closing of its own (protocol.md 6)."""
    header = decision.header
    if header.status is not WorkflowStatus.COMPLETED or header.open:
        return decision
    return replace(decision, header=replace(header, closed=True))
