"""``podium task``: what workers do, by hand, and what waits for them."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from podium_cli import arguments as given
from podium_cli.commands.workflow.reading import TASKS
from podium_cli.documents.reading import read_object
from podium_cli.errors import UsageError
from podium_cli.session import Session, connected
from podium_cli.showing import tables
from podium_cli.showing.words import json_line, time_text

app = typer.Typer(no_args_is_help=True, help="Take, report and look at tasks and their queues.")

_TaskId = Annotated[str, typer.Argument(metavar="ID", help="Id of the task.")]
_Type = Annotated[str, typer.Argument(metavar="TYPE", help="Type of task, a worker task's name.")]
_Worker = Annotated[str, typer.Option("--worker", help="Name of the worker that takes or reports.")]

_POLLED: tuple[tables.Column, ...] = (
    ("ID", tables.field("taskId")),
    ("TASK", tables.field("referenceTaskName")),
    ("EXECUTION", tables.field("workflowInstanceId")),
    ("INPUT", lambda task: json_line(task.get("inputData") or {})),
)
#: Of a TaskSummary.
_SUMMARIES: tuple[tables.Column, ...] = (
    ("ID", tables.field("taskId")),
    ("TYPE", tables.field("taskType")),
    ("STATUS", tables.status),
    ("EXECUTION", tables.field("workflowId")),
    ("SCHEDULED", tables.time("scheduledTime")),
    ("ENDED", tables.time("endTime")),
    ("REASON", tables.field("reasonForIncompletion")),
)


@app.command()
@connected
def poll(
    session: Session,
    task_type: _Type,
    *,
    count: Annotated[int, typer.Option("--count", min=1, help="At most so many.")] = 1,
    domain: Annotated[str | None, typer.Option("--domain", help="Of this domain.")] = None,
    worker: _Worker = "podium-cli",
    timeout: Annotated[
        int, typer.Option("--timeout", min=0, max=5000, help="Wait so long for the first (ms).")
    ] = 100,
) -> None:
    """Take tasks, as a worker does: they are yours until you report them, or their time is up."""
    found = session.server.get(
        *("tasks", "poll", "batch", task_type),
        count=count,
        domain=domain,
        workerid=worker,
        timeout=timeout,
    )
    session.show(found, lambda: tables.table(found, _POLLED, "nothing to do"))


@app.command()
@connected
def update(
    session: Session,
    task_id: Annotated[
        str | None, typer.Argument(metavar="ID", help="Id of the task; or --workflow and --ref.")
    ] = None,
    *,
    status: Annotated[
        given.ReportedStatus, typer.Option("--status", help="What became of it.")
    ] = given.ReportedStatus.COMPLETED,
    output_json: given.Output = None,
    pairs: given.Pairs = None,
    reason: Annotated[str | None, typer.Option("--reason", help="Why it failed.")] = None,
    callback: Annotated[
        int, typer.Option("--callback-after", help="IN_PROGRESS: hand it out again after seconds.")
    ] = 0,
    worker: _Worker = "podium-cli",
    workflow_id: Annotated[
        str | None, typer.Option("--workflow", metavar="ID", help="The execution it is of.")
    ] = None,
    reference: Annotated[
        str | None, typer.Option("--ref", metavar="REF", help="Its reference name there.")
    ] = None,
) -> None:
    """Report a task."""
    output = read_object(output_json, pairs or (), "--output")
    if task_id is None:
        if workflow_id is None or reference is None:
            raise UsageError("give the ID of a task, or both --workflow and --ref")
        path = ("tasks", workflow_id, reference, status.value)
        answer = session.server.post(*path, body=output, workerid=worker)
        if answer is None:
            raise UsageError(f"no task {reference} is open in {workflow_id}")
        session.done(f"{answer} {status}", taskId=answer, status=status)
        return
    if workflow_id is None:
        workflow_id = session.server.get("tasks", task_id)["workflowInstanceId"]
    result = {
        "workflowInstanceId": workflow_id,
        "taskId": task_id,
        "status": status,
        "outputData": output,
        "workerId": worker,
        "callbackAfterSeconds": callback,
    }
    if reason is not None:
        result["reasonForIncompletion"] = reason
    answer = session.server.post("tasks", body=result)
    session.done(f"{answer} {status}", taskId=answer, status=status)


@app.command()
@connected
def get(session: Session, task_id: _TaskId) -> None:
    """Print a task as JSON."""
    session.show(session.server.get("tasks", task_id))


@app.command()
@connected
def log(
    session: Session,
    task_id: _TaskId,
    line: Annotated[str | None, typer.Argument(help="A line to add.")] = None,
) -> None:
    """Print the log of a task, or add a line to it."""
    if line is not None:
        session.server.post("tasks", task_id, "log", body=line)
        session.done("added", taskId=task_id)
        return
    lines = session.server.get("tasks", task_id, "log") or []
    if session.as_json:
        session.print_json(lines)
        return
    for each in lines:
        text = f"{time_text(each.get('createdTime'))}  {each.get('log', '')}"
        session.out.print(text, markup=False, soft_wrap=True)


@app.command()
@connected
def search(
    session: Session,
    query: Annotated[
        str | None, typer.Argument(help="For example: taskType = 'pack' AND status = 'FAILED'")
    ] = None,
    *,
    text: given.FreeText = None,
    sort: given.Sort = None,
    start: given.Start = 0,
    size: given.Size = 20,
) -> None:
    """Search tasks."""
    found = session.server.get(
        *("tasks", "search"),
        query=query,
        freeText=text,
        sort="|".join(sort) if sort else None,
        start=start,
        size=size,
    )
    session.show(found, lambda: tables.page(found, _SUMMARIES, "no tasks", start))


@app.command()
@connected
def queues(
    session: Session,
    types: Annotated[
        list[str] | None, typer.Argument(metavar="[TYPE...]", help="Only these types.")
    ] = None,
) -> None:
    """Show how many tasks wait in each queue."""
    if types:
        found = session.server.get("tasks", "queue", "sizes", taskType=types)
    else:
        found = session.server.get("tasks", "queue", "all")
    rows = [{"queue": name, "size": size} for name, size in sorted(found.items())]
    columns = (("QUEUE", tables.field("queue")), ("WAITING", tables.field("size")))
    session.show(found, lambda: tables.table(rows, columns, "no queues"))


@app.command()
@connected
def pollers(
    session: Session,
    task_type: Annotated[
        str | None, typer.Argument(metavar="[TYPE]", help="Only of this type.")
    ] = None,
) -> None:
    """Show who polled last, for each type and domain."""
    if task_type is None:
        found = session.server.get("tasks", "queue", "polldata", "all")
    else:
        found = session.server.get("tasks", "queue", "polldata", taskType=task_type)
    columns: tuple[tables.Column, ...] = (
        ("QUEUE", tables.field("queueName")),
        ("DOMAIN", tables.field("domain")),
        ("WORKER", tables.field("workerId")),
        ("LAST", tables.time("lastPollTime")),
    )
    session.show(found, lambda: tables.table(found, columns, "nobody has polled"))


@app.command()
@connected
def requeue(session: Session, task_type: _Type) -> None:
    """Put the pending tasks of a type back into their queue."""
    count = session.server.post("tasks", "queue", "requeue", task_type)
    session.done(f"{count} put back", taskType=task_type, count=_number(count))


@app.command("open")
@connected
def list_open(
    session: Session, task_type: _Type, *, start: given.Start = 0, size: given.Size = 100
) -> None:
    """List the tasks of a type that have not ended."""
    found = session.server.get("admin", "task", task_type, start=start, count=size)
    columns = (*TASKS[:4], ("EXECUTION", tables.field("workflowInstanceId")), TASKS[-1])
    session.show(found, lambda: tables.table(found, columns, "none"))


def _number(text: Any) -> Any:
    return int(text) if str(text).isdecimal() else text
