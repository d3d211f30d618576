"""Statuses of workflows and tasks, with what follows from each (engine.md 1.1, 1.2)."""

from __future__ import annotations

from enum import StrEnum


class WorkflowStatus(StrEnum):
    """Where an execution stands."""

    RUNNING = "RUNNING"
    PAUSED = "PAUSED"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"
    TIMED_OUT = "TIMED_OUT"
    TERMINATED = "TERMINATED"

    @property
    def is_terminal(self) -> bool:
        """Nothing more is scheduled unless an operator revives the execution."""
        return self not in {WorkflowStatus.RUNNING, WorkflowStatus.PAUSED}

    @property
    def is_successful(self) -> bool:
        """COMPLETED, and by the peer's reckoning PAUSED."""
        return self in {WorkflowStatus.COMPLETED, WorkflowStatus.PAUSED}


class TaskStatus(StrEnum):
    """Where a task attempt stands."""

    SCHEDULED = "SCHEDULED"
    IN_PROGRESS = "IN_PROGRESS"
    COMPLETED = "COMPLETED"
    COMPLETED_WITH_ERRORS = "COMPLETED_WITH_ERRORS"
    FAILED = "FAILED"
    FAILED_WITH_TERMINAL_ERROR = "FAILED_WITH_TERMINAL_ERROR"
    TIMED_OUT = "TIMED_OUT"
    CANCELED = "CANCELED"
    SKIPPED = "SKIPPED"

    @property
    def is_terminal(self) -> bool:
        """The attempt is over; only a new attempt or incarnation can follow."""
        return self not in {TaskStatus.SCHEDULED, TaskStatus.IN_PROGRESS}

    @property
    def is_successful(self) -> bool:
        """True for open states too: "not successful" means "terminal and bad"."""
        return self not in {
            TaskStatus.FAILED,
            TaskStatus.FAILED_WITH_TERMINAL_ERROR,
            TaskStatus.TIMED_OUT,
            TaskStatus.CANCELED,
        }

    @property
    def is_retriable(self) -> bool:
        """A bad end in this status may lead to a new attempt."""
        return self not in {
            TaskStatus.FAILED_WITH_TERMINAL_ERROR,
            TaskStatus.CANCELED,
            TaskStatus.SKIPPED,
        }


#: What a worker may report (engine.md 1.2).
REPORTABLE = frozenset(
    {
        TaskStatus.IN_PROGRESS,
        TaskStatus.FAILED,
        TaskStatus.FAILED_WITH_TERMINAL_ERROR,
        TaskStatus.COMPLETED,
        TaskStatus.CANCELED,
    }
)
