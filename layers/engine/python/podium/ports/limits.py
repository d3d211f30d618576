"""Port of the limits: who holds the slots of each (protocol.md 9)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from podium.domain.limits import Slots


@dataclass(frozen=True, slots=True)
class Swapped:
    """``applied``: the slots are as wanted; otherwise ``slots`` is what somebody else has made of them."""

    applied: bool
    slots: Slots


class LimitStore(Protocol):
    """Slots by the key of their limit."""

    def read(self, key: str) -> Slots:
        """GetItem, consistent; a limit that nobody has used yet is all free."""
        ...

    def swap(self, key: str, slots: Slots) -> Swapped:
        """UpdateItem iff the stored version is one lower than that of ``slots``."""
        ...
