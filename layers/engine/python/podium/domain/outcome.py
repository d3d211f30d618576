"""How a task that runs inside a decision, or in our own function, came out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from podium.domain.status import TaskStatus

if TYPE_CHECKING:
    from podium.domain.json import JsonMap


@dataclass(frozen=True, slots=True)
class Outcome:
    """End of a system task: its status, output, and the reason when it is a bad one."""

    status: TaskStatus = TaskStatus.COMPLETED
    output: JsonMap = field(default_factory=dict)
    reason: str = ""


class TerminateWorkflowError(Exception):
    """A task cannot be created; the workflow ends FAILED with this reason (engine.md 3, Errors)."""
