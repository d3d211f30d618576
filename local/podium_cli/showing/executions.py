"""An execution as a tree: how it stands, and its tasks below their operators."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.text import Text
from rich.tree import Tree

from podium_cli.showing.nesting import Branch, Task, iteration, nested
from podium_cli.showing.words import duration_text, json_line, status_text, time_text

TERMINAL = frozenset({"COMPLETED", "FAILED", "TIMED_OUT", "TERMINATED"})


def execution_tree(
    execution: Mapping[str, Any], now: int, *, payloads: bool = False, facts: bool = True
) -> Tree:
    """``now``: epoch ms, up to which what still runs has lasted."""
    tree = Tree(_headline(execution, now))
    if facts:
        for line in _facts(execution, payloads=payloads):
            tree.add(line)
    for branch in nested(execution):
        _grow(tree, branch, now, payloads=payloads)
    return tree


def task_line(task: Task, now: int) -> Text:
    """One task: name, status, what it is, how long it took, why it failed."""
    line = Text().append(str(task.get("referenceTaskName", "")), "bold")
    line.append("  ").append_text(status_text(str(task.get("status", ""))))
    line.append(f"  {_kind(task)}", style="dim")
    if round_ := iteration(task):
        line.append(f"  round {round_}", style="dim")
    if attempt := task.get("retryCount"):
        line.append(f"  attempt {attempt + 1}", style="dim")
    if lasted := _lasted(task, now):
        line.append(f"  {lasted}", style="dim")
    if task.get("subWorkflowId"):
        line.append(f"  -> {task['subWorkflowId']}", style="dim")
    if reason := task.get("reasonForIncompletion"):
        line.append(f"  {reason}", style="red" if task.get("status") != "COMPLETED" else "dim")
    return line


def _headline(execution: Mapping[str, Any], now: int) -> Text:
    name = f"{execution.get('workflowName')} v{execution.get('workflowVersion')}"
    line = Text().append(name, "bold")
    line.append("  ").append_text(status_text(str(execution.get("status", ""))))
    line.append(f"  {execution.get('workflowId')}")
    end = execution.get("endTime") or now
    line.append(f"  {duration_text(end - (execution.get('startTime') or end))}", style="dim")
    return line


def _facts(execution: Mapping[str, Any], *, payloads: bool) -> list[Text]:
    lines = [Text(f"started {time_text(execution.get('startTime'))}", style="dim")]
    if reason := execution.get("reasonForIncompletion"):
        lines.append(Text(str(reason), style="red"))
    for key, label in (
        ("correlationId", "correlation id"),
        ("parentWorkflowId", "parent"),
        ("externalOutputPayloadStoragePath", "output stored at"),
    ):
        if execution.get(key):
            lines.append(Text(f"{label} {execution[key]}", style="dim"))
    shown = ("input", "output", "variables") if payloads else ("output",)
    lines += [Text(f"{key} {json_line(execution[key])}") for key in shown if execution.get(key)]
    return lines


def _grow(tree: Tree, branch: Branch, now: int, *, payloads: bool) -> None:
    line = tree.add(task_line(branch.task, now))
    if payloads:
        for key, label in (("inputData", "input"), ("outputData", "output")):
            if branch.task.get(key):
                line.add(Text(f"{label} {json_line(branch.task[key])}", style="dim"))
    for below in branch.below:
        _grow(line, below, now, payloads=payloads)


def _kind(task: Task) -> str:
    """Type as the definition has it, and the task's name where that says more."""
    type_ = str((task.get("workflowTask") or {}).get("type") or task.get("taskType", ""))
    name = str(task.get("taskDefName") or "")
    reference = (task.get("workflowTask") or {}).get("taskReferenceName")
    return type_ if name in {"", type_, reference} else f"{type_} {name}"


def _lasted(task: Task, now: int) -> str:
    start = task.get("startTime") or 0
    return duration_text((task.get("endTime") or now) - start) if start else ""
