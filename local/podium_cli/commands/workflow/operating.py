"""Operate executions: pause, resume, terminate, restart, retry, rerun, skip, jump, remove."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, Any

import typer

from podium_cli import arguments as given
from podium_cli.documents.reading import read_object
from podium_cli.errors import RefusedError
from podium_cli.session import Session, connected

app = typer.Typer()

#: Ids that a bulk route takes at once (rest-api.md 4).
_BULK = 1000


@app.command()
@connected
def pause(session: Session, ids: given.WorkflowIds) -> None:
    """Pause executions: nothing more is handed out."""
    put = session.server.put
    _operate(session, ids, "paused", lambda id_: put("workflow", id_, "pause"), "PUT", "pause")


@app.command()
@connected
def resume(session: Session, ids: given.WorkflowIds) -> None:
    """Go on with paused executions."""
    put = session.server.put
    _operate(session, ids, "resumed", lambda id_: put("workflow", id_, "resume"), "PUT", "resume")


@app.command()
@connected
def terminate(session: Session, ids: given.WorkflowIds, *, reason: given.Reason = None) -> None:
    """End executions from outside."""
    _operate(
        session,
        ids,
        "terminated",
        lambda id_: session.server.delete("workflow", id_, reason=reason),
        "POST",
        "terminate",
        reason=reason,
    )


@app.command()
@connected
def restart(
    session: Session,
    ids: given.WorkflowIds,
    *,
    latest: Annotated[
        bool, typer.Option("--latest", help="With the highest version of the definition.")
    ] = False,
) -> None:
    """Run executions that have ended again, from their start."""
    _operate(
        session,
        ids,
        "restarted",
        lambda id_: session.server.post("workflow", id_, "restart", useLatestDefinitions=latest),
        "POST",
        "restart",
        useLatestDefinitions=latest,
    )


@app.command()
@connected
def retry(
    session: Session,
    ids: given.WorkflowIds,
    *,
    resume_children: Annotated[
        bool,
        typer.Option(
            "--resume-children", help="Go on inside sub-workflows, where they failed; one ID."
        ),
    ] = False,
) -> None:
    """Retry the failed tasks of executions that have ended."""
    if resume_children:
        for id_ in ids:
            session.server.post("workflow", id_, "retry", resumeSubworkflowTasks=True)
            session.done(f"{id_} retried", workflowId=id_)
        return
    post = session.server.post
    _operate(session, ids, "retried", lambda id_: post("workflow", id_, "retry"), "POST", "retry")


@app.command()
@connected
def remove(
    session: Session,
    ids: given.WorkflowIds,
    *,
    archive: Annotated[
        bool, typer.Option("--archive/--no-archive", help="Keep a copy to be read by its id.")
    ] = True,
    end_first: Annotated[
        bool, typer.Option("--terminate", help="Terminate what still runs, first.")
    ] = False,
    reason: given.Reason = None,
) -> None:
    """Remove executions."""
    route = "terminate-remove" if end_first else "remove"
    query = {"archiveWorkflow": archive} | ({"reason": reason} if end_first else {})
    _operate(
        session,
        ids,
        "removed",
        lambda id_: session.server.delete("workflow", id_, route, **query),
        "DELETE",
        route,
        **query,
    )


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


def _operate(
    session: Session,
    ids: Sequence[str],
    done: str,
    one: Callable[[str], Any],
    method: str,
    bulk: str,
    **query: Any,
) -> None:
    """One execution by its own route, several by the bulk one; RefusedError if any was refused."""
    if len(ids) == 1:
        one(ids[0])
        session.done(f"{ids[0]} {done}", workflowId=ids[0])
        return
    successful: list[str] = []
    errors: dict[str, str] = {}
    for first in range(0, len(ids), _BULK):
        some = list(ids[first : first + _BULK])
        answer = session.server.send(method, ("workflow", "bulk", bulk), query, some)
        successful += answer.get("bulkSuccessfulResults") or ()
        errors |= answer.get("bulkErrorResults") or {}
    if session.as_json:
        session.print_json({"bulkSuccessfulResults": successful, "bulkErrorResults": errors})
    else:
        for id_ in successful:
            session.done(f"{id_} {done}")
    if errors:
        details = tuple(f"{id_}: {message}" for id_, message in errors.items())
        raise RefusedError(f"{len(errors)} of {len(ids)} were not {done}", details=details)
