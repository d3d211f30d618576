"""Hold and Unhold: what a pause and a resume do to tasks not handed out yet (protocol.md 5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podium.domain.execution import Kind
from podium.domain.ids import TaskKey
from podium.domain.status import TaskStatus, WorkflowStatus

if TYPE_CHECKING:
    from podium.domain.changes import Change, HeaderChange
    from podium.domain.execution import OpenEntry
    from podium.domain.state import State
    from podium.ports.bundle import Ports
    from podium.services.creating import Creating
    from podium.services.states import States

_HANDED_OUT = frozenset({Kind.WORKER, Kind.SYSTEM})


class Holding:
    """Marks open worker tasks of a paused workflow, and lets them go again."""

    def __init__(self, ports: Ports, states: States, creating: Creating) -> None:
        """Wire the parts; see ``bootstrap``."""
        self._ports = ports
        self._states = states
        self._creating = creating

    def carry_out(self, change: HeaderChange) -> list[Change]:
        """Hold or unhold the open tasks when the pause counter has moved; else nothing."""
        old, new = change.old, change.new
        if old is None or old.hold >= new.hold:
            return []
        state = self._present(change)
        if state is None:
            return []
        if new.status is WorkflowStatus.PAUSED:
            for entry in _handed_out(state):
                self._hold(state, entry)
            return []
        return [change for entry in _handed_out(state) for change in self._unhold(state, entry)]

    def _present(self, change: HeaderChange) -> State | None:
        """The state to act on; None when a record comes late and the counter has moved on.

        A hold delayed past the resume would stick on an item that is put later (13c).
        """
        if change.created is not None:
            return self._creating.image(change.new)
        present = self._states.fresh(change.new.workflow_id)
        if present is None or present.header.hold != change.new.hold:
            return None
        return present

    def _hold(self, state: State, entry: OpenEntry) -> None:
        """An upsert, since the put may still come (13)."""
        workflow_id = state.header.workflow_id
        key = TaskKey(workflow_id, state.graph.ref(entry), entry.seq)
        task = self._ports.executions.read_task(key)
        if task is None or task.inc < entry.inc:
            task = self._creating.content_of(state, entry)
        self._ports.executions.hold(workflow_id, task, state.header.hold)

    def _unhold(self, state: State, entry: OpenEntry) -> list[Change]:
        """Let go, then send with the present epoch: its message was deleted while it was held.

        A missing item is created; then looked at again, for an older put that carried the odd
        counter may have come first (13c).
        """
        key = TaskKey(state.header.workflow_id, state.graph.ref(entry), entry.seq)
        following: list[Change] = []
        for _ in range(2):
            outcome = self._ports.executions.unhold(key, entry.inc, state.header.hold)
            task = outcome.task
            if task is not None and task.inc >= entry.inc:
                is_mine = outcome.applied or (task.hold == state.header.hold and not task.held)
                if is_mine and task.status is TaskStatus.SCHEDULED:
                    self._creating.send_again(state, task)
                return following
            following += self._creating.create(state, self._creating.content_of(state, entry))
        return following


def _handed_out(state: State) -> list[OpenEntry]:
    """Not what is being given up: it is cancelled, paused or not."""
    return [entry for entry in state.header.open if entry.kind in _HANDED_OUT and not entry.closing]
