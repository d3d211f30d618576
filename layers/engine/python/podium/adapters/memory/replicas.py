"""What eventually consistent reads see: states of a moment ago."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from podium.adapters.memory.calls import Quirk

if TYPE_CHECKING:
    from podium.adapters.items.attributes import Item, Key
    from podium.adapters.memory.calls import Calls

#: How old a state may be (ms), and how many writes are remembered.
_LAG, _KEPT = 5_000, 64


class Replica:
    """The last writes to a table, which a replica of it may not have seen yet."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls
        #: When, of which item, and what was there before.
        self._writes: deque[tuple[int, Key, Item | None]] = deque(maxlen=_KEPT)

    def note(self, key: Key, before: Item | None) -> None:
        """Somebody has written an item."""
        if self._calls.quirk is not None:
            self._writes.append((self._calls.now(), key, before))

    def item(self, key: Key, present: Item | None) -> Item | None:
        """The item as an eventually consistent read has it."""
        if self._calls.quirk is None:
            return present
        before = [old for _, changed, old in self._recent() if changed == key]
        if not before:
            return present
        quirk = Quirk.NOT_THERE_YET if before[-1] is None else Quirk.ITEM_BEHIND
        behind = self._calls.happens(quirk, len(before))
        if not behind:
            return present
        old = before[-behind]
        return None if old is None else dict(old)

    def entries(self, name: str, value: str, present: dict[Key, Item]) -> dict[Key, Item]:
        """Items with this value of a partition key of an index, as a query of it has them."""
        if self._calls.quirk is None:
            return present
        recent = self._recent()
        concerned = [
            place
            for place, (_, key, old) in enumerate(recent)
            if key in present or (old is not None and old.get(name) == value)
        ]
        if not concerned:
            return present
        behind = self._calls.happens(Quirk.INDEX_BEHIND, len(concerned))
        if not behind:
            return present
        found = dict(present)
        for _, key, old in reversed(recent[concerned[-behind] :]):
            if old is not None and old.get(name) == value:
                found[key] = old
            else:
                found.pop(key, None)
        return found

    def _recent(self) -> list[tuple[int, Key, Item | None]]:
        since = self._calls.now() - _LAG
        return [write for write in self._writes if write[0] >= since]
