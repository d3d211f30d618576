"""What every part of the item store works with."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from podium.adapters.items.payloads import Payloads
    from podium.adapters.items.table import Table


class ItemStore:
    """A table of items and the place for payloads that are too large for one."""

    def __init__(self, table: Table, payloads: Payloads, retention: int = 0) -> None:
        """``retention``: seconds that ended executions are kept; 0 keeps them."""
        self._table = table
        self._payloads = payloads
        self._retention = retention
