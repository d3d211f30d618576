"""Admission of executions to a limit on how many run at a time (engine.md 11.3, protocol.md 9)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from podium.domain.admission import admitted, is_parked
from podium.domain.definitions import RateLimitPolicy
from podium.domain.limits import shown_key, workflow_holder
from podium.errors import LostRaceError, TooManyRequestsError
from podium.ports.queues import TaskMessage

if TYPE_CHECKING:
    from podium.domain.admission import Admission
    from podium.domain.changes import HeaderChange
    from podium.domain.execution import Header
    from podium.ports.bundle import Ports
    from podium.services.limiting import Limiting

MAX_RACES = 25


class Admitting:
    """Slots of executions: taken by the start or at the gate, freed by the end."""

    def __init__(self, ports: Ports, limiting: Limiting) -> None:
        """Wire the parts; see ``bootstrap``."""
        self._ports = ports
        self._limiting = limiting

    def enter(self, admission: Admission, header: Header) -> Header:
        """``header`` with its limit, and waiting where no slot is free.

        A repeat of a start finds its slot, or its execution. Raises TooManyRequestsError where the
        policy is to refuse.
        """
        limited = replace(header, limit=admission.limit)
        holder = workflow_holder(limited)
        room = self._limiting.room(admission.limit)
        if self._limiting.take(admission.limit, (holder,), room.slots):
            return limited
        if admission.policy is RateLimitPolicy.REJECT and not self._exists(header):
            message = (
                f"Workflow {header.name} is not started: {admission.limit.concurrent} executions "
                f"with the rateLimitKey {shown_key(admission.limit)} are running"
            )
            raise TooManyRequestsError(message)
        return replace(limited, waits=True)

    def give_up(self, header: Header) -> None:
        """A start that entered has led to nothing: its slot is free, unless its execution runs."""
        if header.limit is None:
            return
        found = self._ports.executions.read_header(header.workflow_id)
        if found is None or found.status.is_terminal:
            self._limiting.release_workflow(header)

    def carry_out(self, change: HeaderChange) -> None:
        """Free the slot of what has ended; take one for what runs again; park what waits."""
        header = change.new
        if header.limit is None:
            return
        if header.status.is_terminal:
            self._limiting.release_workflow(header)
        elif change.old is not None and change.old.status.is_terminal:
            if self._runs_still(header):
                self._limiting.force(header)
        elif is_parked(header) and self._waits_still(header.workflow_id, header.generation):
            self._park(header)

    def _runs_still(self, header: Header) -> bool:
        """The record of a header that ran again may come again when it has ended."""
        found = self._ports.executions.read_header(header.workflow_id)
        return (
            found is not None
            and not found.status.is_terminal
            and found.generation == header.generation
        )

    def _waits_still(self, workflow_id: str, generation: int) -> bool:
        """The record of a header that waited may come again when it waits no more; so may its message."""
        header = self._ports.executions.read_header(workflow_id)
        return header is not None and is_parked(header) and header.generation == generation

    def admit(self, workflow_id: str) -> None:
        """Let an execution begin that has its slot; its record brings the first decision."""
        for _ in range(MAX_RACES):
            header = self._ports.executions.read_header(workflow_id)
            decision = None if header is None else admitted(header, self._ports.clock.now())
            if decision is None or self._ports.executions.commit(decision):
                return
        message = f"workflow {workflow_id} is too busy to be admitted"
        raise LostRaceError(message)

    def is_waiting(self, message: TaskMessage) -> bool:
        """The execution of a message at the gate still waits; one that is paused comes again later."""
        return self._waits_still(message.workflow_id, message.inc)

    def _park(self, header: Header) -> None:
        if header.limit is None:
            return
        message = TaskMessage(
            workflow_id=header.workflow_id,
            ref="",
            seq=0,
            inc=header.generation,
            epoch=0,
            task_type="",
            workflow_name=header.name,
            limit=header.limit,
        )
        self._ports.tasks.park(message)
        self._ports.gates.call(header.limit.key)

    def _exists(self, header: Header) -> bool:
        return self._ports.executions.read_header(header.workflow_id) is not None
