"""The LimitStore port, on a table of items."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podium.adapters.items.conditions import Equals
from podium.adapters.items.keys import limit_key
from podium.adapters.items.limits import slots_attributes, slots_of
from podium.adapters.items.table import Change
from podium.ports.limits import Swapped

if TYPE_CHECKING:
    from podium.adapters.items.table import Table
    from podium.domain.limits import Slots


class ItemLimitStore:
    """L: one item for each limit that somebody uses."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def read(self, key: str) -> Slots:
        return slots_of(self._table.get(limit_key(key)) or {})

    def swap(self, key: str, slots: Slots) -> Swapped:
        change = Change.to(slots_attributes(slots))
        condition = Equals("v", slots.version - 1)
        written = self._table.update(limit_key(key), change, condition)
        if written.applied:
            return Swapped(applied=True, slots=slots)
        return Swapped(applied=False, slots=slots_of(written.item or {}))
