"""Ended tasks of an execution, found by reference name without reading the others."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from podium.domain.execution import Header, Task
    from podium.ports.executions import ExecutionStore

_ITERATIONS = re.compile(r"(?P<ref>.+?)(?P<iterations>(?:__[1-9]\d*)+)")


def latest_folded(executions: ExecutionStore, header: Header, ref: str, before: int) -> Task | None:
    """The latest item under ``ref`` with a seq below ``before`` that ``header`` shows as folded.

    One Query, or one more for each range that restart or rerun made void.
    """
    unseen = frozenset(entry.seq for entry in header.open)
    while True:
        task = executions.read_latest(header.workflow_id, ref, before, unseen)
        if task is None or not header.is_gone(task.seq):
            return task
        before = min(first for first, last in header.gone if first <= task.seq <= last)


def first_named(executions: ExecutionStore, header: Header, name: str) -> Task | None:
    """The first folded task with this reference name, its iterations included (``ref__2``).

    One Query while it has not come; when a loop has gone past it, its whole history is read.
    """
    ref, iterations = _parts(name)
    latest = latest_folded(executions, header, ref, header.last_seq + 1)
    if latest is None and iterations:
        # A name may look like one with iterations and be none.
        ref, iterations = name, ()
        latest = latest_folded(executions, header, ref, header.last_seq + 1)
    if latest is None or len(latest.iteration) != len(iterations):
        return None
    if latest.iteration < iterations:
        return None
    if latest.iteration == iterations and not latest.attempt:
        return latest
    history = executions.read_history(header.workflow_id, ref)
    found = (task for task in history if task.iteration == iterations)
    return next((task for task in found if _is_folded(header, task)), None)


def _is_folded(header: Header, task: Task) -> bool:
    return header.has_folded(task.seq) and not header.is_gone(task.seq)


def _parts(name: str) -> tuple[str, tuple[int, ...]]:
    match = _ITERATIONS.fullmatch(name)
    if match is None:
        return name, ()
    return match["ref"], tuple(int(number) for number in match["iterations"].split("__")[1:])
