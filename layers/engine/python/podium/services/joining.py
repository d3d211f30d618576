"""A task that waits for a workflow which somebody else started: its idempotency key named it.

The execution gets a waiter beside it and a mark in its header, by compare-and-set, so that whoever
sees it end looks for waiters, and an execution without any costs nothing. Waiter first, mark
second, and the status read with the mark: an end is either seen here or sees the waiter.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from podium.domain.decision import Decision
from podium.errors import LostRaceError, TransientError

if TYPE_CHECKING:
    from podium.domain.execution import Header, Parent
    from podium.ports.bundle import Ports
    from podium.services.committing import Committing
    from podium.services.states import States

MAX_RACES = 25


class Joining:
    """Makes tasks wait for executions that are not their own."""

    def __init__(self, ports: Ports, states: States, committing: Committing) -> None:
        """Wire the parts; see ``bootstrap``."""
        self._executions = ports.executions
        self._states = states
        self._committing = committing

    def wait_for(self, workflow_id: str, waiter: Parent) -> Header | None:
        """Have ``waiter`` told of the end of ``workflow_id``; its header, which may have ended.

        None when it waits for ``waiter``'s own workflow, so that neither would ever end.
        """
        self._executions.put_waiter(workflow_id, waiter)
        header = self._marked(workflow_id)
        if not header.status.is_terminal and self._is_awaited_by(waiter.workflow_id, workflow_id):
            return None
        return header

    def _marked(self, workflow_id: str) -> Header:
        for _ in range(MAX_RACES):
            header = self._executions.read_header(workflow_id)
            if header is None:
                message = f"workflow {workflow_id} has just been removed"
                raise TransientError(message)
            if header.status.is_terminal or header.awaited:
                return header
            marked = replace(header, version=header.version + 1, awaited=True)
            state = self._states.at(header)
            if self._committing.commit_as_is(state, Decision(marked)) is not None:
                return marked
        message = f"workflow {workflow_id} is too busy to be waited for"
        raise LostRaceError(message)

    def _is_awaited_by(self, workflow_id: str, other: str) -> bool:
        """``other`` waits for ``workflow_id``, directly or through others.

        Of two that begin to wait for each other at once, one at least sees the other's waiter.
        """
        seen: set[str] = set()
        pending = [workflow_id]
        while pending:
            each = pending.pop()
            if each == other:
                return True
            if each in seen:
                continue
            seen.add(each)
            header = self._executions.read_header(each)
            if header is not None and header.parent is not None:
                pending.append(header.parent.workflow_id)
            if header is not None and header.awaited:
                pending += self._waiting(each)
        return False

    def _waiting(self, workflow_id: str) -> list[str]:
        """Workflows whose tasks still wait for ``workflow_id``; a task without an item is on its way."""
        found = []
        for waiter in self._executions.read_waiters(workflow_id):
            task = self._executions.read_task(waiter.key)
            if task is None or not task.status.is_terminal:
                found.append(waiter.workflow_id)
        return found
