"""Tasks that run others inside them, and decide about those until they end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from podium.domain import items, loops, tries

if TYPE_CHECKING:
    from podium.domain.draft import Draft
    from podium.domain.execution import OpenEntry, Task
    from podium.domain.graph import Node


class Container(Protocol):
    """What a module about such a type offers."""

    def begin(self, draft: Draft, entry: OpenEntry, node: Node) -> None:
        """A task just created."""
        ...

    def reopened(self, entry: OpenEntry, task: Task, number: int) -> OpenEntry:
        """``entry`` of ``task`` as it is when the flow goes on inside it, at ``number``.

        That is an iteration of a loop, or a part of a TRY_CATCH. What lies in later ones is void.
        ``entry`` is the one it had, or as good as new when the task has ended.
        """
        ...

    def evaluate(self, draft: Draft, entry: OpenEntry, node: Node) -> bool:
        """Go on inside the task, or end it; False while it waits for what is open in it."""
        ...


CONTAINERS: dict[str, Container] = {
    "DO_WHILE": loops,
    "FOR_EACH": items,
    "TRY_CATCH": tries,
}
