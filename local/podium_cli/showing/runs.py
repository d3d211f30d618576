"""Answers of synchronous calls: a WorkflowRun, or the TaskRun of what blocks (models.md 3.6)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.text import Text
from rich.tree import Tree

from podium_cli.showing.executions import task_line
from podium_cli.showing.words import json_line, status_text


def run_tree(run: Mapping[str, Any], now: int) -> Tree:
    """``now``: epoch ms."""
    line = Text().append(str(run.get("targetWorkflowId")), "bold")
    line.append("  ").append_text(status_text(str(run.get("targetWorkflowStatus", ""))))
    if run.get("signalTimeout"):
        line.append("  still running: the wait is over", style="yellow")
    tree = Tree(line)
    if run.get("workflowId") != run.get("targetWorkflowId"):
        tree.add(Text(f"this is of its sub-workflow {run.get('workflowId')}", style="dim"))
    for key in ("input", "output", "variables"):
        if run.get(key):
            tree.add(Text(f"{key} {json_line(run[key])}"))
    tasks = [run] if run.get("taskId") else run.get("tasks") or ()
    for task in tasks:
        tree.add(task_line(task, now))
    return tree
