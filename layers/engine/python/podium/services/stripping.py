"""Strip: what restart and rerun made void loses its content (protocol.md 6, (9))."""

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
        """Strip what became void with ``change``: a Query, then one update for each task."""
        old, new = change.old, change.new
        if old is None or old.gone == new.gone:
            return
        now = self._ports.clock.now()
        for key in self._ports.executions.read_keys(new.workflow_id):
            if new.is_gone(key.seq):
                self._ports.executions.strip(key, now)
