"""Revive: the one way in which an ended execution runs again (protocol.md 6).

The closing of the run before is finished first, by whoever comes (11). Then the header is read once
more, the items of its open entries after it, and the operation is committed on that very version:
nothing can have changed in between but by another operation, which wins or loses the compare-and-set.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from podium.domain.execution import Kind
from podium.domain.ids import TaskKey, child_workflow_id
from podium.domain.operations import Remains
from podium.errors import LostRaceError, NotFoundError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from podium.domain.changes import Change
    from podium.domain.decision import Context, Decision, Missing
    from podium.domain.execution import Header, OpenEntry, Task
    from podium.domain.state import State
    from podium.ports.bundle import Ports
    from podium.services.closing import Closing
    from podium.services.committing import Committing
    from podium.services.deciding import Deciding
    from podium.services.states import States

    #: An operation on a closed execution, of which everything it needs was read; None: nothing to do.
    Step = Callable[[Context], Decision | Missing | None]

MAX_RACES = 25


class Reviving:
    """Commits operations on executions that have ended."""

    def __init__(
        self,
        ports: Ports,
        states: States,
        deciding: Deciding,
        committing: Committing,
        closing: Closing,
    ) -> None:
        """Wire the parts; see ``bootstrap``."""
        self._ports = ports
        self._states = states
        self._deciding = deciding
        self._committing = committing
        self._closing = closing

    def revive(
        self,
        workflow_id: str,
        prepared: Callable[[State], State | None],
        operation: Callable[[State], Step],
        *,
        wanted: Callable[[Header], bool] | None = None,
    ) -> list[Change]:
        """Commit ``operation`` on what ``prepared`` makes of the state; what follows from it.

        ``prepared`` raises a ClientError to refuse, and answers None when there is nothing to do;
        ``operation`` reads what it needs beside the header. What was removed is written back from its
        copy; with ``wanted``, only where there is a copy and that is so of it. Raises NotFoundError.
        """
        following: list[Change] = []
        for _ in range(MAX_RACES):
            found = self._states.fresh(workflow_id)
            if found is None:
                if not self._brought_back(workflow_id, wanted):
                    return following
                continue
            state = prepared(found)
            if state is None:
                return following
            if found.header.status.is_terminal and not found.header.closed:
                following += self._closing.finish(found.header)
                continue
            decision = self._deciding.settle(
                operation(state), header=state.header, memory=state.memory
            )
            if decision is None:
                return following
            change = self._committing.commit(state, decision)
            if change is not None:
                return [change, *following]
        message = f"workflow {workflow_id} is too busy; try again"
        raise LostRaceError(message)

    def restore(self, workflow_id: str) -> None:
        """Write back what was archived; raises NotFoundError when there is nothing."""
        self._brought_back(workflow_id, None)

    def _brought_back(self, workflow_id: str, wanted: Callable[[Header], bool] | None) -> bool:
        archived = self._ports.executions.read_archive(workflow_id)
        if wanted is not None and (archived is None or not wanted(archived.everything.header)):
            return False
        if archived is None:
            message = f"No such workflow found by id: {workflow_id}"
            raise NotFoundError(message)
        self._ports.executions.restore(archived)
        return True

    def remains(
        self,
        state: State,
        entries: Sequence[OpenEntry] | None = None,
        *,
        with_children: bool = False,
    ) -> Remains:
        """Items of ``entries`` (default: of the open ones), and headers of their children.

        One GetItem for each entry, and one for each child.
        """
        entries = state.header.open if entries is None else entries
        tasks: dict[int, Task] = {}
        children: dict[int, Header] = {}
        for entry in entries:
            key = TaskKey(state.header.workflow_id, state.graph.ref(entry), entry.seq)
            task = None if entry.kind is Kind.DUE else self._ports.executions.read_task(key)
            if task is not None:
                tasks[entry.seq] = task
            if not with_children or entry.kind is not Kind.CHILD:
                continue
            child = self._ports.executions.read_header(child_workflow_id(key, entry.inc))
            if child is not None:
                children[entry.seq] = child
        return Remains(tasks, children)
