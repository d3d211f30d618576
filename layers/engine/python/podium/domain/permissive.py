"""Permissive failures: tasks that ended badly and let the flow go on (tasks.md 0)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from podium.domain.draft import Draft
    from podium.domain.execution import Task


def permissive_failures(draft: Draft) -> list[Task]:
    """The tasks behind ``failed_permissive``: looked for under permissive refs, else among all."""
    view = draft.view
    wanted = set(draft.failed_permissive)
    found = {}
    for node in view.graph:
        if node.task.permissive and not node.task.optional and not node.each:
            task = view.memory.latest(node.ref, view.header)
            if task is not None and task.seq in wanted:
                found[task.seq] = task
    if wanted - found.keys():
        found |= {task.seq: task for task in view.memory.all(view.header) if task.seq in wanted}
    return [found[seq] for seq in sorted(found)]
