"""Answers as JSON: the models of the REST API made from values (models.md 3, rest-api.md 1).

One-way and pure. Object properties that are null are left out, nulls inside maps are kept, times
are epoch milliseconds. Tasks that carry a manifest (JOIN, DO_WHILE) are given with their output
already built (``domain/manifest.py``).
"""

from __future__ import annotations

from podium.domain.failure import failed_tasks
from podium.domain.wire.answers import (
    bulk_json,
    error_json,
    log_json,
    poll_data_json,
    search_result_json,
    summary_json,
)
from podium.domain.wire.errors import error_answer
from podium.domain.wire.nodes import made_up_node
from podium.domain.wire.signals import task_run_json, workflow_run_json
from podium.domain.wire.summaries import (
    task_row_json,
    task_summary_json,
    workflow_row_json,
    workflow_summary_json,
)
from podium.domain.wire.tasks import Owner, Relations, polled_task_json, task_json
from podium.domain.wire.workflows import (
    view_task_json,
    view_tasks_json,
    workflow_json,
    workflow_status_json,
)

__all__ = [
    "Owner",
    "Relations",
    "bulk_json",
    "error_answer",
    "error_json",
    "failed_tasks",
    "log_json",
    "made_up_node",
    "poll_data_json",
    "polled_task_json",
    "search_result_json",
    "summary_json",
    "task_json",
    "task_row_json",
    "task_run_json",
    "task_summary_json",
    "view_task_json",
    "view_tasks_json",
    "workflow_json",
    "workflow_row_json",
    "workflow_run_json",
    "workflow_status_json",
    "workflow_summary_json",
]
