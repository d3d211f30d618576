"""Strip: what was made void, or removed with its execution, loses its content (protocol.md 6, (9))."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from podium.domain.changes import HeaderChange
    from podium.ports.bundle import Ports


class Stripping:
    """Takes the content from void task items; a late put cannot bring them back."""

    def __init__(self, ports: Ports) -> None:
        """Keep the ports."""
        self._ports = ports

    def carry_out(self, change: HeaderChange) -> None:
        """Strip what became void with ``change``: a Query, then one update for each task.

        That may take its time, so a request leaves it to the record; a repeat goes on where an
        earlier one stopped.
        """
        new = change.new
        if not has_voided(change) or change.created is not None:
            return
        now = self._ports.clock.now()
        for key in self._ports.executions.read_keys(new.workflow_id):
            if new.is_gone(key.seq):
                self._ports.executions.strip(key, now)

    def remove(self, change: HeaderChange) -> None:
        """All that is left of a removed execution goes; a request leaves it to the record."""
        if change.created is None:
            self._ports.executions.remove_rest(change.new.workflow_id)


def has_voided(change: HeaderChange) -> bool:
    """Tasks became void with ``change``."""
    return change.old is not None and change.old.gone != change.new.gone
