"""Deliver: messages to the PULL_WORKFLOW_MESSAGES tasks that wait for them (tasks.md 24, ADR 9).

Nothing is polled. A look is caused by a message's record, and by the record of a header after which
a task may wait for a message that nobody will announce again. Both are redone like any record.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from podium.domain.decide import deliver
from podium.domain.execution import Kind
from podium.domain.ids import TaskKey
from podium.domain.status import WorkflowStatus
from podium.errors import LostRaceError

if TYPE_CHECKING:
    from podium.domain.changes import HeaderChange, MessageChange
    from podium.domain.decision import Decision
    from podium.domain.execution import Task
    from podium.domain.state import State
    from podium.ports.bundle import Ports
    from podium.services.committing import Committing
    from podium.services.deciding import Deciding
    from podium.services.states import States

#: Compare-and-sets lost in a row before the caller is told to come again.
MAX_RACES = 25


class Delivering:
    """Looks into queues on behalf of waiting tasks."""

    def __init__(
        self, ports: Ports, states: States, deciding: Deciding, committing: Committing
    ) -> None:
        """Wire the parts; see ``bootstrap``."""
        self._ports = ports
        self._states = states
        self._deciding = deciding
        self._committing = committing

    def carry_out(self, change: HeaderChange) -> list[HeaderChange]:
        """Look when ``change`` leaves a task waiting that may have missed a message.

        To be called after the items of its tasks were put.
        """
        if not _may_have_missed(change):
            return []
        return self._deliver(change.new.workflow_id, seen=change.new.version)

    def deliver_at(self, change: MessageChange) -> list[HeaderChange]:
        """Look because of a message, unless a header says that it was pulled."""
        recent = self._states.recent(change.workflow_id)
        if recent is not None:
            header = recent.header
            if change.place <= (header.generation, header.pulled):
                return []
        return self._deliver(change.workflow_id)

    def _deliver(self, workflow_id: str, *, seen: int = 0) -> list[HeaderChange]:
        """Give what is there to all that wait, in one decision.

        That there is nothing to do is believed of a header only that was read after the cause was
        seen (protocol.md 3, Fold).
        """
        state = self._states.recent(workflow_id)
        if state is not None and state.header.version < seen:
            state = None
        for _ in range(MAX_RACES):
            is_fresh = state is None
            state = state or self._states.fresh(workflow_id)
            if state is None:
                return []
            decision = self._decision(state)
            if decision is not None:
                change = self._committing.commit(state, decision)
                if change is not None:
                    return [change]
            elif is_fresh:
                return []
            state = None
        message = f"workflow {workflow_id} is too busy: {MAX_RACES} commits lost in a row"
        raise LostRaceError(message)

    def _decision(self, state: State) -> Decision | None:
        if state.header.status is not WorkflowStatus.RUNNING:
            return None
        waiting = self._waiting(state)
        if not waiting:
            return None
        return self._deciding.settle(
            lambda context: deliver(state, waiting, context),
            header=state.header,
            memory=state.memory,
        )

    def _waiting(self, state: State) -> list[Task]:
        """Items of the tasks that wait; whoever still has to put one looks afterwards."""
        waiting: list[Task] = []
        for entry in state.header.open:
            if entry.kind is not Kind.PULL:
                continue
            key = TaskKey(state.header.workflow_id, state.graph.ref(entry), entry.seq)
            task = self._ports.executions.read_task(key)
            if task is not None and task.inc == entry.inc and not task.status.is_terminal:
                waiting.append(task)
        return waiting


def _may_have_missed(change: HeaderChange) -> bool:
    """A task waits, and a message may have come before anybody could see that, or while the
    execution did not run. Otherwise each message causes a look, which serves all that wait.
    """
    old, new = change.old, change.new
    waiting = {(entry.seq, entry.inc) for entry in new.open if entry.kind is Kind.PULL}
    if not waiting or old is None:
        return bool(waiting)
    known = {(entry.seq, entry.inc) for entry in old.open}
    has_begun_to_run = old.status is not new.status and new.status is WorkflowStatus.RUNNING
    return not waiting <= known or has_begun_to_run
