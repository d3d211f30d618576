"""Find executions."""

from __future__ import annotations

from typing import Annotated

import typer

from podium_cli import arguments as given
from podium_cli.session import Session, connected
from podium_cli.showing import tables

app = typer.Typer()

#: Of a WorkflowSummary.
SUMMARIES: tuple[tables.Column, ...] = (
    ("ID", tables.field("workflowId")),
    ("WORKFLOW", lambda row: f"{row.get('workflowType')} v{row.get('version')}"),
    ("STATUS", tables.status),
    ("STARTED", tables.time("startTime")),
    ("ENDED", tables.time("endTime")),
    ("CORRELATION", tables.field("correlationId")),
    ("REASON", tables.field("reasonForIncompletion")),
)
#: Of a Workflow.
_EXECUTIONS: tuple[tables.Column, ...] = (
    ("ID", tables.field("workflowId")),
    ("WORKFLOW", lambda row: f"{row.get('workflowName')} v{row.get('workflowVersion')}"),
    *SUMMARIES[2:],
)


@app.command()
@connected
def search(
    session: Session,
    query: Annotated[
        str | None,
        typer.Argument(help="For example: workflowType = 'order' AND status IN (FAILED,TIMED_OUT)"),
    ] = None,
    *,
    text: given.FreeText = None,
    sort: given.Sort = None,
    start: given.Start = 0,
    size: given.Size = 20,
    by_tasks: Annotated[
        bool, typer.Option("--by-tasks", help="The query is about tasks of the executions.")
    ] = False,
) -> None:
    """Search executions."""
    found = session.server.get(
        "workflow",
        "search-by-tasks" if by_tasks else "search",
        query=query,
        freeText=text,
        sort="|".join(sort) if sort else None,
        start=start,
        size=size,
    )
    session.show(found, lambda: tables.page(found, SUMMARIES, "no executions", start))


@app.command()
@connected
def running(
    session: Session,
    name: Annotated[str, typer.Argument(help="Name of the definition.")],
    *,
    version: Annotated[int, typer.Option("--version", help="Its version.")] = 1,
) -> None:
    """Print the ids of the executions of a definition that run, one a line."""
    found = session.server.get("workflow", "running", name, version=version)
    if session.as_json:
        session.print_json(found)
        return
    for workflow_id in found:
        session.out.print(workflow_id, markup=False)


@app.command()
@connected
def correlated(
    session: Session,
    name: Annotated[str, typer.Argument(help="Name of the definition.")],
    correlation_id: Annotated[str, typer.Argument(help="The correlation id.")],
    *,
    closed: Annotated[bool, typer.Option("--closed", help="Those that have ended, too.")] = False,
) -> None:
    """List the executions of a definition with a correlation id."""
    found = session.server.get(
        "workflow", name, "correlated", correlation_id, includeClosed=closed, includeTasks=False
    )
    session.show(found, lambda: tables.table(found, _EXECUTIONS, "no executions"))
