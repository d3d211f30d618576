"""Tasks that run others inside them, and decide about those until they end: DO_WHILE, FOR_EACH."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from podium.domain import items, loops

if TYPE_CHECKING:
    from podium.domain.draft import Draft
    from podium.domain.execution import OpenEntry, Task
    from podium.domain.graph import Node


class Container(Protocol):
    """What a module about such a type offers."""

    def begin(self, draft: Draft, entry: OpenEntry, node: Node) -> None:
        """A task just created."""
        ...

    def reopened_at(self, task: Task, loop: int, number: int) -> int:
        """``loop`` of the entry of ``task`` when it goes on in the iteration ``number``.

        What lies in later iterations is void. ``loop`` is that of its entry, 0 when it has ended.
        """
        ...

    def evaluate(self, draft: Draft, entry: OpenEntry, node: Node) -> bool:
        """Go on inside the task, or end it; False while it waits for what is open in it."""
        ...


CONTAINERS: dict[str, Container] = {"DO_WHILE": loops, "FOR_EACH": items}
