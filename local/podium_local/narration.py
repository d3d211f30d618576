"""Stream records as lines for people: what started, what ended, and how."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from podium.adapters.items.attributes import number, text, untyped
from podium.adapters.items.keys import is_header, is_task, ref_and_seq, workflow_id_of
from podium.domain.status import TaskStatus, WorkflowStatus

if TYPE_CHECKING:
    from collections.abc import Mapping

    from podium.adapters.items.attributes import Item


def narrate(record: Mapping[str, Any]) -> str | None:
    """One line for a workflow or task that changed its status; None for everything else."""
    change = record["dynamodb"]
    if "NewImage" not in change:
        return None
    new = untyped(change["NewImage"])
    old = untyped(change["OldImage"]) if "OldImage" in change else {}
    if is_header(new):
        line = _workflow(old, new)
    elif is_task(new):
        line = _task(old, new)
    else:
        return None
    if line is None:
        return None
    # The time of the person who reads it.
    moment = datetime.fromtimestamp(change["ApproximateCreationDateTime"]).astimezone()
    return f"{moment:%H:%M:%S.%f}"[:-3] + f"  {workflow_id_of(new)}  {line}"


def _workflow(old: Item, new: Item) -> str | None:
    before, after = text(old, "st"), text(new, "st")
    name = f"{text(new, 'nm')} v{number(new, 'nv')}"
    if before == after:
        return None
    status = WorkflowStatus(after)
    if status is WorkflowStatus.RUNNING:
        again = "resumed" if before == WorkflowStatus.PAUSED else "running again"
        verb = again if old else "started"
    else:
        # The first decision may be the last one.
        verb = ("" if old else "started and ") + status.value.lower().replace("_", " ")
    return f"workflow {name} {verb}{_because(new)}"


def _task(old: Item, new: Item) -> str | None:
    before, after = text(old, "st"), text(new, "st")
    if before == after and number(old, "inc") == number(new, "inc"):
        return None
    ref, seq = ref_and_seq(new)
    status = TaskStatus(after)
    worker = text(new, "w")
    by = f" by {worker}" if status is TaskStatus.IN_PROGRESS and worker else ""
    verb = status.value.lower().replace("_", " ")
    return f"task {ref} ({text(new, 'ty')}, #{seq}) {verb}{by}{_because(new)}"


def _because(item: Item) -> str:
    reason = text(item, "rs")
    return f": {reason}" if reason else ""
