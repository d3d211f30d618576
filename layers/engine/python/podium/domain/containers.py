"""Tasks that run others inside them, and decide about those until they end: DO_WHILE, FOR_EACH."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from podium.domain import items, loops

if TYPE_CHECKING:
    from podium.domain.draft import Draft
    from podium.domain.execution import OpenEntry
    from podium.domain.graph import Node


class Container(Protocol):
    """What a module about such a type offers."""

    def begin(self, draft: Draft, entry: OpenEntry, node: Node) -> None:
        """A task just created."""
        ...

    def evaluate(self, draft: Draft, entry: OpenEntry, node: Node) -> bool:
        """Go on inside the task, or end it; False while it waits for what is open in it."""
        ...


CONTAINERS: dict[str, Container] = {"DO_WHILE": loops, "FOR_EACH": items}
