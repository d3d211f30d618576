"""Rows of searches as tests need them: everything else left to the caller."""

from __future__ import annotations

from typing import Any

from podium.domain.search import TaskRow, WorkflowRow
from podium.domain.status import TaskStatus, WorkflowStatus
from tests.support.executions import NOW


def workflow_row(workflow_id: str = "wf", **fields: Any) -> WorkflowRow:
    """A running execution."""
    return WorkflowRow(
        **{
            "workflow_id": workflow_id,
            "workflow_type": "orders",
            "version": 1,
            "status": WorkflowStatus.RUNNING,
            "start_time": NOW,
            "update_time": NOW,
            **fields,
        }
    )


def task_row(task_id: str = "wf.1.charge", **fields: Any) -> TaskRow:
    """A scheduled task."""
    return TaskRow(
        **{
            "workflow_id": "wf",
            "workflow_type": "orders",
            "task_id": task_id,
            "task_type": "charge_card",
            "task_def_name": "charge_card",
            "status": TaskStatus.SCHEDULED,
            "scheduled_time": NOW,
            **fields,
        }
    )
