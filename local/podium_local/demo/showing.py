"""What the demo shows: progress, one execution as a tree, totals, cost."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.tree import Tree

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from podium_local.bench.counting import Counters

_COLORS = {"COMPLETED": "green", "FAILED": "red", "CANCELED": "yellow", "TERMINATED": "yellow"}


class Progressing:
    """A bar on a terminal, plain lines elsewhere."""

    def __init__(self, console: Console, total: int) -> None:
        self._console = console
        self._total = total
        self._said = -1
        self._bar = Progress(
            TextColumn("orders"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=console,
            disable=not console.is_terminal,
        )
        self._task = self._bar.add_task("orders", total=total)

    def __enter__(self) -> Self:
        """Show it."""
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Leave it as it is."""
        self._bar.stop()

    def show(self, done: int) -> None:
        """So many orders have come to their end."""
        self._bar.update(self._task, completed=done)
        if not self._console.is_terminal and done != self._said:
            self._said = done
            self._console.print(f"  {done} of {self._total} orders")


def execution_tree(execution: Mapping[str, Any], read: Callable[[str], Mapping[str, Any]]) -> Tree:
    """An execution with its tasks, attempts and durations; children below their tasks."""
    tree = Tree(_line(execution["workflowName"], execution["status"], _duration(execution)))
    for task in execution["tasks"]:
        attempt = f" attempt {task['retryCount'] + 1}" if task["retryCount"] else ""
        name = f"{task['referenceTaskName']} [dim]{task['taskType']}{attempt}[/dim]"
        reason = (
            task.get("reasonForIncompletion", "") if task["status"].startswith("FAILED") else ""
        )
        branch = tree.add(
            _line(name, task["status"], _duration(task)) + (f" {reason}" if reason else "")
        )
        child = task.get("subWorkflowId")
        if child and task["taskType"] == "SUB_WORKFLOW":
            branch.add(execution_tree(read(child), read))
    return tree


def totals(executions: Sequence[Mapping[str, Any]], counters: Counters, seconds: float) -> Table:
    """Orders by status, tasks by status, AWS calls and list price per order."""
    usage, orders = counters.usage(), len(executions)
    statuses = Counter(execution["status"] for execution in executions)
    tasks = Counter(task["status"] for execution in executions for task in execution["tasks"])
    table = Table(show_header=False, box=None)
    table.add_row("orders", _counted(statuses))
    table.add_row("tasks", _counted(tasks))
    table.add_row("AWS calls per order", f"{usage.total_calls / orders:.0f}")
    table.add_row(
        "DynamoDB units per order",
        f"{usage.write_units / orders:.0f} write, {usage.read_units / orders:.0f} read",
    )
    table.add_row("list price per order", f"USD {counters.dollars() / orders:.6f}")
    table.add_row(
        "", "[dim]AWS calls of the functions, their invocations, polls that found nothing[/dim]"
    )
    table.add_row("time", f"{seconds:.1f} s")
    return table


def _counted(counts: Counter[str]) -> str:
    return ", ".join(f"{count} {name}" for name, count in sorted(counts.items()))


def _line(name: str, status: str, duration: str) -> str:
    color = _COLORS.get(status, "cyan")
    return f"{name} [{color}]{status}[/{color}] {duration}"


def _duration(thing: Mapping[str, Any]) -> str:
    # A task that went straight from SQS to its worker was never claimed: it has no start of its own.
    begin = thing.get("startTime", 0) or thing.get("scheduledTime", 0)
    end = thing.get("endTime", 0)
    return f"[dim]{max(0, end - begin)} ms[/dim]" if begin and end else ""
