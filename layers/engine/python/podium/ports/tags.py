"""Port of tags."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from podium.domain.tags import Tag, Tagged


class TagStore(Protocol):
    """Tags by what has them."""

    def add(self, kind: Tagged, name: str, tag: Tag) -> None:
        """PutItem; nothing new when it is there."""
        ...

    def remove(self, kind: Tagged, name: str, tag: Tag) -> None:
        """DeleteItem; nothing when it is not there."""
        ...

    def of(self, kind: Tagged, name: str) -> Sequence[Tag]:
        """Tags of one definition, sorted; a Query per page."""
        ...

    def all(self) -> Sequence[Tag]:
        """Every tag once, sorted; a Query per page."""
        ...
