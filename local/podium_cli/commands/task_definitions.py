"""``podium taskdef``: task definitions."""

from __future__ import annotations

from typing import Annotated

import typer

from podium_cli import arguments as given
from podium_cli.commands.definitions import read_definitions
from podium_cli.commands.findings import AsJson, Files, OwnerEmail, Strict, report
from podium_cli.documents.findings import task_findings
from podium_cli.session import Session, connected
from podium_cli.showing import tables

app = typer.Typer(no_args_is_help=True, help="Task definitions: retries, timeouts, limits.")

_Name = Annotated[str, typer.Argument(help="Name of the definition.")]

_COLUMNS: tuple[tables.Column, ...] = (
    ("NAME", tables.field("name")),
    ("RETRIES", tables.field("retryCount")),
    ("TIMEOUT", lambda row: row.get("timeoutSeconds") or ""),
    ("RESPONSE", tables.field("responseTimeoutSeconds")),
    ("LIMIT", lambda row: row.get("concurrentExecLimit") or ""),
    ("OWNER", tables.field("ownerEmail")),
)


@app.command("list")
@connected
def list_definitions(session: Session) -> None:
    """List the registered task definitions."""
    found = session.server.get("metadata", "taskdefs")
    session.show(found, lambda: tables.table(found, _COLUMNS, "no definitions"))


@app.command()
@connected
def get(session: Session, name: _Name) -> None:
    """Print a task definition as JSON."""
    session.show(session.server.get("metadata", "taskdefs", name))


@app.command()
@connected
def register(session: Session, files: Files) -> None:
    """Register the task definitions in files; those that are there already are replaced."""
    names = []
    for file in files:
        found = read_definitions(file)
        session.server.post("metadata", "taskdefs", body=found)
        names += [each.get("name") for each in found]
    if session.as_json:
        session.print_json(names)
    else:
        for name in names:
            session.done(f"registered {name}")


@app.command()
def validate(
    files: Files,
    *,
    strict: Strict = False,
    owner_email: OwnerEmail = False,
    as_json: AsJson = False,
) -> None:
    """Check task definitions without a server: every error at once, with its place in the file."""
    report(files, task_findings, strict=strict, owner_email=owner_email, as_json=as_json)


@app.command()
@connected
def delete(session: Session, name: _Name, *, yes: given.Yes = False) -> None:
    """Forget a task definition; executions that run keep theirs."""
    if not yes:
        typer.confirm(f"Forget the task definition {name}?", abort=True)
    session.server.delete("metadata", "taskdefs", name)
    session.done(f"deleted {name}", name=name)
