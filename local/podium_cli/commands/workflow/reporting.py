"""Tell executions something: signals, messages, variables."""

from __future__ import annotations

from typing import Annotated

import typer

from podium_cli import arguments as given
from podium_cli.documents.reading import read_object
from podium_cli.session import Session, connected
from podium_cli.showing.executions import execution_tree
from podium_cli.showing.runs import run_tree
from podium_cli.watching import now

app = typer.Typer()


@app.command()
@connected
def signal(
    session: Session,
    workflow_id: given.WorkflowId,
    *,
    status: Annotated[
        given.ReportedStatus, typer.Option("--status", help="Status of the task that waits.")
    ] = given.ReportedStatus.COMPLETED,
    output_json: given.Output = None,
    pairs: given.Pairs = None,
    sync: Annotated[
        bool, typer.Option("--sync", help="Wait until it ends or blocks again, and show it.")
    ] = False,
    returning: Annotated[
        given.ReturnStrategy, typer.Option("--return", help="What --sync answers with.")
    ] = given.ReturnStrategy.TARGET_WORKFLOW,
) -> None:
    """Complete the WAIT task that blocks an execution, or one of its sub-workflows."""
    body = read_object(output_json, pairs or (), "--output")
    path = ("tasks", workflow_id, status.value, "signal")
    if not sync:
        session.server.post(*path, body=body)
        session.done(f"{workflow_id} signalled", workflowId=workflow_id, status=status)
        return
    run = session.server.post(*path, "sync", body=body, returnStrategy=returning)
    session.show(run, lambda: run_tree(run, now()))


@app.command()
@connected
def message(
    session: Session,
    workflow_id: given.WorkflowId,
    *,
    body_json: Annotated[
        str | None,
        typer.Option("--body", "-b", metavar="JSON", help="A JSON object, @FILE, or -."),
    ] = None,
    pairs: given.Pairs = None,
) -> None:
    """Send a message to an execution; PULL_WORKFLOW_MESSAGES takes it. Prints its id."""
    body = read_object(body_json, pairs or (), "--body")
    message_id = session.server.post("workflow", workflow_id, "messages", body=body)
    session.done(str(message_id), workflowId=workflow_id, messageId=message_id)


@app.command()
@connected
def variables(
    session: Session,
    workflow_id: given.WorkflowId,
    *,
    values_json: Annotated[
        str | None,
        typer.Option("--values", metavar="JSON", help="A JSON object, @FILE, or -."),
    ] = None,
    pairs: given.Pairs = None,
) -> None:
    """Change variables of an execution."""
    body = read_object(values_json, pairs or (), "--values")
    execution = session.server.post("workflow", workflow_id, "variables", body=body)
    session.show(execution, lambda: execution_tree(execution, now(), payloads=True))
