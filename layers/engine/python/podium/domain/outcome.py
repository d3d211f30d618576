"""How a task that runs inside a decision, or in our own function, came out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from podium.domain.status import TaskStatus

if TYPE_CHECKING:
    from podium.domain.json import JsonMap


#: Characters of a reason that are kept: headers and tasks are small items, and a reason may quote
#: an input or pile up over many levels of children.
LONGEST_REASON = 2000
#: Characters of a task name or reference name that is made up at run time.
LONGEST_NAME = 1000


@dataclass(frozen=True, slots=True)
class Outcome:
    """End of a system task: its status, output, and the reason when it is a bad one."""

    status: TaskStatus = TaskStatus.COMPLETED
    output: JsonMap = field(default_factory=dict)
    reason: str = ""


class TerminateWorkflowError(Exception):
    """A task cannot be created; the workflow ends FAILED with this reason (engine.md 3, Errors)."""
