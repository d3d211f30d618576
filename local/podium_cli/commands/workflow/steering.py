"""Steer one execution: rerun, skip, jump, upgrade."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from podium_cli import arguments as given
from podium_cli.documents.reading import read_object
from podium_cli.session import Session, connected

app = typer.Typer()


@app.command()
@connected
def rerun(
    session: Session,
    workflow_id: given.WorkflowId,
    *,
    from_task: Annotated[
        str | None, typer.Option("--from-task", metavar="TASK_ID", help="Go on at this task.")
    ] = None,
    input_json: given.Input = None,
    pairs: given.Pairs = None,
    task_input: Annotated[
        str | None,
        typer.Option("--task-input", metavar="JSON", help="Another input of that task."),
    ] = None,
    correlation_id: Annotated[
        str | None, typer.Option("--correlation-id", help="Another correlation id.")
    ] = None,
) -> None:
    """Run an execution that has ended again: from its start with another input, or from a task."""
    body: dict[str, Any] = {"reRunFromWorkflowId": workflow_id}
    if from_task is not None:
        body["reRunFromTaskId"] = from_task
    if input_json is not None or pairs:
        body["workflowInput"] = read_object(input_json, pairs or (), "--input")
    if task_input is not None:
        body["taskInput"] = read_object(task_input, (), "--task-input")
    if correlation_id is not None:
        body["correlationId"] = correlation_id
    answer = session.server.post("workflow", workflow_id, "rerun", body=body)
    session.done(f"{workflow_id} runs again", workflowId=answer)


@app.command()
@connected
def skip(
    session: Session,
    workflow_id: given.WorkflowId,
    reference: Annotated[str, typer.Argument(metavar="REF", help="The task to skip.")],
    *,
    input_json: given.Input = None,
    output_json: given.Output = None,
) -> None:
    """Skip a task that is still to come."""
    body = {
        "taskInput": read_object(input_json, (), "--input"),
        "taskOutput": read_object(output_json, (), "--output"),
    }
    session.server.put("workflow", workflow_id, "skiptask", reference, body=body)
    session.done(f"{reference} will be skipped", workflowId=workflow_id, task=reference)


@app.command()
@connected
def jump(
    session: Session,
    workflow_id: given.WorkflowId,
    reference: Annotated[str, typer.Argument(metavar="REF", help="The task to go on at.")],
    *,
    input_json: given.Input = None,
    pairs: given.Pairs = None,
) -> None:
    """Go on at another task."""
    body = read_object(input_json, pairs or (), "--input")
    session.server.post("workflow", workflow_id, "jump", reference, body=body)
    session.done(f"{workflow_id} goes on at {reference}", workflowId=workflow_id, task=reference)


@app.command("reset-callbacks")
@connected
def reset_callbacks(session: Session, workflow_id: given.WorkflowId) -> None:
    """Make tasks that wait for a callback ready now."""
    session.server.post("workflow", workflow_id, "resetcallbacks")
    session.done(f"{workflow_id} waits for no callback any more", workflowId=workflow_id)


@app.command()
@connected
def decide(session: Session, workflow_id: given.WorkflowId) -> None:
    """Evaluate an execution now."""
    session.server.put("workflow", "decide", workflow_id)
    session.done(f"{workflow_id} evaluated", workflowId=workflow_id)


@app.command()
@connected
def upgrade(
    session: Session,
    workflow_id: given.WorkflowId,
    *,
    version: given.Version = None,
    input_json: given.Input = None,
    pairs: given.Pairs = None,
) -> None:
    """Go on with another version of the definition, the highest by default."""
    execution = session.server.get("workflow", workflow_id, includeTasks=False)
    body: dict[str, Any] = {"name": execution["workflowName"]}
    if version is not None:
        body["version"] = version
    if input_json is not None or pairs:
        body["workflowInput"] = read_object(input_json, pairs or (), "--input")
    session.server.post("workflow", workflow_id, "upgrade", body=body)
    session.done(f"{workflow_id} goes on with another version", workflowId=workflow_id)
