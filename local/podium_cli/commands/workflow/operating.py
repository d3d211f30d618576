"""Operate one execution or many: pause, resume, terminate, restart, retry, remove."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, Any

import typer

from podium_cli import arguments as given
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
