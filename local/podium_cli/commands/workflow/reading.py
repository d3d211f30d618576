"""Look at executions."""

from __future__ import annotations

from typing import Annotated

import typer

from podium_cli import arguments as given
from podium_cli.session import Session, connected
from podium_cli.showing import tables
from podium_cli.showing.causes import why_tree
from podium_cli.showing.executions import execution_tree
from podium_cli.showing.words import json_line, status_text
from podium_cli.watching import now, read_execution, refuse_bad_end
from podium_cli.watching import watch as follow

app = typer.Typer()

TASKS: tuple[tables.Column, ...] = (
    ("TASK", tables.field("referenceTaskName")),
    ("STATUS", tables.status),
    ("TYPE", tables.field("taskType")),
    ("ATTEMPT", lambda task: (task.get("retryCount") or 0) + 1),
    ("SCHEDULED", tables.time("scheduledTime")),
    ("ENDED", tables.time("endTime")),
    ("ID", tables.field("taskId")),
)


@app.command()
@connected
def get(
    session: Session,
    workflow_id: given.WorkflowId,
    *,
    tasks: Annotated[
        bool, typer.Option("--tasks/--no-tasks", help="Its tasks, below their operators.")
    ] = True,
    payloads: Annotated[
        bool, typer.Option("--payloads", "-p", help="Inputs, outputs and variables.")
    ] = False,
    watched: given.Watch = False,
) -> None:
    """Show an execution as a tree."""
    if watched:
        watch_until_end(session, workflow_id)
        return
    if tasks:
        execution = read_execution(session, workflow_id)
    else:
        execution = session.server.get("workflow", workflow_id, includeTasks=False)
    session.show(execution, lambda: execution_tree(execution, now(), payloads=payloads))


@app.command()
@connected
def watch(session: Session, workflow_id: given.WorkflowId) -> None:
    """Follow an execution until it ends; the exit code is 4 unless it is COMPLETED then."""
    watch_until_end(session, workflow_id)


def watch_until_end(session: Session, workflow_id: str) -> None:
    """Follow; with ``--json`` the execution at its end is the answer."""
    execution = follow(session, workflow_id)
    if session.as_json:
        session.print_json(execution)
    refuse_bad_end(execution)


@app.command()
@connected
def status(
    session: Session,
    workflow_id: given.WorkflowId,
    *,
    output: Annotated[bool, typer.Option("--output", help="Its output, too.")] = False,
    variables: Annotated[bool, typer.Option("--variables", help="Its variables, too.")] = False,
) -> None:
    """Print the status of an execution."""
    found = session.server.get(
        "workflow", workflow_id, "status", includeOutput=output, includeVariables=variables
    )
    session.show(found, lambda: status_text(found["status"]))
    if not session.as_json:
        for key in ("output", "variables"):
            if key in found:
                session.out.print(f"{key} {json_line(found[key])}", markup=False, soft_wrap=True)


@app.command()
@connected
def why(session: Session, workflow_id: given.WorkflowId) -> None:
    """Tell why an execution waits: what is pending, for which tasks, down its children."""
    found = session.server.get("workflow", workflow_id, "why")
    session.show(found, lambda: why_tree(found))


@app.command("tasks")
@connected
def list_tasks(
    session: Session,
    workflow_id: given.WorkflowId,
    *,
    statuses: Annotated[
        list[str] | None,
        typer.Option("--status", metavar="STATUS", help="Only tasks with it. Repeatable."),
    ] = None,
    start: given.Start = 0,
    size: given.Size = 100,
) -> None:
    """List the tasks of an execution, page by page."""
    found = session.server.get(
        "workflow", workflow_id, "tasks", start=start, count=size, status=statuses or None
    )
    session.show(found, lambda: tables.page(found, TASKS, "no tasks", start))
