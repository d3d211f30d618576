"""Follow an execution until it ends: live on a terminal, a line for each change elsewhere."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from rich.live import Live

from podium_cli.errors import EndedBadlyError, TooLargeError
from podium_cli.showing.executions import TERMINAL, execution_tree, task_line

if TYPE_CHECKING:
    from podium_cli.session import Session

#: Tasks asked for at once where an execution is too large; fewer where these are, too.
_PAGE = 1000
#: Seconds between two looks: the first, the longest, and how they grow while nothing changes.
_FIRST, _LONGEST, _GROWTH = 0.2, 2.0, 1.3


def watch(session: Session, workflow_id: str) -> dict[str, Any]:
    """Show the execution until it has ended, and return it."""
    if session.as_json or not session.out.is_terminal:
        return _told(session, workflow_id)
    execution: dict[str, Any] = {}
    with Live(console=session.out, auto_refresh=False, vertical_overflow="visible") as live:
        for execution in _looks(session, workflow_id):
            live.update(execution_tree(execution, now()), refresh=True)
    return execution


def refuse_bad_end(execution: Mapping[str, Any]) -> None:
    """Raise EndedBadlyError unless the execution has completed."""
    status = execution.get("status")
    if status == "COMPLETED":
        return
    workflow_id = execution.get("workflowId")
    reason = execution.get("reasonForIncompletion")
    raise EndedBadlyError(
        f"execution {workflow_id} is {status}" + (f": {reason}" if reason else ""),
        hint=f"`podium workflow get {workflow_id} --payloads` shows its tasks; "
        f"`podium workflow retry {workflow_id}` runs what failed again."
        if status in TERMINAL
        else "",
    )


def now() -> int:
    """This machine's time (epoch ms)."""
    return round(time.time() * 1000)


def _told(session: Session, workflow_id: str) -> dict[str, Any]:
    """On stderr, since the answer on stdout is the execution at its end."""
    told: dict[str, str] = {}
    execution: dict[str, Any] = {}
    for execution in _looks(session, workflow_id):
        for task in execution.get("tasks") or ():
            task_id, status = str(task.get("taskId")), str(task.get("status"))
            if told.get(task_id) != status:
                told[task_id] = status
                session.note(task_line(task, now()).plain)
    if not session.as_json:
        session.out.print(execution_tree(execution, now()))
    return execution


def read_execution(session: Session, workflow_id: str) -> dict[str, Any]:
    """A whole execution; its tasks page by page where it is too large for one answer."""
    server = session.server
    try:
        execution: dict[str, Any] = server.get("workflow", workflow_id)
    except TooLargeError:
        execution = server.get("workflow", workflow_id, includeTasks=False)
        tasks: list[Any] = []
        size, total = _PAGE, 1
        while len(tasks) < total:
            try:
                page = server.get("workflow", workflow_id, "tasks", start=len(tasks), count=size)
            except TooLargeError:
                if size == 1:
                    raise
                size = max(size // 4, 1)
                continue
            total = page["totalHits"] if page["results"] else 0
            tasks += page["results"]
        execution["tasks"] = tasks
    return execution


def _looks(session: Session, workflow_id: str) -> Iterator[dict[str, Any]]:
    """The execution again and again, the last time at its end."""
    pause, before = _FIRST, None
    while True:
        execution = read_execution(session, workflow_id)
        yield execution
        if execution.get("status") in TERMINAL:
            return
        seen = [(task.get("taskId"), task.get("status")) for task in execution.get("tasks") or ()]
        pause = min(pause * _GROWTH, _LONGEST) if seen == before else _FIRST
        before = seen
        time.sleep(pause)
