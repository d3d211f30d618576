"""Why an execution waits, as a tree."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.text import Text
from rich.tree import Tree

from podium_cli.showing.words import status_text, time_text

#: What the server says is wrong.
_ALARMING = frozenset({"REPAIR_DUE", "BROKEN", "DEAD_LETTER"})


def why_tree(why: Mapping[str, Any]) -> Tree:
    """The causes, each with its tasks; those of children below them."""
    line = Text().append(f"{why.get('workflowName')} v{why.get('workflowVersion')}", "bold")
    line.append("  ").append_text(status_text(str(why.get("status", ""))))
    line.append(f"  {why.get('workflowId')}")
    tree = Tree(line)
    causes = why.get("causes") or ()
    for cause in causes:
        _grow(tree, cause)
    if not causes:
        tree.add(Text("it has ended and waits for nothing", style="dim"))
    return tree


def _grow(tree: Tree, cause: Mapping[str, Any]) -> None:
    kind = str(cause.get("kind", ""))
    style = "bold red" if kind in _ALARMING or cause.get("isOverdue") else "bold"
    line = Text().append(kind, style).append(f"  {cause.get('summary', '')}")
    branch = tree.add(line)
    if action := cause.get("action"):
        branch.add(Text(f"to go on: {action}", style="yellow"))
    tasks = cause.get("tasks") or ()
    for task in tasks:
        branch.add(_task_line(task))
    if (more := (cause.get("count") or 0) - len(tasks)) > 0 and tasks:
        branch.add(Text(f"and {more} more", style="dim"))
    for holder in cause.get("holders") or ():
        owner = holder.get("taskId") or holder.get("workflowId")
        since = time_text(holder.get("since"))
        branch.add(Text(f"held by {owner} since {since}", style="dim"))
    for below in cause.get("causes") or ():
        _grow(branch, below)


def _task_line(task: Mapping[str, Any]) -> Text:
    line = Text().append(str(task.get("referenceTaskName", "")))
    line.append(f"  since {time_text(task.get('since'))}", style="dim")
    if task.get("at"):
        line.append(f"  due {time_text(task['at'])}", style="dim")
    if task.get("workerId"):
        line.append(f"  with {task['workerId']}", style="dim")
    return line.append(f"  {task.get('taskId', '')}", style="dim")
