"""Start executions."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from podium_cli import arguments as given
from podium_cli.documents.reading import read_json, read_object, read_texts
from podium_cli.errors import EndedBadlyError, UsageError
from podium_cli.session import Session, connected
from podium_cli.showing.runs import run_tree
from podium_cli.watching import now, refuse_bad_end, watch

app = typer.Typer()

Name = Annotated[
    str | None, typer.Argument(metavar="NAME", help="Name of the definition; or --file.")
]
File = Annotated[
    str | None,
    typer.Option("--file", "-f", help="A definition to run without registering it; - for stdin."),
]
CorrelationId = Annotated[
    str | None, typer.Option("--correlation-id", help="An id of yours to find it by.")
]
Priority = Annotated[int | None, typer.Option("--priority", help="0 to 99, 99 is most urgent.")]
Domains = Annotated[
    list[str] | None,
    typer.Option(
        "--domain", metavar="TASK=DOMAIN", help="Domain of a task type, or of *. Repeatable."
    ),
]
Key = Annotated[str | None, typer.Option("--idempotency-key", help="Start it once under this key.")]
Conflict = Annotated[
    given.OnConflict | None,
    typer.Option("--on-conflict", help="What to do if the key was used before."),
]


@app.command()
@connected
def start(
    session: Session,
    name: Name = None,
    *,
    version: given.Version = None,
    input_json: given.Input = None,
    pairs: given.Pairs = None,
    file: File = None,
    correlation_id: CorrelationId = None,
    priority: Priority = None,
    domain: Domains = None,
    idempotency_key: Key = None,
    on_conflict: Conflict = None,
    watched: given.Watch = False,
) -> None:
    """Start an execution and print its id; with --watch, follow it until it ends."""
    request = _request(name, version, file, read_object(input_json, pairs or (), "--input"))
    request |= _present(
        correlationId=correlation_id,
        priority=priority,
        taskToDomain=read_texts(domain) if domain else None,
        idempotencyKey=idempotency_key,
        idempotencyStrategy=on_conflict,
    )
    workflow_id = str(session.server.post("workflow", body=request))
    if not watched:
        session.done(workflow_id, workflowId=workflow_id)
        return
    execution = watch(session, workflow_id)
    if session.as_json:
        session.print_json(execution)
    refuse_bad_end(execution)


@app.command()
@connected
def execute(
    session: Session,
    name: Name = None,
    *,
    version: given.Version = None,
    input_json: given.Input = None,
    pairs: given.Pairs = None,
    file: File = None,
    correlation_id: CorrelationId = None,
    priority: Priority = None,
    domain: Domains = None,
    wait: Annotated[
        int, typer.Option("--wait", min=1, metavar="SECONDS", help="Wait at most so long.")
    ] = 10,
    until: Annotated[
        list[str] | None,
        typer.Option("--until", metavar="REF", help="Come back when this task ends. Repeatable."),
    ] = None,
    returning: Annotated[
        given.ReturnStrategy, typer.Option("--return", help="What to answer with.")
    ] = given.ReturnStrategy.TARGET_WORKFLOW,
) -> None:
    """Start an execution, wait until it ends or something blocks it, and print how it stands.

    The exit code is 4 if it has ended badly, 0 if it has completed or still runs.
    """
    request = _request(name, version, file, read_object(input_json, pairs or (), "--input"))
    request |= _present(
        correlationId=correlation_id,
        priority=priority,
        taskToDomain=read_texts(domain) if domain else None,
    )
    run = session.server.post(
        "workflow",
        "execute",
        str(request["name"]),
        str(request.get("version", 0)),
        body=request,
        waitForSeconds=wait,
        waitUntilTaskRef=",".join(until) if until else None,
        returnStrategy=returning,
    )
    session.show(run, lambda: run_tree(run, now()))
    status = run.get("targetWorkflowStatus")
    if status in {"FAILED", "TIMED_OUT", "TERMINATED"}:
        workflow_id = run.get("targetWorkflowId")
        raise EndedBadlyError(
            f"execution {workflow_id} is {status}",
            hint=f"`podium workflow get {workflow_id} --payloads` shows its tasks.",
        )


def _request(
    name: str | None, version: int | None, file: str | None, value: dict[str, Any]
) -> dict[str, Any]:
    """A StartWorkflowRequest by name, or with the definition in ``file``."""
    if (name is None) == (file is None):
        raise UsageError(
            "give either the NAME of a registered definition or --file",
            hint="`podium def list` shows what is registered.",
        )
    if file is None:
        return _present(name=name, version=version) | {"input": value}
    definition = read_json(file)
    if not isinstance(definition, dict):
        raise UsageError(f"{file} holds no workflow definition: it must be a JSON object")
    # The server takes name and version from the definition.
    own = _present(name=definition.get("name") or "", version=definition.get("version"))
    return own | {"workflowDef": definition, "input": value}


def _present(**properties: Any) -> dict[str, Any]:
    return {name: value for name, value in properties.items() if value is not None}
