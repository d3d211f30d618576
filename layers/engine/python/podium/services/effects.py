"""Effects of a committed header: everything that follows from it but folding (protocol.md 4).

Each repeats harmlessly, so whoever sees the header's record carries them out again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from podium.services.stripping import has_voided

if TYPE_CHECKING:
    from podium.domain.changes import Change, HeaderChange
    from podium.services.admitting import Admitting
    from podium.services.closing import Closing
    from podium.services.creating import Creating
    from podium.services.delivering import Delivering
    from podium.services.holding import Holding
    from podium.services.indexing import Indexing
    from podium.services.stripping import Stripping
    from podium.services.timers import Timers
    from podium.services.trees import Trees


@dataclass(frozen=True, slots=True)
class Effects:
    """What carries out a committed header, part by part."""

    creating: Creating
    closing: Closing
    holding: Holding
    stripping: Stripping
    trees: Trees
    delivering: Delivering
    admitting: Admitting
    indexing: Indexing
    timers: Timers

    def are_done(self, change: HeaderChange) -> bool:
        """Nothing was left to the record of ``change``, which this process has carried out."""
        return change.created is None or not (has_voided(change) or change.new.removed)

    def carry_out(self, change: HeaderChange) -> list[Change]:
        """Do what ``change.new`` asks for; what follows at once is returned."""
        self.admitting.carry_out(change)
        if change.new.removed:
            self.stripping.remove(change)
            return []
        if change.new.status.is_terminal:
            return [*self.closing.close(change), *self.trees.end(change.new)]
        self.timers.make_good(change, lambda: self.creating.present(change.new.workflow_id))
        following = self.creating.carry_out(change)
        following += self.closing.close_part(change)
        following += self.holding.carry_out(change)
        self.stripping.carry_out(change)
        following += self.trees.carry_out(change)
        return [*following, *self.delivering.carry_out(change)]
